"""Read what is planned: a date, a therapist's day, a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from api.feeds.feed_day import FeedDay
from api.feeds.timetable import Captions
from api.feeds.words import Caption
from data.store.records import StoredItinerary, StoredPlan
from optimizer.domain.booking import Booking
from optimizer.domain.itinerary import Itinerary, Stop
from optimizer.domain.practice import Practice, Service
from optimizer.domain.therapist import Therapist
from optimizer.domain.time import Horizon

if TYPE_CHECKING:
    from data.store.store import Store

FEED_DAYS_BACK = 7
FEED_DAYS_AHEAD = 35
"""How much of the past and the future a calendar feed holds."""


@dataclass(frozen=True, kw_only=True)
class TherapistDay:
    """A therapist's date. `plan` is the published plan of the date, else the one made last."""

    practice: Practice
    therapist: Therapist
    date: date
    plan: StoredPlan | None
    captions: Captions

    @property
    def itinerary(self) -> Itinerary | None:
        """None where the therapist is not in the plan: a day off, or nothing planned."""
        days = self.plan.plan.itineraries if self.plan is not None else ()
        return next((day for day in days if day.shift.id == self.therapist.id), None)

    @property
    def horizon(self) -> Horizon:
        return Horizon(self.date, self.practice.zone)

    @property
    def feed_day(self) -> FeedDay | None:
        """The day for a calendar; None until it is published."""
        if self.itinerary is None or self.plan is None or self.plan.published_at is None:
            return None
        return FeedDay(
            horizon=self.horizon,
            itinerary=self.itinerary,
            captions=self.captions,
            published_at=self.plan.published_at,
        )

    def next_stop(self, now: datetime) -> Stop | None:
        """The first visit not over by `now`; None after the last, and on an empty day."""
        instant = self.horizon.seconds(now)
        stops = self.itinerary.stops if self.itinerary is not None else ()
        return next((stop for stop in stops if stop.depart > instant), None)


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


def plan_captions(practice_id: str, plan_id: str, *, store: "Store") -> tuple[StoredPlan, Captions]:
    """A plan, and its visits for those who may read clients' names.

    Raises
    ------
    NotFound
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        plan = uow.plans.get(plan_id)
        return plan, captions(uow.bookings.on(plan.date), uow.services.list())


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
        return TherapistDay(
            practice=uow.practice(),
            therapist=pattern.therapist,
            date=day,
            plan=uow.plans.published(day) or uow.plans.latest(day),
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
            if plan is None:
                continue
            mine = TherapistDay(
                practice=practice,
                therapist=pattern.therapist,
                date=day,
                plan=plan,
                captions=captions(uow.bookings.on(day), services),
            )
            if mine.feed_day is not None:
                days.append(mine.feed_day)
    return practice, pattern.therapist, tuple(days)


def captions(bookings: Sequence[Booking], services: Sequence[Service]) -> Captions:
    """What readers see of each booking, by booking id. Of time that a therapist is busy elsewhere: that, and where."""
    names = {service.code: service.name for service in services}
    return {
        booking.id: Caption(service="Busy", where=booking.place.label)
        if booking.busy
        else Caption(
            service=names.get(booking.service, booking.service),
            client=booking.client.name,
            where=booking.place.label,
            phone=booking.client.phone,
            notes=booking.notes,
        )
        for booking in bookings
    }
