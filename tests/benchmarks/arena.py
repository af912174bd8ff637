"""One engine against one case: in a process of its own, on one core, for so many CPU seconds."""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log
from pathlib import Path

from tests.benchmarks.cases import Case
from tests.benchmarks.cpu_clock import CpuClock
from tests.benchmarks.engines.all import engine
from tests.benchmarks.engines.engine import Moment, Orders, Task, Used
from tests.benchmarks.judge import Verdict, judge, valued
from tests.benchmarks.rush_hour import Belief

ROOT = Path(__file__).parents[2]
PATIENCE, GRACE = 20, 240
"""Wall seconds that an engine gets for each of its own, and on top: a loaded machine is no fault of an engine."""
SHORTEST, STRETCH = 0.01, 1.15
"""Plans met on the way are judged at instants that lie further and further apart: judging many takes long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A better plan met on the way, judged: after so many seconds, worth so much; None when it breaks promises.

    `bound` is the value of the lower bound claimed with it, None where there is none.
    """

    seconds: float
    value: float | None
    bound: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One engine on one case. `verdict` is None when it gave no plan, and `fault` says why.

    `bound` is the value of what the engine claims to be a lower bound; None where it proves nothing.
    """

    case: str
    engine: str
    seconds: float
    seed: int
    verdict: Verdict | None
    fault: str
    orders: Orders | None
    cpu: float
    memory: int
    bound: float | None
    steps: tuple[Step, ...]

    @property
    def value(self) -> float | None:
        """What the plan is worth, None unless it keeps every promise."""
        return self.verdict.value if self.verdict is not None and self.verdict.is_feasible else None


def run(case: Case, name: str, *, seconds: float, seed: int, clock: CpuClock, core: int = 0) -> Run:
    """Let an engine plan and judge what it says; a crash or a refusal is an answer too.

    `name` may say what the engine is told about travel: `vroom@padded` plans with one padded time an arc, and is judged
    by what travel really takes.
    """
    plain, _, belief = name.partition("@")
    if belief and case.roads is None:
        return _failed(case, name, seconds, seed, "travel is the same all day")
    told_day = case.believing(Belief(belief)) if belief else case
    if reason := engine(plain).obstacle(told_day.problem):
        return _failed(case, name, seconds, seed, reason)
    task = Task(problem=told_day.problem, price=case.price, serve_all=case.serve_all, seconds=seconds, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        asked, told, page = (Path(folder) / part for part in ("task", "answer", "clock"))
        asked.write_bytes(pickle.dumps(task))
        command = [sys.executable, "-m", "tests.benchmarks.engines.process", plain, str(core), str(asked), str(told)]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **clock.environment(page)},
                capture_output=True,
                text=True,
                timeout=PATIENCE * seconds + GRACE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _failed(case, name, seconds, seed, "did not stop")
        if not told.exists():
            last = (done.stderr.strip().splitlines() or [""])[-1]
            return _failed(case, name, seconds, seed, f"died with {done.returncode}: {last}")
        used: Used = pickle.loads(told.read_bytes())  # noqa: S301
    answer = used.answer
    moments = list(thinned(answer.moments))
    if answer.orders is not None:
        moments.append(Moment(seconds=used.clock, orders=answer.orders, bound=answer.bound))
    # A bound holds for the day that was planned: only where that is the day judged does it say anything.
    bound = answer.bound if not belief else None
    return Run(
        case=case.name,
        engine=name,
        seconds=seconds,
        seed=seed,
        verdict=None if answer.orders is None else judge(case, answer.orders),
        fault="no plan found" if answer.orders is None else "",
        cpu=used.cpu,
        memory=used.memory,
        orders=answer.orders,
        bound=None if bound is None else valued(case, bound),
        steps=tuple(_judged(case, moment) for moment in moments),
    )


def thinned(moments: Sequence[Moment]) -> Iterator[Moment]:
    """The first moment, then the last within each stretch of time a little longer than the one before."""
    stretches: dict[int, Moment] = {}
    for number, moment in enumerate(moments):
        late = ceil(log(max(moment.seconds, SHORTEST) / SHORTEST, STRETCH))
        stretches[late if number > 0 else -1] = moment
    yield from stretches.values()


def _judged(case: Case, moment: Moment) -> Step:
    verdict = judge(case, moment.orders)
    return Step(
        seconds=moment.seconds,
        value=verdict.value if verdict.is_feasible else None,
        bound=None if moment.bound is None else valued(case, moment.bound),
    )


def _failed(case: Case, name: str, seconds: float, seed: int, fault: str) -> Run:
    return Run(
        case=case.name,
        engine=name,
        seconds=seconds,
        seed=seed,
        verdict=None,
        fault=fault,
        orders=None,
        cpu=0.0,
        memory=0,
        bound=None,
        steps=(),
    )
