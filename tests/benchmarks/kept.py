"""Runs that were done, kept in var/bench/runs: an interrupted table goes on where it stopped, and a run that two
chapters ask for is done once.

A run is known by all that decides it: the case's content, the engine with its version and its code, the limit, the
seed, the clock and the processor. Rounds is known by its whole code, so that a change of the optimiser runs it anew.
"""

import pickle
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from inspect import getfile
from pathlib import Path

from tests.benchmarks.arena import ROOT, Run
from tests.benchmarks.cases import Case
from tests.benchmarks.cpu_clock import VAR, CpuClock
from tests.benchmarks.engines.all import engine
from tests.benchmarks.tables import processor, version_of

RUNS = VAR / "runs"
JUDGES = ("arena.py", "judge.py", "flat.py", "engines/engine.py", "engines/process.py")
"""What every run goes through, below tests/benchmarks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The runs kept in a folder, made under one clock."""

    clock: CpuClock
    folder: Path = RUNS

    def find(self, case: Case, name: str, *, seconds: float, seed: int) -> Run | None:
        """The run that was done of this; None where there is none, or none that can be read."""
        # Written by an older version or cut off: done anew.
        with suppress(OSError, EOFError, AttributeError, TypeError, pickle.UnpicklingError):
            found = pickle.loads(self._file(case, name, seconds, seed).read_bytes())  # noqa: S301
            if isinstance(found, Run):
                return found
        return None

    def keep(self, case: Case, run: Run) -> None:
        """A run with a plan, or with a reason why there can be none; one that died or hung is tried again."""
        if run.verdict is None and not engine(run.engine.partition("@")[0]).obstacle(case.problem):
            return
        file = self._file(case, run.engine, run.seconds, run.seed)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(pickle.dumps(run))
        part.replace(file)

    def _file(self, case: Case, name: str, seconds: float, seed: int) -> Path:
        known_by = (case.content, name, _code(name.partition("@")[0]), seconds, seed, self.clock.says, processor())
        return self.folder / f"{sha256(repr(known_by).encode()).hexdigest()[:24]}.run"


@cache
def _code(name: str) -> str:
    """Version and digest of what an engine is, as it is asked here."""
    planner, digest = engine(name), sha256()
    for file in _sources(name, Path(getfile(type(planner)))):
        digest.update(file.read_bytes())
    return f"{version_of(planner.package)} {digest.hexdigest()}"


def _sources(name: str, adapter: Path) -> Iterator[Path]:
    yield adapter
    yield from (Path(__file__).parent / judge for judge in JUDGES)
    if name == "rounds":
        yield from sorted((ROOT / "optimizer").rglob("*.py"))
