"""Ruin and recreate, compiled: take strings of neighbouring visits out of a few days and put them back greedily.

After Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing problems": adjacent
strings, split strings, blinks, simulated annealing. Every day on the way is timed exactly, with departure-time travel
and breaks; a day that breaks a promise never exists.

What an iteration costs depends on what it takes out, not on how large the problem is: a visit taken out is tried in the
days of its neighbours, and a visit left out before in the days that have changed since.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.day_kernel import Sheet
from optimizer.schedule.insertion_kernel import NO_POSITION, position_for
from optimizer.schedule.world import Ints, World
from optimizer.solver.price_kernel import NO_ROOM, place_in_day
from optimizer.solver.route_pool_kernel import Hashes
from optimizer.solver.team_kernel import (
    LATE,
    NOBODY,
    POINTS,
    Hops,
    Team,
    drop_string,
    insert_at,
    retime,
)
from optimizer.travel.compiled import allocating, inlined, kernel

Floats = NDArray[np.float64]

REMOVED, LONGEST_STRING = 10.0, 10.0
"""Visits taken out on average, and the most of one day (the paper's c and L)."""
SPLIT, SPLIT_STOP = 0.5, 0.01
"""How often a string keeps some visits in its middle, and how likely it is to keep no more of them."""
BLINK = 0.01
FEW_DAYS = 12
"""With so few days a visit is tried in all of them."""
DAYS_OF = 30
"""Neighbours of each kind in whose days a visit is tried."""
MOST_LEFT_OUT = 30
"""Visits left out before that are tried in one iteration."""


class Guide(NamedTuple):
    """What steers the search; it never decides what is better."""

    near: Ints
    """`[2, V, A]` neighbours of each visit, nearest first: by road, by time of day."""
    homes: Ints
    """`[V, H]` shifts that could begin a day with the visit, nearest home first, one of each kind."""
    twins: Ints
    """`[S]` the first shift that is the same as this one in everything but its name."""
    ranks: Floats
    """`[R, V]` orders in which visits are put back, lowest first."""
    odds: Floats
    """`[R]` how likely each order is drawn, summed up; what is left to one is a random order."""
    price: Floats
    """`[V]` points that leaving a visit out counts in annealing."""
    late_price: float
    """Points that a second of overtime counts in annealing."""
    left_out: Ints
    """`[V]` required and optional priority as one number, the first outweighing the second."""


class Desk(NamedTuple):
    """Scratch of an iteration."""

    dirty: Ints
    """`[S + 1]` how many days have changed, then which."""
    is_dirty: NDArray[np.bool_]
    """`[S]`"""
    absent: Ints
    """`[V + 1]` how many visits are left out of the plan that the search stands on, then which."""
    was_absent: NDArray[np.bool_]
    """`[V]`"""
    open: Ints
    """`[V + 1]` how many visits are open now, then which: first those taken out, then those left out before."""
    keys: Floats
    """`[V]` what open visits are sorted by."""
    seen: Ints
    """`[S]` the last question that asked the day."""
    banned: Ints
    """`[S]` the last visit that a day turned out not to hold."""
    empty: Ints
    """`[S]` by kind of shift, one that is at home; NOBODY when there is none."""
    tally: Ints
    """`[2]` questions asked, visits put back."""
    skip: Ints
    """`[1]` positions until the next blink."""
    room: Ints
    """`[K + 1, 2]`"""


@inlined
def draw(state: Hashes) -> float:
    """The next number in [0, 1) of a xorshift generator: the same on every machine, and no one else draws from it."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@inlined
def touch(desk: Desk, s: int) -> None:
    if not desk.is_dirty[s]:
        desk.is_dirty[s] = True
        desk.dirty[0] += 1
        desk.dirty[desk.dirty[0]] = s


@inlined
def add_open(desk: Desk, v: int) -> None:
    desk.open[0] += 1
    desk.open[desk.open[0]] = v


@kernel
def cut_string(team: Team, desk: Desk, s: int, at: int, count: int, kept: int, state: Hashes) -> None:
    """Take `count` visits around position `at` out, leaving `kept` neighbouring ones of them where they are."""
    n, span = team.size[s], count + kept
    low, high = max(0, at - span + 1), min(at, n - span)
    first = low + int(draw(state) * (high - low + 1))
    stays = first + 1 + int(draw(state) * (count - 1)) if kept > 0 else n
    write = first
    for i in range(first, n):
        v = team.order[s, i]
        if i < first + span and not (stays <= i < stays + kept):
            team.taker[v] = NOBODY
            add_open(desk, v)
        else:
            team.order[s, write] = v
            write += 1
    team.size[s] = write


@kernel
def ruin(w: World, hops: Hops, guide: Guide, team: Team, desk: Desk, sheet: Sheet, state: Hashes) -> None:
    """Take strings out of days around a random visit."""
    visits = team.taker.size
    served, used = 0, 0
    for s in range(team.size.size):
        served += team.size[s]
        used += 1 if team.size[s] > 0 else 0
    if served == 0:
        return
    longest = min(LONGEST_STRING, served / used)
    strings = int(draw(state) * (4.0 * REMOVED / (1.0 + longest) - 1.0)) + 1
    seed = int(draw(state) * visits)
    kind = 0 if draw(state) < 0.5 else 1
    for k in range(-1, guide.near.shape[2]):
        if strings == 0:
            break
        v = seed if k < 0 else guide.near[kind, seed, k]
        s = team.taker[v]
        # One string a day, unless there are hardly any days.
        if s == NOBODY or (desk.is_dirty[s] and used > 2):
            continue
        n = team.size[s]
        count = int(draw(state) * min(longest, float(n))) + 1
        kept = 0
        if count > 1 and draw(state) < SPLIT:
            kept = 1
            while count + kept < n and draw(state) > SPLIT_STOP:
                kept += 1
            kept = min(kept, n - count)
        at = 0
        while team.order[s, at] != v:
            at += 1
        cut_string(team, desk, s, at, count, kept, state)
        touch(desk, s)
        strings -= 1
        # Taking visits out can only make room where no detour is faster than the way.
        if not retime(w, hops, team, s, sheet):
            for i in range(team.size[s]):
                team.taker[team.order[s, i]] = NOBODY
                add_open(desk, team.order[s, i])
            team.size[s] = 0
            retime(w, hops, team, s, sheet)


@kernel
def sort_open(guide: Guide, desk: Desk, state: Hashes) -> None:
    """Put the open visits in one of the orders."""
    n, kind, lot = desk.open[0], 0, draw(state)
    while kind < guide.odds.size and lot >= guide.odds[kind]:
        kind += 1
    for i in range(n):
        v = desk.open[i + 1]
        key = draw(state) if kind == guide.odds.size else guide.ranks[kind, v]
        j = i
        while j > 0 and desk.keys[j - 1] > key:
            desk.keys[j], desk.open[j + 1] = desk.keys[j - 1], desk.open[j]
            j -= 1
        desk.keys[j], desk.open[j + 1] = key, v


@kernel
def find_empty(guide: Guide, team: Team, desk: Desk) -> None:
    """Note one shift at home of each kind."""
    desk.empty[:] = NOBODY
    for s in range(team.size.size - 1, -1, -1):
        if team.size[s] == 0:
            desk.empty[guide.twins[s]] = s


@kernel
def ask(
    w: World, hops: Hops, guide: Guide, team: Team, desk: Desk, s: int, v: int, least: float, state: Hashes
) -> tuple[float, int]:
    """The cheapest position in a day that has not been asked yet, with blinks."""
    if desk.seen[s] == desk.tally[0] or desk.banned[s] == desk.tally[1]:
        return NO_ROOM, -1
    desk.seen[s] = desk.tally[0]
    if desk.skip[0] < 0:
        desk.skip[0] = int(np.log(1.0 - draw(state)) / np.log(1.0 - BLINK))
    return place_in_day(w, hops, team, s, v, least, guide.late_price, desk.skip, desk.room)


@kernel
def cheapest(
    w: World, hops: Hops, guide: Guide, team: Team, desk: Desk, v: int, was_open: bool, state: Hashes
) -> tuple[int, int]:
    """The shift and position where visit v costs least, (NOBODY, -1) when there is none."""
    desk.tally[0] += 1
    taker, place, least, shifts = NOBODY, -1, NO_ROOM, team.size.size
    if was_open:
        # It had no room anywhere: only days that have changed can have room now.
        for i in range(1, desk.dirty[0] + 1):
            added, at = ask(w, hops, guide, team, desk, desk.dirty[i], v, least, state)
            if at >= 0:
                taker, place, least = desk.dirty[i], at, added
    elif shifts <= FEW_DAYS:
        for s in range(shifts):
            if team.size[s] > 0 or desk.empty[guide.twins[s]] == s:
                added, at = ask(w, hops, guide, team, desk, s, v, least, state)
                if at >= 0:
                    taker, place, least = s, at, added
    else:
        for kind in range(2):
            for k in range(min(guide.near.shape[2], DAYS_OF)):
                s = team.taker[guide.near[kind, v, k]]
                if s != NOBODY:
                    added, at = ask(w, hops, guide, team, desk, s, v, least, state)
                    if at >= 0:
                        taker, place, least = s, at, added
        for i in range(1, desk.dirty[0] + 1):
            added, at = ask(w, hops, guide, team, desk, desk.dirty[i], v, least, state)
            if at >= 0:
                taker, place, least = desk.dirty[i], at, added
        for k in range(guide.homes.shape[1]):
            s = desk.empty[guide.twins[guide.homes[v, k]]]
            if s != NOBODY:
                added, at = ask(w, hops, guide, team, desk, s, v, least, state)
                if at >= 0:
                    taker, place, least = s, at, added
    return taker, place


@kernel
def recreate(w: World, hops: Hops, guide: Guide, team: Team, desk: Desk, sheet: Sheet, state: Hashes) -> None:
    """Put the open visits back, and with them visits left out before, where each costs least."""
    absent = desk.absent[0]
    tried = min(absent, MOST_LEFT_OUT)
    offset = int(draw(state) * absent) if tried < absent else 0
    for i in range(tried):
        add_open(desk, desk.absent[1 + (offset + i) % absent])
    sort_open(guide, desk, state)
    find_empty(guide, team, desk)
    for i in range(1, desk.open[0] + 1):
        v = desk.open[i]
        desk.tally[1] += 1
        while True:
            s, at = cheapest(w, hops, guide, team, desk, v, desk.was_absent[v], state)
            if s == NOBODY:
                break
            was_empty = team.size[s] == 0
            insert_at(team, s, v, at)
            touch(desk, s)
            if retime(w, hops, team, s, sheet):
                if was_empty:
                    find_empty(guide, team, desk)
                break
            drop_string(team, s, at, 1)
            retime(w, hops, team, s, sheet)
            desk.banned[s] = desk.tally[1]


@allocating
def put_back(w: World, hops: Hops, guide: Guide, team: Team, sheet: Sheet, rank: Floats, room: Ints) -> None:
    """Insert every visit left out where it costs least, in the order of `rank`, every position timed exactly."""
    longer = np.empty(team.order.shape[1], dtype=np.int64)
    open_visits = np.flatnonzero(team.taker == NOBODY)
    for v in open_visits[np.argsort(rank[open_visits], kind="mergesort")]:
        taker, place, least = NOBODY, 0, 0.0
        for s in range(team.size.size):
            n = team.size[s]
            if not w.fits[s, v] or n == team.order.shape[1]:
                continue
            at = position_for(
                w, s, team.order[s, :n], team.earliest[s], team.latest[s], v, room, longer[: n + 1], sheet
            )
            if at == NO_POSITION:
                continue
            added = (sheet.sums[0] - team.sums[s, LATE]) * guide.late_price + (sheet.sums[1] - team.sums[s, POINTS])
            if taker == NOBODY or added < least:
                taker, place, least = s, at, added
        if taker != NOBODY:
            insert_at(team, taker, v, place)
            retime(w, hops, team, taker, sheet)
