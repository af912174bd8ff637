"""An engine's library in a process of its own: it may hold its interpreter, hang or crash, and costs one question."""

import socket
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock

from data.roads.door_book import Point
from data.roads.engine import EmptyRoads, EngineDown, TooFarFromRoad, version_of

START_SECONDS = 60.0
"""To open the files; a large country takes seconds where they are not in memory yet."""

MOST = {"osrm": 2_000, "valhalla": 100}
"""Points in a question: a second of OSRM, some seconds of Valhalla."""


class ChildEngine:
    """A `RoadEngine` out of a folder that `rounds roads build` has made. Safe to share between threads, which wait for
    each other; started with the first question, and again after it has died."""

    def __init__(self, name: str, folder: Path, *, version: str, timeout: float, avoid_tolls: bool = False) -> None:
        self.name = name
        self.version = version_of(version, avoid_tolls=avoid_tolls)
        self.avoids_tolls = avoid_tolls
        self.most = MOST[name]
        self._folder = folder
        self._timeout = timeout
        self._lock = Lock()
        self._line: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        """See `RoadEngine.ask`."""
        with self._lock:
            try:
                line = self._line or self._start()
                line.send((list(origins), list(destinations)))
                answer = self._hear(line, self._timeout)
            except (OSError, EOFError) as error:
                self._stop()
                raise EngineDown(f"the process of {self.name} has died") from error
        match answer:
            case EmptyRoads():
                return answer
            case EngineDown() | TooFarFromRoad():
                raise answer
            case _:
                raise EngineDown(f"the process of {self.name} answers something else")

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", f"{__package__}.child_main", self.name, str(self._folder)]
            tolls = "no-tolls" if self.avoids_tolls else "tolls"
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [*command, str(theirs.fileno()), tolls], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
        self._line = Connection(ours.detach())
        self._hear(self._line, START_SECONDS)
        return self._line

    def _hear(self, line: Connection, seconds: float) -> object:
        if not line.poll(seconds):
            self._stop()
            raise EngineDown(f"{self.name} did not answer within {seconds:g} seconds")
        return line.recv()

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None
