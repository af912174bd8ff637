"""Addresses asked of a geocoding service: what staff read of it, and that nobody waits for the store meanwhile."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.services.importing import ImportFormat, ImportRequest, import_bookings
from api.settings import Settings
from api.wiring import Wiring
from data.store.records import Role
from tests.features.conftest import House
from tests.geocoding_service import GeocodingService, geocoding_service
from tests.geocoding_service import house as building

Fresh = Callable[[], dict[str, str]]

CODE = "L6Y 4R2"
NEAR = (43.6862, -79.7603)
STREET = "2 Wellington St W, Brampton"
ADDRESS = f"{STREET} {CODE}"
PLACE = {"address": ADDRESS, "label": "Anna Bell, side door"}
VISIT = {"service": "swedish", "session_minutes": 60}
CLIENT = {"ref": "anna", "name": "Anna Bell", "phone": "416 555 0199", "email": "anna@example.org"}


@pytest.fixture
def service() -> Iterator[GeocodingService]:
    with geocoding_service() as running:
        running.know(building(*NEAR, "2"))
        yield running


@pytest.fixture
def settings(url: str, tmp_path: Path, service: GeocodingService) -> Settings:
    return Settings(
        database_url=url,
        var=tmp_path / "var",
        geocoder="nominatim",
        geocoder_domain=service.domain,
        geocoder_allow_loopback=True,
    )


def slots(client: FlaskClient, key: dict[str, str], **where: str) -> dict[str, Any]:
    query = {**VISIT, "from": "2026-11-24", "to": "2026-11-24", **where}
    answer = client.get("/v1/slots", query_string=query, headers=key)
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    return dict(answer.json)


def test_what_a_point_comes_from_is_told_from_the_search_to_the_stored_booking(
    house: House, service: GeocodingService, fresh: Fresh
) -> None:
    booking, planner = house.key(Role.BOOKING), house.key(Role.PLANNER)
    found = slots(house.client, booking, address=ADDRESS)
    assert (found["place"]["source"], found["place"]["radius_meters"], found["place"]["approximate"]) == (
        *("nominatim", 100),
        False,
    )
    offer = found["data"]["2026-11-24"][0]["offer"]
    hold = house.client.post("/v1/holds", json={"offer": offer}, headers=booking | fresh())
    assert hold.json is not None
    booked = house.client.post(
        "/v1/bookings", json={"hold_id": hold.json["hold_id"], "client": CLIENT}, headers=booking | fresh()
    )
    assert booked.json is not None
    stored = house.client.get(f"/v1/bookings/{booked.json['booking_id']}", headers=planner)
    assert stored.json is not None
    assert (stored.json["place"]["source"], stored.json["place"]["radius_meters"]) == ("nominatim", 100)
    assert len(service.asked) == 1
    said = " ".join([*service.asked, *map(str, service.headers)])
    assert not any(word in said for word in ("Anna", "Bell", "0199", "example.org", "L6Y"))


def test_a_place_known_to_its_area_only_is_flagged_in_searches_and_bookings(house: House, fresh: Fresh) -> None:
    planner = house.key(Role.PLANNER)
    assert slots(house.client, planner, postal_code="L6X 9Z9")["place"]["approximate"]

    visit = {**VISIT, "place": {"postal_code": "L6X 9Z9"}, "start": "2026-11-24T10:00:00-05:00"}
    booked = house.client.post("/v1/bookings", json={"client": CLIENT, "visit": visit}, headers=planner | fresh())
    assert booked.json is not None
    place = booked.json["place"]
    assert (place["source"], place["approximate"]) == ("postal_area", True)
    assert place["radius_meters"] > 1_000


def test_a_search_for_a_known_address_asks_nobody(house: House, service: GeocodingService) -> None:
    planner = house.key(Role.PLANNER)
    for address in (ADDRESS, "2 wellington street west, Brampton, ON L6Y4R2"):
        assert slots(house.client, planner, address=address)["place"]["source"] == "nominatim"

    assert len(service.asked) == 1


def test_a_search_for_a_postal_code_opens_no_connection_even_with_a_service_at_hand(
    house: House, service: GeocodingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner, dialled = house.key(Role.PLANNER), []
    with monkeypatch.context() as cut:
        cut.setattr(socket.socket, "connect", lambda _, address: dialled.append(address))
        found = slots(house.client, planner, postal_code=CODE)
    assert found["data"]
    assert (service.asked, dialled) == ([], [])
    slots(house.client, planner, address=ADDRESS)  # so that the test above has teeth
    assert len(service.asked) == 1


def test_the_public_cannot_have_a_service_asked_without_end(
    house: House, service: GeocodingService, settings: Settings
) -> None:
    stingy = Wiring(settings.model_copy(update={"places_per_session": 3}), clock=lambda: house.now)
    client, key = create_app(wiring=stingy).test_client(), house.key(Role.BOOKING)
    service.know()
    statuses = []
    for number in range(5):
        house.now += timedelta(seconds=2)
        query = {**VISIT, "address": f"{number} Nowhere St, Brampton", "from": "2026-11-24", "to": "2026-11-24"}
        statuses.append(client.get("/v1/slots", query_string=query, headers=key).status_code)
    stingy.store.close()

    assert statuses == [422, 422, 422, 429, 429]
    assert len(service.asked) == 3


def search(house: House, _fresh: Fresh) -> None:
    slots(house.client, house.key(Role.PLANNER), address=ADDRESS)


def book(house: House, fresh: Fresh) -> None:
    visit = {**VISIT, "place": PLACE, "start": "2026-11-24T10:00:00-05:00"}
    answer = house.client.post(
        "/v1/bookings", json={"client": CLIENT, "visit": visit}, headers=house.key(Role.PLANNER) | fresh()
    )
    assert answer.status_code == 201, answer.json


def move_house(house: House, _fresh: Fresh) -> None:
    key = house.key(Role.PLANNER)
    before = house.client.get("/v1/therapists/taylor", headers=key).json
    assert before is not None
    answer = house.client.put("/v1/therapists/taylor", json={**before, "start": {"address": ADDRESS}}, headers=key)
    assert answer.status_code == 200, answer.json


def take_over(house: House, fresh: Fresh) -> None:
    body = f'uid,address,service,session_minutes,date,start\na,"{ADDRESS}",swedish,60,2026-11-24,10:00\n'
    headers = house.key(Role.PLANNER) | fresh() | {"Content-Type": "text/csv"}
    answer = house.client.post("/v1/bookings/import", data=body, headers=headers)
    assert answer.status_code in {200, 201}, answer.json


def plan_a_series(house: House, fresh: Fresh) -> None:
    body = {**VISIT, "place": {"address": ADDRESS}, "count": 2, "every_days": 7, "first_from": "2026-11-24"}
    answer = house.client.post(
        "/v1/series/offers", json={**body, "tolerance_days": 1}, headers=house.key(Role.PLANNER) | fresh()
    )
    assert answer.status_code == 200, answer.json


def test_a_file_with_many_new_addresses_is_not_waited_for_without_end(house: House, service: GeocodingService) -> None:
    rows = (f'{n},"{n} Wellington St W, Brampton {CODE}",swedish,60,2026-11-24,10:00\n' for n in range(6))
    body = "uid,address,service,session_minutes,date,start\n" + "".join(rows)
    parts = house.wiring
    report = import_bookings(
        ImportRequest(practice_id=house.practice, actor="test", body=body.encode(), format=ImportFormat.CSV),
        store=parts.store,
        geocoder=parts.geocoder,
        roads=parts.roads,
        clock=parts.clock,
        most_questions=1,
    )
    assert report.added == 6
    assert len(service.asked) == 1


@pytest.mark.parametrize("act", [search, book, move_house, take_over, plan_a_series])
def test_while_a_service_is_asked_others_can_write(
    house: House, service: GeocodingService, fresh: Fresh, act: Callable[[House, Fresh], None]
) -> None:
    written: list[str] = []

    def write() -> None:
        practice = house.wiring.store.practices.get(house.practice)
        house.wiring.store.practices.put(replace(practice, name="written meanwhile"))
        with house.wiring.store.unit_of_work(house.practice) as uow:
            uow.agendas.lock([("taylor", (house.now + timedelta(days=1)).date())], house.now)
            uow.commit()
        written.append("done")

    service.meanwhile = write
    act(house, fresh)

    assert written == ["done"]
    assert len(service.asked) == 1
