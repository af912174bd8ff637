"""What the events of a day say of how far it has come."""

from dataclasses import replace

import pytest

from optimizer.domain.itinerary import Itinerary
from optimizer.domain.progress import NOTHING_SAID, Progress, UnderWay
from optimizer.domain.time import MINUTE, Seconds
from optimizer.domain.visit_event import EventKind
from optimizer.schedule.day_so_far import day_so_far
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.reported import Happened, reported
from tests.builders import clock, place, problem, rest, roads, shift, visit, window

ROADS = roads(
    {
        ("home", "milton"): 30,
        ("home", "oakville"): 30,
        ("home", "guelph"): 60,
        ("milton", "oakville"): 30,
        ("milton", "guelph"): 30,
        ("oakville", "guelph"): 30,
    }
)


@pytest.fixture
def day() -> Itinerary:
    """Leave 8:30; a 9-10, drive, b 10:30-11:30, drive, lunch 12-12:30 at Guelph, wait, c 14-15, drive home."""
    world = problem(
        [
            visit("a", "milton", window("9:00")),
            visit("b", "oakville", window("10:30", "11:30")),
            visit("c", "guelph", window("14:00", "14:20")),
        ],
        [shift(hours=("8:00", "18:00"), breaks=[rest("12:00", "13:00")])],
        ROADS,
    )
    found = evaluate(world, {"taylor": ("a", "b", "c")})
    assert found.violations == ()
    return found.plan.itineraries[0]


def _events(*told: str) -> tuple[Happened, ...]:
    """Written like `a started 9:05`."""
    words = [line.split() for line in told]
    return tuple(Happened(visit=name, kind=EventKind(kind), at=clock(at)) for name, kind, at in words)


def _at(day: Itinerary, now: str, *told: str, late: Seconds = 0) -> Progress:
    report = reported(day, _events(*told), clock(now))
    return day_so_far(day, clock(now), replace(report, late=late))


def test_nothing_said_and_things_said_of_other_days_leave_it_to_the_plan(day: Itinerary) -> None:
    assert reported(day, (), clock("11:00")) == NOTHING_SAID
    assert reported(day, _events("elsewhere finished 9:00"), clock("11:00")) == NOTHING_SAID
    assert reported(day, _events("a finished 11:30"), clock("11:00")) == NOTHING_SAID


def test_what_is_said_to_be_done_is_done_and_what_is_not_is_open(day: Itinerary) -> None:
    # The plan would have b over at 11:30.
    progress = _at(day, "11:40", "a finished 10:20")
    assert progress.finished == {"a"}
    # Twenty minutes late at a door where she waits for nobody.
    assert progress.under_way == UnderWay(visit="b", start=clock("10:50"))


def test_who_finishes_early_may_go_early(day: Itinerary) -> None:
    progress = _at(day, "9:40", "a finished 9:38")
    assert (progress.finished, progress.under_way, progress.free_at) == ({"a"}, None, clock("9:40"))
    assert progress.at == place("milton")


def test_who_finishes_late_leaves_late(day: Itinerary) -> None:
    progress = _at(day, "10:20", "a finished 10:20")
    assert (progress.under_way, progress.free_at, progress.at) == (
        UnderWay(visit="b", start=clock("10:50")),
        clock("10:20"),
        place("milton"),
    )


def test_setting_off_late_is_told_at_the_next_door(day: Itinerary) -> None:
    assert _at(day, "10:20", "a finished 10:00", "b departed 10:15").under_way == UnderWay(
        visit="b", start=clock("10:45")
    )


def test_at_the_door_early_the_session_waits_for_its_time(day: Itinerary) -> None:
    assert _at(day, "10:20", "b arrived 10:15").under_way == UnderWay(visit="b", start=clock("10:30"))
    assert _at(day, "10:50", "b arrived 10:45").under_way == UnderWay(visit="b", start=clock("10:45"))


def test_begun_is_begun_and_a_session_that_runs_over_ends_now_at_the_earliest(day: Itinerary) -> None:
    assert _at(day, "10:50", "b started 10:40").under_way == UnderWay(visit="b", start=clock("10:40"))
    assert _at(day, "12:05", "b started 10:40").under_way == UnderWay(visit="b", start=clock("11:05"))


def test_a_delay_is_eaten_by_waiting_before_the_session(day: Itinerary) -> None:
    on_the_way = ("b finished 11:30", "c departed 11:30")
    assert _at(day, "11:40", *on_the_way, late=20 * MINUTE).under_way == UnderWay(visit="c", start=clock("14:00"))
    at_it = "b started 10:30"
    assert _at(day, "10:40", at_it, late=20 * MINUTE).under_way == UnderWay(visit="b", start=clock("10:50"))


def test_nobody_there_ends_the_visit_and_counts_for_nothing(day: Itinerary) -> None:
    progress = _at(day, "10:40", "a finished 10:00", "b no_show 10:40")
    assert (progress.missed, progress.finished, progress.at) == ({"b"}, {"a"}, place("oakville"))
    assert progress.free_at == clock("10:40")


def test_who_begins_the_next_visit_has_left_the_one_before(day: Itinerary) -> None:
    for before in ((), ("a arrived 9:00",), ("a started 9:00",)):
        progress = _at(day, "10:35", *before, "b started 10:30")
        assert progress.finished == {"a"}
        assert progress.under_way == UnderWay(visit="b", start=clock("10:30"))


def test_visits_done_in_another_order_are_done_in_that_order(day: Itinerary) -> None:
    progress = _at(day, "10:31", "b finished 9:30", "a finished 10:30")
    assert progress.finished == {"a", "b"}
    assert progress.at == place("milton")
    assert progress.free_at >= clock("10:31")
    # The first in the plan is open while nobody has said a word of it and its time is not over.
    assert _at(day, "9:35", "b finished 9:30").finished == {"b"}


def test_what_nobody_has_said_for_an_hour_went_as_planned(day: Itinerary) -> None:
    assert _at(day, "12:29", "a finished 10:00").under_way == UnderWay(visit="b", start=clock("11:29"))
    assert _at(day, "12:31", "a finished 10:00").finished == {"a", "b"}
    assert _at(day, "13:31", "b started 11:30").finished == {"a", "b"}
    assert _at(day, "17:00", "a finished 10:00").finished == {"a", "b", "c"}


def test_time_given_to_something_else_ends_by_the_clock(day: Itinerary) -> None:
    steps = tuple(
        replace(step, visit=replace(step.visit, busy=True))
        if getattr(step, "visit", None) and step.visit.id == "b"
        else step
        for step in day.steps
    )
    assert _at(replace(day, steps=steps), "11:31", "a finished 10:00").finished == {"a", "b"}


def test_at_every_minute_of_a_day_that_is_told_in_full_nothing_goes_back(day: Itinerary) -> None:
    told = [
        *("a departed 8:30", "a arrived 9:05", "a started 9:06", "a finished 10:01", "b departed 10:02"),
        *("b arrived 10:33", "b started 10:33", "b finished 11:40", "c departed 11:45", "c arrived 12:20"),
        *("c started 14:00", "c finished 15:00"),
    ]
    over: frozenset[str] = frozenset()
    for now in range(clock("8:00"), clock("16:00"), MINUTE):
        progress = day_so_far(day, now, reported(day, _events(*told), now))
        assert over <= progress.over
        over = progress.over
        assert progress.under_way is None or progress.under_way.visit not in over
        assert progress.free_at >= now or progress.under_way is not None
    assert over == {"a", "b", "c"}
