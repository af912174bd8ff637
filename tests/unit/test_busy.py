"""Time given to something else: what it does to a therapist's day."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from optimizer.domain.therapist import Limits
from optimizer.domain.time import TimeWindow
from optimizer.domain.visit import Pin, Visit
from optimizer.schedule.busy import settle
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.problem import Problem
from optimizer.schedule.slots import OpenDay
from tests.builders import clock, place, problem, rest, roads, shift, visit

DRIVES = roads(
    {
        ("home", "near"): 10, ("home", "far"): 60, ("near", "far"): 55,
        ("home", "client"): 20, ("near", "client"): 15, ("far", "client"): 50,
    }
)  # fmt: skip


def busy(name: str, at: str, begins: str, ends: str, whose: str = "taylor") -> Visit:
    start = clock(begins)
    return Visit(
        id=name,
        place=place(at),
        service="busy",
        session=clock(ends) - start,
        windows=(TimeWindow(start, start),),
        priority=100,
        pinned=Pin(therapist=whose),
        busy=True,
    )


def settled(visits: Sequence[Visit], **day: object) -> Problem:
    return settle(problem(visits, [shift(**day)], DRIVES))  # type: ignore[arg-type]


def spans(world: Problem) -> list[tuple[str, str]]:
    """(from, to) of the busy visits, on the clock."""
    found = [(v.windows[0].earliest, v.windows[0].earliest + v.session) for v in world.visits if v.busy]
    return [(f"{a // 3600}:{a // 60 % 60:02}", f"{b // 3600}:{b // 60 % 60:02}") for a, b in found]


def can_be_kept(world: Problem) -> bool:
    return len(OpenDay.of(world, "").cuts) > 0


def test_a_day_without_busy_time_is_left_as_it_is() -> None:
    world = problem([visit("v", "client")], [shift()], DRIVES)
    assert settle(world) is world


def test_overlapping_appointments_are_one_from_the_first_begin_to_the_last_end() -> None:
    world = settled([busy("a", "near", "12:00", "13:00"), busy("b", "near", "12:30", "14:00")])
    assert spans(world) == [("12:00", "14:00")]
    assert can_be_kept(world)


def test_an_appointment_inside_another_adds_nothing() -> None:
    world = settled([busy("a", "near", "12:00", "15:00"), busy("b", "far", "13:00", "14:00")])
    assert spans(world) == [("12:00", "15:00")]


def test_appointments_that_leave_no_time_to_drive_are_one_that_begins_early_and_ends_at_the_second_place() -> None:
    world = settled([busy("a", "near", "12:00", "13:00"), busy("b", "far", "13:30", "14:00")])
    (only,) = world.visits
    assert spans(world) == [("11:05", "14:00")]
    assert only.place.id == "far"
    assert can_be_kept(world)


def test_appointments_with_time_to_drive_between_them_stay_two() -> None:
    world = settled([busy("a", "near", "11:00", "12:00"), busy("b", "far", "13:30", "14:00")])
    assert spans(world) == [("11:00", "12:00"), ("13:30", "14:00")]
    assert can_be_kept(world)


def test_a_day_begins_at_the_door_of_an_appointment_that_cannot_be_reached_from_home_in_time() -> None:
    world = settled([busy("a", "far", "8:30", "9:30"), visit("v", "client", TimeWindow(37800, 37800))])
    (day,) = world.shifts
    assert (day.start_place, day.begins) == (place("far"), clock("9:00"))
    assert spans(world) == [("9:00", "9:30")]
    assert can_be_kept(world)  # 9:30 from far, 10:20 at the client's, 10:30 the session


def test_a_day_ends_at_the_door_of_an_appointment_after_which_home_is_too_far() -> None:
    world = settled([busy("a", "far", "17:30", "19:00")], limits=Limits(overtime=3600))
    (day,) = world.shifts
    assert (day.end_place, day.ends, day.limits.overtime) == (place("far"), clock("18:00"), 0)
    assert can_be_kept(world)


def test_what_lies_outside_the_shift_or_belongs_to_somebody_off_duty_is_not_in_the_day() -> None:
    world = settled([busy("a", "near", "19:00", "20:00"), busy("b", "near", "12:00", "13:00", whose="robin")])
    assert world.visits == ()


def test_a_break_swallowed_by_busy_time_is_not_owed_and_one_beside_it_is() -> None:
    lunch = rest("12:00", "13:00")
    assert settled([busy("a", "near", "11:00", "13:30")], breaks=[lunch]).shifts[0].breaks == ()
    assert settled([busy("a", "near", "11:00", "13:00")], breaks=[lunch]).shifts[0].breaks == (lunch,)
    assert settled([busy("a", "near", "12:30", "14:00")], breaks=[lunch]).shifts[0].breaks == (lunch,)


def test_a_whole_day_off_leaves_no_start_and_is_a_day_that_can_be_kept() -> None:
    world = settled([busy("off", "home", "0:00", "23:00")], breaks=[rest("12:00", "13:00")])
    assert spans(world) == [("9:00", "18:00")]
    assert can_be_kept(world)
    with_a_visit = replace(world, visits=(*world.visits, visit("v", "client")))
    assert not can_be_kept(with_a_visit)


def test_busy_time_counts_for_no_limit_and_no_total_and_needs_no_skill() -> None:
    day = shift(limits=Limits(visits=1, hands_on=3600), services=frozenset({"swedish"}))
    world = settle(problem([busy("a", "near", "10:00", "12:00"), visit("v", "client", minutes=60)], [day], DRIVES))
    found = evaluate(world, {"taylor": ["a", "v"]})
    assert found.violations == ()
    assert check(world, found.plan) == []
    assert (found.plan.totals.visits, found.plan.totals.hands_on) == (1, 3600)


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a")])
def test_three_appointments_in_a_row_settle_alike_in_any_order(order: tuple[str, ...]) -> None:
    known = {
        "a": busy("a", "near", "10:00", "11:00"),
        "b": busy("b", "far", "11:10", "12:00"),
        "c": busy("c", "near", "12:10", "13:00"),
    }
    world = settled([known[name] for name in order])
    assert spans(world) == [("9:00", "13:00")]
    assert can_be_kept(world)
