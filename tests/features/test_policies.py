"""How a practice likes to work, read and changed over HTTP."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import TestResponse

from api.cli import main
from api.services.practices import put_service_area
from api.wiring import Wiring
from data.geocoding.area_geojson import read_area, read_area_text
from data.store.records import Role
from tests.features.conftest import House


def test_policies_are_read_and_changed_as_a_whole(house: House) -> None:
    key = house.key(Role.ADMIN)
    before = house.client.get("/v1/practice", headers=key)
    assert before.json is not None
    assert before.json["grid_minutes"] == 15
    rules = {
        "grid_minutes": 30,
        "visits_a_day": 8,
        "areas": [{"weekdays": ["thursday", "tuesday"], "towns": ["Guelph"], "postal_prefixes": ["n1h"]}],
    }
    changed = house.client.put("/v1/practice/policies", json=rules, headers={**key, "If-Match": before.headers["ETag"]})
    assert changed.status_code == 200
    after = house.client.get("/v1/practice", headers=key)
    assert after.json == changed.json
    assert after.json is not None
    assert after.json["areas"] == [
        {"weekdays": ["tuesday", "thursday"], "towns": ["Guelph"], "postal_prefixes": ["N1H"]}
    ]
    assert (after.json["grid_minutes"], after.json["visits_a_day"]) == (30, 8)


def test_the_booking_page_is_opened_with_what_stands_on_it(house: House) -> None:
    key = house.key(Role.ADMIN)
    closed = house.client.get("/v1/practice", headers=key).json
    assert closed is not None
    assert closed["booking_page"] == {"on": False, "framed_by": [], "services": [], "screening": None, "phone": ""}
    page = {
        "on": True, "framed_by": ["https://www.example.org"], "services": ["swedish"], "screening": [], "phone": "1"
    }  # fmt: skip
    assert house.client.put("/v1/practice/policies", json={"booking_page": page}, headers=key).status_code == 200
    opened = house.client.get("/v1/practice", headers=key).json
    assert opened is not None
    assert opened["booking_page"] == page


def test_a_change_of_what_somebody_else_has_changed_is_refused(house: House) -> None:
    key = house.key(Role.ADMIN)
    tag = house.client.get("/v1/practice", headers=key).headers["ETag"]
    assert house.client.put("/v1/practice/policies", json={"grid_minutes": 20}, headers=key).status_code == 200
    late = house.client.put("/v1/practice/policies", json={}, headers={**key, "If-Match": tag})
    assert late.status_code == 409
    assert late.json is not None
    assert late.json["code"] == "version_conflict"


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"areas": [{"weekdays": ["someday"], "towns": ["Guelph"]}]}, "unknown_weekday"),
        ({"areas": [{"weekdays": ["monday"], "towns": ["Ottawa"]}]}, "unknown_town"),
        ({"areas": [{"weekdays": ["monday"]}]}, "area_missing"),
        ({"grid_minuts": 15}, "unknown_key"),
        ({"buffer_minutes": -1}, "out_of_range"),
        ({"booking_page": {"framed_by": ["https://example.org/book"]}}, "not_an_origin"),
        ({"booking_page": {"framed_by": ["https://*.example.org"]}}, "not_an_origin"),
        ({"booking_page": {"services": ["swedsh"]}}, "unknown_service"),
    ],
)
def test_rules_that_make_no_sense_are_refused(house: House, rules: dict[str, object], code: str) -> None:
    answer = house.client.put("/v1/practice/policies", json=rules, headers=house.key(Role.ADMIN))
    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["code"] for fault in answer.json["errors"]] == [code]


@pytest.mark.parametrize("role", [Role.BOOKING, Role.THERAPIST])
def test_the_public_sees_no_policies(house: House, role: Role) -> None:
    key = house.key(role, therapist="taylor" if role is Role.THERAPIST else None)
    assert house.client.get("/v1/practice", headers=key).status_code == 404


OTTAWA = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "Ottawa"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[-75.8, 45.3], [-75.6, 45.3], [-75.6, 45.5], [-75.8, 45.5], [-75.8, 45.3]]],
            },
        }
    ],
}
AREA = "/v1/practice/service-area"


def search(house: House, **where: object) -> TestResponse:
    query = {"service": "swedish", "session_minutes": 60, "from": "2026-11-24", "to": "2026-11-24", **where}
    return house.client.get("/v1/slots", query_string=query, headers=house.key(Role.PLANNER))


def test_a_practice_drives_to_the_ten_places_until_it_draws_its_own_area(house: House) -> None:
    key = house.key(Role.ADMIN)
    before = house.client.get(AREA, headers=key)
    assert before.json is not None
    assert [each["properties"]["name"] for each in before.json["features"]][:3] == ["Brampton", "Toronto", "Etobicoke"]
    assert search(house, lat=45.42, lng=-75.7).status_code == 422

    changed = house.client.put(AREA, json=OTTAWA, headers={**key, "If-Match": before.headers["ETag"]})
    assert changed.status_code == 200
    assert search(house, lat=45.42, lng=-75.7).status_code == 200
    refused = search(house, postal_code="L6X 1N3")
    assert refused.json is not None
    assert [(fault["code"], fault["hint"]) for fault in refused.json["errors"]] == [
        ("outside_area", "Served are Ottawa.")
    ]

    late = house.client.put(AREA, json=OTTAWA, headers={**key, "If-Match": before.headers["ETag"]})
    assert late.status_code == 409
    assert house.client.delete(AREA, headers=key).json == before.json
    assert search(house, postal_code="L6X 1N3").status_code == 200


def test_an_area_that_was_read_can_be_sent_back_and_survives_a_change_of_policies(house: House) -> None:
    key = house.key(Role.ADMIN)
    house.client.put(AREA, json=OTTAWA, headers=key)
    read = house.client.get(AREA, headers=key)
    assert house.client.put(AREA, json=read.json, headers=key).json == read.json

    assert house.client.put("/v1/practice/policies", json={"grid_minutes": 30}, headers=key).status_code == 200
    assert house.client.get(AREA, headers=key).headers["ETag"] == read.headers["ETag"]


def test_a_zone_of_ones_own_may_have_weekdays_of_its_own(house: House) -> None:
    key, point = house.key(Role.ADMIN), {"lat": 45.42, "lng": -75.7, "from": "2026-11-24", "to": "2026-11-25"}
    rules = {"areas": [{"weekdays": ["wednesday"], "towns": ["ottawa", "Guelph"]}]}
    assert house.client.put("/v1/practice/policies", json=rules, headers=key).status_code == 422
    house.client.put(AREA, json=OTTAWA, headers=key)
    before = search(house, **point).json
    assert house.client.put("/v1/practice/policies", json=rules, headers=key).status_code == 200
    after = search(house, **point).json

    assert before is not None
    assert after is not None
    assert after["data"]["2026-11-24"] == []
    assert len(after["data"]["2026-11-25"]) == len(before["data"]["2026-11-25"])


def test_another_process_follows_a_change_of_the_area_within_half_a_minute(house: House) -> None:
    point = {"lat": 45.42, "lng": -75.7}
    assert search(house, **point).status_code == 422
    with closing(Wiring(house.wiring.settings).store) as store:
        put_service_area(house.practice, read_area(OTTAWA), store=store)

    assert search(house, **point).status_code == 422
    house.now += timedelta(seconds=30)
    assert search(house, **point).status_code == 200


def test_a_drawn_area_that_makes_no_sense_is_refused_with_every_fault(house: House) -> None:
    document = {"type": "FeatureCollection", "features": [{}, *OTTAWA["features"], 7]}
    answer = house.client.put(AREA, json=document, headers=house.key(Role.ADMIN))

    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["pointer"] for fault in answer.json["errors"]] == [
        *("/features/0/properties/name", "/features/0/geometry", "/features/2")
    ]
    assert house.client.put(AREA, json=[], headers=house.key(Role.ADMIN)).status_code == 422


def test_the_area_is_written_and_changed_on_the_command_line(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", house.wiring.settings.database_url)
    monkeypatch.setenv("ROUNDS_VAR", str(tmp_path / "var"))
    file = tmp_path / "area.geojson"
    file.write_text(json.dumps(OTTAWA))
    run = CliRunner().invoke

    ten = json.loads(run(main, ["practice", "area"]).output)
    assert len(ten["features"]) == 10
    assert run(main, ["practice", "area", str(file)]).output.endswith("drives to Ottawa\n")
    assert read_area_text(run(main, ["practice", "area"]).output) == read_area(OTTAWA)
    assert "Brampton, Toronto" in run(main, ["practice", "area", "--default"]).output
    file.write_text("{}")
    assert run(main, ["practice", "area", str(file)]).exit_code != 0
