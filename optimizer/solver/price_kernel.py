"""What one more visit costs a day, compiled: the cheapest position, asked thousands of times for each plan.

Whether a visit fits between two others is read off the forward and the backward pass at once, however long the day is
(Savelsbergh 1992). Its price is exact on plain days (see `team_kernel`). With breaks or changing travel it is that of
the road and the waits around the position as the day is timed now; whoever inserts times the day anew.
"""

from optimizer.schedule.kernels import next_start, road, same_place, starts_between
from optimizer.schedule.world import (
    BACK_BY,
    ENDS,
    HOME,
    LEAD,
    LIMITS,
    LOAD,
    NEVER,
    PLACE,
    REST_COUNT,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WAIT_POINTS,
    WINDOWS,
    Ints,
    World,
)
from optimizer.solver.team_kernel import (
    BACK,
    DRIVING,
    FIRST,
    LAST,
    LATE,
    LOADS,
    ROAD,
    ROAD_BACK,
    ROAD_FROM,
    ROAD_OUT,
    ROAD_TO,
    SPAN,
    SPAN_FROM,
    SPAN_TO,
    WAIT,
    Hops,
    Team,
    steady_drive,
)
from optimizer.travel.compiled import inlined, kernel

NO_ROOM = 1e300
"""A price higher than any."""


@inlined
def has_room(w: World, team: Team, s: int, v: int) -> bool:
    """Whether a shift may take the visit, and its limits and list leave room for one more."""
    if not w.fits[s, v] or team.size[s] == team.order.shape[1]:
        return False
    for k in range(3):
        if team.sums[s, LOADS + k] + w.visits[v, LOAD + k] > w.shifts[s, LIMITS + k]:
            return False
    return True


@inlined
def later_end(w: World, team: Team, s: int, at: int, start: int) -> int:
    """When the last session of a plain day starts if the one at position `at` starts at `start`, not before now."""
    n = team.size[s]
    for i in range(at, n):
        if start == team.earliest[s, i, 0]:
            return team.earliest[s, n - 1, 0]
        if i + 1 < n:
            start = next_start(w, team.order[s, i + 1], start + team.gaps[s, i + 1, SPAN])
    return start


@inlined
def extra_of_waiting(
    w: World, hops: Hops, team: Team, s: int, v: int, at: int, start: int, next_one: int, late_price: float
) -> float:
    """Points for waiting and overtime that visit v adds to a plain day at a position where it starts at `start`."""
    n, between = team.size[s], hops.between[w.shifts[s, TABLE]]
    first, last, spans, wait, end = start, start, 0, 0, v
    if n > 0:
        end = v if at == n else team.order[s, n - 1]
        last = start if at == n else later_end(w, team, s, at, next_one)
        first = start if at == 0 else team.earliest[s, 0, 0]
        if at > 0:
            spans += between[v, team.order[s, at - 1], SPAN_FROM]
        if at < n:
            spans += between[v, team.order[s, at], SPAN_TO]
        if 0 < at < n:
            spans -= team.gaps[s, at, SPAN]
        wait = last - first - spans - (team.earliest[s, n - 1, 0] - team.earliest[s, 0, 0])
    back = last + w.visits[end, TAIL] + hops.ends[s, end, ROAD_BACK]
    late = max(0, back - w.shifts[s, ENDS]) - team.sums[s, LATE]
    return late * late_price + wait * w.shifts[s, WAIT_POINTS]


@inlined
def keeps_drives(w: World, team: Team, s: int, v: int, at: int) -> bool:
    """Whether the driving limits of a plain day allow visit v at a position."""
    n, place = team.size[s], w.visits[v, PLACE]
    before = w.shifts[s, HOME] if at == 0 else w.visits[team.order[s, at - 1], PLACE]
    behind = w.shifts[s, HOME + 1] if at == n else w.visits[team.order[s, at], PLACE]
    there = steady_drive(w, s, before, place) if before != place else 0
    away = steady_drive(w, s, place, behind) if behind != place else 0
    now = steady_drive(w, s, before, behind) if n > 0 and before != behind else 0
    total = team.sums[s, DRIVING] + there + away - now
    return max(there, away) <= w.shifts[s, LIMITS + 4] and total <= w.shifts[s, LIMITS + 3]


@inlined
def place_in_plain_day(
    w: World, hops: Hops, team: Team, s: int, v: int, least: float, late_price: float, skip: Ints
) -> tuple[float, int]:
    """The cheapest position below `least` in a plain day; (NO_ROOM, -1) when there is none.

    `skip[0]` counts down the positions until one is passed over (a blink).
    """
    n, best, between = team.size[s], -1, hops.between[w.shifts[s, TABLE]]
    price = w.shifts[s, ROAD_POINTS]
    limited = w.shifts[s, LIMITS + 3] < NEVER or w.shifts[s, LIMITS + 4] < NEVER
    timed = w.shifts[s, WAIT_POINTS] > 0 or w.shifts[s, BACK_BY] > w.shifts[s, ENDS]
    wish = w.preference[s, v]
    opens, closes = w.visits[v, WINDOWS], w.visits[v, WINDOWS + 1]
    single = w.visits.shape[1] == WINDOWS + 2
    for at in range(n + 1):
        if at < n and team.latest[s, at, 0] < opens:
            continue
        if at == 0:
            start, roads = hops.ends[s, v, FIRST], hops.ends[s, v, ROAD_OUT]
        else:
            u = team.order[s, at - 1]
            ready = team.earliest[s, at - 1, 0] + between[v, u, SPAN_FROM]
            if single:
                if ready > closes:
                    # What comes behind starts later still, so a start past the last window ends the search.
                    if team.earliest[s, at - 1, 0] > closes:
                        break
                    continue
                start = max(ready, opens)
            else:
                start = next_start(w, v, ready)
            roads = between[v, u, ROAD_FROM]
        if start >= NEVER:
            continue
        ready = 0
        if at == n:
            if start > hops.ends[s, v, LAST]:
                continue
            roads += hops.ends[s, v, ROAD_BACK]
        else:
            x = team.order[s, at]
            ready = start + between[v, x, SPAN_TO]
            if ready > team.latest[s, at, 0]:
                continue
            roads += between[v, x, ROAD_TO]
        if n > 0:
            roads -= team.gaps[s, at, ROAD]
        added = float(roads * price + wish)
        if timed:
            behind = next_start(w, team.order[s, at], ready) if at < n else 0
            added += extra_of_waiting(w, hops, team, s, v, at, start, behind, late_price)
        if added < least:
            if skip[0] == 0:
                skip[0] = -1
                continue
            if limited and not keeps_drives(w, team, s, v, at):
                continue
            least, best = added, at
        skip[0] -= 1
    return (least, best) if best >= 0 else (NO_ROOM, -1)


@inlined
def place_in_other_day(
    w: World, team: Team, s: int, v: int, least: float, late_price: float, skip: Ints, room: Ints
) -> tuple[float, int]:
    """The same for a day with breaks or changing travel, by an estimate of the price. `room[K + 1, 2]` is lent."""
    n, best, breaks = team.size[s], -1, w.shifts[s, REST_COUNT]
    road_price, wait_price = w.shifts[s, ROAD_POINTS], w.shifts[s, WAIT_POINTS]
    opens, closes = w.visits[v, WINDOWS], -NEVER
    for k in range(WINDOWS + 1, w.visits.shape[1], 2):
        closes = max(closes, w.visits[v, k])
    for at in range(n + 1):
        if at < n:
            by = -NEVER
            for taken in range(breaks + 1):
                by = max(by, team.latest[s, at, taken])
            if by < opens:
                continue
        if at > 0:
            since = NEVER
            for taken in range(breaks + 1):
                since = min(since, team.earliest[s, at - 1, taken])
            if since > closes:
                break
        if not starts_between(w, s, team.order[s, :n], team.earliest[s], team.latest[s], v, at, room):
            continue
        start = NEVER
        for taken in range(breaks + 1):
            if room[taken, 0] <= room[taken, 1]:
                start = min(start, room[taken, 0])
        roads, idle = -team.gaps[s, at, ROAD] if n > 0 else 0, 0
        if at == 0:
            roads += road(w, s, w.shifts[s, HOME], w.visits[v, PLACE], start - w.visits[v, LEAD])
        else:
            u = team.order[s, at - 1]
            here = same_place(w, u, v)
            free = team.starts[s, at - 1] + w.visits[u, TAIL + here]
            seconds = road(w, s, w.visits[u, PLACE], w.visits[v, PLACE], free)
            ready = free + seconds + w.visits[v, LEAD + here]
            start = max(start, ready)
            roads += seconds
            idle += start - ready
        late = -team.sums[s, LATE]
        if at == n:
            leave = start + w.visits[v, TAIL]
            seconds = road(w, s, w.visits[v, PLACE], w.shifts[s, HOME + 1], leave)
            roads += seconds
            late += max(0, leave + seconds - w.shifts[s, ENDS])
        else:
            x = team.order[s, at]
            here = same_place(w, v, x)
            leave = start + w.visits[v, TAIL + here]
            seconds = road(w, s, w.visits[v, PLACE], w.visits[x, PLACE], leave)
            roads += seconds
            push = leave + seconds + w.visits[x, LEAD + here] - team.starts[s, at]
            idle -= team.gaps[s, at, WAIT]
            if push <= 0:
                idle -= push
                push = 0
            for i in range(at + 1, n):
                taken_up = min(push, team.gaps[s, i, WAIT])
                push -= taken_up
                idle -= taken_up
            late += max(0, team.sums[s, BACK] + push - w.shifts[s, ENDS])
        added = float(roads * road_price + idle * wait_price + w.preference[s, v]) + late * late_price
        if added < least:
            if skip[0] == 0:
                skip[0] = -1
                continue
            least, best = added, at
        skip[0] -= 1
    return (least, best) if best >= 0 else (NO_ROOM, -1)


@kernel
def place_in_day(
    w: World, hops: Hops, team: Team, s: int, v: int, least: float, late_price: float, skip: Ints, room: Ints
) -> tuple[float, int]:
    """The cheapest position of visit v in a day, if below `least`; (NO_ROOM, -1) when there is none."""
    if not has_room(w, team, s, v):
        return NO_ROOM, -1
    if hops.between.shape[1] > 0 and w.shifts[s, REST_COUNT] == 0:
        return place_in_plain_day(w, hops, team, s, v, least, late_price, skip)
    return place_in_other_day(w, team, s, v, least, late_price, skip, room)
