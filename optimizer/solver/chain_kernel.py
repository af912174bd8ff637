"""Chains of exchanges, compiled: a visit left out takes another's place, that one a third's, until the last finds room.

Serving as many visits as possible is close to a matching, and as there a visit that fits nowhere is often served by an
augmenting path through several days, each of which serves as many as before: an ejection chain (Glover 1996;
Rousseau, Gendreau and Pesant 2002). All single exchanges of a plan are tried once; a cheapest chain of the fewest
exchanges is then found by labels, without touching a day. Its days are different ones, so what was tried of each
still holds when all have changed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.day_kernel import Sheet
from optimizer.schedule.world import Ints, World
from optimizer.solver.price_kernel import NO_ROOM, place_in_day
from optimizer.solver.team_kernel import (
    LATE,
    NOBODY,
    POINTS,
    Hops,
    Team,
    copy_day,
    drop_string,
    insert_at,
    retime,
)
from optimizer.travel.compiled import inlined, kernel, unlocked

Singles = NDArray[np.float32]

LONGEST_CHAIN = 10
"""Exchanges of a chain; more were not found to serve anybody."""
NEVER_BLINK = 1 << 40
HEAVIER_THAN_ALL = np.iinfo(np.int64).max
LEFT = -1
"""In place of a shift: the last of a chain is left out, as it matters less than the first."""


class Links(NamedTuple):
    """What single exchanges of a plan would add, in points; and the labels of a search among them."""

    instead: Singles
    """`[V, V]` the first visit in the day of the second, which leaves it; infinite where that breaks a promise."""
    room: Singles
    """`[V, S]` the visit in a day as it is."""
    cost: Singles
    """`[C + 1, V]` the cheapest chain of so many exchanges after which the visit has no place."""
    parent: Ints
    """`[C + 1, V]` who takes the place of the visit in that chain."""
    path: Ints
    """`[C + 1]` the visits of a chain, the one left out before first."""
    days: Ints
    """`[S + 1]` how many days have changed, then which."""
    skip: Ints
    """`[1]` no position is passed over."""
    room_before: Ints
    """`[K + 1, 2]` scratch of `place_in_day`."""


@inlined
def day_cost(team: Team, s: int, late_price: float) -> float:
    return team.sums[s, POINTS] + team.sums[s, LATE] * late_price


@inlined
def priced(w: World, hops: Hops, team: Team, s: int, v: int, late_price: float, links: Links) -> tuple[float, int]:
    links.skip[0] = NEVER_BLINK
    return place_in_day(w, hops, team, s, v, NO_ROOM, late_price, links.skip, links.room_before)


@kernel
def survey(w: World, hops: Hops, late_price: float, team: Team, spare: Team, sheet: Sheet, links: Links) -> None:
    """Try every visit in the days noted, as they are and instead of each of their visits."""
    for k in range(1, links.days[0] + 1):
        s = links.days[k]
        copy_day(team, spare, s)
        for y in range(team.taker.size):
            links.room[y, s] = np.inf
            if team.taker[y] != s and w.fits[s, y]:
                added, at = priced(w, hops, team, s, y, late_price, links)
                if at >= 0:
                    links.room[y, s] = added
        for i in range(spare.size[s]):
            x = spare.order[s, i]
            links.instead[:, x] = np.inf
            for j in range(i + 1, spare.size[s]):
                team.order[s, j - 1] = spare.order[s, j]
            team.size[s] = spare.size[s] - 1
            if retime(w, hops, team, s, sheet):
                saved = day_cost(spare, s, late_price) - day_cost(team, s, late_price)
                for y in range(team.taker.size):
                    if team.taker[y] != s and w.fits[s, y]:
                        added, at = priced(w, hops, team, s, y, late_price, links)
                        if at >= 0:
                            links.instead[y, x] = added - saved
            copy_day(spare, team, s)


@inlined
def is_on_way(team: Team, links: Links, level: int, v: int, s: int) -> bool:
    """Whether the chain that leads to a visit has changed a day already."""
    while level > 0:
        if team.taker[v] == s:
            return True
        v = links.parent[level, v]
        level -= 1
    return False


@kernel
def room_for_last(team: Team, links: Links, level: int) -> tuple[int, int]:
    """The visit of a level that is cheapest to find room for, and the shift; (NOBODY, LEFT) when none does."""
    last, taker, least = NOBODY, LEFT, np.inf
    for y in range(team.taker.size):
        if links.cost[level, y] == np.inf:
            continue
        for s in range(team.size.size):
            added = links.cost[level, y] + links.room[y, s]
            if added < least and not is_on_way(team, links, level, y, s):
                last, taker, least = y, s, added
    return last, taker


@kernel
def reach(team: Team, links: Links, level: int) -> bool:
    """Labels of one exchange more; false when there are none."""
    visits, is_reached = team.taker.size, False
    links.cost[level + 1] = np.inf
    for y in range(visits):
        if links.cost[level, y] == np.inf:
            continue
        for x in range(visits):
            added = links.cost[level, y] + links.instead[y, x]
            if added >= links.cost[level + 1, x] or is_on_way(team, links, level, y, team.taker[x]):
                continue
            # What an earlier label of x leads to has been looked at.
            is_news = True
            for k in range(level + 1):
                is_news = is_news and added < links.cost[k, x]
            if is_news:
                links.cost[level + 1, x], links.parent[level + 1, x] = added, y
                is_reached = True
    return is_reached


@kernel
def find_chain(left_out: Ints, team: Team, links: Links, weight: int) -> tuple[int, int]:
    """A chain that serves a visit of this weight: its exchanges, and the shift where the last of it finds room.

    LEFT in place of the shift when there is no room, but a visit that weighs less to leave out; (-1, LEFT) when there
    is none either. The chain is in `links.path`.
    """
    level, last, taker = 0, NOBODY, LEFT
    for v in range(team.taker.size):
        is_source = team.taker[v] == NOBODY and left_out[v] == weight
        links.cost[0, v] = 0.0 if is_source else np.inf
    while True:
        last, taker = room_for_last(team, links, level)
        if last != NOBODY or level == LONGEST_CHAIN or not reach(team, links, level):
            break
        level += 1
    if last == NOBODY:
        highest, lightest = level, weight
        for k in range(1, highest + 1):
            for v in range(team.taker.size):
                if links.cost[k, v] < np.inf and left_out[v] < lightest:
                    level, last, lightest = k, v, left_out[v]
        if last == NOBODY:
            return -1, LEFT
    v = last
    for k in range(level, -1, -1):
        links.path[k] = v
        if k > 0:
            v = links.parent[k, v]
    return level, taker


@kernel
def follow(
    w: World, hops: Hops, late_price: float, team: Team, spare: Team, sheet: Sheet, links: Links, level: int, last: int
) -> bool:
    """Make the exchanges of the chain in `links.path`; false when a day cannot keep it after all: that is noted."""
    links.days[0] = 0
    for k in range(level + 1):
        y = links.path[k]
        s = team.taker[links.path[k + 1]] if k < level else last
        if s == LEFT:
            break
        links.days[0] += 1
        links.days[links.days[0]] = s
        copy_day(team, spare, s)
        is_kept = True
        if k < level:
            at = 0
            while team.order[s, at] != links.path[k + 1]:
                at += 1
            drop_string(team, s, at, 1)
            is_kept = retime(w, hops, team, s, sheet)
        if is_kept:
            _, at = priced(w, hops, team, s, y, late_price, links)
            is_kept = at >= 0
            if is_kept:
                insert_at(team, s, y, at)
                is_kept = retime(w, hops, team, s, sheet)
        if not is_kept:
            if k < level:
                links.instead[y, links.path[k + 1]] = np.inf
            else:
                links.room[y, s] = np.inf
            go_home(team, spare, links)
            return False
    return True


@kernel
def go_home(team: Team, spare: Team, links: Links) -> None:
    """Undo what has been followed of a chain."""
    for k in range(links.days[0]):
        team.taker[links.path[k]] = NOBODY
    for k in range(1, links.days[0] + 1):
        s = links.days[k]
        copy_day(spare, team, s)
        for i in range(team.size[s]):
            team.taker[team.order[s, i]] = s


@kernel
def heaviest(left_out: Ints, team: Team, below: int) -> int:
    """The most that a visit left out weighs, below a bar; -1 when there is none."""
    found = -1
    for v in range(team.taker.size):
        if team.taker[v] == NOBODY and left_out[v] < below:
            found = max(found, left_out[v])
    return found


@unlocked
def serve_by_chains(
    w: World, hops: Hops, left_out: Ints, late_price: float, team: Team, spare: Team, sheet: Sheet, links: Links
) -> int:
    """Serve visits left out of `team` until no chain does; answers how many chains were followed.

    `left_out[V]` is what leaving a visit out weighs. `spare` is overwritten.
    """
    followed, shifts = 0, team.size.size
    links.instead[:] = np.inf
    for s in range(shifts):
        links.days[s + 1] = s
    links.days[0] = shifts
    survey(w, hops, late_price, team, spare, sheet, links)
    weight = heaviest(left_out, team, HEAVIER_THAN_ALL)
    while weight >= 0:
        level, last = find_chain(left_out, team, links, weight)
        if level < 0:
            weight = heaviest(left_out, team, weight)
        elif follow(w, hops, late_price, team, spare, sheet, links, level, last):
            followed += 1
            if last == LEFT:
                links.instead[:, links.path[level]] = np.inf
            survey(w, hops, late_price, team, spare, sheet, links)
            # What has changed may have made way for one that matters more.
            weight = heaviest(left_out, team, HEAVIER_THAN_ALL)
    return followed
