"""Set up a practice: what it offers and who works there."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.services.booking_page import page_faults
from api.services.distributing import distribute
from api.services.served_areas import unknown_towns
from data.demo.scenario import Scenario
from data.geocoding.area_geojson import write_area
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.geocoding.service_area import ServiceArea
from data.roads.source import TravelSource
from optimizer.domain.booking_page import BookingPage
from optimizer.domain.errors import Conflict, Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.therapist import WorkPattern

if TYPE_CHECKING:
    from data.store.store import Store


def load_scenario(
    scenario: Scenario,
    today: date,
    *,
    store: "Store",
    geocoder: Geocoder,
    roads: TravelSource,
    clock: Callable[[], datetime],
) -> None:
    """Write a demo practice and its visits, counted from `today`, on the agendas where they cost least.

    Doing it again changes nothing.
    """
    practice = scenario.practice
    patterns, bookings = scenario.patterns(geocoder), scenario.bookings(today, geocoder)
    if all(known.id != practice.id for known in store.practices.list()):
        store.practices.create(practice)
    with store.unit_of_work(practice.id) as uow:
        for service in scenario.services:
            uow.services.put(service)
        for pattern in patterns:
            uow.patterns.put(pattern)
        new = [booking for booking in bookings if uow.bookings.by_uid(booking.uid or "") is None]
        for booking in distribute(new, uow=uow, roads=roads, now=clock()).bookings:
            uow.bookings.add(booking)
        uow.commit()


def put_policies(
    practice_id: str, policies: Policies, *, store: "Store", expected: Callable[[Practice], bool] = lambda _known: True
) -> Practice:
    """Change how a practice likes to work, but for its service area and what it has learned of the roads.

    What is promised already stays promised.

    Raises
    ------
    InvalidRequest
        code `policies_refused`, with a fault for each town that is none of the service area, and for what is wrong
        with the booking page.
    Conflict
        code `version_conflict`, when `expected` says that the stored practice is not what the caller has seen.
    """
    known = store.practices.get(practice_id)
    if not expected(known):
        raise Conflict("the policies have changed since you read them", hint="read them again")
    before = known.policies
    wanted = replace(policies, service_area=before.service_area, learned=before.learned)
    with store.unit_of_work(practice_id, write=False) as uow:
        offered = {service.code for service in uow.services.list()}
    if faults := [*unknown_towns(wanted), *page_faults(wanted.booking_page, offered)]:
        raise InvalidRequest("the policies cannot be kept", code="policies_refused", faults=faults)
    changed = replace(known, policies=wanted)
    store.practices.put(changed)
    return changed


def change_page(practice_id: str, change: Callable[[BookingPage], BookingPage], *, store: "Store") -> Practice:
    """Change the booking page and none of the other policies. Raises as `put_policies`."""
    known = store.practices.get(practice_id)
    wanted = replace(known.policies, booking_page=change(known.policies.booking_page))
    return put_policies(practice_id, wanted, store=store, expected=lambda stored: stored == known)


def put_service_area(
    practice_id: str,
    area: ServiceArea | None,
    *,
    store: "Store",
    expected: Callable[[Practice], bool] = lambda _known: True,
) -> Practice:
    """Say where a practice drives, None for the ten places of the product. What is promised already stays promised.

    Raises
    ------
    Conflict
        code `version_conflict`, as `put_policies`.
    """
    known = store.practices.get(practice_id)
    if not expected(known):
        raise Conflict("the service area has changed since you read it", hint="read it again")
    text = "" if area is None else json.dumps(write_area(area), separators=(",", ":"))
    changed = replace(known, policies=replace(known.policies, service_area=text))
    store.practices.put(changed)
    return changed


def put_service(
    practice_id: str,
    service: Service,
    *,
    store: "Store",
    expected: Callable[[Service | None], bool] = lambda _service: True,
) -> Service:
    """Offer a service, or change the one with its code.

    Raises
    ------
    Conflict
        code `version_conflict`, when `expected` says that the stored one is not what the caller has seen.
    """
    with store.unit_of_work(practice_id) as uow:
        stored = {known.code: known for known in uow.services.list()}.get(service.code)
        if not expected(stored):
            raise Conflict(f"{service.code} has changed since you read it", hint="read it again")
        uow.services.put(service)
        uow.commit()
    return service


def remove_service(practice_id: str, code: str, *, store: "Store") -> None:
    """Offer a service no longer; its bookings stay.

    Raises
    ------
    NotFound
    """
    with store.unit_of_work(practice_id) as uow:
        uow.services.remove(code)
        uow.commit()


def put_therapist(
    practice_id: str,
    pattern: WorkPattern,
    *,
    start: PlaceQuery | None,
    end: PlaceQuery | None,
    store: "Store",
    geocoder: Geocoder,
    expected: Callable[[WorkPattern | None], bool] = lambda _pattern: True,
) -> WorkPattern:
    """Add a therapist, or change their week. Places are found here, once.

    Raises
    ------
    InvalidRequest
        With a fault for each place that cannot be found and each service that is not offered.
    Conflict
        code `version_conflict`, when `expected` says that the stored week is not the one the caller has seen.
    """
    faults: list[Fault] = []
    places: dict[str, Place | None] = {"/start": None, "/end": None}
    for pointer, query in (("/start", start), ("/end", end)):
        if query is None:
            continue
        try:
            places[pointer] = geocoder.locate(query)
        except InvalidRequest as error:
            faults.append(Fault(pointer=pointer, code=error.code, detail=error.detail, hint=error.hint))
    located = replace(pattern, start_place=places["/start"], end_place=places["/end"])
    with store.unit_of_work(practice_id) as uow:
        offered = {service.code for service in uow.services.list()}
        faults += [
            Fault(
                pointer="/services",
                code="unknown_service",
                detail=f"there is no service {code!r}",
                hint=f"known: {', '.join(sorted(offered))}",
            )
            for code in sorted((pattern.therapist.services or frozenset()) - offered)
        ]
        if faults:
            raise InvalidRequest("the therapist cannot be stored", code="therapist_refused", faults=faults)
        stored = {known.therapist.id: known for known in uow.patterns.list()}.get(pattern.therapist.id)
        if not expected(stored):
            raise Conflict(f"{pattern.therapist.id} has changed since you read it", hint="read it again")
        uow.patterns.put(located)
        uow.commit()
    return located
