"""What the booking page shows, in words and clock times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from api.feeds import words as lengths
from api.pages.book import words as words
from api.services.series_offers import SeriesAnswer, SeriesOffer
from api.services.slot_search import Slot
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.practice import Service
from optimizer.domain.promise import HeldVisit
from optimizer.domain.time import Seconds
from optimizer.domain.visit import Clearance

NOON, EVENING = 12, 17
"""Hours at which a part of the day begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """One start as a button: `rest` and the `terms` of the list are its offer."""

    label: str
    iso: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfTimes:
    """A day with times; `parts` are (name, times) of morning, afternoon, evening."""

    title: str
    summary: str
    parts: tuple[tuple[str, tuple[Time, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeList:
    """Days with times, in one form. `without` names the days that have none, as one would say it."""

    terms: str
    days: tuple[DayOfTimes, ...]
    without: str

    @property
    def first(self) -> Time:
        """The first time there is; an empty one where there is none."""
        return self.days[0].parts[0][1][0] if self.days else Time(label="", iso="", rest="")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseVisit:
    """A date of a course; `moved` says from when, empty where the rhythm has it there."""

    label: str
    clock: str
    iso: str
    moved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course as one button."""

    title: str
    note: str
    visits: tuple[CourseVisit, ...]
    terms: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booking as its client sees it."""

    what: str
    when: str
    clock: str
    iso: str
    where: str
    who: str
    is_cancelled: bool
    is_request: bool


def split(offer: str) -> tuple[str, str]:
    """An offer in two: what a list of them has in common, and the rest. `join` makes it whole."""
    terms, _, rest = offer.partition(".")
    return terms, rest


def join(terms: str, rest: str) -> str:
    return f"{terms}.{rest}"


def start_in(rest: str) -> datetime | None:
    """The first start that the rest of an offer names. It has not been checked: good for looking again, no more."""
    first = rest.partition(".")[0].partition("_")[0]
    if not first.isdecimal() or len(first) > 11:
        return None
    return datetime.fromtimestamp(int(first), ZoneInfo("UTC"))


def time_list(slots_by_day: Iterable[tuple[date, Sequence[Slot]]], zone: ZoneInfo, today: date) -> TimeList:
    """The times of some days."""
    days = list(slots_by_day)
    every = [slot for _, slots in days for slot in slots]
    empty = [words.short_day(day) for day, slots in days if not slots]
    return TimeList(
        terms=split(every[0].offer)[0] if every else "",
        days=tuple(_day(day, slots, zone, today) for day, slots in days if slots),
        without=words.listed(empty, "or"),
    )


def nearest_times(slots: Sequence[Slot], zone: ZoneInfo, today: date) -> TimeList:
    """A few slots of any days."""
    by_day = groupby(slots, key=lambda slot: slot.start.astimezone(zone).date())
    return time_list([(day, tuple(each)) for day, each in by_day], zone, today)


def courses(answer: SeriesAnswer, zone: ZoneInfo, now: datetime) -> tuple[Course, ...]:
    return tuple(_course(offer, zone, now) for offer in answer.offers)


def what(service: Service | None, code: str, session: Seconds) -> str:
    """`Swedish massage, 1 h`."""
    return f"{service.name if service else code}, {lengths.length(session)}"


def held_lines(visits: Sequence[HeldVisit], zone: ZoneInfo, now: datetime) -> tuple[CourseVisit, ...]:
    """The dates that are held."""
    return tuple(_visit(visit.start, None, zone, now) for visit in visits)


def booked(
    booking: Booking, services: Sequence[Service], names: dict[str, str], zone: ZoneInfo, now: datetime
) -> Booked:
    """A booking; `names` go by therapist."""
    start = booking.windows[0].earliest
    service = next((each for each in services if each.code == booking.service), None)
    return Booked(
        what=what(service, booking.service, booking.session),
        when=_promised(booking, zone, now),
        clock=words.clock(start, zone),
        iso=words.iso(start, zone),
        where=booking.place.label,
        who=names.get(booking.therapist or "", ""),
        is_cancelled=booking.status is BookingStatus.CANCELLED,
        is_request=booking.clearance is not Clearance.CLEAR,
    )


def _promised(booking: Booking, zone: ZoneInfo, now: datetime) -> str:
    first = words.when(booking.windows[0].earliest, zone, now)
    if booking.fixed_start is not None:
        return first
    return f"{first} to {words.clock(booking.windows[-1].latest, zone)}"


def _day(day: date, slots: Sequence[Slot], zone: ZoneInfo, today: date) -> DayOfTimes:
    parts = groupby(slots, key=lambda slot: _part(slot.start.astimezone(zone).hour))
    first, last = (words.clock(slot.start, zone) for slot in (slots[0], slots[-1]))
    many = f"{len(slots)} times, {first} to {last}" if len(slots) > 1 else f"1 time, {first}"
    return DayOfTimes(
        title=words.day(day, today),
        summary=many,
        parts=tuple((name, tuple(_time(slot, zone) for slot in each)) for name, each in parts),
    )


def _time(slot: Slot, zone: ZoneInfo) -> Time:
    return Time(label=words.clock(slot.start, zone), iso=words.iso(slot.start, zone), rest=split(slot.offer)[1])


def _part(hour: int) -> str:
    return "Morning" if hour < NOON else "Afternoon" if hour < EVENING else "Evening"


def _course(offer: SeriesOffer, zone: ZoneInfo, now: datetime) -> Course:
    terms, rest = split(offer.offer)
    visits = tuple(_visit(visit.start, visit.moved_from, zone, now) for visit in offer.visits)
    moved = sum(bool(visit.moved) for visit in visits)
    told = ["the same therapist each time"] if offer.one_therapist else []
    told += [f"{moved} of {len(visits)} moved to where there is room"] if moved else []
    first = offer.visits[0].start.astimezone(zone)
    return Course(
        title=f"{first:%A}s at {words.clock(offer.visits[0].start, zone)}",
        note=words.listed(told).capitalize(),
        visits=visits,
        terms=terms,
        rest=rest,
    )


def _visit(start: datetime, moved_from: datetime | None, zone: ZoneInfo, now: datetime) -> CourseVisit:
    return CourseVisit(
        label=words.when(start, zone, now),
        clock=words.clock(start, zone),
        iso=words.iso(start, zone),
        moved="" if moved_from is None else words.when(moved_from, zone, now),
    )
