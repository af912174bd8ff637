"""Read what is planned: a date, a therapist's day, a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from api.feeds.ics import FeedDay
from api.feeds.timetable import Captions
from api.feeds.words import Caption
from data.store.records import StoredItinerary, StoredPlan
from optimizer.domain.booking import Booking
from optimizer.domain.itinerary import Stop
from optimizer.domain.practice import Practice, Service
from optimizer.domain.therapist import Therapist

if TYPE_CHECKING:
    from data.store.store import Store

FEED_DAYS_BACK = 7
FEED_DAYS_AHEAD = 35
"""How much of the past and the future a calendar feed holds."""


@dataclass(frozen=True, kw_only=True)
class TherapistDay:
    """A therapist's date, planned or not: `stored` is None where nothing is."""

    practice: Practice
    therapist: Therapist
    date: date
    stored: StoredItinerary | None
    captions: Captions

    def next_stop(self, now: datetime) -> Stop | None:
        """The first visit not over by `now`; None after the last, and on an empty day."""
        if self.stored is None:
            return None
        instant = self.stored.horizon.seconds(now)
        return next((stop for stop in self.stored.itinerary.stops if stop.depart > instant), None)


@dataclass(frozen=True, kw_only=True)
class PlannedDate:
    """A date of a practice. `plan` is the published plan, else the one made last, None where there is none."""

    practice: Practice
    date: date
    plan: StoredPlan | None
    captions: Captions


def planned_date(practice_id: str, day: date, *, store: "Store") -> PlannedDate:
    """What is planned on a date, for those who may read clients' names."""
    with store.unit_of_work(practice_id, write=False) as uow:
        return PlannedDate(
            practice=uow.practice(),
            date=day,
            plan=uow.plans.published(day) or uow.plans.latest(day),
            captions=captions(uow.bookings.on(day), uow.services.list()),
        )


def itineraries_on(practice_id: str, day: date, *, store: "Store") -> tuple[StoredItinerary, ...]:
    with store.unit_of_work(practice_id, write=False) as uow:
        return uow.itineraries.on(day)


def therapist_day(practice_id: str, therapist: str, day: date, *, store: "Store") -> TherapistDay:
    """One therapist's date.

    Raises
    ------
    NotFound
        When there is no such therapist; a date on which nothing is planned is an answer.
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        pattern = uow.patterns.get(therapist)
        found = [stored for stored in uow.itineraries.on(day) if stored.itinerary.shift.id == therapist]
        return TherapistDay(
            practice=uow.practice(),
            therapist=pattern.therapist,
            date=day,
            stored=found[0] if found else None,
            captions=captions(uow.bookings.on(day), uow.services.list()),
        )


def calendar_days(
    practice_id: str, therapist: str, *, now: datetime, store: "Store"
) -> tuple[Practice, Therapist, tuple[FeedDay, ...]]:
    """The published days around now.

    Raises
    ------
    NotFound
        When there is no such therapist.
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        practice, pattern = uow.practice(), uow.patterns.get(therapist)
        services = uow.services.list()
        today = now.astimezone(practice.zone).date()
        days = []
        for offset in range(-FEED_DAYS_BACK, FEED_DAYS_AHEAD + 1):
            day = today + timedelta(days=offset)
            plan = uow.plans.published(day)
            if plan is None or plan.published_at is None:
                continue
            short = captions(uow.bookings.on(day), services)
            days += [
                FeedDay(horizon=plan.plan.horizon, itinerary=itinerary, captions=short, published_at=plan.published_at)
                for itinerary in plan.plan
                if itinerary.shift.id == therapist
            ]
    return practice, pattern.therapist, tuple(days)


def captions(bookings: Sequence[Booking], services: Sequence[Service]) -> Captions:
    """What readers see of each booking, by booking id."""
    names = {service.code: service.name for service in services}
    return {
        booking.id: Caption(
            service=names.get(booking.service, booking.service),
            client=booking.client.name,
            where=booking.place.label,
            phone=booking.client.phone,
            notes=booking.notes,
        )
        for booking in bookings
    }
