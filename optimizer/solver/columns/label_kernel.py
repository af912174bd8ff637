"""Labelling, compiled: the days of one shift that are worth more than they cost, at given prices.

An elementary shortest path problem with resource constraints (Feillet et al. 2004; Righini and Salani 2008). A label is
a partial day; it grows by the steps of `step_kernel`, node after node of the graph, and is dropped when it cannot end
below the threshold (`bound_kernel`) or another label of the same visit and breaks dominates it.

Dominance, for labels of one last visit and as many breaks taken: A makes B needless when A starts no later, has been to
no visit that B could still reach and has not been to, has used no more of any limit, and is cheaper even when its head
start is lost again (`LAG_POINTS` for each second of it; see `exact_kernel`) and every subset-row cut that is half paid
by A alone falls due (Jepsen et al. 2008). Where driving is limited and changes over the day, A must start when B does:
leaving earlier could mean driving longer. What B could still reach is read off the graph, so shared doors and
detours that are faster than the straight way are in it.
"""

from typing import NamedTuple

import numpy as np
from numba.cpython.unsafe.numbers import trailing_zeros

from optimizer.schedule.day_kernel import Sheet, time_day
from optimizer.schedule.world import LAG_POINTS, LIMITS, LOAD, NEVER, REST_COUNT, Ints, World
from optimizer.solver.columns.bound_kernel import ENDLESS, Ends, Prices, Rest
from optimizer.solver.columns.graph_kernel import Graph, node_of
from optimizer.solver.step_kernel import first_step, last_step, next_step
from optimizer.travel.compiled import inlined, unlocked

# Columns of the label table; words of visited visits and then words of half paid cuts follow.
START, COST, NEXT, ALIVE, NODE, PARENT, DRIVING, LOADS, CHAIN, SETS = 0, 1, 2, 3, 4, 5, 6, 7, 10, 11

QUICK, EXACT, EVERY = 0, 1, 2
"""How labels are dominated: by time and cost alone (finds days fast, proves nothing), rightly, or only by labels of the
same visits (finds the best day of every set of visits below the threshold)."""

FULL = -1
"""Answer when the table or the list of days is full: nothing is proven then."""


class Rules(NamedTuple):
    """What dominance has to look at."""

    mode: int
    loads: bool
    """Whether visits, hands-on time or heavy visits are limited."""
    driving: bool
    """Whether driving adds up to a limit."""
    together: bool
    """Whether only labels that start together may dominate each other."""
    patience: int
    """Comparisons of labels after which the table counts as full."""


class Found(NamedTuple):
    """The days found: at most as many as the arrays are long, the best of them."""

    cost: Ints
    """`[M]` reduced cost."""
    label: Ints
    """`[M]` the label that the day ends with."""
    sums: Ints
    """`[3]` days found, labels compared, least reduced cost."""


@inlined
def beats(w: World, s: int, p: Prices, ends: Ends, rules: Rules, table: Ints, a: int, b: int) -> bool:
    """Whether label a, which starts no later, makes label b needless."""
    cost = table[a, COST] + w.shifts[s, LAG_POINTS] * p.point * (table[b, START] - table[a, START])
    if cost > table[b, COST]:
        return False
    if rules.mode == QUICK:
        return True
    if rules.together and table[a, START] != table[b, START]:
        return False
    if rules.driving and table[a, DRIVING] > table[b, DRIVING]:
        return False
    words, node = ends.ahead.shape[1], table[b, NODE]
    if rules.mode == EVERY:
        for word in range(SETS, SETS + words):
            if table[a, word] != table[b, word]:
                return False
        return True
    for word in range(words):
        if table[a, SETS + word] & ~table[b, SETS + word] & ends.ahead[node, word] != 0:
            return False
    if rules.loads:
        for load in range(LOADS, LOADS + 3):
            if table[a, load] > table[b, load]:
                return False
    for word in range(p.cuts.shape[1]):
        half = table[a, SETS + words + word] & ~table[b, SETS + words + word]
        while half != 0:
            cost += p.penalty[64 * word + np.int64(trailing_zeros(half))]
            if cost > table[b, COST]:
                return False
            half &= half - 1
    return True


@inlined
def bucket_of(g: Graph, ends: Ends, table: Ints, row: int, buckets: int) -> int:
    """Where labels that have been to the same visits, end with the same one and took as many breaks are found."""
    node = table[row, NODE]
    mixed = np.int64(g.visit[node] + 1) * np.int64(1_000_003) + g.taken[node]
    for word in range(SETS, SETS + ends.ahead.shape[1]):
        mixed = (mixed ^ table[row, word]) * np.int64(-7046029254386353131)
        mixed ^= mixed >> 31
    return np.int64(mixed & (buckets - 1))


@inlined
def has_better(
    w: World, s: int, g: Graph, p: Prices, ends: Ends, rules: Rules, table: Ints, same: Ints, found: Found, label: int
) -> bool:
    """Whether a label of the same visits, last visit and breaks dominates this one, which need not be kept yet.

    Of two that dominate each other the older one stays.
    """
    node, row = table[label, NODE], same[bucket_of(g, ends, table, label, same.size)]
    while row >= 0:
        found.sums[1] += 1
        other = table[row, NODE]
        if (
            row != label
            and table[row, ALIVE] != 0
            and table[row, START] <= table[label, START]
            and g.visit[other] == g.visit[node]
            and g.taken[other] == g.taken[node]
            and (row < label or table[row, START] < table[label, START] or table[row, COST] < table[label, COST])
            and beats(w, s, p, ends, rules, table, row, label)
        ):
            return True
        row = table[row, CHAIN]
    return False


@inlined
def keep(
    w: World,
    s: int,
    g: Graph,
    p: Prices,
    ends: Ends,
    rules: Rules,
    table: Ints,
    heads: Ints,
    same: Ints,
    found: Found,
    node: int,
    used: int,
) -> int:
    """Keep the label written in row `used` unless one of its node dominates it; answers how many are used then."""
    if rules.mode == EVERY:
        if has_better(w, s, g, p, ends, rules, table, same, found, used):
            return used
        bucket = bucket_of(g, ends, table, used, same.size)
        table[used, CHAIN], same[bucket] = same[bucket], used
        table[used, NEXT], table[used, ALIVE] = heads[node], 1
        heads[node] = used
        return used + 1
    previous, row = -1, heads[node]
    while row >= 0:
        following = table[row, NEXT]
        found.sums[1] += 1
        if table[row, START] <= table[used, START] and beats(w, s, p, ends, rules, table, row, used):
            return used
        if table[used, START] <= table[row, START] and beats(w, s, p, ends, rules, table, used, row):
            table[row, ALIVE] = 0
            if previous < 0:
                heads[node] = following
            else:
                table[previous, NEXT] = following
        else:
            previous = row
        row = following
    table[used, NEXT], table[used, ALIVE] = heads[node], 1
    heads[node] = used
    return used + 1


@inlined
def serve(w: World, p: Prices, ends: Ends, table: Ints, row: int, v: int) -> None:
    """Add visit v to the sets and loads of the label in `row`, and pay for its cuts."""
    words = ends.ahead.shape[1]
    table[row, SETS + (v >> 6)] |= np.int64(1) << (v & 63)
    for load in range(3):
        table[row, LOADS + load] += w.visits[v, LOAD + load]
    for word in range(p.cuts.shape[1]):
        full = table[row, SETS + words + word] & p.cuts[v, word]
        table[row, SETS + words + word] ^= p.cuts[v, word]
        while full != 0:
            table[row, COST] += p.penalty[64 * word + np.int64(trailing_zeros(full))]
            full &= full - 1


@inlined
def within(w: World, s: int, table: Ints, row: int) -> bool:
    """Whether the label in `row` keeps the limits that add up."""
    for load in range(3):
        if table[row, LOADS + load] > w.shifts[s, LIMITS + load]:
            return False
    return bool(table[row, DRIVING] <= w.shifts[s, LIMITS + 3])


@inlined
def note(found: Found, cost: int, label: int) -> bool:
    """Remember a day; when the list is full the worst one makes room. False when one was lost."""
    count, most = found.sums[0], found.cost.size
    found.sums[2] = min(found.sums[2], cost)
    if count < most:
        found.cost[count], found.label[count] = cost, label
        found.sums[0] += 1
        return True
    worst = 0
    for k in range(1, most):
        if found.cost[k] > found.cost[worst]:
            worst = k
    if cost < found.cost[worst]:
        found.cost[worst], found.label[worst] = cost, label
    return False


@unlocked
def grow(
    w: World,
    s: int,
    g: Graph,
    ends: Ends,
    p: Prices,
    rest: Rest,
    rules: Rules,
    threshold: int,
    table: Ints,
    heads: Ints,
    same: Ints,
    found: Found,
) -> int:
    """Find the days of a shift with a reduced cost below the threshold.

    Answers the number of labels, or FULL when the table or the patience did not suffice (or, in EVERY mode, the list of
    days). `heads` has a cell for each node, `same` a power of two. With EXACT rules and an answer other than FULL,
    `found.sums[2]` is the least reduced cost of any day if below the threshold.
    """
    breaks, width = w.shifts[s, REST_COUNT], table.shape[1]
    used, found.sums[0], found.sums[1], found.sums[2] = 0, 0, 0, threshold
    for n in range(heads.size):
        heads[n] = -1
    if rules.mode == EVERY:
        same[:] = -1
    for v in range(w.visits.shape[0]):
        if not w.fits[s, v]:
            continue
        for more in range(breaks + 1):
            for ahead in range(more + 1):
                start, points, driving = first_step(w, s, v, more, ahead)
                if start >= NEVER:
                    continue
                node = node_of(w, g, v, more, start)
                cost = points * p.point - p.worth[v] - p.working
                if cost + rest.least[node] >= threshold:
                    continue
                if used >= table.shape[0]:
                    return FULL
                for column in range(width):
                    table[used, column] = 0
                table[used, START], table[used, COST], table[used, NODE] = start, cost, node
                table[used, PARENT], table[used, DRIVING] = -1, driving
                serve(w, p, ends, table, used, v)
                if within(w, s, table, used):
                    used = keep(w, s, g, p, ends, rules, table, heads, same, found, node, used)
    for at in range(g.order.size):
        n = g.order[at]
        label = heads[n]
        if label < 0:
            continue
        u, taken = g.visit[n], g.taken[n]
        while label >= 0:
            if found.sums[1] > rules.patience:
                return FULL
            if (
                has_better(w, s, g, p, ends, rules, table, same, found, label)
                if rules.mode == EVERY
                else is_beaten(w, s, g, p, ends, rules, table, heads, found, n, label)
            ):
                table[label, ALIVE] = 0
                label = table[label, NEXT]
                continue
            begun = table[label, START]
            total = ENDLESS
            for ahead in range(breaks - taken + 1):
                overtime, points, driving = last_step(w, s, u, begun, taken, ahead)
                if overtime < NEVER and table[label, DRIVING] + driving <= w.shifts[s, LIMITS + 3]:
                    total = min(total, overtime * p.late + points * p.point)
            if total < ENDLESS and total + table[label, COST] < threshold:
                if not note(found, total + table[label, COST], label) and rules.mode == EVERY:
                    return FULL
            for arc in range(g.head[n], g.head[n + 1]):
                if table[label, COST] + rest.gain[arc] >= threshold:
                    continue
                v, more = g.arc_visit[arc], g.arc_more[arc]
                if table[label, SETS + (v >> 6)] >> (v & 63) & 1 != 0:
                    continue
                for ahead in range(more + 1):
                    start, points, driving = next_step(w, s, u, v, begun, taken, more, ahead)
                    if start >= NEVER:
                        continue
                    node = node_of(w, g, v, taken + more, start)
                    cost = table[label, COST] + points * p.point - p.worth[v]
                    behind = rest.other[node] if rest.via[node] == u else rest.least[node]
                    if cost + behind >= threshold:
                        continue
                    if used >= table.shape[0]:
                        return FULL
                    for column in range(LOADS, width):
                        table[used, column] = table[label, column]
                    table[used, START], table[used, COST], table[used, NODE] = start, cost, node
                    table[used, PARENT], table[used, DRIVING] = label, table[label, DRIVING] + driving
                    serve(w, p, ends, table, used, v)
                    if table[used, COST] + behind < threshold and within(w, s, table, used):
                        used = keep(w, s, g, p, ends, rules, table, heads, same, found, node, used)
            label = table[label, NEXT]
    return used


@inlined
def is_beaten(
    w: World,
    s: int,
    g: Graph,
    p: Prices,
    ends: Ends,
    rules: Rules,
    table: Ints,
    heads: Ints,
    found: Found,
    n: int,
    label: int,
) -> bool:
    """Whether a label of an earlier bin of the same visit and breaks dominates this one."""
    v = g.visit[n]
    for node in range(g.first[v] + g.taken[n] * g.bins[v], n):
        row = heads[node]
        while row >= 0:
            found.sums[1] += 1
            if table[row, ALIVE] != 0 and beats(w, s, p, ends, rules, table, row, label):
                return True
            row = table[row, NEXT]
    return False


@unlocked
def write_days(
    w: World, s: int, g: Graph, table: Ints, found: Found, first: int, orders: Ints, figures: Ints, sheet: Sheet
) -> None:
    """Write the orders of the days found from number `first` on, `figures` their length, overtime and points."""
    for k in range(orders.shape[0]):
        label, length = found.label[first + k], 0
        while label >= 0:
            length += 1
            label = table[label, PARENT]
        label, at = found.label[first + k], length - 1
        while label >= 0:
            orders[k, at] = g.visit[table[label, NODE]]
            label, at = table[label, PARENT], at - 1
        time_day(w, s, orders[k, :length], sheet)
        figures[k, 0], figures[k, 1], figures[k, 2] = length, sheet.sums[0], sheet.sums[1]
