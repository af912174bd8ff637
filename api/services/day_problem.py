"""From what a practice has stored to the problem of one date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.services.served_areas import area_from
from data.roads.snapped import cell_middle
from data.roads.source import TravelSource
from optimizer.domain.booking import Booking
from optimizer.domain.driving import Driving
from optimizer.domain.place import Place
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.therapist import WorkPattern
from optimizer.domain.time import Horizon, Seconds, TimeWindow, merge
from optimizer.domain.visit import Pin, Visit
from optimizer.schedule.busy import settle
from optimizer.schedule.problem import Problem
from optimizer.travel.times import BufferPolicy


@dataclass(frozen=True, kw_only=True)
class StoredDay:
    """One date of a practice, read in one transaction. `patterns` are the therapists asked for."""

    practice: Practice
    date: date
    services: tuple[Service, ...]
    patterns: tuple[WorkPattern, ...]
    bookings: tuple[Booking, ...]


def day_problem(day: StoredDay, roads: TravelSource, also: Sequence[Place] = ()) -> Problem:
    """The whole problem, travel times included. Therapists who are off that day are not in it.

    Parameters
    ----------
    also
        Places that nobody lives at, which the travel times are to know, too.

    Raises
    ------
    optimizer.domain.errors.Unavailable
        When the roads are down.
    """
    horizon = Horizon(day.date, day.practice.zone)
    policies = day.practice.policies
    catalogue = {service.code: service for service in day.services}
    worked = (pattern.shift_on(horizon, policies.learned) for pattern in day.patterns)
    shifts = tuple(shift for shift in worked if shift is not None)
    visits = tuple(visit_of(booking, catalogue, policies, horizon) for booking in day.bookings)
    homes = [place for shift in shifts for place in (shift.start_place, shift.end_place) if place is not None]
    places = _once([*homes, *(visit.place for visit in visits), *also])
    travel = roads.travel_times(places, horizon, buffer_of(policies))
    return settle(Problem(horizon=horizon, shifts=shifts, visits=visits, travel=travel))


def buffer_of(policies: Policies) -> BufferPolicy:
    """How a practice drives, and what it adds to a drive."""
    driving = Driving(avoid_tolls=policies.avoid_tolls, holidays=policies.holidays, learned=policies.learned)
    return BufferPolicy(minutes=policies.buffer_minutes, percent=policies.buffer_percent, roads=driving)


def places_of(day: StoredDay) -> tuple[Place, ...]:
    """Everybody's home and every booked place of a date."""
    homes = [place for pattern in day.patterns for place in (pattern.start_place, pattern.end_place)]
    return _once([place for place in (*homes, *(booking.place for booking in day.bookings)) if place is not None])


def visit_of(booking: Booking, catalogue: Mapping[str, Service], policies: Policies, horizon: Horizon) -> Visit:
    """The visit a booking promises: what it leaves open, the service decides, and then the practice.

    A service that has left the catalogue since still counts, with the practice's lengths. Time that the therapist is
    busy elsewhere has nothing around it.
    """
    if booking.busy:
        return _busy(booking, horizon)
    service = catalogue.get(booking.service)
    return Visit(
        id=booking.id,
        place=booking.place,
        service=booking.service,
        session=booking.session,
        windows=windows_of(booking, horizon),
        parking=_first(booking.parking, _learned_parking(booking.place, policies), policies.parking),
        setup=_first(booking.setup, service.setup if service else None, policies.setup),
        consultation=policies.consultation if booking.first_visit else 0,
        wrap_up=policies.wrap_up,
        tear_down=_first(booking.tear_down, service.tear_down if service else None, policies.tear_down),
        priority=booking.priority,
        required=booking.required,
        choice=booking.choice,
        pinned=booking.pinned,
        heavy=service.heavy if service else False,
        clearance=booking.clearance,
    )


def _learned_parking(place: Place, policies: Policies) -> Seconds | None:
    if policies.learned is None or not policies.learned.parking:
        return None
    return policies.learned.parking_in(town_of(place, policies))


def town_of(place: Place, policies: Policies) -> str | None:
    """The smallest zone of the service area that a place lies in, as far as the public may know: that of the middle of
    its cell. So every home of a cell has the same minutes of parking."""
    if place.coordinate is None:
        return None
    middle = cell_middle(place.coordinate)
    zones = [zone for zone in area_from(policies.service_area).zones if middle in zone]
    return next((zone.name for zone in sorted(zones, key=lambda zone: zone.within is None)), None)


def _busy(booking: Booking, horizon: Horizon) -> Visit:
    return Visit(
        id=booking.id,
        place=booking.place,
        service=booking.service,
        session=booking.session,
        windows=windows_of(booking, horizon),
        priority=booking.priority,
        pinned=Pin(therapist=booking.therapist) if booking.therapist is not None else None,
        busy=True,
    )


def windows_of(booking: Booking, horizon: Horizon) -> tuple[TimeWindow, ...]:
    """When the session may start, in seconds of its date."""
    return merge(TimeWindow(horizon.seconds(w.earliest), horizon.seconds(w.latest)) for w in booking.windows)


def _first(*lengths: Seconds | None) -> Seconds:
    return next((length for length in lengths if length is not None), 0)


def _once(places: Sequence[Place]) -> tuple[Place, ...]:
    return tuple({place.id: place for place in places}.values())
