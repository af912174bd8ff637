"""Stories of one day, in times one can add up."""

from random import Random

import pytest

from optimizer.domain.itinerary import Break, Leg, Step, Stop
from optimizer.domain.therapist import Limits
from optimizer.domain.time import MINUTE
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.timeline import Day, Timeline, unbounded
from optimizer.travel.times import BufferPolicy
from tests.builders import clock, problem, rest, roads, shift, visit, window
from tests.worlds import random_world


def _timeline(*names: str, **world: object) -> Timeline:
    return Day.of(problem(**world)).timeline("taylor", names)  # type: ignore[arg-type]


MINUTES = {("home", "a"): 30, ("a", "b"): 20, ("home", "b"): 40}


def test_a_block_is_parking_setup_consultation_session_wrap_up_and_tear_down() -> None:
    parts = {"parking": 300, "setup": 600, "consultation": 900, "wrap_up": 120, "tear_down": 240}
    timeline = _timeline(
        "v", visits=[visit("v", "a", window("10:00"), **parts)], shifts=[shift()], travel=roads(MINUTES)
    )
    (stop,) = timeline.itinerary().stops
    assert stop.arrival == clock("10:00") - 300 - 600 - 900
    assert stop.finish == clock("11:00")
    assert stop.depart == clock("11:06")


def test_the_day_begins_as_late_as_the_first_promise_allows() -> None:
    timeline = _timeline(
        "v", visits=[visit("v", "a", window("13:00", "14:00"))], shifts=[shift()], travel=roads(MINUTES)
    )
    assert timeline.itinerary().leave_at == clock("12:30")


def test_a_couple_in_one_house_pays_parking_and_setup_once() -> None:
    parts = {"parking": 300, "setup": 600, "wrap_up": 60, "tear_down": 240}
    couple = [
        visit("her", "a", window("10:00", "12:00"), **parts),
        visit("him", "a", window("10:00", "12:00"), **parts),
    ]
    first, second = _timeline("her", "him", visits=couple, shifts=[shift()], travel=roads(MINUTES)).itinerary().stops
    assert (first.tear_down, second.parking, second.setup) == (0, 0, 0)
    assert second.start == first.finish + 60
    assert second.tear_down == 240


def test_the_travel_buffer_is_added_once_a_leg() -> None:
    travel = roads(MINUTES, buffer=BufferPolicy(minutes=5, percent=10))
    visits = [visit("v", "a", window("10:00")), visit("w", "b", window("12:00"))]
    legs = _timeline("v", "w", visits=visits, shifts=[shift()], travel=travel).itinerary().legs
    assert [(leg.travel // MINUTE, leg.buffer // MINUTE) for leg in legs] == [(30, 8), (20, 7), (40, 9)]


def test_rush_hour_makes_the_same_drive_longer() -> None:
    travel = roads({("home", "a"): (30, 60)}, bands=("7:00", "17:00"))
    morning = _timeline("v", visits=[visit("v", "a", window("9:30"))], shifts=[shift()], travel=travel)
    evening = _timeline(
        "v", visits=[visit("v", "a", window("19:00"))], shifts=[shift(hours=("9:00", "22:00"))], travel=travel
    )
    assert morning.itinerary().legs[0].travel < evening.itinerary().legs[0].travel == 60 * MINUTE


def test_slack_is_how_much_later_a_session_may_start_with_every_later_promise_kept() -> None:
    visits = [visit("v", "a", window("10:00", "12:00")), visit("w", "b", window("12:00", "12:10"))]
    timeline = _timeline("v", "w", visits=visits, shifts=[shift()], travel=roads(MINUTES))
    first, second = timeline.itinerary().stops
    assert first.slack == 50 * MINUTE
    assert second.slack == 10 * MINUTE
    assert second.wait == 40 * MINUTE


def test_a_break_is_taken_inside_its_window_and_outside_every_block() -> None:
    visits = [visit("v", "a", window("10:00", "12:00")), visit("w", "b", window("13:00"))]
    day = shift(breaks=[rest("12:00", "13:00")])
    steps = _timeline("v", "w", visits=visits, shifts=[day], travel=roads(MINUTES)).itinerary().steps
    (taken,) = [step for step in steps if isinstance(step, Break)]
    assert clock("12:00") <= taken.start <= clock("13:00")
    assert taken.finish - taken.start == 30 * MINUTE
    assert [type(step) for step in steps] == [Leg, Stop, Leg, Break, Stop, Leg]


def test_time_at_home_counts_as_a_break() -> None:
    timeline = _timeline(
        "v",
        visits=[visit("v", "a", window("15:00"))],
        shifts=[shift(breaks=[rest("12:00", "13:00")])],
        travel=roads(MINUTES),
    )
    steps = timeline.itinerary().steps
    assert isinstance(steps[0], Break)
    assert timeline.itinerary().leave_at == clock("14:30")


def test_a_therapist_without_a_home_in_the_plan_begins_at_the_first_door() -> None:
    timeline = _timeline(
        "v",
        visits=[visit("v", "a", window("9:00", "17:00"))],
        shifts=[shift(home=None, end=None)],
        travel=roads(MINUTES),
    )
    assert timeline.itinerary().legs == ()
    assert timeline.itinerary().stops[0].start == clock("9:00")


def test_overtime_is_possible_only_where_it_is_allowed() -> None:
    late = [visit("v", "a", window("17:00"))]
    assert not _timeline("v", visits=late, shifts=[shift()], travel=roads(MINUTES)).is_feasible
    allowed = _timeline("v", visits=late, shifts=[shift(limits=Limits(overtime=45 * MINUTE))], travel=roads(MINUTES))
    assert allowed.overtime == 30 * MINUTE


def test_a_given_order_that_breaks_promises_is_timed_and_every_one_is_named() -> None:
    visits = [visit("v", "a", window("10:00")), visit("w", "b", window("10:30"))]
    world = problem(visits, [shift(hours=("9:00", "12:00"), limits=Limits(visits=1))], roads(MINUTES))
    evaluation = evaluate(world, {"taylor": ["v", "w"]})
    assert {(found.code, found.visit) for found in evaluation.violations} >= {("time_window", "w"), ("visit_limit", "")}
    assert evaluation.plan.itineraries[0].stops[1].start == clock("11:20")
    assert not evaluation.plan.certificate.checked


def test_a_day_without_visits_stays_at_home() -> None:
    itinerary = _timeline(visits=[], shifts=[shift(breaks=[rest("12:00", "13:00")])], travel=roads(MINUTES)).itinerary()
    assert itinerary.steps == ()
    assert itinerary.leave_at == itinerary.back_at == clock("9:00")


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_before_a_session_add_up_from_the_door(seed: int) -> None:
    """Arrival, breaks at the door, wait, parking, set-up, consultation; idling for a break before the drive aside."""
    rng, rested_at_a_door = Random(seed), 0
    for _ in range(60):
        world = random_world(rng, visits=rng.randint(1, 4), shifts=1, limits=False)
        day = Day.of(world)
        timeline = Timeline.of(day, 0, range(len(world.visits)))
        if not timeline.is_feasible:
            timeline = Timeline.of(Day(problem=world, world=unbounded(day.world)), 0, timeline.order)
        leaving = None
        steps: list[Step] = []
        for step in timeline.itinerary().steps:
            if not isinstance(step, Stop):
                steps.append(step)
                continue
            rests = [rest for rest in steps if isinstance(rest, Break)]
            at_the_door = [rest for rest in rests if rest.start >= step.arrival]
            owed = step.parking + step.setup + step.consultation
            rested = sum(rest.finish - rest.start for rest in at_the_door)
            if leaving is None or len(at_the_door) == len(rests):
                assert step.arrival + rested + step.wait + owed == step.start
            if leaving is not None:
                driven = sum(leg.arrive - leg.depart for leg in steps if isinstance(leg, Leg))
                assert leaving + driven + sum(r.finish - r.start for r in rests) + step.wait + owed == step.start
            assert step.start + step.visit.session + step.wrap_up + step.tear_down == step.depart
            leaving, steps, rested_at_a_door = step.depart, [], rested_at_a_door + len(at_the_door)
    assert rested_at_a_door > 0
