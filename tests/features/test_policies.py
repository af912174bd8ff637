"""How a practice likes to work, read and changed over HTTP."""

import pytest

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
