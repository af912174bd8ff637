"""From the caller's words to the optimizer's: units, zones, policies."""

from typing import Any

import pytest

from api.settings import Settings
from api.stateless.build import Surroundings, build
from api.stateless.reading import read_problem
from api.wiring import Wiring
from optimizer.domain.time import HOUR, MINUTE, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem, Weights
from tests.api.problems import TRAVEL, at, problem, therapist, visit, window


def built(*visits: dict[str, Any], **more: Any) -> Problem:
    return build(read_problem(problem(*visits, **more)), Surroundings.of(Wiring(Settings())))


def one(**more: Any) -> Visit:
    (only,) = built(visit("v1", **more)).visits
    return only


def test_minutes_become_seconds_and_clocks_count_from_local_midnight() -> None:
    found = one(setup_minutes=10, teardown_minutes=5, parking_minutes=3, wrap_up_minutes=2)

    assert found.session == HOUR
    assert (found.setup, found.tear_down, found.parking, found.wrap_up) == (600, 300, 180, 120)
    assert found.windows == (TimeWindow(10 * HOUR, 15 * HOUR),)


def test_policies_are_zero_where_the_caller_says_nothing() -> None:
    found = one()

    assert found.lead == 0
    assert found.tail == found.session


def test_a_consultation_is_added_on_a_first_visit_only() -> None:
    assert one(first_visit=True, consultation_minutes=15).consultation == 15 * MINUTE
    assert one(first_visit=False, consultation_minutes=15).consultation == 0
    assert one(first_visit=True).consultation == 0


def test_instants_in_another_zone_are_the_same_instants() -> None:
    vancouver = {"earliest_start": "2026-11-23T07:00:00-08:00", "latest_start": "2026-11-23T12:00:00-08:00"}

    assert one(windows=[vancouver]).windows == one().windows


def test_windows_that_touch_become_one() -> None:
    found = one(windows=[window("12:00", "13:00"), window("10:00", "12:00")])

    assert found.windows == (TimeWindow(10 * HOUR, 13 * HOUR),)


def test_without_windows_any_time_of_the_day_will_do() -> None:
    found = built({key: part for key, part in visit("v1").items() if key != "windows"})

    assert found.visits[0].windows[0].earliest == 0
    assert found.visits[0].windows[0].latest >= found.horizon.length


def test_a_window_from_the_day_before_is_cut_to_the_date() -> None:
    found = one(windows=[{"earliest_start": at("22:00", "2026-11-22"), "latest_start": at("09:00")}])

    assert found.windows == (TimeWindow(0, 9 * HOUR),)


def test_a_night_shift_may_be_visited_after_midnight() -> None:
    night = therapist(shift={"start": at("20:00"), "end": at("04:00", "2026-11-24")})
    late = [{"earliest_start": at("01:00", "2026-11-24"), "latest_start": at("02:00", "2026-11-24")}]

    (found,) = built(visit("v1", windows=late), therapists=[night]).visits

    assert found.windows == (TimeWindow(25 * HOUR, 26 * HOUR),)


@pytest.mark.parametrize(("day", "offset", "length"), [("2026-03-08", "-04:00", 23), ("2026-11-01", "-05:00", 25)])
def test_on_the_days_the_clocks_change_hours_are_elapsed_hours(day: str, offset: str, length: int) -> None:
    morning = [{"earliest_start": f"{day}T09:00:00{offset}", "latest_start": f"{day}T10:00:00{offset}"}]
    shift = {"start": f"{day}T08:00:00{offset}", "end": f"{day}T18:00:00{offset}"}

    found = built(visit("v1", windows=morning), date=day, therapists=[therapist(shift=shift)])

    assert found.horizon.length == length * HOUR
    assert found.visits[0].windows[0].earliest == (9 + length - 24) * HOUR


def test_bands_that_the_clock_change_folds_together_keep_the_later_one() -> None:
    day, rows = "2026-03-08", TRAVEL["bands"][0]["seconds"]  # type: ignore[index]
    slow = [[cell * 2 for cell in row] for row in rows]
    bands = [{"from": "02:00", "seconds": rows}, {"from": "03:00", "seconds": slow}]
    shift = {"start": f"{day}T08:00:00-04:00", "end": f"{day}T18:00:00-04:00"}

    found = built(date=day, travel=TRAVEL | {"bands": bands}, therapists=[therapist(shift=shift)])

    assert found.travel.starts.tolist() == [2 * HOUR]
    assert found.travel.drive[0, 0, 1] == 1200


def test_the_buffer_is_added_to_every_drive() -> None:
    found = built(visit("v1"), options={"travel_buffer": {"minutes": 5, "percent": 10}})

    assert found.travel.drive[0, 0, 1] == 600
    assert found.travel.seconds[0, 0, 1] == 600 + 300 + 60


def test_distances_are_those_of_the_first_band_that_has_any() -> None:
    meters = [[0, 8000, 9000], [8000, 0, 7000], [9000, 7000, 0]]
    bands = [TRAVEL["bands"][0], TRAVEL["bands"][0] | {"from": "12:00", "meters": meters}]  # type: ignore[index]

    found = built(visit("v1"), travel=TRAVEL | {"bands": bands})

    assert found.travel.meters is not None
    assert found.travel.meters.tolist() == meters


def test_weights_are_the_callers_or_the_defaults() -> None:
    assert built().weights == Weights()
    assert built(options={"objective": {"waiting": 5}}).weights == Weights(waiting=5)


def test_limits_are_in_seconds_and_none_where_not_given() -> None:
    limits = {"visits": 6, "hands_on_minutes": 300, "heavy_visits": 2, "overtime_minutes": 30}

    (shift,) = built(therapists=[therapist(limits=limits)]).shifts

    assert (shift.limits.visits, shift.limits.hands_on, shift.limits.heavy_visits) == (6, 300 * MINUTE, 2)
    assert (shift.limits.driving, shift.limits.longest_drive, shift.limits.overtime) == (None, None, 30 * MINUTE)


def test_a_therapist_without_a_list_offers_every_service_and_one_with_an_empty_list_none() -> None:
    every, none = built(therapists=[therapist("a"), therapist("b", services=[])]).shifts

    assert every.therapist.services is None
    assert none.therapist.services == frozenset()


def test_a_preferred_or_refused_therapist_may_have_the_day_off() -> None:
    found = one(therapist={"prefer": ["robin"], "refuse": ["kim"]})

    assert (found.choice.prefer, found.choice.refuse) == (frozenset({"robin"}), frozenset({"kim"}))
