"""A problem as arrays, for the kernels: objects stay outside the hot loops.

Rows follow `problem.visits`, `problem.shifts` and `problem.travel.places`. All times are seconds. The arrays are few
and wide because every array handed to a compiled function costs time; the column names below are their key.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.driving import USUAL_PERCENT
from optimizer.domain.eligibility import is_eligible
from optimizer.domain.therapist import Shift
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.travel.times import Table, TravelTimes

Ints = NDArray[np.int64]

NEVER = 1 << 40
"""Later than any instant of a horizon."""

NOWHERE = -1
"""The row of a start or end place that a shift does not have."""

# Columns of `World.visits`.
PLACE = 0
"""Row of the visit's place."""
LEAD = 1
"""From arrival to session start; the next column: when the visit before is at the same place."""
TAIL = 3
"""From session start to leaving; the next column: when the visit behind is at the same place."""
LOAD = 5
"""What limits add up, three columns: one visit, hands-on seconds, heavy visits."""
LEFT_OUT = 8
"""The price of leaving the visit out, two columns: priority when required, priority when optional."""
WINDOWS = 10
"""Earliest and latest start of each window, in order; unused pairs are (NEVER, -NEVER)."""

# Columns of `World.shifts`.
HOME = 0
"""Rows of start and end place, or NOWHERE; two columns."""
BEGINS = 2
ENDS = 3
BACK_BY = 4
"""The end with overtime."""
LIMITS = 5
"""Visits, hands-on seconds, heavy visits, driving seconds, longest drive seconds; NEVER without a limit."""
ROAD_POINTS = 10
"""Points a second on the road."""
WAIT_POINTS = 11
LAG_POINTS = 12
"""Points that lagging a second behind may cost at the most later in the day."""
TABLE = 13
"""Which of the world's tables of travel the shift drives by."""
REST_COUNT = 14
RESTS = 15
"""Earliest start, latest start, duration of each break in order."""


class World(NamedTuple):
    """See the module. `V` visits, `S` shifts, `P` places, `B` bands, `T` tables of travel: one for each percentage of
    the drives that some shift takes (see `Shift.travel_percent`), so hardly ever more than one."""

    band_starts: Ints
    """`[B]`"""
    road: NDArray[np.int32]
    """`[T, B, P, P]` travel with its buffer: what every time is computed with."""
    drive: NDArray[np.int32]
    """`[T, B, P, P]` travel without buffer: what driving limits count."""
    visits: Ints
    """`[V, WINDOWS + 2 * windows]`"""
    shifts: Ints
    """`[S, RESTS + 3 * breaks]`"""
    preference: Ints
    """`[S, V]` points lost when this therapist takes this visit against the client's wish, or from who has it now."""
    fits: NDArray[np.bool_]
    """`[S, V]` eligibility."""


def compile_world(problem: Problem) -> World:
    """The arrays of a problem. Pure: the same problem gives the same arrays."""
    visits, shifts, rows = problem.visits, problem.shifts, problem.travel.index
    windows = max((len(v.starts) for v in visits), default=1)
    breaks = max((len(s.breaks) for s in shifts), default=0)
    weights = problem.weights
    percents = sorted({shift.travel_percent for shift in shifts}) or [USUAL_PERCENT]
    road, drive = _tables(problem.travel, percents)
    # With travel that is the same all day, a day that lags behind another can only lose by waiting less.
    lag = weights.waiting if is_steady(road) else max(weights.road, weights.waiting)
    points = [weights.road, weights.waiting, lag]
    wishes = [[bool(v.choice.prefer) and s.id not in v.choice.prefer for v in visits] for s in shifts]
    kept = [[problem.keep.get(v.id, s.id) != s.id for v in visits] for s in shifts]
    shape = (len(shifts), len(visits))
    missed = np.array(wishes, dtype=np.int64).reshape(shape) * weights.preference
    return World(
        band_starts=problem.travel.starts,
        road=road,
        drive=drive,
        visits=_table([_visit(v, rows[v.place.id], windows) for v in visits], WINDOWS + 2 * windows),
        shifts=_table(
            [_shift(s, _homes(s, rows), [*points, percents.index(s.travel_percent)], breaks) for s in shifts],
            RESTS + 3 * breaks,
        ),
        preference=missed + np.array(kept, dtype=np.int64).reshape(shape) * weights.stability,
        fits=np.array([[is_eligible(s, v) for v in visits] for s in shifts], dtype=np.bool_).reshape(shape),
    )


def is_steady(tables: NDArray[np.int32]) -> bool:
    """Whether travel `[T, B, P, P]` is the same all day."""
    return bool((tables == tables[:, :1]).all())


def _tables(travel: TravelTimes, percents: Sequence[int]) -> tuple[Table, Table]:
    """`[T, B, P, P]` with and without the buffer. What is there already is not copied, and of what is made there is
    never a second copy: the tables of a thousand visits are 100 MB for each percentage."""
    if len(percents) == 1:
        only = travel.at_percent(percents[0])
        return only.seconds[None], only.drive[None]
    road, drive = (np.empty((len(percents), *travel.drive.shape), dtype=np.int32) for _ in range(2))
    for k, percent in enumerate(percents):
        theirs = travel.at_percent(percent)
        road[k], drive[k] = theirs.seconds, theirs.drive
    return road, drive


def _visit(visit: Visit, place: int, windows: int) -> list[int]:
    row = [place, visit.lead, visit.consultation, visit.tail, visit.session + visit.wrap_up]
    row += [int(not visit.busy), visit.hands_on, int(visit.heavy)]
    row += [visit.priority, 0] if visit.required else [0, visit.priority]
    for window in visit.starts:
        row += [window.earliest, window.latest]
    return row + [NEVER, -NEVER] * (windows - len(visit.starts))


def _homes(shift: Shift, rows: Mapping[str, int]) -> list[int]:
    return [NOWHERE if place is None else rows[place.id] for place in (shift.start_place, shift.end_place)]


def _shift(shift: Shift, homes: list[int], points: list[int], breaks: int) -> list[int]:
    limits = shift.limits
    row = [*homes, shift.begins, shift.ends, shift.ends + limits.overtime]
    for limit in (limits.visits, limits.hands_on, limits.heavy_visits, limits.driving, limits.longest_drive):
        row.append(NEVER if limit is None else limit)
    row += [*points, len(shift.breaks)]
    for rule in shift.breaks:
        row += [rule.window.earliest, rule.window.latest, rule.duration]
    return row + [0, 0, 0] * (breaks - len(shift.breaks))


def _table(rows: list[list[int]], width: int) -> Ints:
    """An integer table that keeps its width when it has no rows."""
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
