"""Pricing: for each class of shifts the days worth adding at given prices, and the least reduced cost, exactly.

Prices are integers in fixed point, so the sums that make a lower limit have no rounding error: any prices give a valid
one (Lagrangian relaxation), good prices a good one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from optimizer.schedule.day_kernel import blank_sheet
from optimizer.schedule.timeline import Day
from optimizer.schedule.world import LIMITS, NEVER, NOWHERE, PLACE, REST_COUNT, TABLE, TAIL, WINDOWS, Ints, World
from optimizer.solver.columns.bound_kernel import ENDLESS, Ends, Prices, Rest, fill_ends, fill_rest
from optimizer.solver.columns.classes import ShiftClass
from optimizer.solver.columns.graph_kernel import Graph, build_graph
from optimizer.solver.columns.label_kernel import EVERY, FULL, SETS, Found, Rules, grow, write_days

SCALE = 1 << 16
"""Fixed point: parts of a unit of the objective."""

BINS = 64
"""Into how many bins the span of all windows is cut, unless treatments are shorter than a bin."""

PATIENCE = 20_000_000
"""Comparisons of labels for one class, a second of a slow core: nothing else ends a pricing before its end."""

LABELS_A_BUCKET = 8
"""Labels of the same hash, about, when a table is full."""

MOST_NODES = 200_000
"""A graph larger than this is not built: nothing is proven then."""


class TooLarge(Exception):
    """The graph of the day would not fit memory; column generation has nothing to say about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A day of a class: visits (rows) as served, overtime and points by the timeline."""

    number: int
    visits: tuple[int, ...]
    overtime: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The answer for one class.

    `least` is a lower limit of every day's reduced cost (fixed point, at most 0); exact where `is_complete`.
    """

    routes: tuple[Route, ...]
    least: int
    is_complete: bool
    labels: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Workspace:
    """Arrays that one thread works in, large enough for every class."""

    labels: Ints
    heads: Ints
    same: Ints
    rest: Rest

    @classmethod
    def of(cls, labels: int, visits: int, cut_words: int, graphs: Sequence[Graph]) -> Self:
        nodes = max(len(graph.opens) for graph in graphs)
        arcs = max(int(graph.head[-1]) for graph in graphs)
        return cls(
            labels=np.empty((labels, SETS + words_of(visits) + cut_words), dtype=np.int64),
            heads=np.empty(nodes, dtype=np.int64),
            same=np.empty(1 << max(10, (labels // LABELS_A_BUCKET).bit_length()), dtype=np.int64),
            rest=Rest(
                np.empty(nodes, dtype=np.int64),
                np.empty(nodes, dtype=np.int64),
                np.empty(nodes, dtype=np.int32),
                np.empty(arcs, dtype=np.int64),
            ),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pricer:
    """One class, ready to be priced."""

    world: World
    number: int
    row: int
    graph: Graph
    ends: Ends
    loads: bool
    driving: bool
    together: bool

    def price(self, prices: Prices, space: Workspace, *, mode: int, threshold: int = 0, most: int = 30) -> Priced:
        """Days with a reduced cost below `threshold`, at most `most` of them, the best first."""
        fill_rest(self.world, self.row, self.graph, self.ends, prices, space.rest)
        rules = Rules(mode, self.loads, self.driving, self.together, PATIENCE)
        found = Found(np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64), np.zeros(3, dtype=np.int64))
        width = SETS + self.ends.ahead.shape[1] + prices.cuts.shape[1]
        table = (
            space.labels
            if space.labels.shape[1] == width
            else space.labels.reshape(-1)[: space.labels.size // width * width].reshape(-1, width)
        )
        heads = space.heads[: len(self.graph.opens)]
        labels = grow(
            self.world,
            self.row,
            self.graph,
            self.ends,
            prices,
            space.rest,
            rules,
            threshold,
            table,
            heads,
            space.same,
            found,
        )
        is_complete = labels != FULL and mode != 0
        least = int(found.sums[2]) if is_complete else -ENDLESS
        count = 0 if mode == EVERY and not is_complete else int(found.sums[0])
        best = np.argsort(found.cost[:count], kind="stable")
        found.label[:count] = found.label[best]
        return Priced(
            routes=tuple(self._routes(table, found, count)),
            least=min(0, least),
            is_complete=is_complete,
            labels=len(table) if labels == FULL else labels,
        )

    def _routes(self, table: Ints, found: Found, count: int) -> list[Route]:
        visits = len(self.world.visits)
        sheet = blank_sheet(visits, int(self.world.shifts[self.row, REST_COUNT]))
        routes: list[Route] = []
        for first in range(0, count, 4096):
            size = min(4096, count - first)
            orders, figures = np.empty((size, visits), dtype=np.int64), np.empty((size, 3), dtype=np.int64)
            write_days(self.world, self.row, self.graph, table, found, first, orders, figures, sheet)
            for order, (length, overtime, points) in zip(orders, figures.tolist(), strict=True):
                visited = tuple(order[:length].tolist())
                routes.append(Route(number=self.number, visits=visited, overtime=overtime, points=points))
        return routes


def words_of(bits: int) -> int:
    return max(1, -(-bits // 64))


def pricers(day: Day, classes: Sequence[ShiftClass]) -> tuple[Pricer, ...]:
    """The pricers of all classes; those with the same breaks and the same travel share a graph.

    Raises
    ------
    TooLarge
        When a graph would have more than `MOST_NODES` nodes or visits take no time.
    """
    world = day.world
    length = _bin_length(world)
    graphs: dict[bytes, Graph] = {}
    found: list[Pricer] = []
    for number, one in enumerate(classes):
        key = world.shifts[one.row, TABLE:].tobytes()
        if key not in graphs:
            graphs[key] = build_graph(world, one.row, length)
        found.append(_pricer(world, number, one.row, graphs[key]))
    return tuple(found)


def _pricer(world: World, number: int, row: int, graph: Graph) -> Pricer:
    nodes, words = len(graph.opens), words_of(len(world.visits))
    ends = Ends(
        np.empty(nodes, dtype=np.int64), np.empty(nodes, dtype=np.int64), np.empty((nodes, words), dtype=np.int64)
    )
    fill_ends(world, row, graph, ends)
    limits = world.shifts[row, LIMITS : LIMITS + 5]
    drive = world.drive[world.shifts[row, TABLE]]
    changes = not (drive == drive[:1]).all()
    return Pricer(
        world=world,
        number=number,
        row=row,
        graph=graph,
        ends=ends,
        loads=bool((limits[:3] < NEVER).any()),
        driving=bool(limits[3] < NEVER),
        together=changes and (limits[3] < NEVER or _may_be_too_long(world, row, int(limits[4]))),
    )


def _may_be_too_long(world: World, row: int, longest: int) -> bool:
    """Whether some drive is longer than allowed at one time of the day and not at another."""
    doors = world.visits[world.fits[row], PLACE]
    homes = world.shifts[row, :2]
    places = np.unique(np.concatenate([doors, homes[homes != NOWHERE]]))
    drives = world.drive[world.shifts[row, TABLE]][:, places[:, None], places[None, :]]
    return bool(((drives.min(axis=0) <= longest) & (drives.max(axis=0) > longest)).any())


def _bin_length(world: World) -> int:
    """Seconds of a bin: shorter than any treatment, so that the graph has no way back in time."""
    opens, closes = world.visits[:, WINDOWS::2], world.visits[:, WINDOWS + 1 :: 2]
    used = opens <= closes
    span = int(closes[used].max(initial=0) - opens[used].min(initial=0)) if used.any() else 0
    shortest = int(world.visits[:, [TAIL, TAIL + 1]].min(initial=NEVER))
    length = max(1, min(-(-span // BINS), shortest))
    nodes = int((np.where(used, closes - opens, 0) // length + used).sum()) * (1 + _most_breaks(world))
    if shortest < 1 or nodes > MOST_NODES:
        raise TooLarge(f"{nodes} bins of {length} seconds")
    return length


def _most_breaks(world: World) -> int:
    return int(world.shifts[:, REST_COUNT].max(initial=0))
