"""A key belongs to one practice and one role."""

from datetime import timedelta

import pytest

from api.auth import Role, hash_key, new_key
from api.wiring import Wiring
from data.store.records import ApiKey
from tests.api.conftest import NOW, Door
from tests.api.problems import problem


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer rk_no", "Bearer kéy", "rk_x"])
def test_without_a_known_key_the_answer_is_401_and_says_how(door: Door, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = door.post("/v1/solve", problem(), role=None, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json is not None
    assert answer.json["code"] == "unauthorized"


def test_a_role_that_may_not_see_a_door_finds_nothing_there(door: Door) -> None:
    hidden = door.post("/v1/solve", problem(), role=Role.BOOKING)

    assert hidden.status_code == 404
    assert hidden.content_type == "application/problem+json"


def test_a_key_is_asked_for_before_the_body_is_read(door: Door) -> None:
    assert door.ask("POST", "/v1/solve", role=None, data=b"{", content_type="application/json").status_code == 401


def test_a_revoked_key_opens_nothing(door: Door, wiring: Wiring) -> None:
    wiring.store.keys.revoke("north", f"key-{Role.PLANNER}", NOW + timedelta(minutes=1))

    assert door.post("/v1/solve", problem()).status_code == 401


def test_the_scheme_is_read_in_any_case(door: Door) -> None:
    headers = {"Authorization": f"bearer {door.keys[Role.PLANNER]}"}

    assert door.post("/v1/evaluate", {}, role=None, headers=headers).status_code == 422


def test_the_store_never_sees_a_secret(wiring: Wiring) -> None:
    secret = new_key()
    record = ApiKey(id="k", practice_id="north", role=Role.SERVICE, created_at=NOW)
    wiring.store.keys.create(record, secret_hash=hash_key(secret))

    assert secret.startswith("rk_")
    assert secret.encode() not in (wiring.settings.var / "rounds.sqlite3").read_bytes()
    assert wiring.store.keys.find_by_hash(hash_key(secret)) is not None


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/openapi.json", "/docs"])
def test_the_house_is_open_to_everyone(door: Door, path: str) -> None:
    assert door.ask("GET", path, role=None).status_code == 200
