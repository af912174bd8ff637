"""The rush hour: a speed that changes on the way, never a time that is multiplied."""

from datetime import date, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.roads.calendar import DayClass
from data.roads.rush_hour import CELL, Profile, by_place, drives, exposure, profiles
from optimizer.domain.time import HOUR, MINUTE, Horizon

TORONTO = ZoneInfo("America/Toronto")
MONDAY = Horizon(date(2026, 11, 23), TORONTO)
WORKDAY, WEEKEND, HOLIDAY = (profiles()[kind] for kind in DayClass)
HALF_SPEED_FROM_NINE = Profile(hours=(0, 9, 9.25, 24), base=(0, 0, 1, 1), peak=(0, 0, 0, 0))


def drive(minutes: float, *departures: int, profile: Profile = WORKDAY, horizon: Horizon = MONDAY) -> list[float]:
    """Seconds of a drive in the centre of Toronto."""
    one = np.ones(1, dtype=np.float32)
    free, exposed = one * np.float32(minutes * MINUTE), one * np.float32(1.3)
    seconds = drives(free, one, exposed, profile=profile, horizon=horizon, departures=departures)
    return [float(each) for each in seconds[:, 0]]


def test_a_drive_into_the_rush_is_slow_only_for_what_it_meets() -> None:
    """Full speed until 09:00, half from 09:15."""
    before, across, inside = drive(40, 8 * HOUR, 8 * HOUR + 40 * MINUTE, 10 * HOUR, profile=HALF_SPEED_FROM_NINE)

    assert before == pytest.approx(40 * MINUTE, abs=0.1)
    assert inside == pytest.approx(80 * MINUTE, abs=0.1)
    # 09:00 to 09:15 runs at 1 / 1.5 and covers 10 of the 20 minutes left; the other 10 take 20.
    assert across == pytest.approx((20 + 15 + 20) * MINUTE, abs=0.1)


def test_the_peaks_of_the_centre_are_where_the_index_has_them() -> None:
    """TomTom 2025 for Toronto: 1.61 in the morning, 1.89 in the evening, about 1.40 at midday."""
    eight, noon, five, night = (
        seconds / 600 for seconds in drive(10, 8 * HOUR + 10 * MINUTE, 12 * HOUR, 17 * HOUR - 5 * MINUTE, 2 * HOUR)
    )

    assert eight == pytest.approx(1.61, abs=0.1)
    assert noon == pytest.approx(1.40, abs=0.1)
    assert five == pytest.approx(1.95, abs=0.1)
    assert night == pytest.approx(1.10, abs=0.01)


def test_leaving_later_never_arrives_earlier_in_any_minute_of_the_day() -> None:
    rng = np.random.default_rng(3)
    free = rng.uniform(60, 7200, 400).astype(np.float32)
    base, peak = rng.uniform(0.1, 1, 400).astype(np.float32), rng.uniform(0.2, 1.3, 400).astype(np.float32)
    departures = range(0, MONDAY.length, 5 * MINUTE)
    seconds = drives(free, base, peak, profile=WORKDAY, horizon=MONDAY, departures=departures)
    arrivals = seconds + np.array(departures)[:, None]

    assert (np.diff(arrivals, axis=0) > -0.05).all()  # the resolution of what is counted in 32 bits
    assert (seconds >= free - 0.1).all()


def test_a_drive_past_midnight_meets_the_night() -> None:
    (late,) = drive(120, 23 * HOUR + 30 * MINUTE)

    assert 120 * MINUTE < late < 120 * MINUTE * 1.13


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14)])
def test_the_rush_hour_keeps_the_wall_clock_when_the_clocks_change(day: date) -> None:
    changed = Horizon(day, TORONTO)
    at_five = drive(30, changed.at(time(17)), horizon=changed)
    usual = drive(30, 17 * HOUR)

    assert changed.length in (23 * HOUR, 25 * HOUR)
    assert at_five == pytest.approx(usual, abs=0.5)


def test_a_weekend_has_no_peak() -> None:
    saturday = drive(30, 17 * HOUR, profile=WEEKEND)[0]

    assert saturday < drive(30, 17 * HOUR)[0]
    assert saturday == pytest.approx(30 * MINUTE * 1.46, rel=0.01)


def test_the_rush_thins_out_with_the_distance_from_the_centre() -> None:
    there = by_place()[:2] + np.array([[0, 0], [20, 0], [60, 0]])
    base, peak = exposure(there, there)

    assert (base[0], peak[0]) == pytest.approx((1.0, 1.3))
    assert (np.diff(base) < 0).all()
    assert (np.diff(peak) < 0).all()
    assert base[2] == pytest.approx(0.105, abs=0.01)


def test_each_hour_of_each_class_of_day_is_in_the_data_and_a_holiday_drives_like_a_sunday() -> None:
    assert profiles().keys() == set(DayClass)
    assert all(profile.hours[0] == 0 and profile.hours[-1] == 24 for profile in profiles().values())
    assert HOLIDAY == WEEKEND != WORKDAY


def test_no_drives_and_no_departures_are_answered_with_nothing() -> None:
    none = np.zeros(0, dtype=np.float32)

    assert drives(none, none, none, profile=WORKDAY, horizon=MONDAY, departures=[0, CELL]).shape == (2, 0)
    assert drives(none, none, none, profile=WORKDAY, horizon=MONDAY, departures=[]).shape == (0, 0)


@pytest.mark.parametrize(
    ("hours", "base", "peak"),
    [
        ((0, 24), (0.1,), (0.0, 0.0)),
        ((0, 12, 6, 24), (0.1,) * 4, (0.0,) * 4),
        ((1, 24), (0.1, 0.1), (0.0, 0.0)),
        ((0, 24), (-0.1, 0.1), (0.0, 0.0)),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(
    hours: tuple[float, ...], base: tuple[float, ...], peak: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=r"profile|quicker"):
        Profile(hours=hours, base=base, peak=peak)
