"""What was read can be sent back as it is, and changes nothing."""

from typing import Any

from data.store.records import Role
from tests.features.conftest import House


def read(house: House, key: dict[str, str]) -> dict[str, Any]:
    answer = house.client.get("/v1/therapists/taylor", headers=key)
    assert answer.json is not None
    return dict(answer.json)


def test_a_therapist_that_was_read_can_be_written_back(house: House) -> None:
    key = house.key(Role.PLANNER)
    before = house.client.get("/v1/therapists/taylor", headers=key)
    document = read(house, key)
    assert document["start"]["precision"] == "postal_code"
    written = house.client.put(
        "/v1/therapists/taylor", json=document, headers={**key, "If-Match": before.headers["ETag"]}
    )
    assert (written.status_code, written.json) == (200, document)
    assert written.headers["ETag"] == before.headers["ETag"]
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        assert uow.patterns.get("taylor").start_place is not None
    changed = house.client.put("/v1/therapists/taylor", json={**document, "name": "T. Wren"}, headers=key)
    assert (changed.status_code, read(house, key)) == (200, {**document, "name": "T. Wren"})


def test_a_therapist_of_another_name_is_not_written_here(house: House) -> None:
    key = house.key(Role.PLANNER)
    refused = house.client.put("/v1/therapists/taylor", json={**read(house, key), "id": "kim"}, headers=key)
    assert refused.status_code == 422
    assert refused.json is not None
    assert [(fault["pointer"], fault["code"]) for fault in refused.json["errors"]] == [("/id", "id_differs")]
