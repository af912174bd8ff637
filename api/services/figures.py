"""What a practice's owner looks at: who drives and works how much, who was on time, what was asked for in vain.

Nothing here names a client. Where few have asked or booked the number is not told: a town's only booking is a person.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from api.services.search_tally import NOTHING, OFFERED, SearchTally, area_of
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.practice import Practice
from optimizer.domain.time import MINUTE, Seconds
from optimizer.domain.visit_event import EventKind, VisitEvent

if TYPE_CHECKING:
    from data.store.repositories.search_tallies import Tally
    from data.store.repositories.worked import DayWorked
    from data.store.store import Store

FEW = 5
"""Fewer than so many are not told apart from none."""

GRACE: Seconds = 5 * MINUTE
LATE: Seconds = 15 * MINUTE

MOST_BOOKINGS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a therapist did in a week: as planned and published. `driving` is with buffers."""

    therapist: str
    name: str
    visits: int
    hands_on: Seconds
    driving: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week from its Monday, therapists by name."""

    monday: date
    rows: tuple[Worked, ...]

    @property
    def hands_on(self) -> Seconds:
        return sum(row.hands_on for row in self.rows)

    @property
    def driving(self) -> Seconds:
        return sum(row.driving for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """Sessions that therapists have told of, against what was promised: up to `GRACE` late is on time."""

    therapist: str
    name: str
    on_time: int
    a_little_late: int
    late: int
    missed: int

    @property
    def told(self) -> int:
        return self.on_time + self.a_little_late + self.late + self.missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A town: how often it was searched for, in vain, and booked. None where it was more than never and too seldom."""

    area: str
    searches: int | None
    in_vain: int | None
    bookings: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Some whole weeks of a practice. `refused` are searches by reason, the most frequent first."""

    practice: Practice
    first: date
    last: date
    weeks: tuple[Week, ...]
    punctuality: tuple[Punctuality, ...]
    refused: tuple[tuple[str, int], ...]
    searches: int
    in_vain: int
    demand: tuple[Demand, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def figures(practice_id: str, monday: date, weeks: int, *, store: "Store", tally: SearchTally) -> Figures:
    """The figures of so many weeks that end with the one of `monday`."""
    tally.write()
    first, last = monday - timedelta(weeks=weeks - 1), monday + timedelta(days=6)
    with store.unit_of_work(practice_id, write=False) as uow:
        practice, patterns = uow.practice(), uow.patterns.list()
        worked = uow.worked.between(first, last)
        events = uow.visit_events.between(first, last)
        bookings = uow.bookings.list(first=first, last=last, limit=MOST_BOOKINGS)
        counts = uow.search_tallies.between(first, last)
    names = {pattern.therapist.id: pattern.therapist.name or pattern.therapist.id for pattern in patterns}
    booked = [each for each in bookings if each.status is BookingStatus.CONFIRMED and not each.busy]
    return Figures(
        practice=practice,
        first=first,
        last=last,
        weeks=tuple(_week(first + timedelta(weeks=number), worked, names) for number in range(weeks)),
        punctuality=_punctuality(events, {each.id: each for each in booked}, names),
        refused=_refused(counts),
        searches=sum(count for tally, count in counts.items() if tally.outcome in (OFFERED, NOTHING)),
        in_vain=sum(count for tally, count in counts.items() if tally.outcome == NOTHING),
        demand=_demand(counts, booked),
        names=names,
    )


def _week(monday: date, worked: "Sequence[DayWorked]", names: Mapping[str, str]) -> Week:
    mine: dict[str, list[DayWorked]] = defaultdict(list)
    for day in worked:
        if monday <= day.date < monday + timedelta(weeks=1):
            mine[day.therapist].append(day)
    rows = [
        Worked(
            therapist=name,
            name=names.get(name, name),
            visits=sum(day.visits for day in days),
            hands_on=sum(day.hands_on for day in days),
            driving=sum(day.driving for day in days),
        )
        for name, days in mine.items()
    ]
    return Week(monday=monday, rows=tuple(sorted(rows, key=lambda row: (row.name, row.therapist))))


def _punctuality(
    events: Sequence[VisitEvent], booked: Mapping[str, Booking], names: Mapping[str, str]
) -> tuple[Punctuality, ...]:
    """Against the last promised start; a visit whose promise is not known any more counts for nothing."""
    lateness: dict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        booking = booked.get(event.visit)
        if event.kind is EventKind.NO_SHOW:
            lateness[event.therapist]["missed"] += 1
        elif event.kind is EventKind.STARTED and booking is not None and booking.windows:
            late = (event.at - max(window.latest for window in booking.windows)).total_seconds()
            kind = "on_time" if late <= GRACE else "a_little_late" if late <= LATE else "late"
            lateness[event.therapist][kind] += 1
    rows = [
        Punctuality(
            therapist=name,
            name=names.get(name, name),
            on_time=counted["on_time"],
            a_little_late=counted["a_little_late"],
            late=counted["late"],
            missed=counted["missed"],
        )
        for name, counted in lateness.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.name, row.therapist)))


def _refused(counts: "Mapping[Tally, int]") -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    for tally, count in counts.items():
        if tally.outcome not in (OFFERED, NOTHING):
            found[tally.outcome] += count
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _demand(counts: "Mapping[Tally, int]", booked: Sequence[Booking]) -> tuple[Demand, ...]:
    searches: Counter[str] = Counter()
    in_vain: Counter[str] = Counter()
    for tally, count in counts.items():
        if tally.outcome in (OFFERED, NOTHING):
            searches[tally.area] += count
        if tally.outcome == NOTHING:
            in_vain[tally.area] += count
    bookings = Counter(area_of(booking.place) for booking in booked)
    areas = sorted(searches.keys() | bookings.keys(), key=lambda area: (-searches[area], -bookings[area], area))
    return tuple(
        Demand(area=area, searches=_told(searches[area]), in_vain=_told(in_vain[area]), bookings=_told(bookings[area]))
        for area in areas
    )


def _told(count: int) -> int | None:
    return None if 0 < count < FEW else count
