"""Which profile a date drives by: its weekday, and whether it is a public holiday where the practice is."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from optimizer.domain.errors import InvalidRequest
from optimizer.domain.time import Horizon

NO_HOLIDAYS = "none"
BY_ZONE = MappingProxyType(
    {
        "America/Toronto": "CA-ON",
        "America/Montreal": "CA-QC",
        "America/Vancouver": "CA-BC",
        "America/Edmonton": "CA-AB",
        "America/Regina": "CA-SK",
        "America/Winnipeg": "CA-MB",
        "America/Halifax": "CA-NS",
        "America/Moncton": "CA-NB",
        "America/St_Johns": "CA-NL",
    }
)
"""The region of a time zone, for who has set none. Other zones know no holidays."""


class DayClass(StrEnum):
    """Which profile a date drives by. A holiday is driven like a Sunday."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


def day_class(horizon: Horizon, region: str = "") -> DayClass:
    """The class of a date; `region` as in `optimizer.domain.driving.Driving`."""
    if horizon.date.isoweekday() >= 6:
        return DayClass.WEEKEND
    where = region or BY_ZONE.get(horizon.zone.key, NO_HOLIDAYS)
    return DayClass.HOLIDAY if horizon.date in public_holidays(where, horizon.date.year) else DayClass.WORKDAY


@lru_cache(maxsize=128)
def public_holidays(region: str, year: int) -> Collection[date]:
    """The public holidays of a year, with the days on which they are made up for.

    Raises
    ------
    InvalidRequest
        code `unknown_region`, when nobody knows the region's holidays.
    """
    if region == NO_HOLIDAYS:
        return frozenset()
    # Imported here: it costs a fifth of a second, and most processes ask about no date.
    import holidays

    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise InvalidRequest(
            f"Nobody knows the holidays of {region!r}.",
            code="unknown_region",
            hint="Write country and province like CA-ON, or none.",
        ) from error
