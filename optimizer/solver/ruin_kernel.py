"""Ruin and recreate, compiled: take strings of neighbouring visits out of a few days and put them back greedily.

After Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing problems", with
simulated annealing. Every day on the way is timed exactly, with departure-time travel and breaks; a day that breaks a
promise never exists. The days of plans near the best one are kept in a pool.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.day_kernel import Sheet, time_day
from optimizer.schedule.insertion_kernel import NO_POSITION, position_for
from optimizer.schedule.kernels import passes
from optimizer.schedule.world import Ints, World
from optimizer.travel.compiled import allocating, kernel

NOBODY = -1

NEAR_BEST = 0.1
"""How much dearer than the best plan one may be whose days are kept: with more, CP-SAT drowns in days."""

Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]


class Team(NamedTuple):
    """The days of all shifts. `S` shifts, `V` visits, `L` the most visits a day can have, `K` breaks."""

    order: Ints
    """`[S, L]` visits as served."""
    size: Ints
    """`[S]`"""
    earliest: Ints
    """`[S, L, K + 1]` see `kernels.passes`."""
    latest: Ints
    """`[S, L, K + 1]`"""
    value: Ints
    """`[S, 2]` overtime, points."""
    taker: Ints
    """`[V]` the shift that serves the visit, or NOBODY."""


class Guide(NamedTuple):
    """What steers the search; it never decides what is better."""

    near: Ints
    """`[2, V, A]` neighbours of each visit, nearest first: by road, by time of day."""
    ranks: Floats
    """`[R, V]` orders in which visits are put back, lowest first."""
    price: Floats
    """`[V]` points that leaving a visit out counts in annealing."""
    late_price: float
    """Points that a second of overtime counts in annealing."""
    left_out: Ints
    """`[V]` required and optional priority as one number, the first outweighing the second."""


class Pool(NamedTuple):
    """A hash table of days seen, one for each shift and set of visits: the cheapest order."""

    keys: Hashes
    """`[C]` zero where free."""
    shift: Ints
    """`[C]`"""
    order: Ints
    """`[C, L]`"""
    size: Ints
    """`[C]`"""
    value: Ints
    """`[C, 2]` overtime, points."""
    used: Ints
    """`[1]` entries used."""
    marks: Hashes
    """`[S + V]` random numbers; a day's key is their exclusive or (Zobrist hashing)."""


@kernel
def draw(state: Hashes) -> float:
    """The next number in [0, 1) of a xorshift generator: the same on every machine, and no one else draws from it."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@kernel
def retime(w: World, team: Team, s: int, sheet: Sheet) -> bool:
    """Time a day whose order has changed; false when it breaks a promise."""
    order = team.order[s, : team.size[s]]
    if not passes(w, s, order, team.earliest[s], team.latest[s]) or not time_day(w, s, order, sheet):
        return False
    team.value[s, 0], team.value[s, 1] = sheet.sums[0], sheet.sums[1]
    return True


@kernel
def copy_day(source: Team, target: Team, s: int) -> None:
    n = source.size[s]
    target.size[s] = n
    target.value[s, 0], target.value[s, 1] = source.value[s, 0], source.value[s, 1]
    for i in range(n):
        target.order[s, i] = source.order[s, i]
        for k in range(source.earliest.shape[2]):
            target.earliest[s, i, k] = source.earliest[s, i, k]
            target.latest[s, i, k] = source.latest[s, i, k]


@kernel
def copy_takers(source: Team, target: Team) -> None:
    for v in range(source.taker.size):
        target.taker[v] = source.taker[v]


@kernel
def copy_team(source: Team, target: Team) -> None:
    for s in range(source.size.size):
        copy_day(source, target, s)
    copy_takers(source, target)


@kernel
def remember(team: Team, s: int, pool: Pool) -> None:
    """Keep a day in the pool, unless it is known at the same price or the pool is full."""
    n = team.size[s]
    if n == 0:
        return
    key = pool.marks[s]
    for i in range(n):
        key ^= pool.marks[team.size.size + team.order[s, i]]
    mask = np.uint64(pool.keys.size - 1)
    at = np.int64(key & mask)
    while pool.keys[at] != np.uint64(0) and pool.keys[at] != key:
        at = (at + 1) % pool.keys.size
    late, points = team.value[s, 0], team.value[s, 1]
    if pool.keys[at] == key:
        if (pool.value[at, 0], pool.value[at, 1]) <= (late, points):
            return
    elif 2 * pool.used[0] >= pool.keys.size:
        return
    else:
        pool.used[0] += 1
        pool.keys[at] = key
    pool.shift[at], pool.size[at] = s, n
    for i in range(n):
        pool.order[at, i] = team.order[s, i]
    pool.value[at, 0], pool.value[at, 1] = late, points


@kernel
def drop_string(team: Team, s: int, first: int, count: int) -> None:
    """Take `count` visits from position `first` out of a day; its times are stale after."""
    n = team.size[s]
    for i in range(first, first + count):
        team.taker[team.order[s, i]] = NOBODY
    for i in range(first, n - count):
        team.order[s, i] = team.order[s, i + count]
    team.size[s] = n - count


@kernel
def ruin(w: World, guide: Guide, team: Team, dirty: NDArray[np.bool_], sheet: Sheet, state: Hashes) -> None:
    """Take strings out of days around a random visit."""
    visits = team.taker.size
    served, used = 0, 0
    for s in range(team.size.size):
        served += team.size[s]
        used += 1 if team.size[s] > 0 else 0
    if served == 0:
        return
    longest = min(10.0, served / used)
    most_strings = 4.0 * 10.0 / (1.0 + longest) - 1.0
    strings = int(draw(state) * most_strings) + 1
    seed = int(draw(state) * visits)
    kind = 0 if draw(state) < 0.5 else 1
    for k in range(-1, guide.near.shape[2]):
        if strings == 0:
            break
        v = seed if k < 0 else guide.near[kind, seed, k]
        s = team.taker[v]
        if s == NOBODY or dirty[s]:
            continue
        n = team.size[s]
        count = min(n, int(draw(state) * min(longest, float(n))) + 1)
        at = 0
        while team.order[s, at] != v:
            at += 1
        low, high = max(0, at - count + 1), min(at, n - count)
        drop_string(team, s, low + int(draw(state) * (high - low + 1)), count)
        dirty[s] = True
        strings -= 1
        # Taking visits out can only make room: with FIFO travel no later visit starts later.
        if not retime(w, team, s, sheet):
            drop_string(team, s, 0, team.size[s])
            retime(w, team, s, sheet)


@allocating
def put_back(
    w: World,
    guide: Guide,
    team: Team,
    dirty: NDArray[np.bool_],
    sheet: Sheet,
    rank: Floats,
    blink: float,
    state: Hashes,
) -> None:
    """Insert every visit left out where it costs least, in the order of `rank`; skip a day with probability `blink`."""
    room = np.empty((team.earliest.shape[2], 2), dtype=np.int64)
    longer = np.empty(team.order.shape[1], dtype=np.int64)
    open_visits = np.flatnonzero(team.taker == NOBODY)
    for v in open_visits[np.argsort(rank[open_visits], kind="mergesort")]:
        taker, place, least = NOBODY, 0, 0.0
        for s in range(team.size.size):
            n = team.size[s]
            if not w.fits[s, v] or n == team.order.shape[1] or (blink > 0.0 and draw(state) < blink):
                continue
            at = position_for(
                w, s, team.order[s, :n], team.earliest[s], team.latest[s], v, room, longer[: n + 1], sheet
            )
            if at == NO_POSITION:
                continue
            added = (sheet.sums[0] - team.value[s, 0]) * guide.late_price + (sheet.sums[1] - team.value[s, 1])
            if taker == NOBODY or added < least:
                taker, place, least = s, at, added
        if taker != NOBODY:
            insert_at(team, taker, v, place)
            dirty[taker] = True
            retime(w, team, taker, sheet)


@kernel
def insert_at(team: Team, s: int, v: int, at: int) -> None:
    for i in range(team.size[s], at, -1):
        team.order[s, i] = team.order[s, i - 1]
    team.order[s, at] = v
    team.size[s] += 1
    team.taker[v] = s


@kernel
def load_day(w: World, team: Team, s: int, visits: Ints, sheet: Sheet) -> None:
    """Give a shift that is at home these visits, leaving out what it may not take or cannot keep."""
    for v in visits:
        n = team.size[s]
        if team.taker[v] != NOBODY or not w.fits[s, v] or n == team.order.shape[1]:
            continue
        insert_at(team, s, v, n)
        if not retime(w, team, s, sheet):
            drop_string(team, s, n, 1)
            retime(w, team, s, sheet)


@kernel
def worth(guide: Guide, team: Team) -> tuple[int, int, int]:
    """What a plan is compared by: left out, overtime, points."""
    left_out, late, points = 0, 0, 0
    for v in range(team.taker.size):
        if team.taker[v] == NOBODY:
            left_out += guide.left_out[v]
    for s in range(team.size.size):
        late += team.value[s, 0]
        points += team.value[s, 1]
    return left_out, late, points


@kernel
def annealing_cost(guide: Guide, team: Team) -> float:
    cost = 0.0
    for v in range(team.taker.size):
        if team.taker[v] == NOBODY:
            cost += guide.price[v]
    for s in range(team.size.size):
        cost += team.value[s, 0] * guide.late_price + team.value[s, 1]
    return cost


@allocating
def anneal(
    w: World,
    guide: Guide,
    team: Team,
    best: Team,
    spare: Team,
    pool: Pool,
    sheet: Sheet,
    state: Hashes,
    temperature: float,
    cooling: float,
    iterations: int,
) -> int:
    """Run some iterations from `team`, keep the best plan in `best`; answers how often it got better."""
    shifts, better = team.size.size, 0
    dirty = np.zeros(shifts, dtype=np.bool_)
    scratch = np.empty(team.taker.size, dtype=np.float64)
    copy_team(team, spare)
    cost, best_cost, best_worth = annealing_cost(guide, team), annealing_cost(guide, best), worth(guide, best)
    for _ in range(iterations):
        dirty[:] = False
        ruin(w, guide, team, dirty, sheet, state)
        kind = int(draw(state) * (guide.ranks.shape[0] + 4))
        if kind < guide.ranks.shape[0]:
            scratch[:] = guide.ranks[kind]
        else:
            for v in range(scratch.size):
                scratch[v] = draw(state)
        put_back(w, guide, team, dirty, sheet, scratch, 0.03, state)
        reached = annealing_cost(guide, team)
        if reached < best_cost + NEAR_BEST * abs(best_cost):
            for s in range(shifts):
                if dirty[s]:
                    remember(team, s, pool)
        if reached < cost - temperature * np.log(1.0 - draw(state)):
            for s in range(shifts):
                if dirty[s]:
                    copy_day(team, spare, s)
            copy_takers(team, spare)
            cost = reached
            now = worth(guide, team)
            if now < best_worth:
                copy_team(team, best)
                best_worth, best_cost = now, reached
                better += 1
        else:
            for s in range(shifts):
                if dirty[s]:
                    copy_day(spare, team, s)
            copy_takers(spare, team)
        temperature *= cooling
    return better
