"""A course of treatment over a calendar of possible starts: which weekday, what time, whom; every date checked.

A pattern is a first date and a wall-clock time; the rhythm gives the nominal date of each visit. A visit whose nominal
start is not possible moves to the nearest possible one inside the tolerance, never to or past the date of a neighbour.
For each pattern and therapist a small dynamic programme over the dates finds the least displacement, so a pattern is
dropped only if no choice of dates serves it. Therapist-days do not influence each other, so nothing else has to be
asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.time import Seconds
from optimizer.schedule.world import NEVER, Ints

NONE = -1
IMPOSSIBLE = 1 << 60
DAY_MINUTES = 24 * 60
MOVED = 10**7
"""What moving a visit at all weighs in minutes of displacement: one visit far off is better than two a little."""
ADDED = 10**6
"""Displacement comes before what a visit adds to the day, in seconds below this."""
APART = 60
"""Two patterns on one weekday are worth telling apart when their times differ by so many minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One visit of a course: who, when, and which start it replaces.

    `minute` counts on the wall clock of `day`. `moved_from` is the nominal (date, minute), None where it is kept.
    """

    therapist: int
    day: date
    minute: int
    moved_from: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A full series: one visit for each nominal date. `cost` orders courses: displacement, then what they add."""

    visits: tuple[Placed, ...]
    cost: int

    @property
    def has_one_therapist(self) -> bool:
        return len({visit.therapist for visit in self.visits}) == 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Calendar:
    """What is possible in a span of dates.

    Attributes
    ----------
    first
        The date of row 0.
    minutes
        Wall-clock minutes of the columns, rising.
    added
        `added[therapist, date, column]`: seconds that a start adds, NEVER where it is not possible.
    """

    first: date
    minutes: Ints
    added: Ints

    @classmethod
    def of(
        cls,
        first: date,
        last: date,
        minutes: Sequence[int],
        therapists: int,
        starts: Iterable[tuple[int, date, int, Seconds]],
    ) -> Self:
        """From (therapist, date, minute, added) of every possible start."""
        added = np.full((therapists, (last - first).days + 1, len(minutes)), NEVER, dtype=np.int64)
        column = {int(minute): k for k, minute in enumerate(minutes)}
        for therapist, day, minute, seconds in starts:
            cell = (therapist, (day - first).days, column[minute])
            added[cell] = min(added[cell], seconds)
        return cls(first=first, minutes=np.array(minutes, dtype=np.int64), added=added)

    def together(self) -> Self:
        """The calendar of whoever adds least."""
        return type(self)(first=self.first, minutes=self.minutes, added=self.added.min(axis=0)[None])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Nearest:
    """`cost[therapist, date, column]` of serving a nominal time on a date, `column[...]` where it goes then."""

    cost: Ints
    column: Ints

    @classmethod
    def of(cls, calendar: Calendar) -> Self:
        """The nearest possible start before or after each time of a date."""
        possible, columns = calendar.added < NEVER, len(calendar.minutes)
        here = np.where(possible, np.arange(columns), NONE)
        before = np.maximum.accumulate(here, axis=2)
        flipped = np.where(possible, np.arange(columns), columns)[:, :, ::-1]
        after = np.minimum.accumulate(flipped, axis=2)[:, :, ::-1]
        first, second = cls._serving(calendar, before, before > NONE), cls._serving(calendar, after, after < columns)
        is_first = first <= second
        return cls(cost=np.where(is_first, first, second), column=np.where(is_first, before, after))

    @staticmethod
    def _serving(calendar: Calendar, column: Ints, is_there: NDArray[np.bool_]) -> Ints:
        safe = np.where(is_there, column, 0)
        off = np.abs(calendar.minutes[safe] - calendar.minutes)
        added = np.minimum(np.take_along_axis(calendar.added, safe, axis=2), ADDED - 1)
        return np.where(is_there, off * ADDED + added, IMPOSSIBLE)


def best_courses(
    calendar: Calendar,
    patterns: Sequence[Sequence[date]],
    *,
    tolerance: int,
    most: int,
    opening: Calendar | None = None,
) -> tuple[Course, ...]:
    """The best courses of different patterns, the one with least displacement first.

    With one therapist for all visits where any pattern can have that, otherwise with several.

    Parameters
    ----------
    patterns
        The nominal dates of each pattern, rising.
    tolerance
        Days that a visit may be moved either way.
    most
        How many courses to answer.
    opening
        What is possible for the first visit, where that is longer than the others: the same dates and minutes.
    """
    if calendar.minutes.size == 0 or calendar.added.shape[0] == 0:
        return ()
    opening = opening or calendar
    found = _ranked(calendar, opening, patterns, tolerance)
    if not found:
        alike, openings = calendar.together(), opening.together()
        found = [
            (cost, (*_manned(visits[:1], opening), *_manned(visits[1:], calendar)))
            for cost, visits in _ranked(alike, openings, patterns, tolerance)
        ]
    chosen: list[Course] = []
    for cost, visits in found:
        if len(chosen) == most:
            break
        if all(_is_different(visits, other.visits) for other in chosen):
            chosen.append(Course(visits=visits, cost=cost))
    return tuple(chosen)


def unserved(
    calendar: Calendar, patterns: Sequence[Sequence[date]], *, tolerance: int, opening: Calendar | None = None
) -> tuple[date, ...]:
    """The nominal dates on which nobody can come, for the pattern that has fewest of them."""
    usual = np.asarray((calendar.added < NEVER).any(axis=(0, 2)))
    first = usual if opening is None else np.asarray((opening.added < NEVER).any(axis=(0, 2)))
    missing = [
        tuple(
            day
            for k, day in enumerate(dates)
            if not any((usual if k else first)[row] for row in _rows(calendar, day, tolerance) if row != NONE)
        )
        for dates in patterns
    ]
    return min(missing, key=len, default=())


def _ranked(
    calendar: Calendar, opening: Calendar, patterns: Sequence[Sequence[date]], tolerance: int
) -> list[tuple[int, tuple[Placed, ...]]]:
    """The course of each pattern and time with its best therapist, best first."""
    nearest = (_Nearest.of(opening), _Nearest.of(calendar))
    found: list[tuple[int, tuple[Placed, ...]]] = []
    for dates in patterns:
        cost, moves = _programme(calendar, nearest, dates, tolerance)
        therapist = cost.argmin(axis=0)
        for column, who in enumerate(therapist.tolist()):
            if cost[who, column] < IMPOSSIBLE:
                visits = _read(calendar, nearest, dates, tolerance, moves[:, :, who, column], who, column)
                found.append((int(cost[who, column]), visits))
    return sorted(found, key=lambda pair: (pair[0], pair[1][0].day, pair[1][0].minute))


def _programme(
    calendar: Calendar, nearest: tuple[_Nearest, _Nearest], dates: Sequence[date], tolerance: int
) -> tuple[Ints, Ints]:
    """The programme of a pattern, its first visit by the first of `nearest`, the others by the second.

    Answers `cost[therapist, column]`, and `came[k, move, therapist, column]`: the move before the best one.
    A move is days off the nominal date plus `tolerance`; dates rise strictly.
    """
    moves = 2 * tolerance + 1
    shape = (moves, *nearest[0].cost[:, 0].shape)
    came = np.full((len(dates), *shape), NONE, dtype=np.int64)
    before = np.zeros(shape, dtype=np.int64)
    for k, day in enumerate(dates):
        now = np.full(shape, IMPOSSIBLE, dtype=np.int64)
        for move, row in enumerate(_rows(calendar, day, tolerance)):
            if row == NONE:
                continue
            reached, origin = _best_before(before, dates, k, move)
            serving = nearest[min(k, 1)].cost[:, row]
            is_kept = (move == tolerance) & (serving < ADDED)
            own = np.where(is_kept, serving, serving + (MOVED + abs(move - tolerance) * DAY_MINUTES) * ADDED)
            total = np.where((serving < IMPOSSIBLE) & (reached < IMPOSSIBLE), reached + own, IMPOSSIBLE)
            now[move], came[k, move] = total, origin
        before = now
    last = before.argmin(axis=0)
    came = np.concatenate([came, np.full((1, *shape), NONE, dtype=np.int64)])
    came[-1, 0] = last
    return np.take_along_axis(before, last[None], axis=0)[0], came


def _best_before(before: Ints, dates: Sequence[date], k: int, move: int) -> tuple[Ints, Ints]:
    """The least cost so far that leaves the date of this move free, and with which move of the visit before."""
    if k == 0:
        return before[0], np.full(before.shape[1:], NONE, dtype=np.int64)
    room = (dates[k] - dates[k - 1]).days + move
    earlier = min(before.shape[0], room)
    if earlier < 1:
        nothing = np.full(before.shape[1:], IMPOSSIBLE, dtype=np.int64)
        return nothing, np.full(before.shape[1:], NONE, dtype=np.int64)
    origin = before[:earlier].argmin(axis=0)
    return np.take_along_axis(before, origin[None], axis=0)[0], origin


def _rows(calendar: Calendar, day: date, tolerance: int) -> list[int]:
    """Rows of the dates that a nominal date may move to, NONE outside the calendar."""
    middle, span = (day - calendar.first).days, calendar.added.shape[1]
    rows = range(middle - tolerance, middle + tolerance + 1)
    return [row if 0 <= row < span else NONE for row in rows]


def _read(
    calendar: Calendar,
    nearest: tuple[_Nearest, _Nearest],
    dates: Sequence[date],
    tolerance: int,
    moves: Ints,
    therapist: int,
    column: int,
) -> tuple[Placed, ...]:
    """Walk the programme back from its end."""
    visits: list[Placed] = []
    move, minute = int(moves[-1, 0]), int(calendar.minutes[column])
    for k in range(len(dates) - 1, -1, -1):
        day = dates[k] + timedelta(days=move - tolerance)
        at = int(nearest[min(k, 1)].column[therapist, (day - calendar.first).days, column])
        when = int(calendar.minutes[at])
        nominal = None if (day, when) == (dates[k], minute) else (dates[k], minute)
        visits.append(Placed(therapist=therapist, day=day, minute=when, moved_from=nominal))
        move = int(moves[k, move])
    return tuple(reversed(visits))


def _manned(visits: Sequence[Placed], calendar: Calendar) -> tuple[Placed, ...]:
    """Visits of the calendar of all therapists together, each with the therapist who adds least."""
    column = {int(minute): k for k, minute in enumerate(calendar.minutes)}
    who = calendar.added.argmin(axis=0)
    return tuple(
        replace(visit, therapist=int(who[(visit.day - calendar.first).days, column[visit.minute]])) for visit in visits
    )


def _nominal(visit: Placed) -> tuple[date, int]:
    return visit.moved_from or (visit.day, visit.minute)


def _is_different(visits: Sequence[Placed], other: Sequence[Placed]) -> bool:
    (day, minute), (other_day, other_minute) = _nominal(visits[0]), _nominal(other[0])
    return day.weekday() != other_day.weekday() or abs(minute - other_minute) >= APART
