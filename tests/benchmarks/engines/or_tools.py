"""OR-Tools routing alone: guided local search, or iterated local search with and without improving what it perturbs."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.time import HOUR
from optimizer.schedule.problem import Problem
from optimizer.schedule.world import NEVER
from tests.benchmarks.engines.engine import Answer, Deadline, Moment, Task
from tests.benchmarks.flat import FlatDay, obstacle

if TYPE_CHECKING:
    from ortools.constraint_solver import pywrapcp
    from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

SLACK = 24 * HOUR
"""How long anybody may wait, at least."""


class Search(StrEnum):
    GUIDED = "gls"
    ITERATED = "ils"
    ITERATED_IMPROVING = "ils+"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrTools:
    search: Search
    package: str = "ortools"
    limit: str = "time_limit of the search parameters"

    @property
    def name(self) -> str:
        return f"ortools-{self.search.value}"

    def obstacle(self, problem: Problem) -> str:
        return obstacle(problem)

    def warm_up(self) -> None:
        import ortools.constraint_solver.pywrapcp
        import ortools.constraint_solver.routing_ils_pb2  # noqa: F401

    def plan(self, task: Task) -> Answer:
        from ortools.constraint_solver import pywrapcp

        deadline = Deadline.of(task)
        day = FlatDay.of(task.problem, price=task.price, serve_all=task.serve_all)
        manager = pywrapcp.RoutingIndexManager(
            len(day.road), len(day.homes), day.homes[:, 0].tolist(), day.homes[:, 1].tolist()
        )
        routing = pywrapcp.RoutingModel(manager)
        moments: list[Moment] = []

        def orders(following: "pywrapcp.Assignment | None") -> dict[int, list[int]]:
            found = {}
            for shift in range(len(day.homes)):
                order, index = [], routing.Start(shift)
                while not routing.IsEnd(index):
                    after = routing.NextVar(index)
                    index = after.Value() if following is None else following.Value(after)
                    order.append(manager.IndexToNode(index))
                if order[:-1]:
                    found[shift] = order[:-1]
            return found

        def tell() -> None:
            moments.append(Moment(seconds=deadline.spent, orders=day.named(orders(None))))

        _costs(routing, day)
        _times(routing, manager, day)
        _choices(routing, manager, day)
        if self.search is Search.GUIDED:
            routing.AddAtSolutionCallback(tell)
        parameters = _parameters(self.search, deadline)
        # The flag `use_iterated_local_search` is ignored by SolveWithParameters: the other door has to be taken.
        if self.search is Search.GUIDED:
            found = routing.SolveWithParameters(parameters)
        else:
            found = routing.SolveWithIteratedLocalSearch(parameters)
        if found is None:
            return Answer(orders=None, moments=tuple(moments))
        return Answer(orders=day.named(orders(found)), moments=tuple(moments))


def _costs(routing: "pywrapcp.RoutingModel", day: FlatDay) -> None:
    visits, shared = len(day.price), day.road * day.problem.weights.road
    if not day.wishes.any():
        routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(shared.tolist()))
        return
    evaluators: dict[bytes, int] = {}
    for shift, wishes in enumerate(day.wishes):
        key = wishes.tobytes()
        if key not in evaluators:
            points = shared.copy()
            points[:, :visits] += wishes
            evaluators[key] = routing.RegisterTransitMatrix(points.tolist())
        routing.SetArcCostEvaluatorOfVehicle(evaluators[key], shift)


def _times(routing: "pywrapcp.RoutingModel", manager: "pywrapcp.RoutingIndexManager", day: FlatDay) -> None:
    shifts = day.problem.shifts
    horizon = max((shift.ends for shift in shifts), default=0) + SLACK
    transit = routing.RegisterTransitMatrix((day.time + day.service[:, None]).tolist())
    routing.AddDimension(transit, horizon, horizon, False, "time")
    time = routing.GetDimensionOrDie("time")
    if day.problem.weights.waiting:
        time.SetSpanCostCoefficientForAllVehicles(day.problem.weights.waiting)
    for visit, windows in enumerate(day.windows):
        start = time.CumulVar(manager.NodeToIndex(visit))
        start.SetRange(max(0, windows[0][0]), windows[-1][1])
        for (_, before), (after, _) in pairwise(windows):
            start.RemoveInterval(before + 1, after - 1)
    nodes = [int(day.service[node]) for node in range(len(day.road))]
    for row, shift in enumerate(shifts):
        for end in (routing.Start(row), routing.End(row)):
            time.CumulVar(end).SetRange(shift.begins, shift.ends)
        if shift.breaks:
            solver = routing.solver()
            rests = [
                solver.FixedDurationIntervalVar(
                    rule.window.earliest, rule.window.latest, rule.duration, False, f"break {k} of {row}"
                )
                for k, rule in enumerate(shift.breaks)
            ]
            time.SetBreakIntervalsOfVehicle(rests, row, [nodes[manager.IndexToNode(i)] for i in range(routing.Size())])
    for column in day.limited:
        load = routing.RegisterUnaryTransitVector(
            [*day.loads[:, column].tolist(), *[0] * (len(day.road) - len(day.price))]
        )
        capacity = np.minimum(day.capacity[:, column], NEVER).tolist()
        routing.AddDimensionWithVehicleCapacity(load, 0, capacity, True, f"load {column}")


def _choices(routing: "pywrapcp.RoutingModel", manager: "pywrapcp.RoutingIndexManager", day: FlatDay) -> None:
    for visit, price in enumerate(day.price.tolist()):
        index = manager.NodeToIndex(visit)
        # Also where all must be served: without a price its first solution fails on such days, and so does the rest.
        routing.AddDisjunction([index], price)
        able = np.flatnonzero(day.fits[:, visit]).tolist()
        if len(able) < len(day.homes):
            # SetAllowedVehiclesForIndex raises TypeError in this wheel.
            routing.VehicleVar(index).SetValues([-1, *able])


def _parameters(search: Search, deadline: Deadline) -> "RoutingSearchParameters":
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    metaheuristics = routing_enums_pb2.LocalSearchMetaheuristic
    parameters.local_search_metaheuristic = metaheuristics.GUIDED_LOCAL_SEARCH
    if search is not Search.GUIDED:
        parameters.local_search_metaheuristic = metaheuristics.GREEDY_DESCENT
        parameters.use_iterated_local_search = True
        iterated = parameters.iterated_local_search_parameters
        iterated.improve_perturbed_solution = search is Search.ITERATED_IMPROVING
        iterated.reference_solution_acceptance_strategy.simulated_annealing.automatic_temperatures = True
        del iterated.ruin_recreate_parameters.ruin_strategies[:]
        ruin = iterated.ruin_recreate_parameters.ruin_strategies.add()
        ruin.sisr.max_removed_sequence_size = 10
        ruin.sisr.avg_num_removed_visits = 10
        ruin.sisr.bypass_factor = 0.01
    parameters.time_limit.FromNanoseconds(int(deadline.left * 1e9))
    return parameters
