"""The rest of a day from where she is: what is done is done, what is under way stays, what is used up is used up."""

from dataclasses import replace

import pytest

from optimizer.domain.itinerary import Itinerary
from optimizer.domain.progress import Remains, Report, UnderWay
from optimizer.domain.therapist import Limits
from optimizer.domain.time import HOUR, MINUTE
from optimizer.schedule.checker import check
from optimizer.schedule.day_so_far import day_so_far, steps_behind
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.lateness import Lateness, lateness
from optimizer.schedule.problem import Problem
from optimizer.schedule.rest_of_day import drive_home, rest_of_day
from optimizer.solver.params import SolveParams
from optimizer.solver.replanning import Current, replan
from tests.builders import clock, place, problem, rest, roads, shift, visit, window

ORDER = ("a", "b", "c", "d")
ROADS = roads(
    {
        ("home", "milton"): 30,
        ("home", "oakville"): 30,
        ("home", "guelph"): 60,
        ("milton", "oakville"): 30,
        ("milton", "guelph"): 30,
        ("oakville", "guelph"): 60,
        ("here", "home"): 10,
        ("here", "milton"): 20,
        ("here", "oakville"): 40,
        ("here", "guelph"): 30,
    }
)


@pytest.fixture
def world() -> Problem:
    """Leave 8:30; a 9-10, drive, b 10:30-11:30, drive, lunch 12:30-13 at Guelph, c 14-15, drive, d 15:40-16:40."""
    return problem(
        [
            visit("a", "milton", window("9:00")),
            visit("b", "oakville", window("10:30", "11:30")),
            visit("c", "guelph", window("14:00", "14:20")),
            visit("d", "milton", window("15:30", "16:30"), setup=10 * MINUTE),
        ],
        [
            shift(
                hours=("8:00", "18:00"),
                breaks=[rest("12:00", "13:00")],
                limits=Limits(visits=5, hands_on=5 * HOUR, driving=6 * HOUR),
            )
        ],
        ROADS,
    )


def _planned(world: Problem) -> Itinerary:
    found = evaluate(world, {"taylor": ORDER})
    assert found.violations == ()
    return found.plan.itineraries[0]


def _rest(world: Problem, wall: str, report: Report | None = None) -> Problem:
    now = clock(wall)
    progress = day_so_far(_planned(world), now, report or Report())
    return rest_of_day(world, Remains(now=now, progress={"taylor": progress}))


def _ids(world: Problem) -> list[str]:
    return [each.id for each in world.visits]


def test_before_she_has_left_the_whole_day_is_left(world: Problem) -> None:
    left = _rest(world, "8:15")
    assert _ids(left) == list(ORDER)
    assert left.shifts == (replace(world.shifts[0], begins=clock("8:15")),)


def test_on_the_way_to_a_client_she_goes_there_whatever_else_is_planned(world: Problem) -> None:
    progress = day_so_far(_planned(world), clock("8:40"))
    assert progress.under_way == UnderWay(visit="a", start=clock("9:00"))
    left = _rest(world, "8:40")
    assert (left.shifts[0].start_place, left.shifts[0].begins) == (place("milton"), clock("9:00"))
    assert left.shifts[0].limits.driving == 6 * HOUR - 30 * MINUTE


def test_a_session_under_way_stays_until_its_end(world: Problem) -> None:
    left = _rest(world, "10:45")
    assert _ids(left) == ["b", "c", "d"]
    assert left.visits[0].starts == (window("10:30"),)
    plan = replan(left, Current(orders={"taylor": ("b", "c", "d")}), SolveParams()).plan
    first = plan.itineraries[0].stops[0]
    assert (first.visit.id, first.start, first.finish) == ("b", clock("10:30"), clock("11:30"))
    assert check(left, plan) == []


def test_what_is_done_counts_against_the_limits_and_a_no_show_does_not(world: Problem) -> None:
    done = Report(finished=frozenset("a"), missed=frozenset("b"), position=place("here"))
    left = _rest(world, "11:00", done)
    assert _ids(left) == ["c", "d"]
    assert left.shifts[0].limits.visits == 4
    assert left.shifts[0].limits.hands_on == 4 * HOUR
    assert (left.shifts[0].start_place, left.shifts[0].begins) == (place("here"), clock("11:00"))


def test_driving_limits_count_what_has_been_driven(world: Problem) -> None:
    # Home to Milton, Milton to Oakville: an hour.
    assert _rest(world, "11:15").shifts[0].limits.driving == 5 * HOUR


def test_a_break_that_was_taken_is_not_owed_again(world: Problem) -> None:
    assert _rest(world, "12:45").shifts[0].breaks == ()
    assert _rest(world, "11:15").shifts[0].breaks == world.shifts[0].breaks


def test_a_break_that_she_says_she_has_not_taken_is_owed_within_the_hour(world: Problem) -> None:
    left = _rest(world, "13:10", Report(rests=0, position=place("here")))
    assert left.shifts[0].breaks == (rest("13:10", "14:10"),)
    found = replan(left, Current(orders={"taylor": ("c", "d")}), SolveParams()).plan
    assert found.itineraries[0].order == ("c", "d")
    assert check(left, found) == []


def test_a_visit_not_reported_finished_is_still_to_come(world: Problem) -> None:
    left = _rest(world, "11:45", Report(finished=frozenset("a")))
    assert _ids(left) == ["b", "c", "d"]


def test_a_session_that_runs_over_ends_now_at_the_earliest(world: Problem) -> None:
    progress = day_so_far(_planned(world), clock("12:00"), Report(current="b"))
    assert progress.under_way == UnderWay(visit="b", start=clock("11:00"))
    reported = Report(current="b", current_start=clock("11:20"))
    assert day_so_far(_planned(world), clock("12:00"), reported).under_way == UnderWay(visit="b", start=clock("11:20"))


def test_the_steps_behind_her_and_the_rest_make_the_whole_day(world: Problem) -> None:
    day = _planned(world)
    for minute in range(clock("8:00"), clock("18:00"), 5 * MINUTE):
        progress = day_so_far(day, minute)
        left = rest_of_day(world, Remains(now=minute, progress={"taylor": progress}))
        order = [name for name in ORDER if name in left.visit_index]
        again = evaluate(left, {"taylor": order})
        assert again.violations == ()
        steps = (*steps_behind(day, progress), *again.plan.itineraries[0].steps)
        stops = [(step.visit.id, step.start) for step in Itinerary(shift=day.shift, steps=steps).stops]
        assert stops == [(stop.visit.id, stop.start) for stop in day.stops]
        assert len(Itinerary(shift=day.shift, steps=steps).legs) == len(day.legs) or not order


def test_after_the_last_visit_only_the_drive_home_is_left(world: Problem) -> None:
    day = _planned(world)
    progress = day_so_far(day, clock("17:00"))
    (leg,) = drive_home(world, day, progress)
    assert (leg.origin, leg.destination, leg.arrive) == (place("milton"), place("home"), clock("17:30"))


def _late(world: Problem, wall: str, minutes: int) -> Lateness:
    on_time, late = (_rest(world, wall, Report(late=by * MINUTE)) for by in (0, minutes))
    return lateness(world, on_time, late, ORDER, clock(wall))


def test_waiting_swallows_a_delay_until_a_promise_is_broken(world: Problem) -> None:
    # At Oakville b may start until 11:30; then an hour to Guelph for two o'clock.
    assert _late(world, "9:30", 60).hit_first is None
    hit = _late(world, "9:30", 75).hit_first
    assert hit is not None
    assert (hit.visit, hit.late) == ("b", 15 * MINUTE)


def test_a_delay_names_everybody_who_starts_later_and_who_is_told_too_late(world: Problem) -> None:
    found = _late(world, "13:45", 30)
    assert [(delay.visit, delay.start - delay.on_time, delay.late) for delay in found.delays] == [
        ("c", 30 * MINUTE, 10 * MINUTE),
        ("d", 30 * MINUTE, 0),
    ]
    assert found.hit_first == found.delays[0]


def test_a_safe_departure_keeps_every_promise_and_a_second_later_breaks_one(world: Problem) -> None:
    now = clock("11:25")
    found = _late(world, "11:25", 10)
    assert [departure.visit for departure in found.departures] == ["c", "d"]
    for departure in found.departures:
        assert departure.latest >= departure.planned
    to_guelph = found.departures[0]
    assert to_guelph.latest == clock("13:20")
    for depart, kept in ((to_guelph.latest, True), (to_guelph.latest + 1, False)):
        report = Report(position=place("oakville"), rests=1, late=depart - now)
        left = rest_of_day(world, Remains(now=now, progress={"taylor": day_so_far(_planned(world), now, report)}))
        assert (evaluate(left, {"taylor": ("c", "d")}).violations == ()) is kept
