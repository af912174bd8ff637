"""PyVRP: iterated local search in C++, very strong on long routes."""

import importlib.util
from typing import TYPE_CHECKING

import numpy as np

from optimizer.schedule.problem import Problem
from optimizer.schedule.world import NEVER
from tests.benchmarks.engines.engine import Answer, Deadline, Moment, Task
from tests.benchmarks.flat import FlatDay, Ints, obstacle

if TYPE_CHECKING:
    import pyvrp

FORBIDDEN = 10**9
"""Length of an arc that a therapist may not drive."""


class PyVrp:
    name = "pyvrp"
    package = "pyvrp"
    limit = "stop.MaxRuntime"

    def obstacle(self, problem: Problem) -> str:
        if importlib.util.find_spec("pyvrp") is None:
            return "not installed"
        if any(shift.breaks for shift in problem.shifts):
            return "knows no breaks"
        if any(len(visit.starts) > 1 for visit in problem.visits):
            return "several windows not modelled"
        if problem.weights.waiting > problem.weights.road:
            return "waiting dearer than the road"
        return obstacle(problem)

    def warm_up(self) -> None:
        import pyvrp  # noqa: F401

    def plan(self, task: Task) -> Answer:
        import pyvrp
        from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams
        from pyvrp.stop import MaxRuntime

        deadline = Deadline.of(task)
        day = FlatDay.of(task.problem, price=task.price, serve_all=task.serve_all)
        groups = _groups(day)
        moments: list[Moment] = []

        def tell(best: "pyvrp.Solution") -> None:
            if best.is_feasible():
                moments.append(Moment(seconds=deadline.spent, orders=_orders(day, groups, best)))

        class Tell(IteratedLocalSearchCallbacks):
            def on_start(self, algorithm: "pyvrp.IteratedLocalSearch") -> None:
                tell(algorithm.initial_solution)

            def on_best(self, best: "pyvrp.Solution") -> None:
                tell(best)

        result = pyvrp.solve(
            _model(day, groups),
            MaxRuntime(deadline.left),
            seed=task.seed,
            collect_stats=False,
            display=False,
            params=pyvrp.SolveParams(ils=IteratedLocalSearchParams(callbacks=Tell())),
        )
        best = result.best
        return Answer(orders=_orders(day, groups, best) if best.is_feasible() else None, moments=tuple(moments))


def _groups(day: FlatDay) -> list[list[int]]:
    """Rows of shifts that are alike in everything."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for row, shift in enumerate(day.problem.shifts):
        key = (*day.homes[row].tolist(), shift.begins, shift.ends, *day.capacity[row].tolist())
        alike.setdefault((*key, day.fits[row].tobytes(), day.wishes[row].tobytes()), []).append(row)
    return list(alike.values())


def _model(day: FlatDay, groups: list[list[int]]) -> "pyvrp.ProblemData":
    """Depots come first in PyVRP's locations; the rest of the nodes follow in their order."""
    import pyvrp

    visits, homes, weights = len(day.price), len(day.road) - len(day.price), day.problem.weights
    nodes = np.array([*range(visits, visits + homes), *range(visits)])
    costs, times, profiles = list[Ints](), list[Ints](), dict[bytes, int]()
    types = []
    for group in groups:
        row = group[0]
        key = day.fits[row].tobytes() + day.wishes[row].tobytes()
        if key not in profiles:
            profiles[key] = len(costs)
            cost, time = _arcs(day, row)
            costs.append(cost[np.ix_(nodes, nodes)])
            times.append(time[np.ix_(nodes, nodes)])
        shift = day.problem.shifts[row]
        types.append(
            pyvrp.VehicleType(
                len(group),
                [int(min(day.capacity[row, column], NEVER)) for column in day.limited],
                int(day.homes[row, 0]) - visits,
                int(day.homes[row, 1]) - visits,
                tw_early=shift.begins,
                tw_late=shift.ends,
                unit_distance_cost=1,
                unit_duration_cost=weights.waiting,
                profile=profiles[key],
            )
        )
    clients = [
        pyvrp.Client(
            homes + visit,
            delivery=[int(day.loads[visit, column]) for column in day.limited],
            service_duration=int(day.service[visit]),
            tw_early=max(0, day.windows[visit][0][0]),
            tw_late=day.windows[visit][0][1],
            prize=0 if day.serve_all else int(day.price[visit] + weights.waiting * day.service[visit]),
            required=day.serve_all,
        )
        for visit in range(visits)
    ]
    locations = [pyvrp.Location(0, 0) for _ in nodes]
    return pyvrp.ProblemData(locations, clients, [pyvrp.Depot(k) for k in range(homes)], types, costs, times)


def _arcs(day: FlatDay, row: int) -> tuple[Ints, Ints]:
    """Points and seconds of every arc for one shift. PyVRP prices whole days, so the road counts that much less."""
    weights, visits = day.problem.weights, len(day.price)
    cost, time = day.road * (weights.road - weights.waiting), day.time.copy()
    cost[:, :visits] += day.wishes[row]
    for barred in np.flatnonzero(~day.fits[row]).tolist():
        for arcs in (cost, time):
            arcs[:, barred] = arcs[barred, :] = FORBIDDEN
    for arcs in (cost, time):
        np.fill_diagonal(arcs, 0)
    return cost, time


def _orders(day: FlatDay, groups: list[list[int]], best: "pyvrp.Solution") -> dict[str, tuple[str, ...]]:
    free = [list(group) for group in groups]
    orders = {}
    for route in best.routes():
        order = [activity.idx for activity in route if activity.is_client()]
        if order:
            orders[free[route.vehicle_type()].pop()] = order
    return day.named(orders)
