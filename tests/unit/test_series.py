"""A course is found exactly when one exists, and no closer one does: against trying every choice of dates and times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, product
from random import Random

import pytest

from optimizer.schedule.series import ADDED, DAY_MINUTES, MOVED, Calendar, Course, best_courses, unserved

TUESDAY = date(2026, 11, 24)
NOON, ONE, TWO = 12 * 60, 13 * 60, 14 * 60


def _weekly(first: date, count: int) -> list[date]:
    return [first + timedelta(days=7 * k) for k in range(count)]


def _calendar(dates: Sequence[date], minutes: Sequence[int], therapists: int = 1, *, without: set[tuple]) -> Calendar:
    """Everything is possible but `without` (therapist, date, minute)."""
    starts = [
        (who, day, minute, 0)
        for who in range(therapists)
        for day in dates
        for minute in minutes
        if (who, day, minute) not in without
    ]
    return Calendar.of(min(dates), max(dates), minutes, therapists, starts)


def test_a_conflicting_date_is_replaced_by_the_nearest_possible_and_named() -> None:
    dates = _weekly(TUESDAY, 4)
    calendar = _calendar(dates, [NOON, ONE, TWO], without={(0, dates[2], NOON)})
    first, *_ = courses = best_courses(calendar, [dates], tolerance=0, most=9)
    # One o'clock is free on all four dates: it comes first.
    assert [(visit.minute, visit.moved_from) for visit in first.visits] == [(ONE, None)] * 4
    noon = next(course for course in courses if _time(course) == NOON)
    assert noon.visits[2].moved_from == (dates[2], NOON)
    assert (noon.visits[2].day, noon.visits[2].minute) == (dates[2], ONE)


def test_a_date_on_which_nothing_fits_moves_inside_the_tolerance_or_there_is_no_course() -> None:
    dates = _weekly(TUESDAY, 3)
    every_day = [TUESDAY + timedelta(days=k) for k in range(-1, 16)]
    calendar = _calendar(every_day, [NOON], without={(0, dates[1], NOON)})
    (course,) = best_courses(calendar, [dates], tolerance=1, most=3)
    assert course.visits[1].day in {dates[1] - timedelta(days=1), dates[1] + timedelta(days=1)}
    assert course.visits[1].moved_from == (dates[1], NOON)
    assert best_courses(calendar, [dates], tolerance=0, most=3) == ()
    assert unserved(calendar, [dates], tolerance=0) == (dates[1],)


def test_one_therapist_for_all_comes_before_dates_that_are_kept() -> None:
    dates = _weekly(TUESDAY, 3)
    calendar = _calendar(dates, [NOON, ONE], 2, without={(0, dates[1], NOON), (1, dates[0], NOON), (0, dates[0], ONE)})
    found = best_courses(calendar, [dates], tolerance=0, most=5)
    assert found
    assert all(course.has_one_therapist for course in found)


def test_without_one_therapist_for_all_several_share_the_course() -> None:
    dates = _weekly(TUESDAY, 2)
    calendar = _calendar(dates, [NOON], 2, without={(0, dates[1], NOON), (1, dates[0], NOON)})
    (course,) = best_courses(calendar, [dates], tolerance=0, most=3)
    assert [visit.therapist for visit in course.visits] == [0, 1]


def test_an_empty_calendar_has_no_course_and_names_every_date() -> None:
    dates = _weekly(TUESDAY, 2)
    calendar = Calendar.of(dates[0], dates[-1], [NOON], 1, [])
    assert best_courses(calendar, [dates], tolerance=1, most=3) == ()
    assert unserved(calendar, [dates], tolerance=1) == tuple(dates)


@pytest.mark.parametrize("seed", range(4))
def test_no_course_exists_where_none_is_found_and_none_is_closer_where_one_is(seed: int) -> None:
    rng, found_some, found_none, shared = Random(seed), 0, 0, 0
    for _ in range(150):
        world = _tiny(rng)
        courses = best_courses(
            world.calendar, world.patterns, tolerance=world.tolerance, most=99, opening=world.opening
        )
        alone = [world.cheapest(pattern, [who]) for pattern in world.patterns for who in range(world.therapists)]
        together = [world.cheapest(pattern, range(world.therapists)) for pattern in world.patterns]
        expected = min((cost for cost in alone if cost is not None), default=None)
        if expected is None:
            expected = min((cost for cost in together if cost is not None), default=None)
            shared += expected is not None
        assert (courses[0].cost if courses else None) == expected
        found_some, found_none = found_some + (expected is not None), found_none + (expected is None)
        for course in courses:
            world.verify(course)
    assert min(found_some, found_none) > 20
    assert shared > 0


@dataclass(frozen=True)
class _Tiny:
    starts: dict[tuple[int, date, int], int]
    openings: dict[tuple[int, date, int], int]
    minutes: list[int]
    patterns: list[list[date]]
    therapists: int
    tolerance: int
    calendar: Calendar
    opening: Calendar

    def cheapest(self, dates: Sequence[date], who: Sequence[int]) -> int | None:
        """Every choice of therapist, date and time for every visit."""
        best = None
        for minute in self.minutes:
            choices = [
                [
                    (day, self._cost(seconds, (day - nominal).days, at - minute))
                    for (therapist, day, at), seconds in (self.starts if k else self.openings).items()
                    if therapist in who and abs((day - nominal).days) <= self.tolerance
                ]
                for k, nominal in enumerate(dates)
            ]
            for picked in product(*choices):
                days = [day for day, _ in picked]
                if all(a < b for a, b in pairwise(days)):
                    cost = sum(cost for _, cost in picked)
                    best = cost if best is None else min(best, cost)
        return best

    @staticmethod
    def _cost(added: int, days: int, minutes: int) -> int:
        moved = MOVED if (days, minutes) != (0, 0) else 0
        return (moved + abs(days) * DAY_MINUTES + abs(minutes)) * ADDED + added

    def verify(self, course: Course) -> None:
        days = [visit.day for visit in course.visits]
        nominal = [visit.moved_from or (visit.day, visit.minute) for visit in course.visits]
        assert days == sorted(set(days))
        assert [day for day, _ in nominal] in self.patterns
        assert len({minute for _, minute in nominal}) == 1
        total = 0
        for k, (visit, (day, minute)) in enumerate(zip(course.visits, nominal, strict=True)):
            assert abs((visit.day - day).days) <= self.tolerance
            added = (self.starts if k else self.openings)[visit.therapist, visit.day, visit.minute]
            total += self._cost(added, (visit.day - day).days, visit.minute - minute)
        assert total == course.cost


def _tiny(rng: Random) -> _Tiny:
    therapists, every = rng.randint(1, 2), rng.randint(1, 4)
    minutes = sorted(rng.sample(range(480, 720, 15), rng.randint(1, 3)))
    count, tolerance = rng.choice((1, 2, 2, 3)), rng.randint(0, 2)
    patterns = [[TUESDAY + timedelta(days=f + every * k) for k in range(count)] for f in range(rng.randint(1, 2))]
    span = [TUESDAY + timedelta(days=k) for k in range(-tolerance, every * count + tolerance + 1)]
    density = rng.choice((0.1, 0.2, 0.3, 0.6))
    starts = {
        (who, day, minute): rng.randint(0, 3000)
        for who in range(therapists)
        for day in span
        for minute in minutes
        if rng.random() < density
    }
    # A first visit takes longer: some starts are not long enough for it.
    openings = {start: seconds for start, seconds in starts.items() if rng.random() < 0.9}
    calendar, opening = (
        Calendar.of(span[0], span[-1], minutes, therapists, [(*start, seconds) for start, seconds in these.items()])
        for these in (starts, openings)
    )
    return _Tiny(
        opening=opening,
        openings=openings,
        starts=starts,
        minutes=minutes,
        patterns=patterns,
        therapists=therapists,
        tolerance=tolerance,
        calendar=calendar,
    )


def _time(course: Course) -> int:
    visit = course.visits[0]
    return visit.minute if visit.moved_from is None else visit.moved_from[1]
