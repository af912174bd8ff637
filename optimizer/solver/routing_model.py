"""The only door to OR-Tools routing: a day as a routing model with registered matrices, and orders back.

The model is an approximation: it knows one travel time an arc (see `TravelView`), no breaks, and leaves waiting out of
its cost. Whoever takes its orders times them anew. Nodes are the visits, then the start and the end of each shift. A
node's cumulated time is the session's start, so windows are plain bounds and set-up is owed by the arc.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.constraint_solver.routing_ils_pb2 import SISRRuinStrategy
from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    ENDS,
    HOME,
    LEAD,
    LEFT_OUT,
    LIMITS,
    LOAD,
    NEVER,
    NOWHERE,
    PLACE,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WINDOWS,
    Ints,
    World,
    is_steady,
)
from optimizer.solver.assignment import Assignment

HORIZON = 3 * 24 * 3600
"""An end of time for dimensions, seconds, where no window and no shift ends later."""
STRINGS = SISRRuinStrategy(max_removed_sequence_size=10, avg_num_removed_visits=10, bypass_factor=0.01)
"""What iterated local search ruins at a time: strings of neighbours, Christiaens and Vanden Berghe 2020."""


class TravelView(StrEnum):
    """Which one travel time an arc has: what it takes when its visits are likely, or the longest it ever may take.

    With travel that never gets shorter than the view says, orders keep their times when timed exactly.
    """

    LIKELY = "likely"
    LONGEST = "longest"


def views(day: Day) -> tuple[TravelView, ...]:
    """The views worth searching: one where travel is the same all day."""
    return (TravelView.LIKELY,) if is_steady(day.world.road) else (TravelView.LIKELY, TravelView.LONGEST)


class RoutingModel:
    """One search model. Build it anew for each view and search; search it once."""

    def __init__(self, day: Day, view: TravelView) -> None:
        self._world = world = day.world
        self._shifts, self._visits = world.fits.shape
        starts = [self._visits + 2 * shift for shift in range(self._shifts)]
        ends = [start + 1 for start in starts]
        count = self._visits + 2 * self._shifts
        self._manager = pywrapcp.RoutingIndexManager(count, self._shifts, starts, ends)
        self._routing = pywrapcp.RoutingModel(self._manager)
        roads = [_between_nodes(world, table, view) for table in world.road]
        self._costs(roads)
        self._times(day, roads)
        self._loads([_between_nodes(world, table, view) for table in world.drive])
        self._choices()

    def guided(self, first: Assignment, *, branches: int, seconds: float) -> Assignment | None:
        """Improve an assignment by guided local search; the best one met.

        Parameters
        ----------
        branches
            How much of the local search to pay for: a count, so that a slow machine finds the same.
        seconds
            The safety net.
        """
        parameters = _parameters(seconds)
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        self._routing.AddSearchMonitor(self._routing.solver().BranchesLimit(branches))
        self._routing.CloseModelWithParameters(parameters)
        known = self._routing.ReadAssignmentFromRoutes(
            [[self._manager.NodeToIndex(visit) for visit in order] for order in first], True
        )
        if known is None:
            found = self._routing.SolveWithParameters(parameters)
        else:
            found = self._routing.SolveFromAssignmentWithParameters(known, parameters)
        return None if found is None else self._orders(found)

    def iterated(self, *, solutions: int, seconds: float) -> Assignment | None:
        """Iterated local search from a first solution of its own: strings of neighbours are ruined, put back and
        improved, and what is a little worse is sometimes kept.

        Parameters
        ----------
        solutions
            How many solutions to look at, those of the first descent included: a count, as above.
        seconds
            The safety net: solutions that could not be made whole again are not counted.
        """
        parameters = _parameters(seconds)
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
        parameters.solution_limit = solutions
        parameters.use_iterated_local_search = True
        iterated = parameters.iterated_local_search_parameters
        iterated.improve_perturbed_solution = True
        iterated.reference_solution_acceptance_strategy.simulated_annealing.automatic_temperatures = True
        ruins = iterated.ruin_recreate_parameters.ruin_strategies
        del ruins[:]
        ruins.add().sisr.CopyFrom(STRINGS)
        # SolveWithParameters says nothing and searches otherwise: it ignores `use_iterated_local_search`.
        found = self._routing.SolveWithIteratedLocalSearch(parameters)
        return None if found is None else self._orders(found)

    def _orders(self, found: pywrapcp.Assignment) -> Assignment:
        orders = []
        for shift in range(self._shifts):
            order, index = [], found.Value(self._routing.NextVar(self._routing.Start(shift)))
            while not self._routing.IsEnd(index):
                order.append(self._manager.IndexToNode(index))
                index = found.Value(self._routing.NextVar(index))
            orders.append(tuple(order))
        return tuple(orders)

    def _registered(self, tables: Sequence[Ints]) -> list[int]:
        """For each shift the transit of its table of `[node, node]`."""
        transits = [self._routing.RegisterTransitMatrix(table.tolist()) for table in tables]
        return [transits[table] for table in self._world.shifts[:, TABLE]]

    def _costs(self, roads: Sequence[Ints]) -> None:
        """Points an arc: road and missed preferences."""
        world, longest = self._world, max(int(road.max(initial=0)) for road in roads)
        for shift in range(self._shifts):
            points = roads[world.shifts[shift, TABLE]] * world.shifts[shift, ROAD_POINTS]
            points[:, : self._visits] += world.preference[shift]
            self._routing.SetArcCostEvaluatorOfVehicle(self._routing.RegisterTransitMatrix(points.tolist()), shift)
        self._tier = int(10 * (longest + 1) * max(1, self._visits) * world.shifts[:, ROAD_POINTS].max())

    def _times(self, day: Day, roads: Sequence[Ints]) -> None:
        world, routing, service = self._world, self._routing, _service(self._world)
        transits = self._registered([road + service for road in roads])
        latest = max(
            HORIZON, int(world.shifts[:, BACK_BY].max()), int(world.visits[:, WINDOWS + 1 :: 2].max(initial=0))
        )
        routing.AddDimensionWithVehicleTransits(transits, latest, latest, False, "time")
        time = routing.GetDimensionOrDie("time")
        for visit in range(self._visits):
            start = time.CumulVar(self._manager.NodeToIndex(visit))
            windows = [(w.earliest, w.latest) for w in day.problem.visits[visit].starts]
            if not windows:
                continue
            start.SetRange(max(0, windows[0][0]), max(0, windows[-1][1]))
            for (_, before), (after, _) in pairwise(windows):
                start.RemoveInterval(before + 1, after - 1)
        for shift, row in enumerate(world.shifts.tolist()):
            leave, back = time.CumulVar(routing.Start(shift)), time.CumulVar(routing.End(shift))
            leave.SetRange(max(0, row[BEGINS]), latest)
            back.SetRange(0, min(latest, row[BACK_BY]))
            if row[BACK_BY] > row[ENDS]:
                time.SetCumulVarSoftUpperBound(routing.End(shift), row[ENDS], self._tier)

    def _loads(self, drives: Sequence[Ints]) -> None:
        world, routing = self._world, self._routing
        for column, name in enumerate(("visits", "hands_on", "heavy", "driving")):
            limits = world.shifts[:, LIMITS + column]
            if (limits >= NEVER).all():
                continue
            if name == "driving":
                transits = self._registered(drives)
            else:
                load = np.zeros(len(drives[0]), dtype=np.int64)
                load[: self._visits] = world.visits[:, LOAD + column]
                transits = [routing.RegisterUnaryTransitVector(load.tolist())] * self._shifts
            capacity = np.minimum(limits, 1 << 30).tolist()
            routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, capacity, True, name)

    def _choices(self) -> None:
        """Who may take a visit, and what it costs to leave it out: any required priority outweighs all below."""
        world, routing = self._world, self._routing
        required, optional = world.visits[:, LEFT_OUT].tolist(), world.visits[:, LEFT_OUT + 1].tolist()
        above = self._tier * (1 + sum(optional))
        for visit in range(self._visits):
            index = self._manager.NodeToIndex(visit)
            able = np.flatnonzero(world.fits[:, visit]).tolist()
            routing.VehicleVar(index).SetValues([-1, *able])
            penalty = self._tier * optional[visit] + above * required[visit]
            routing.AddDisjunction([index], min(penalty, 1 << 50))


def _parameters(seconds: float) -> RoutingSearchParameters:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    return parameters


def _nodes(world: World) -> Ints:
    """The place of each node, NOWHERE where a shift has none."""
    return np.concatenate([world.visits[:, PLACE], world.shifts[:, HOME : HOME + 2].reshape(-1)])


def _between_nodes(world: World, table: NDArray[np.int32], view: TravelView) -> Ints:
    """`[node, node]` seconds between the nodes in a view of one table of travel; none from or to nowhere."""
    nodes = _nodes(world)
    between = table[:, nodes[:, None], nodes[None, :]].astype(np.int64)
    if view is TravelView.LONGEST:
        seconds: Ints = between.max(axis=0)
    else:
        moment = _likely_departure(world)
        band = np.clip(np.searchsorted(world.band_starts, moment, side="right") - 1, 0, len(table) - 1)
        seconds = np.take_along_axis(between, band[None], axis=0)[0]
    seconds[nodes == NOWHERE, :] = 0
    seconds[:, nodes == NOWHERE] = 0
    seconds[nodes[:, None] == nodes[None, :]] = 0
    return seconds


def _likely_departure(world: World) -> Ints:
    """`[node, node]` when an arc is likely driven: between the middle of one visit's windows and of the other's."""
    first, last = world.visits[:, WINDOWS::2].min(axis=1), world.visits[:, WINDOWS + 1 :: 2].max(axis=1)
    begins, ends = world.shifts[:, BEGINS], world.shifts[:, ENDS]
    first = np.clip(first, begins.min(), ends.max())
    last = np.clip(last, first, ends.max())
    middle = (first + last) // 2
    leave = np.concatenate([middle + world.visits[:, TAIL], np.stack([begins, ends], axis=1).reshape(-1)])
    reach = np.concatenate([middle - world.visits[:, LEAD], np.stack([begins, ends], axis=1).reshape(-1)])
    moment: Ints = (leave[:, None] + reach[None, :]) // 2
    return moment


def _service(world: World) -> Ints:
    """`[node, node]` seconds owed between two session starts besides the road: tail of one, lead of the other."""
    nodes, visits = _nodes(world), len(world.visits)
    lead, tail = np.zeros((2, len(nodes)), dtype=np.int64), np.zeros((2, len(nodes)), dtype=np.int64)
    lead[:, :visits], tail[:, :visits] = world.visits[:, LEAD : LEAD + 2].T, world.visits[:, TAIL : TAIL + 2].T
    same = np.zeros((len(nodes), len(nodes)), dtype=np.bool_)
    same[:visits, :visits] = nodes[:visits, None] == nodes[None, :visits]
    owed: Ints = np.where(same, tail[1][:, None] + lead[1][None, :], tail[0][:, None] + lead[0][None, :])
    return owed
