"""How often: the nominal dates of a course of treatment, weekly first and then once or twice a month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as counting
from itertools import islice

MONTHLY = 1
TWICE_A_MONTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryDays:
    """`count` visits, each so many days after the one before."""

    count: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesAMonth:
    """`count` visits, one or two in each month, on the weekday of the visits before.

    Monthly keeps the week of the month of the last visit (the second Tuesday; a fifth counts as the fourth), twice a
    month takes the first and the third, or the second and the fourth.
    """

    count: int
    times: int


Phase = EveryDays | TimesAMonth


def nominal_dates(first: date, phases: Sequence[Phase]) -> tuple[date, ...]:
    """Every date of a course that begins on `first`, rising. The first phase begins there, the others follow it."""
    dates: list[date] = []
    for phase in phases:
        match phase:
            case EveryDays():
                begin = first if not dates else dates[-1] + timedelta(days=phase.days)
                dates += [begin + timedelta(days=phase.days * k) for k in range(phase.count)]
            case TimesAMonth():
                dates += islice(_monthly(dates[-1] if dates else first, phase.times, not dates), phase.count)
    return tuple(dates)


def _monthly(last: date, times: int, with_it: bool) -> Iterator[date]:
    """Dates from the one given on (itself only `with_it`), at least a week apart."""
    week = min((last.day - 1) // 7, 3)
    weeks = (week,) if times == MONTHLY else (week % 2, week % 2 + 2)
    for months in counting():
        year, month = divmod(last.year * 12 + last.month - 1 + months, 12)
        begin = date(year, month + 1, 1)
        weekday = begin + timedelta(days=(last.weekday() - begin.weekday()) % 7)
        for each in weeks:
            day = weekday + timedelta(days=7 * each)
            if (day - last).days >= (0 if with_it else 7):
                yield day
