"""The comparison in small, for its soundness only: nothing here is about speed.

OR-Tools stands for the peers, because it is installed wherever Rounds is; the others are asked where they are.
"""

from importlib.util import find_spec

import pytest

from optimizer.domain.time import MINUTE
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from tests.benchmarks.arena import Run, run
from tests.benchmarks.cases import Case, cases
from tests.benchmarks.cpu_clock import CpuClock
from tests.benchmarks.drive import departures, drive
from tests.benchmarks.engines.all import engine
from tests.benchmarks.judge import judge
from tests.benchmarks.references import References
from tests.benchmarks.rush_hour import Belief
from tests.benchmarks.tables import table
from tests.builders import problem, roads, shift, visit, window

SECONDS = 0.5
PEERS = ("ortools-gls", "ortools-ils+", "pyvrp", "vroom", "vrp-cli", "kayros")


@pytest.fixture(scope="module")
def clock() -> CpuClock:
    return CpuClock.build()


def only(name: str) -> Case:
    (case,) = cases(name, [1])
    return case


@pytest.mark.slow
@pytest.mark.parametrize("name", ["made-up-1x7", "made-up-3x14", "hhcrsp-2x10", "office-7x7"])
def test_every_plan_is_judged_and_no_bound_lies_above_what_anybody_has_shown(name: str, clock: CpuClock) -> None:
    case = only(name)
    installed = [peer for peer in PEERS if not engine(peer).obstacle(case.problem)]
    runs = [run(case, peer, seconds=SECONDS, seed=1, clock=clock) for peer in ("rounds", *installed)]
    ours = runs[0]
    assert ours.value is not None, ours
    for each in runs:
        assert each.verdict is not None, each.fault
        assert each.verdict.served + each.verdict.left_out == len(case.problem.visits)
        assert each.verdict.is_feasible, f"{each.engine}: {each.verdict.first}"
    shown = [step.value for each in runs for step in each.steps if step.value is not None]
    assert ours.value <= min(step.value for step in ours.steps if step.value is not None)
    for each in runs:
        assert each.bound is None or each.bound <= min(shown), f"{each.engine} claims {each.bound} of {min(shown)}"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("kayros") is None, reason="kayros is not installed (dependency group bench)")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_solver_that_knows_nothing_of_ours_proves_the_same_rush_hour_day(seed: int, clock: CpuClock) -> None:
    (case,) = cases("office-8x8", [seed])
    ours, theirs = (run(case, name, seconds=5, seed=1, clock=clock) for name in ("rounds", "kayros"))
    assert ours.value is not None, ours
    assert ours.bound == ours.value
    assert theirs.value is not None, theirs
    assert theirs.bound is not None
    drives = 2 * len(case.problem.visits)
    assert theirs.bound <= ours.value <= theirs.value <= theirs.bound + drives + 1


def test_the_judge_names_a_promise_that_a_peer_has_broken() -> None:
    travel = roads({("home", "a"): 10, ("home", "b"): 10, ("a", "b"): 30})
    day = problem([visit("first", "a", window("9:15")), visit("second", "b", window("10:30"))], [shift()], travel)
    verdict = judge(Case(name="day", problem=day, price=30_000), {"taylor": ["first", "second"]})
    assert not verdict.is_feasible
    assert verdict.first.startswith("time_window taylor second")


def test_a_visit_left_out_costs_its_price_and_is_a_fault_where_all_must_be_served() -> None:
    travel = roads({("home", "a"): 10})
    day = problem([visit("first", "a")], [shift()], travel)
    free = judge(Case(name="day", problem=day, price=30_000), {})
    assert (free.value, free.left_out, free.is_feasible) == (30_000, 1, True)
    strict = judge(Case(name="day", problem=day, price=30_000, serve_all=True), {})
    assert strict.first == "1 visits left out of a day that has room for all"


def test_a_day_planned_for_empty_roads_is_driven_later_than_one_that_knows_the_hour() -> None:
    case = only("rush-1x7")
    assert case.roads is not None
    worst = {}
    for belief in (None, Belief.FREE_FLOW):
        planned = case.problem if belief is None else case.believing(belief).problem
        orders = {day.shift.id: day.order for day in solve(planned, SolveParams()).plan}
        driven = drive(case.problem, case.roads, orders, departures(planned, orders))
        worst[belief] = max(driven.lateness + driven.overtime)
        assert driven.served == sum(map(len, orders.values()))
    assert worst[None] <= MINUTE
    assert worst[Belief.FREE_FLOW] > worst[None]


def test_made_up_days_are_the_same_for_the_same_seed_and_leave_room_where_asked() -> None:
    one, same, other = only("made-up-3x14"), only("made-up-3x14"), next(cases("made-up-3x14", [2]))
    assert one.problem.visits == same.problem.visits
    assert one.problem.visits != other.problem.visits
    fixed = sum(v.windows[0].is_fixed for case in (one, other) for v in case.problem.visits)
    assert 0 < fixed < 28


def test_a_reference_is_the_best_anybody_has_shown_until_a_bound_proves_it() -> None:
    case = only("made-up-1x7")
    shown = _run(case, "pyvrp", value=120.0, bound=None), _run(case, "vroom", value=110.0, bound=None)
    references = References()
    references.learn([case], shown)
    assert references.of(case).says == "110 (vroom)"
    assert references.gap(case, 121.0) == pytest.approx(10.0)
    references.learn([case], [_run(case, "rounds", value=110.0, bound=110.0)])
    assert references.of(case).is_proven
    assert "| 9.09 " in table([case], shown[:1], references)


def _run(case: Case, name: str, *, value: float, bound: float | None) -> Run:
    verdict = judge(case, {})
    return Run(
        case=case.name,
        engine=name,
        seconds=1,
        seed=1,
        verdict=type(verdict)(objective=verdict.objective, value=value, served=7, left_out=0, broken=0, first=""),
        fault="",
        orders={},
        cpu=1.0,
        memory=0,
        bound=bound,
        steps=(),
    )
