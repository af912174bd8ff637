"""kayros, the referee of proofs: branch, price and cut for time-dependent routing, one kind of day only.

Its `lera` component proves optima of the least total duration (Lera-Romero, Miranda Bront and Soulignac 2020). Duration
is road, waiting and service, so with road and waiting at one point a second and all starts fixed its optimum is Rounds'
optimum plus the service, but for fractions of a second that Rounds cuts off at each drive. It takes as many therapists
as it likes, and where starts are free begins when it likes: there it is a lower bound.
"""

import importlib.util
from dataclasses import dataclass

from optimizer.domain.itinerary import Objective
from optimizer.domain.time import HOUR
from optimizer.schedule.problem import Problem
from tests.benchmarks.engines.engine import Answer, Deadline, Task
from tests.benchmarks.flat import same_all_over

END = 30 * HOUR
"""Where its arrival functions end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """The fields of an instance that `lera` reads; vertex 0 is the office."""

    name: str
    num_customers: int
    num_vehicles: int
    vehicle_capacity: int
    demands: list[int]
    service_times: list[int]
    time_windows: list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    instance: _Day
    atfs: "object"


class Kayros:
    name = "kayros"
    package = "kayros"
    limit = "time_limit_s of the exact component"

    def obstacle(self, problem: Problem) -> str:
        if importlib.util.find_spec("kayros") is None:
            return "not installed"
        weights = problem.weights
        if weights.road != 1 or weights.waiting != 1:
            return "minimises duration only"
        return same_all_over(problem)

    def warm_up(self) -> None:
        import kayros.lera  # noqa: F401

    def plan(self, task: Task) -> Answer:
        from kayros.lera import routes_to_mamut, solve_duration

        deadline, problem = Deadline.of(task), task.problem
        result = solve_duration(_loaded(problem), time_limit_s=deadline.left)
        service = sum(visit.lead + visit.tail for visit in problem.visits)
        log = result["exact_log"]
        bound = result.get("value") if log["status"] == "Optimum" else log.get("best_bound")
        routes = routes_to_mamut(result.get("routes") or [], len(problem.visits))
        orders = {
            shift.id: tuple(problem.visits[vertex - 1].id for vertex in route if vertex > 0)
            for shift, route in zip(problem.shifts, routes, strict=False)
        }
        return Answer(orders=orders or None, bound=None if bound is None else _proven(bound - service, problem))


def _proven(cost: float, problem: Problem) -> Objective:
    """A bound on whole seconds: each drive may lose a fraction of one."""
    drives = 2 * len(problem.visits)
    return Objective(
        required_left_out=0, optional_left_out=0, promises_moved=0, overtime=0, cost=max(0, int(cost) - drives)
    )


def _loaded(problem: Problem) -> _Loaded:
    from mamut_routing_lib.td import NDCPWLF, InstanceATFs

    shift, travel = problem.shifts[0], problem.travel
    assert shift.start_place is not None
    rows = [travel.index[shift.start_place.id], *(travel.index[visit.place.id] for visit in problem.visits)]
    starts = travel.starts.tolist()
    departures = [0, *(start for start in starts if 0 < start < END), END]
    bands = [max(0, sum(start <= moment for start in starts) - 1) for moment in departures]
    arcs = {
        (i, j): NDCPWLF(
            [float(moment) for moment in departures],
            [float(moment + travel.seconds[band, a, b]) for moment, band in zip(departures, bands, strict=True)],
        )
        for i, a in enumerate(rows)
        for j, b in enumerate(rows)
        if i != j
    }
    visits = problem.visits
    day = _Day(
        name="day",
        num_customers=len(visits),
        num_vehicles=len(problem.shifts),
        vehicle_capacity=len(visits),
        demands=[0] + [1] * len(visits),
        service_times=[0, *(visit.lead + visit.tail for visit in visits)],
        time_windows=[
            (shift.begins, shift.ends),
            *((max(0, v.starts[0].earliest - v.lead), v.starts[0].latest - v.lead) for v in visits),
        ],
    )
    atfs = InstanceATFs(
        instance_name="day", benchmark_name="", horizon=(0.0, float(END)), num_customers=len(visits), arcs=arcs
    )
    return _Loaded(instance=day, atfs=atfs)
