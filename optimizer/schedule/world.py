"""A problem as arrays, for the kernels: objects stay outside the hot loops.

Rows follow `problem.visits`, `problem.shifts` and `problem.travel.places`. All times are seconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.eligibility import is_eligible
from optimizer.schedule.problem import Problem

Ints = NDArray[np.int64]

NEVER = 1 << 40
"""Later than any instant of a horizon."""

NOWHERE = -1
"""The row of a start or end place that a shift does not have."""


class World(NamedTuple):
    """See the module. `V` visits, `S` shifts, `P` places, `B` bands."""

    band_starts: Ints
    """`[B]`"""
    road: NDArray[np.int32]
    """`[B, P, P]` travel with its buffer: what every time is computed with."""
    drive: NDArray[np.int32]
    """`[B, P, P]` travel without buffer: what driving limits count."""
    place: Ints
    """`[V]` row of the visit's place."""
    lead: Ints
    """`[V, 2]` from arrival to session start: at a new place, at the place of the visit before."""
    tail: Ints
    """`[V, 2]` from session start to leaving: for a new place, for the place of the visit behind."""
    windows: Ints
    """`[V, W, 2]` windows of the start, in order; unused rows are (NEVER, -NEVER)."""
    load: Ints
    """`[V, 3]` what limits add up: one visit, hands-on seconds, heavy visits."""
    left_out: Ints
    """`[V, 2]` priority when required, priority when optional: the price of leaving the visit out."""
    home: Ints
    """`[S, 2]` rows of start and end place, or NOWHERE."""
    hours: Ints
    """`[S, 3]` begin, end, end with overtime."""
    rests: Ints
    """`[S, K, 3]` earliest start, latest start, duration of each break in order."""
    rest_count: Ints
    """`[S]` breaks of each shift."""
    limits: Ints
    """`[S, 5]` visits, hands-on seconds, heavy visits, driving seconds, longest drive seconds; NEVER without one."""
    fits: NDArray[np.bool_]
    """`[S, V]` eligibility."""
    preference: Ints
    """`[S, V]` points lost when this therapist takes this visit against the client's wish."""
    weights: Ints
    """`[3]` points a second on the road, points a second of waiting, points that a second's lag may cost later."""


def compile_world(problem: Problem) -> World:
    """The arrays of a problem. Pure: the same problem gives the same arrays."""
    visits, shifts, rows = problem.visits, problem.shifts, problem.travel.index
    windows = np.empty((len(visits), max((len(v.starts) for v in visits), default=1), 2), dtype=np.int64)
    windows[:] = (NEVER, -NEVER)
    for row, visit in enumerate(visits):
        for column, window in enumerate(visit.starts):
            windows[row, column] = (window.earliest, window.latest)
    rests = np.zeros((len(shifts), max((len(s.breaks) for s in shifts), default=0) or 1, 3), dtype=np.int64)
    for row, shift in enumerate(shifts):
        for column, rule in enumerate(shift.breaks):
            rests[row, column] = (rule.window.earliest, rule.window.latest, rule.duration)
    weights = problem.weights
    constant_travel = bool((problem.travel.seconds == problem.travel.seconds[:1]).all())
    return World(
        band_starts=problem.travel.starts,
        road=problem.travel.seconds,
        drive=problem.travel.drive,
        place=_table([[rows[v.place.id]] for v in visits], 1)[:, 0],
        lead=_table([[v.lead, v.consultation] for v in visits], 2),
        tail=_table([[v.tail, v.session + v.wrap_up] for v in visits], 2),
        windows=windows,
        load=_table([[1, v.session, int(v.heavy)] for v in visits], 3),
        left_out=_table([[v.priority, 0] if v.required else [0, v.priority] for v in visits], 2),
        home=_table(
            [[rows[p.id] if p is not None else NOWHERE for p in (s.start_place, s.end_place)] for s in shifts], 2
        ),
        hours=_table([[s.begins, s.ends, s.ends + s.limits.overtime] for s in shifts], 3),
        rests=rests,
        rest_count=_table([[len(s.breaks)] for s in shifts], 1)[:, 0],
        limits=_table(
            [
                [
                    NEVER if limit is None else limit
                    for limit in (
                        s.limits.visits,
                        s.limits.hands_on,
                        s.limits.heavy_visits,
                        s.limits.driving,
                        s.limits.longest_drive,
                    )
                ]
                for s in shifts
            ],
            5,
        ),
        fits=np.array([[is_eligible(s, v) for v in visits] for s in shifts], dtype=np.bool_).reshape(
            len(shifts), len(visits)
        ),
        preference=_table(
            [
                [weights.preference if v.choice.prefer and s.id not in v.choice.prefer else 0 for v in visits]
                for s in shifts
            ],
            len(visits),
        ),
        # With travel that is the same all day, a day that lags behind another can only lose by waiting less.
        weights=np.array(
            [
                weights.road,
                weights.waiting,
                weights.waiting if constant_travel else max(weights.road, weights.waiting),
            ],
            dtype=np.int64,
        ),
    )


def _table(rows: list[list[int]], width: int) -> Ints:
    """An integer table that keeps its width when it has no rows."""
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
