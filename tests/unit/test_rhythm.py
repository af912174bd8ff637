"""Weekly for four to six weeks, then once or twice a month: which dates that means."""

from datetime import date
from itertools import pairwise

import pytest

from optimizer.domain.rhythm import MONTHLY, TWICE_A_MONTH, EveryDays, TimesAMonth, nominal_dates

TUESDAY = date(2026, 10, 6)


def test_a_weekly_course_keeps_its_weekday() -> None:
    assert nominal_dates(TUESDAY, [EveryDays(count=4, days=7)]) == (
        TUESDAY, date(2026, 10, 13), date(2026, 10, 20), date(2026, 10, 27),
    )  # fmt: skip


def test_monthly_upkeep_stays_in_the_week_of_the_month_of_the_last_visit() -> None:
    dates = nominal_dates(TUESDAY, [EveryDays(count=2, days=7), TimesAMonth(count=3, times=MONTHLY)])
    assert dates[1:] == (date(2026, 10, 13), date(2026, 11, 10), date(2026, 12, 8), date(2027, 1, 12))


def test_a_fifth_tuesday_counts_as_the_fourth() -> None:
    dates = nominal_dates(date(2026, 9, 29), [EveryDays(count=1, days=7), TimesAMonth(count=2, times=MONTHLY)])
    assert dates[1:] == (date(2026, 10, 27), date(2026, 11, 24))


def test_twice_a_month_takes_every_other_week_of_it() -> None:
    dates = nominal_dates(TUESDAY, [EveryDays(count=2, days=7), TimesAMonth(count=4, times=TWICE_A_MONTH)])
    assert dates[2:] == (date(2026, 10, 27), date(2026, 11, 10), date(2026, 11, 24), date(2026, 12, 8))


def test_upkeep_every_so_many_days_follows_the_last_visit() -> None:
    dates = nominal_dates(TUESDAY, [EveryDays(count=2, days=7), EveryDays(count=2, days=21)])
    assert dates[1:] == (date(2026, 10, 13), date(2026, 11, 3), date(2026, 11, 24))


@pytest.mark.parametrize("times", [MONTHLY, TWICE_A_MONTH])
@pytest.mark.parametrize("day", range(1, 32))
def test_upkeep_rises_keeps_the_weekday_and_leaves_a_week(times: int, day: int) -> None:
    dates = nominal_dates(date(2026, 10, day), [EveryDays(count=1, days=7), TimesAMonth(count=12, times=times)])
    assert len(dates) == 13
    assert {each.weekday() for each in dates} == {dates[0].weekday()}
    assert all((after - before).days >= 7 for before, after in pairwise(dates))
