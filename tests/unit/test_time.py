"""Instants across the days on which clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from optimizer.domain.therapist import Therapist, WallBreak, WorkPattern
from optimizer.domain.time import HOUR, Horizon, TimeWindow, merge
from tests.builders import TORONTO

SPRING, AUTUMN, NEXT_SPRING = date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (NEXT_SPRING, 23), (date(2026, 11, 23), 24)])
def test_a_day_has_as_many_hours_as_the_clocks_give_it(day: date, hours: int) -> None:
    assert Horizon(day, TORONTO).length == hours * HOUR


@pytest.mark.parametrize("day", [SPRING, AUTUMN, NEXT_SPRING])
def test_working_hours_stay_wall_time_when_the_clocks_change(day: date) -> None:
    pattern = WorkPattern(
        therapist=Therapist(id="taylor"),
        hours=((time(9), time(17)),) * 7,
        breaks=(WallBreak(earliest=time(12), latest=time(14), minutes=30),),
    )
    horizon = Horizon(day, TORONTO)
    shift = pattern.shift_on(horizon)
    assert shift is not None
    assert horizon.local(shift.begins).time() == time(9)
    assert horizon.local(shift.ends).time() == time(17)
    assert shift.ends - shift.begins == 8 * HOUR
    assert horizon.local(shift.breaks[0].window.latest).time() == time(14)


def test_half_past_one_happens_twice_on_the_first_of_november() -> None:
    horizon = Horizon(AUTUMN, TORONTO)
    first = horizon.seconds(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    second = horizon.seconds(datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
    assert second - first == HOUR
    assert horizon.local(first).time() == horizon.local(second).time() == time(1, 30)
    assert horizon.at(time(1, 30)) == first


def test_half_past_two_does_not_happen_on_the_fourteenth_of_march() -> None:
    horizon = Horizon(NEXT_SPRING, TORONTO)
    assert horizon.local(horizon.at(time(2, 30))).time() == time(3, 30)


def test_an_instant_comes_back_from_its_seconds() -> None:
    horizon = Horizon(AUTUMN, TORONTO)
    instant = datetime(2026, 11, 1, 15, 4, 5, tzinfo=ZoneInfo("America/Vancouver"))
    assert horizon.instant(horizon.seconds(instant)) == instant


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        Horizon(AUTUMN, TORONTO).seconds(datetime(2026, 11, 1, 9))  # noqa: DTZ001


def test_a_window_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        TimeWindow(10, 9)


def test_windows_that_touch_become_one() -> None:
    windows = [TimeWindow(30, 40), TimeWindow(0, 9), TimeWindow(10, 20), TimeWindow(35, 50)]
    assert merge(windows) == (TimeWindow(0, 20), TimeWindow(30, 50))
