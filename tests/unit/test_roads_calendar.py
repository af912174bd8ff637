"""Which profile a date drives by: weekdays, weekends, and the public holidays of where the practice is."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from data.roads.calendar import DayClass, day_class, public_holidays
from data.roads.estimate import EstimateSource
from optimizer.domain.driving import Driving
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR, Horizon
from optimizer.travel.times import BufferPolicy

TORONTO = ZoneInfo("America/Toronto")
PLACES = [
    Place(id="brampton", coordinate=Coordinate(lat=43.6858, lng=-79.7599)),
    Place(id="toronto", coordinate=Coordinate(lat=43.6426, lng=-79.3871)),
]


def on(day: date, zone: str = "America/Toronto") -> Horizon:
    return Horizon(day, ZoneInfo(zone))


def test_weekdays_are_workdays_and_the_others_weekend() -> None:
    week = [day_class(on(date(2026, 11, day))) for day in (20, 21, 22, 23)]
    assert week == [DayClass.WORKDAY, DayClass.WEEKEND, DayClass.WEEKEND, DayClass.WORKDAY]


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 16),  # Family Day
        date(2026, 4, 3),  # Good Friday
        date(2026, 5, 18),  # Victoria Day
        date(2026, 7, 1),  # Canada Day
        date(2026, 9, 7),  # Labour Day
        date(2026, 10, 12),  # Thanksgiving
        date(2026, 12, 25),
        date(2026, 12, 28),  # Boxing Day, made up for
        date(2028, 12, 26),  # Boxing Day
    ],
)
def test_ontarios_holidays_are_driven_like_a_sunday(day: date) -> None:
    assert day_class(on(day)) is DayClass.HOLIDAY
    source, policy = EstimateSource(), BufferPolicy()
    holiday, sunday, none = (
        source.travel_times(PLACES, on(date), ways).drive
        for date, ways in (
            (day, policy),
            (date(2026, 11, 22), policy),
            (day, BufferPolicy(roads=Driving(holidays="none"))),
        )
    )
    assert (holiday == sunday).all()
    assert holiday.max() < none.max()


def test_other_provinces_have_other_holidays_and_a_zone_tells_the_province() -> None:
    family_day = date(2026, 2, 16)
    assert day_class(on(family_day), "CA-QC") is DayClass.WORKDAY
    assert day_class(on(date(2026, 6, 24)), "CA-QC") is DayClass.HOLIDAY
    assert day_class(on(family_day, "America/Vancouver")) is DayClass.HOLIDAY
    assert day_class(on(family_day, "Europe/Paris")) is DayClass.WORKDAY
    assert day_class(on(family_day), "none") is DayClass.WORKDAY


def test_a_region_that_nobody_knows_is_refused_and_a_year_is_looked_up_once() -> None:
    for region in ("XX", "CA-XX"):
        with pytest.raises(InvalidRequest, match="holidays"):
            public_holidays(region, 2026)
    assert public_holidays("CA-ON", 2031) is public_holidays("CA-ON", 2031)


def test_dates_that_drive_alike_are_of_one_kind() -> None:
    roads, ways = EstimateSource(), Driving()
    assert roads.kind(on(date(2026, 11, 23)), ways) == roads.kind(on(date(2026, 11, 24)), ways)
    assert roads.kind(on(date(2026, 7, 1)), ways) != roads.kind(on(date(2026, 7, 2)), ways)
    # Canada Day is a holiday here, and a day like others for a practice that knows none.
    assert roads.kind(on(date(2026, 7, 1)), Driving(holidays="none")) == roads.kind(on(date(2026, 7, 2)), ways)
    assert on(date(2026, 7, 1)).length == 24 * HOUR
