"""Lower limits of what is still to come, compiled: backward over the graph of a shift.

`rest[n]` is the least reduced cost of any end of a day from node n on, visits repeated if need be, but never the one
just left (two-cycle elimination, Houck et al. 1980): a completion bound for labels (Baldacci et al. 2008), valid with
departure-time travel because the graph is.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.day_kernel import rest_seconds
from optimizer.schedule.kernels import closing_start, rest_after
from optimizer.schedule.world import ENDS, HOME, NEVER, PLACE, REST_COUNT, ROAD_POINTS, TAIL, WAIT_POINTS, Ints, World
from optimizer.solver.columns.graph_kernel import Graph, leaving, road_between
from optimizer.travel.compiled import inlined, kernel, unlocked

ENDLESS = 1 << 60
"""More than any reduced cost."""
WORTHLESS = -(1 << 50)
"""Earned by a visit that no day may have: less than any price."""


class Ends(NamedTuple):
    """What a shift's days may look like behind each node, whatever the prices. `N` nodes, `W` words of visits."""

    points: Ints
    """`[N]` least points of going home from a node; ENDLESS where it is too late for that."""
    late: Ints
    """`[N]` least overtime of going home."""
    ahead: Ints
    """`[N, W]` bits of the visits that may still follow."""


class Prices(NamedTuple):
    """At what a day is measured, in fixed point. `V` visits, `C` words of cuts."""

    worth: Ints
    """`[V]` what serving a visit earns."""
    point: int
    """Price of a point."""
    late: int
    """Price of a second of overtime, not negative."""
    working: int
    """What a day of this shift earns or (negative) costs by itself."""
    cuts: Ints
    """`[V, C]` bits of the subset-row cuts that hold a visit."""
    penalty: Ints
    """`[64 * C]` price of a cut, paid for each second visit of it; not negative."""


class Rest(NamedTuple):
    """Completion bounds at some prices."""

    least: Ints
    """`[N]`"""
    other: Ints
    """`[N]` the least when the first visit behind is not `via`."""
    via: NDArray[np.int32]
    """`[N]` the visit behind the node on the way to `least`; -1 when home."""
    gain: Ints
    """`[A]` least reduced cost from an arc on: its step, its visit and what comes behind."""


@kernel
def fill_ends(w: World, s: int, g: Graph, ends: Ends) -> None:
    """Fill the arrays of `ends` for a shift."""
    home = w.shifts[s, HOME + 1]
    for at in range(g.order.size - 1, -1, -1):
        n = g.order[at]
        v, taken, words = g.visit[n], g.taken[n], ends.ahead.shape[1]
        ends.points[n], ends.late[n] = ENDLESS, 0
        for word in range(words):
            ends.ahead[n, word] = 0
        if not w.fits[s, v]:
            continue
        door, free, until = w.visits[v, PLACE], g.opens[n] + w.visits[v, TAIL], g.closes[n] + w.visits[v, TAIL]
        late = NEVER
        for more in range(w.shifts[s, REST_COUNT] - taken + 1):
            if g.opens[n] > closing_start(w, s, v, taken, more):
                continue
            leave = rest_after(w, s, taken, more, free)
            least, _ = road_between(w, s, door, home, leave, leaving(w, s, taken, more, until))
            at_once, _ = road_between(w, s, door, home, leave, leave)
            idle = max(0, leave - until - rest_seconds(w, s, taken, more))
            ends.points[n] = min(ends.points[n], least * w.shifts[s, ROAD_POINTS] + idle * w.shifts[s, WAIT_POINTS])
            late = min(late, max(0, leave + at_once - w.shifts[s, ENDS]))
        if late < NEVER:
            ends.late[n] = late
        for arc in range(g.head[n], g.head[n + 1]):
            j = g.arc_visit[arc]
            if not w.fits[s, j]:
                continue
            for target in range(g.arc_first[arc], g.arc_last[arc] + 1):
                if leads_home(ends, target):
                    for word in range(words):
                        ends.ahead[n, word] |= ends.ahead[target, word]
                    ends.ahead[n, j >> 6] |= np.int64(1) << (j & 63)


@inlined
def leads_home(ends: Ends, n: int) -> bool:
    if ends.points[n] < ENDLESS:
        return True
    for word in range(ends.ahead.shape[1]):
        if ends.ahead[n, word] != 0:
            return True
    return False


@unlocked
def fill_rest(w: World, s: int, g: Graph, ends: Ends, p: Prices, rest: Rest) -> None:
    """Fill the completion bounds of a shift at some prices."""
    for at in range(g.order.size - 1, -1, -1):
        n = g.order[at]
        u = g.visit[n]
        least, other, via = ENDLESS, ENDLESS, -1
        if ends.points[n] < ENDLESS:
            least = ends.points[n] * p.point + ends.late[n] * p.late
        if w.fits[s, u] and p.worth[u] > WORTHLESS:
            for arc in range(g.head[n], g.head[n + 1]):
                j, behind = g.arc_visit[arc], ENDLESS
                if w.fits[s, j] and p.worth[j] > WORTHLESS:
                    for target in range(g.arc_first[arc], g.arc_last[arc] + 1):
                        behind = min(behind, rest.other[target] if rest.via[target] == u else rest.least[target])
                if behind >= ENDLESS >> 1:
                    rest.gain[arc] = ENDLESS
                    continue
                gain = behind + (g.arc_points[arc] + w.preference[s, j]) * p.point - p.worth[j]
                rest.gain[arc] = gain
                if gain < least:
                    if via != j:
                        other = least
                    least, via = gain, j
                elif gain < other and via != j:
                    other = gain
        rest.least[n], rest.other[n], rest.via[n] = least, other, via
