"""One process compiles, the others wait for what it has kept on disk.

A server begins with several processes at once. With nothing kept yet, each would compile every kernel by itself: as
many minutes of processor time as there are processes, on a machine that is to answer.
"""

from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path

DONE = "complete"
TURN = "turn"


def compile_once(compiling: Callable[[], None], folder: Path) -> None:
    """Run `compiling` alone where this folder of kernels is not complete yet, else beside whoever else runs it.

    A folder that cannot be written is compiled without waiting: nothing of it can be shared.
    """
    done = folder / DONE
    if done.exists():
        compiling()
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        turn = (folder / TURN).open("a")
    except OSError:
        compiling()
        return
    with turn:
        flock(turn, LOCK_EX)
        compiling()
        done.touch()
