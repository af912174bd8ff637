"""From a search to a booking and away again, over HTTP, on both stores."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from data.store.records import Role
from tests.features.conftest import House

Fresh = Callable[[], dict[str, str]]

WHERE = "service=swedish&session_minutes=60&postal_code=L9T2R1"


def slots(house: House, headers: dict[str, str], words: str = WHERE, day: str = "2026-11-24") -> list[dict[str, Any]]:
    """The slots of one date."""
    answer = house.client.get(f"/v1/slots?{words}&from={day}&to={day}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    found: list[dict[str, Any]] = answer.json["data"][day]
    return found


def held(house: House, headers: dict[str, str], key: dict[str, str], offer: str) -> dict[str, Any]:
    answer = house.client.post("/v1/holds", json={"offer": offer}, headers=headers | key)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return dict(answer.json)


def confirmed(house: House, headers: dict[str, str], key: dict[str, str], hold: str) -> dict[str, Any]:
    body = {"hold_id": hold, "client": {"ref": "anna", "name": "Anna Bell"}}
    answer = house.client.post("/v1/bookings", json=body, headers=headers | key)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return dict(answer.json)


def test_a_slot_is_found_held_and_booked(house: House, fresh: Fresh) -> None:
    key = house.key(Role.BOOKING)
    first = slots(house, key)[0]
    hold = held(house, key, fresh(), first["offer"])
    assert (hold["start"], hold["end"]) == (first["start"], first["end"])
    booking = confirmed(house, key, fresh(), hold["hold_id"])
    assert booking["status"] == "confirmed"
    assert booking["start"] == first["start"]
    assert booking["promise"] == [{"earliest_start": first["start"], "latest_start": first["start"]}]
    assert booking["therapist"] == {"name": "Taylor Wren"}
    assert first["start"] not in [slot["start"] for slot in slots(house, key)]


def test_a_held_place_is_nobody_elses_until_it_lapses(house: House, fresh: Fresh) -> None:
    key, other = house.key(Role.BOOKING), house.key(Role.BOOKING)
    first = slots(house, key)[0]
    held(house, key, fresh(), first["offer"])
    late = house.client.post("/v1/holds", json={"offer": first["offer"]}, headers=other | fresh())
    assert late.status_code == 409
    assert late.json is not None
    assert late.json["code"] == "slot_taken"
    assert late.json["slots"]
    assert 0 < int(late.headers["Retry-After"]) <= 300
    house.now += timedelta(minutes=5)
    held(house, other, fresh(), slots(house, other)[0]["offer"])
