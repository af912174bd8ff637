"""The day as a graph, compiled: each visit's windows cut into bins, and which bin can lead to which.

A node is a visit, a number of breaks taken before it and a bin of its starts; bins have at most `length` seconds and a
fixed start is a bin of its own. An arc says that from some start in a bin some start in a range of bins is the
earliest possible next one, and what the step costs at the least. So the graph allows all that a label can do and a
little more: what is least in it is a lower limit, with departure-time travel and breaks as they are.

It depends on the breaks of a shift and on how long its drives take, but not on its hours: shifts that are alike in
both share one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.day_kernel import rest_seconds
from optimizer.schedule.kernels import rest_after, same_place, start_behind
from optimizer.schedule.world import (
    LEAD,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    RESTS,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WAIT_POINTS,
    WINDOWS,
    Ints,
    World,
)
from optimizer.travel.compiled import allocating, inlined, kernel
from optimizer.travel.kernels import travel_at

Small = NDArray[np.int32]


class Graph(NamedTuple):
    """`V` visits, `N` nodes, `A` arcs."""

    length: int
    """Seconds of a bin at the most."""
    windows: Ints
    """`[V, windows]` number of the visit's first bin in each window."""
    first: Ints
    """`[V]` the visit's first node; its nodes follow by breaks taken, then by time."""
    bins: Ints
    """`[V]` bins of a visit."""
    opens: Ints
    """`[N]` earliest start of a node."""
    closes: Ints
    """`[N]` latest start of a node."""
    visit: Small
    """`[N]`"""
    taken: Small
    """`[N]`"""
    order: Small
    """`[N]` nodes by rising `opens`: every arc leads to one that stands later."""
    head: Ints
    """`[N + 1]` arcs of node n are `head[n]` to `head[n + 1]`."""
    arc_visit: Small
    """`[A]` the visit that an arc leads to."""
    arc_more: Small
    """`[A]` breaks taken on the way."""
    arc_first: Small
    """`[A]` first node that it may lead to."""
    arc_last: Small
    """`[A]` last such node."""
    arc_points: Ints
    """`[A]` least points of the step, wishes not counted."""


@inlined
def node_of(w: World, g: Graph, v: int, taken: int, start: int) -> int:
    """The node of a start that lies in a window of v."""
    k = 0
    while start > w.visits[v, WINDOWS + 2 * k + 1]:
        k += 1
    return g.first[v] + taken * g.bins[v] + g.windows[v, k] + (start - w.visits[v, WINDOWS + 2 * k]) // g.length


@inlined
def road_between(w: World, s: int, i: int, j: int, first: int, last: int) -> tuple[int, int]:
    """The least and the most seconds on the road when leaving between two instants.

    Between two bands the time runs in a straight line, so both are found at the ends or where a band begins.
    """
    if i == NOWHERE or j == NOWHERE or i == j:
        return 0, 0
    road = w.road[w.shifts[s, TABLE]]
    least = travel_at(w.band_starts, road, i, j, first)
    most = least
    if last > first and w.band_starts.size > 1:
        seconds = travel_at(w.band_starts, road, i, j, last)
        least, most = min(least, seconds), max(most, seconds)
        for band in range(w.band_starts.size):
            if first < w.band_starts[band] < last:
                seconds = np.int64(road[band, i, j])
                least, most = min(least, seconds), max(most, seconds)
    return least, most


@inlined
def leaving(w: World, s: int, first: int, count: int, free: int) -> int:
    """When `count` breaks are over that begin no later than allowed, free at `free` or earlier: the latest such end."""
    over = rest_after(w, s, first, count, free)
    if over < NEVER:
        return over
    last = RESTS + 3 * (first + count - 1)
    return w.shifts[s, last + 1] + w.shifts[s, last + 2]


@kernel
def count_arcs(w: World, s: int, g: Graph) -> None:
    """Fill `head` with where the arcs of each node will begin."""
    total = 0
    for n in range(g.opens.size):
        g.head[n] = total
        u, taken = g.visit[n], g.taken[n]
        for v in range(g.first.size):
            if v == u:
                continue
            for more in range(w.shifts[s, REST_COUNT] - taken + 1):
                for ahead in range(more + 1):
                    if start_behind(w, s, u, v, g.opens[n], taken, ahead, more - ahead) < NEVER:
                        total += 1
                        break
    g.head[g.opens.size] = total


@kernel
def fill_arcs(w: World, s: int, g: Graph) -> None:
    """Fill the arcs' arrays, as many as `count_arcs` counted."""
    for n in range(g.opens.size):
        at, u, taken = g.head[n], g.visit[n], g.taken[n]
        for v in range(g.first.size):
            if v == u:
                continue
            for more in range(w.shifts[s, REST_COUNT] - taken + 1):
                first, last, points = NEVER, -NEVER, NEVER << 10
                for ahead in range(more + 1):
                    start = start_behind(w, s, u, v, g.opens[n], taken, ahead, more - ahead)
                    if start >= NEVER:
                        continue
                    here = same_place(w, u, v)
                    free, late = g.opens[n] + w.visits[u, TAIL + here], g.closes[n] + w.visits[u, TAIL + here]
                    then = start
                    if late > free:
                        then = start_behind(w, s, u, v, g.closes[n], taken, ahead, more - ahead)
                        if then >= NEVER:
                            then = last_of(w, v)
                    leave = rest_after(w, s, taken, ahead, free)
                    least, most = road_between(
                        w, s, w.visits[u, PLACE], w.visits[v, PLACE], leave, leaving(w, s, taken, ahead, late)
                    )
                    wait = max(0, start - w.visits[v, LEAD + here] - late - most - rest_seconds(w, s, taken, more))
                    points = min(points, least * w.shifts[s, ROAD_POINTS] + wait * w.shifts[s, WAIT_POINTS])
                    first, last = min(first, start), max(last, then)
                if first < NEVER:
                    g.arc_visit[at], g.arc_more[at], g.arc_points[at] = v, more, points
                    g.arc_first[at] = node_of(w, g, v, taken + more, first)
                    g.arc_last[at] = node_of(w, g, v, taken + more, last)
                    at += 1


@inlined
def last_of(w: World, v: int) -> int:
    """The latest start of all windows."""
    latest = -NEVER
    for k in range(WINDOWS + 1, w.visits.shape[1], 2):
        latest = max(latest, w.visits[v, k])
    return latest


@allocating
def blank_graph(w: World, breaks: int, length: int) -> Graph:
    """The nodes, and no arcs yet."""
    visits, windows = len(w.visits), (w.visits.shape[1] - WINDOWS) // 2
    begins, first = np.zeros((visits, windows), dtype=np.int64), np.zeros(visits, dtype=np.int64)
    bins, total = np.zeros(visits, dtype=np.int64), 0
    for v in range(visits):
        for k in range(windows):
            begins[v, k] = bins[v]
            opens, closes = w.visits[v, WINDOWS + 2 * k], w.visits[v, WINDOWS + 2 * k + 1]
            if opens <= closes:
                bins[v] += (closes - opens) // length + 1
        first[v] = total
        total += bins[v] * (breaks + 1)
    node_opens, node_closes = np.zeros(total, dtype=np.int64), np.zeros(total, dtype=np.int64)
    visit, taken = np.zeros(total, dtype=np.int32), np.zeros(total, dtype=np.int32)
    n = 0
    for v in range(visits):
        for rests in range(breaks + 1):
            for k in range(windows):
                opens, closes = w.visits[v, WINDOWS + 2 * k], w.visits[v, WINDOWS + 2 * k + 1]
                while opens <= closes:
                    node_opens[n], node_closes[n] = opens, min(opens + length - 1, closes)
                    visit[n], taken[n] = v, rests
                    n += 1
                    opens += length
    none, none_wide = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    order = np.argsort(node_opens, kind="mergesort").astype(np.int32)
    return Graph(
        length,
        begins,
        first,
        bins,
        node_opens,
        node_closes,
        visit,
        taken,
        order,
        np.zeros(total + 1, dtype=np.int64),
        none,
        none,
        none,
        none,
        none_wide,
    )


def build_graph(w: World, shift: int, length: int) -> Graph:
    """The graph of a shift (its row), and of all with the same breaks and the same travel."""
    g = blank_graph(w, int(w.shifts[shift, REST_COUNT]), length)
    count_arcs(w, shift, g)
    arcs = int(g.head[-1])
    small = [np.empty(arcs, dtype=np.int32) for _ in range(4)]
    g = g._replace(
        arc_visit=small[0],
        arc_more=small[1],
        arc_first=small[2],
        arc_last=small[3],
        arc_points=np.empty(arcs, dtype=np.int64),
    )
    fill_arcs(w, shift, g)
    return g
