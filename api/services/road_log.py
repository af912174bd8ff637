"""The drives and parkings of a practice, out of what its therapists told while they worked."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.services.day_problem import town_of, visit_of
from data.roads.driven import Driven
from data.roads.parking import Parked
from optimizer.domain.booking import Booking
from optimizer.domain.errors import NotFound
from optimizer.domain.place import Place
from optimizer.domain.practice import Practice, Service
from optimizer.domain.therapist import WorkPattern
from optimizer.domain.time import MINUTE, Horizon, Seconds
from optimizer.domain.visit_event import EventKind, VisitEvent

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

SHORTEST: Seconds = MINUTE
"""Of a drive: who presses two buttons in a row tells of none."""


@dataclass(frozen=True, kw_only=True)
class RoadLog:
    """What was told between two dates. `said` is what drives take a therapist in percent where somebody has said it,
    `percents` what plans have of every one who drove."""

    practice: Practice
    drives: tuple[Driven, ...]
    parkings: tuple[Parked, ...]
    said: Mapping[str, int]
    percents: Mapping[str, int]


def read_log(uow: "UnitOfWork", first: date, last: date) -> RoadLog:
    """Read the log of these dates, both included."""
    practice = uow.practice()
    services = {service.code: service for service in uow.services.list()}
    patterns = {pattern.therapist.id: pattern for pattern in uow.patterns.list()}
    days: Mapping[tuple[str, date], list[VisitEvent]] = defaultdict(list)
    for event in uow.visit_events.between(first, last):
        days[event.therapist, event.date].append(event)
    drives: list[Driven] = []
    parkings: list[Parked] = []
    for (therapist, on), events in sorted(days.items()):
        bookings = _bookings(uow, events)
        horizon = Horizon(on, practice.zone)
        drives += _drives(therapist, horizon, events, bookings, patterns.get(therapist))
        parkings += _parkings(horizon, events, bookings, services, practice)
    said = {name: each.travel_percent for name, each in patterns.items() if each.travel_percent is not None}
    learned = practice.policies.learned
    return RoadLog(
        practice=practice,
        drives=tuple(drives),
        parkings=tuple(parkings),
        said=said,
        percents={name: each.percent_by(learned) for name, each in patterns.items()},
    )


def _bookings(uow: "UnitOfWork", events: Sequence[VisitEvent]) -> Mapping[str, Booking]:
    found = {}
    for visit in dict.fromkeys(event.visit for event in events):
        try:
            found[visit] = uow.bookings.get(visit)
        except NotFound:
            continue  # a booking that is gone tells of no place
    return found


def _drives(
    therapist: str,
    horizon: Horizon,
    events: Sequence[VisitEvent],
    bookings: Mapping[str, Booking],
    pattern: WorkPattern | None,
) -> Iterator[Driven]:
    """From setting off to being there, where it is known from where: the door of the visit before, or home."""
    here: Place | None = pattern.start_place if pattern is not None else None
    setting_off: tuple[VisitEvent, Place | None] | None = None
    for event in events:
        booking = bookings.get(event.visit)
        there = booking.place if booking is not None else None
        if event.kind is EventKind.DEPARTED:
            setting_off = event, here
            continue
        if event.kind is EventKind.ARRIVED and setting_off is not None and setting_off[0].visit == event.visit:
            left, origin = setting_off
            took = int((event.at - left.at).total_seconds())
            if _apart(origin, there) and took >= SHORTEST and origin is not None and there is not None:
                yield Driven(
                    therapist=therapist,
                    horizon=horizon,
                    origin=origin,
                    destination=there,
                    departed=horizon.seconds(left.at),
                    took=took,
                )
        setting_off, here = None, there


def _apart(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None or one.coordinate is None or other.coordinate is None:
        return False
    return one.coordinate != other.coordinate


def _parkings(
    horizon: Horizon,
    events: Sequence[VisitEvent],
    bookings: Mapping[str, Booking],
    services: Mapping[str, Service],
    practice: Practice,
) -> Iterator[Parked]:
    """From the door to the session, less what else is done before it.

    Only of who came so late that she did not wait for the hour she was promised for: then all of the time is work.
    """
    at = {(event.visit, event.kind): event.at for event in events}
    for name, booking in bookings.items():
        arrived, started = at.get((name, EventKind.ARRIVED)), at.get((name, EventKind.STARTED))
        town = town_of(booking.place, practice.policies)
        if arrived is None or started is None or town is None or booking.parking is not None:
            continue
        visit = visit_of(booking, services, practice.policies, horizon)
        at_work = visit.setup + visit.consultation
        waited = bool(visit.starts) and horizon.seconds(arrived) + at_work < visit.starts[0].earliest
        took = int((started - arrived).total_seconds()) - at_work
        if not waited and started >= arrived:
            yield Parked(town=town, day=horizon.date.toordinal(), took=max(0, took))
