"""A real server for tests: gunicorn with several workers on a free port, stopped politely or killed at any instant."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO

from tests.doors import HttpDoor

SECRET = "one key for every process of a test"  # signs the offers of tests
FAR_TOO_LONG = 60.0
"""Seconds after which a server counts as hanging, on however slow a machine."""


SERVE = "from api.cli import main; main()"
BY_A_CLOCK = """
from datetime import datetime
from pathlib import Path
from api.wiring import Wiring
Wiring.__init__.__kwdefaults__["clock"] = lambda: datetime.fromisoformat(Path({clock!r}).read_text())
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running `rounds serve`, the leader of a process group of its own."""

    process: subprocess.Popen[str]
    door: HttpDoor

    def kill(self) -> None:
        """End master and workers at this very instant: no handler runs, nothing is flushed."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(FAR_TOO_LONG)

    def stop(self) -> int:
        """Ask it to end; says its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(FAR_TOO_LONG)


def set_clock(clock: Path, now: datetime) -> None:
    """What a server that was started with this clock takes the present for, from its next request on."""
    ahead = clock.with_suffix(".new")
    ahead.write_text(now.isoformat())
    ahead.replace(clock)


def start(url: str, var: Path, *, workers: int, clock: Path | None = None, **settings: str) -> Server:
    """Start a server over a store that is set up, and wait until it listens.

    Parameters
    ----------
    clock
        The file of `set_clock` by which it goes; None for the machine's own time.
    """
    environment = os.environ | {
        "ROUNDS_VAR": str(var),
        "ROUNDS_DATABASE_URL": url,
        "ROUNDS_WORKERS": str(workers),
        "ROUNDS_SECRET_KEY": SECRET,
        "ROUNDS_LOG_LEVEL": "info",
        **settings,
    }
    program = SERVE if clock is None else BY_A_CLOCK.format(clock=str(clock)) + SERVE
    command = [sys.executable, "-c", program, "serve", "--port", "0"]
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert process.stderr is not None
    host, port = _listening_at(process.stderr)
    # Whoever does not read on leaves the server with a full pipe.
    Thread(target=process.stderr.read, daemon=True).start()
    return Server(process=process, door=HttpDoor(host, port))


@contextmanager
def serving(url: str, var: Path, *, workers: int = 2, clock: Path | None = None, **settings: str) -> Iterator[Server]:
    """A server that is there until the block ends, and then ends in good order."""
    server = start(url, var, workers=workers, clock=clock, **settings)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    assert server.stop() == 0


def _listening_at(log: IO[str]) -> tuple[str, int]:
    said = []
    for line in log:
        said.append(line)
        if found := re.search(r"Listening at: http://([^:]+):(\d+)", line):
            return found[1], int(found[2])
    raise AssertionError(f"the server never listened:\n{''.join(said)}")
