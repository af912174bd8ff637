"""One step of a partial day, compiled: what it takes to begin with a visit, to go on to the next one, to go home.

Every exact search extends its labels with these steps, so that all of them mean the same days. A step answers when the
session starts, the points it costs and the seconds driven without buffer, which driving limits count. `taken` counts
the breaks before the step, `more` those within it, of which `ahead` come before its drive.
"""

from optimizer.schedule.day_kernel import rest_seconds
from optimizer.schedule.kernels import (
    closing_start,
    first_start,
    leave_by,
    rest_after,
    rest_by,
    road,
    same_place,
    start_behind,
)
from optimizer.schedule.world import (
    ENDS,
    HOME,
    LEAD,
    LIMITS,
    NEVER,
    NOWHERE,
    PLACE,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WAIT_POINTS,
    World,
)
from optimizer.travel.compiled import inlined
from optimizer.travel.kernels import travel_at

Step = tuple[int, int, int]
"""Start of the session (overtime for the last step; NEVER when impossible), points, seconds driven."""


@inlined
def driven(w: World, s: int, i: int, j: int, depart: int) -> int:
    """Seconds of driving without buffer, as driving limits count them."""
    if i == NOWHERE or j == NOWHERE or i == j:
        return 0
    return travel_at(w.band_starts, w.drive[w.shifts[s, TABLE]], i, j, depart)


@inlined
def first_step(w: World, s: int, v: int, more: int, ahead: int) -> Step:
    """The day begins with visit v."""
    start = first_start(w, s, v, more, ahead)
    if start >= NEVER:
        return NEVER, 0, 0
    home, door = w.shifts[s, HOME], w.visits[v, PLACE]
    leave = leave_by(w, s, home, door, rest_by(w, s, ahead, more - ahead, start - w.visits[v, LEAD]))
    seconds, driving = road(w, s, home, door, leave), driven(w, s, home, door, leave)
    if driving > w.shifts[s, LIMITS + 4]:
        return NEVER, 0, 0
    wait = start - w.visits[v, LEAD] - leave - seconds - rest_seconds(w, s, ahead, more - ahead)
    points = seconds * w.shifts[s, ROAD_POINTS] + wait * w.shifts[s, WAIT_POINTS] + w.preference[s, v]
    return start, points, driving


@inlined
def next_step(w: World, s: int, u: int, v: int, begun: int, taken: int, more: int, ahead: int) -> Step:
    """Visit v follows visit u, whose session starts at `begun`."""
    start = start_behind(w, s, u, v, begun, taken, ahead, more - ahead)
    if start >= NEVER:
        return NEVER, 0, 0
    here = same_place(w, u, v)
    free, i, j = begun + w.visits[u, TAIL + here], w.visits[u, PLACE], w.visits[v, PLACE]
    leave = rest_after(w, s, taken, ahead, free)
    seconds, driving = road(w, s, i, j, leave), driven(w, s, i, j, leave)
    if driving > w.shifts[s, LIMITS + 4]:
        return NEVER, 0, 0
    wait = start - w.visits[v, LEAD + here] - free - seconds - rest_seconds(w, s, taken, more)
    points = seconds * w.shifts[s, ROAD_POINTS] + wait * w.shifts[s, WAIT_POINTS] + w.preference[s, v]
    return start, points, driving


@inlined
def last_step(w: World, s: int, v: int, begun: int, taken: int, ahead: int) -> Step:
    """The day ends behind visit v; the first figure is the overtime."""
    if begun > closing_start(w, s, v, taken, ahead):
        return NEVER, 0, 0
    home, door = w.shifts[s, HOME + 1], w.visits[v, PLACE]
    free = begun + w.visits[v, TAIL]
    leave = rest_after(w, s, taken, ahead, free)
    seconds, driving = road(w, s, door, home, leave), driven(w, s, door, home, leave)
    if driving > w.shifts[s, LIMITS + 4]:
        return NEVER, 0, 0
    idle = leave - free - rest_seconds(w, s, taken, ahead)
    points = seconds * w.shifts[s, ROAD_POINTS] + idle * w.shifts[s, WAIT_POINTS]
    return max(0, leave + seconds - w.shifts[s, ENDS]), points, driving
