"""One writer at a time, in the order they came: a lock on a file that the kernel hands on.

SQLite's busy handler and any other polling let latecomers overtake: with eight writers the unluckiest of a thousand
waits for seconds. `flock` wakes whoever waits as soon as the file is free, and lets go when its process dies, however
it dies.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from optimizer.domain.time import Seconds


@contextmanager
def file_lock(file: Path, patience: Seconds) -> Iterator[None]:
    """Hold the file. Threads of one process wait for each other as processes do.

    Raises
    ------
    TimeoutError
        When it stays taken.
    """
    # Opened each time: a lock belongs to what was opened, and two threads must not share it.
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _wait(descriptor, patience)
    try:
        yield
    finally:
        _let_go(descriptor)


def _wait(descriptor: int, patience: Seconds) -> None:
    """Wait in a thread of its own, because a wait for `flock` has no end and hears no signal.

    Whoever gives up leaves the thread behind in the queue. Its turn ends as it begins.
    """
    turn: Future[None] = Future()

    def queue_up() -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if turn.set_running_or_notify_cancel():
            turn.set_result(None)
        else:
            _let_go(descriptor)

    threading.Thread(target=queue_up, name="waits for a file lock", daemon=True).start()
    try:
        turn.result(patience)
    except BaseException:
        if not turn.cancel():  # it came just then
            _let_go(descriptor)
        raise


def _let_go(descriptor: int) -> None:
    # Unlocked by name: closing is not enough where a forked child still has the descriptor.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)
