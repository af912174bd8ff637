"""How often: once, or a course of treatment as one choice. Offered is what ends before the calendar does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from optimizer.domain.practice import Policies
from optimizer.domain.rhythm import MONTHLY, EveryDays, Phase, TimesAMonth, nominal_dates

TOLERANCE_DAYS = 1
"""How far a visit of a course may be moved; the page names those that are."""

A_WEEK = timedelta(days=6)
"""The first visit may be on any day of the first week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A course by its code in the form."""

    code: str
    name: str
    phases: tuple[Phase, ...]

    @property
    def visits(self) -> int:
        return sum(phase.count for phase in self.phases)


def rhythms(today: date, policies: Policies) -> tuple[Rhythm, ...]:
    """The courses that can be booked to their end from any day of the first week on."""
    first = today + timedelta(days=policies.lead_days) + A_WEEK
    last = today + timedelta(days=policies.horizon_days)
    return tuple(each for each in _all(first, last) if nominal_dates(first, each.phases)[-1] <= last)


def rhythm_of(code: str, today: date, policies: Policies) -> Rhythm | None:
    """The course with this code; None where it is not offered, or not any more."""
    return next((each for each in rhythms(today, policies) if each.code == code), None)


def _all(first: date, last: date) -> Iterator[Rhythm]:
    weekly = EveryDays(count=6, days=7)
    yield Rhythm(code="weekly", name="Weekly for 6 weeks", phases=(weekly,))
    for months in (3, 2, 1):  # as many as the calendar has room for
        phases = (weekly, TimesAMonth(count=months, times=MONTHLY))
        if nominal_dates(first, phases)[-1] <= last:
            more = "once more a month later" if months == 1 else f"then monthly, {months} times"
            yield Rhythm(code="weekly-monthly", name=f"Weekly for 6 weeks, {more}", phases=phases)
            break
    yield Rhythm(code="fortnightly", name="Every two weeks, 6 visits", phases=(EveryDays(count=6, days=14),))
    yield Rhythm(code="monthly", name="Monthly, 3 visits", phases=(TimesAMonth(count=3, times=MONTHLY),))
