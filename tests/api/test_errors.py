"""Every error is a problem document; nothing is HTML, and nothing of ours leaks."""

import json

import pytest
from flask import Flask
from structlog.testing import capture_logs

from api.auth import Role
from tests.api.conftest import Door
from tests.api.problems import problem, visit

BODIES = {
    b"": "malformed_json",
    b"{": "malformed_json",
    b"\xff\xfe": "malformed_json",
    b'{"date": NaN}': "not_a_number",
    b'{"date": -Infinity}': "not_a_number",
    b'{"date": 1e999}': "not_a_number",
    b'{"date": ' + b"9" * 5000 + b"}": "not_a_number",
    b'{"date": "a", "date": "b"}': "duplicate_key",
    b'{"visits": [{"id": "a", "id": "b"}]}': "duplicate_key",
    b"[" * 40 + b"]" * 40: "too_deep",
    b"[" * 100_000 + b"]" * 100_000: "too_deep",
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000: "too_deep",
}


@pytest.mark.parametrize(("body", "code"), BODIES.items(), ids=range(len(BODIES)))
def test_a_body_that_cannot_be_read_is_a_400_with_a_code(door: Door, body: bytes, code: str) -> None:
    answer = door.ask("POST", "/v1/solve", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == code
    assert set(answer.json) == {"type", "title", "status", "detail", "code", "hint", "errors"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"visits": [{}, {"place": {"lat": NaN}}]}', "/visits/1/place/lat"),
        (b'{"visits": [1e999]}', "/visits/0"),
        (b'{"visits": [{"id": "a", "a/b": 1, "a/b": 2}]}', "/visits/0/a~1b"),
        (b'{"date": NaN', ""),
        (b"{", ""),
    ],
)
def test_a_body_that_cannot_be_read_is_pointed_into_where_that_is_known(door: Door, body: bytes, pointer: str) -> None:
    answer = door.ask("POST", "/v1/solve", data=body, content_type="application/json")

    assert answer.json is not None
    assert [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]] == [(pointer, answer.json["code"])]


def test_a_date_in_the_path_is_pointed_at_by_its_name_in_the_route(door: Door) -> None:
    answer = door.ask("GET", "/v1/itineraries/taylor/2026-13-01")

    assert answer.status_code == 422
    assert answer.json is not None
    assert [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]] == [("{day}", "not_a_date")]


def test_a_body_with_a_byte_order_mark_says_so(door: Door) -> None:
    answer = door.ask("POST", "/v1/solve", data=b"\xef\xbb\xbf{}", content_type="application/json")

    assert answer.status_code == 400
    assert "BOM" in answer.text


@pytest.mark.parametrize("document", [None, 1, "text", [], [[]], True])
def test_a_body_that_is_no_object_is_a_fault_of_the_whole(door: Door, document: object) -> None:
    answer = door.ask("POST", "/v1/solve", data=json.dumps(document), content_type="application/json")

    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["pointer"] for fault in answer.json["errors"]] == [""]


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused_with_the_header_to_send(door: Door, media: str) -> None:
    answer = door.ask("POST", "/v1/solve", data=b"{}", content_type=media)

    assert answer.status_code == 415
    assert answer.json is not None
    assert answer.json["code"] == "unsupported_media_type"
    assert "application/json" in answer.json["hint"]


def test_a_body_over_the_cap_is_a_413(door: Door) -> None:
    door.app.config["MAX_CONTENT_LENGTH"] = 100

    answer = door.post("/v1/solve", problem(visit("v1")))

    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["code"] == "too_large"


def test_an_unknown_route_is_a_problem_document(door: Door) -> None:
    answer = door.ask("GET", "/v1/nothing-here")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_wrong_method_says_which_are_allowed(door: Door) -> None:
    answer = door.ask("DELETE", "/v1/solve")

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]
    assert answer.json is not None
    assert "POST" in answer.json["hint"]


def test_a_bug_is_a_500_that_tells_nothing_and_is_logged_without_what_it_was_about(door: Door) -> None:
    app: Flask = door.app

    @app.get("/v1/broken")
    def broken() -> str:
        client = "Erin Example"
        raise RuntimeError(f"cannot plan {client}")

    with capture_logs() as logs:
        answer = door.ask("GET", "/v1/broken")

    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "Erin" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "Erin" not in str(logs)
    assert [line["kind"] for line in logs if line["event"] == "unexpected"] == ["RuntimeError"]


def test_a_store_that_is_not_there_is_a_503_that_says_when_to_come_back(door: Door) -> None:
    (store,) = door.app.extensions["rounds"].settings.var.glob("rounds.sqlite3")
    door.app.extensions["rounds"].store.close()
    store.unlink()

    answer = door.ask("GET", "/readyz", role=None)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json is not None
    assert answer.json["code"] == "schema_missing"
    assert "rounds.sqlite3" not in answer.text


def test_requests_are_logged_by_route_and_status_and_nothing_else(door: Door) -> None:
    with capture_logs() as logs:
        answer = door.post("/v1/solve?who=erin", {"therapists": [{"name": "Erin Example"}]}, role=Role.SERVICE)

    (line,) = (line for line in logs if line["event"] == "request")
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/solve", answer.status_code)
    assert "erin" not in str(logs).lower()


def test_a_request_id_is_echoed_unless_it_is_not_safe_to_log(door: Door) -> None:
    given = door.ask("GET", "/healthz", role=None, headers={"X-Request-Id": "abc-1"})
    unsafe = door.ask("GET", "/healthz", role=None, headers={"X-Request-Id": "a b\tc"})

    assert given.headers["X-Request-Id"] == "abc-1"
    assert unsafe.headers["X-Request-Id"] != "a b\tc"


def test_a_write_without_an_idempotency_key_is_a_428_that_says_what_to_send(door: Door) -> None:
    answer = door.post("/v1/plan-runs", {"date": "2026-11-23"})

    assert answer.status_code == 428
    assert answer.json is not None
    assert answer.json["code"] == "idempotency_key_missing"
    assert "UUID" in answer.json["hint"]


@pytest.mark.parametrize("key", ["x" * 201, "ké"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(door: Door, key: str) -> None:
    answer = door.post("/v1/plan-runs", {"date": "2026-11-23"}, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "idempotency_key_invalid"
