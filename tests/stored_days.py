"""The judge over what a store has promised: every therapist-day as it lies there, checked from datetimes, naively."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from api.services.day_problem import StoredDay, day_problem
from data.roads.estimate import EstimateSource
from data.store.store import Store
from optimizer.domain.booking import Booking
from optimizer.schedule.checker import Violation, check
from optimizer.schedule.evaluate import evaluate

BY_DAY = Mapping[tuple[str, date], Sequence[Booking]]


def booked(store: Store, practice: str, first: date, last: date) -> BY_DAY:
    """The confirmed bookings of each (therapist, date), by start."""
    days: dict[tuple[str, date], list[Booking]] = defaultdict(list)
    with store.unit_of_work(practice, write=False) as uow:
        therapists = [pattern.therapist.id for pattern in uow.patterns.list()]
        for booking in uow.bookings.on_days(therapists, first, last):
            assert booking.therapist is not None
            days[booking.therapist, booking.date].append(booking)
    return {day: sorted(found, key=lambda booking: booking.windows[0].earliest) for day, found in days.items()}


def violations(store: Store, practice: str, first: date, last: date) -> list[Violation]:
    """All that is wrong with the days of a practice whose promises all have a fixed start."""
    found: list[Violation] = []
    with store.unit_of_work(practice, write=False) as uow:
        tenant, services, patterns = uow.practice(), uow.services.list(), uow.patterns.list()
    for (therapist, day), bookings in booked(store, practice, first, last).items():
        own = tuple(pattern for pattern in patterns if pattern.therapist.id == therapist)
        stored = StoredDay(practice=tenant, date=day, services=services, patterns=own, bookings=tuple(bookings))
        problem = day_problem(stored, EstimateSource())
        order = [booking.id for booking in bookings]
        found += check(problem, evaluate(problem, {therapist: order}).plan)
    return found
