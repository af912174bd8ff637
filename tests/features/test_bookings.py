"""Bookings by staff over HTTP: safe to repeat, listed by page, nobody else's to see."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from data.demo.solo import SOLO
from data.store.records import Role
from tests.features.conftest import EMPTY, House

BODY: dict[str, Any] = {
    "client": {"ref": "anna", "name": "Anna Bell"},
    "visit": {
        "place": {"postal_code": "L9T 2R1"},
        "service": "swedish",
        "session_minutes": 60,
        "start": "2026-11-23T10:00:00-05:00",
    },
}

Fresh = Callable[[], dict[str, str]]


def test_a_visit_is_booked_with_its_place_and_end(house: House, fresh: Fresh) -> None:
    planner = house.key(Role.PLANNER)
    answer = house.client.post("/v1/bookings", json=BODY, headers=planner | fresh())
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["end"] == "2026-11-23T11:00:00-05:00"
    assert answer.json["place"]["precision"] == "postal_code"
    read = house.client.get(answer.headers["Location"], headers=planner)
    assert {**(read.json or {}), "warnings": []} == answer.json
    assert read.headers["ETag"] == answer.headers["ETag"]


def test_a_write_without_an_idempotency_key_is_refused(house: House) -> None:
    answer = house.client.post("/v1/bookings", json=BODY, headers=house.key(Role.PLANNER))
    assert answer.status_code == 428


def test_the_same_key_and_body_book_once_and_answer_alike(house: House, fresh: Fresh) -> None:
    planner, key = house.key(Role.PLANNER), fresh()
    first, second = (house.client.post("/v1/bookings", json=BODY, headers=planner | key) for _ in range(2))
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert second.headers["Location"] == first.headers["Location"]
    listed = house.client.get("/v1/bookings", headers=planner).json
    assert listed is not None
    assert len(listed["data"]) == 1


def test_the_same_key_with_another_body_is_refused(house: House, fresh: Fresh) -> None:
    planner, key = house.key(Role.PLANNER), fresh()
    house.client.post("/v1/bookings", json=BODY, headers=planner | key)
    other = {**BODY, "notes": "ring twice"}
    answer = house.client.post("/v1/bookings", json=other, headers=planner | key)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "idempotency_key_reused"


def test_sixteen_twins_at_once_book_once_and_all_get_the_same_answer(house: House, fresh: Fresh) -> None:
    headers = house.key(Role.PLANNER) | fresh()

    def post(_: int) -> tuple[int, bytes]:
        answer = house.app.test_client().post("/v1/bookings", json=BODY, headers=headers)
        return answer.status_code, answer.data

    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = set(pool.map(post, range(16)))
    assert {status for status, _ in answers} == {201}
    assert len(answers) == 1
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        assert len(uow.bookings.list()) == 1


def test_two_keys_may_use_the_same_idempotency_key(house: House, fresh: Fresh) -> None:
    key = fresh()
    later = BODY | {"visit": BODY["visit"] | {"start": "2026-11-23T15:00:00-05:00"}}
    answers = [
        house.client.post("/v1/bookings", json=body, headers=house.key(Role.PLANNER) | key) for body in (BODY, later)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].headers["Location"] != answers[1].headers["Location"]


def test_everything_wrong_with_a_booking_is_told_at_once(house: House, fresh: Fresh) -> None:
    visit = BODY["visit"] | {
        "place": {"postal_code": "K1A 0B1"},
        "service": "sauna",
        "therapist": {"require": ["bob"]},
    }
    answer = house.client.post("/v1/bookings", json=BODY | {"visit": visit}, headers=house.key(Role.PLANNER) | fresh())
    assert answer.status_code == 422
    assert answer.json is not None
    assert {(fault["pointer"], fault["code"]) for fault in answer.json["errors"]} == {
        ("/visit/place", "outside_area"),
        ("/visit/service", "unknown_service"),
        ("/visit/therapist", "unknown_therapist"),
    }


def test_a_booking_without_a_client_is_told_what_is_wrong_with_its_visit_too(house: House, fresh: Fresh) -> None:
    answer = house.client.post(
        "/v1/bookings",
        json={"visit": BODY["visit"] | {"service": "sauna", "place": {"postal_code": "K1A 0B1"}}},
        headers=house.key(Role.PLANNER) | fresh(),
    )
    assert answer.status_code == 422
    assert answer.json is not None
    assert {(fault["pointer"], fault["code"]) for fault in answer.json["errors"]} == {
        ("/client", "missing"),
        ("/visit/place", "outside_area"),
        ("/visit/service", "unknown_service"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"windows": []},
        {"windows": [{"earliest_start": "2026-11-23T12:00:00-05:00", "latest_start": "2026-11-23T09:00:00-05:00"}]},
        {"start": "2026-11-23T10:00:00"},
        {"session_minutes": "60"},
    ],
)
def test_a_booking_without_a_clear_time_is_refused(house: House, fresh: Fresh, wrong: dict[str, Any]) -> None:
    visit = {key: value for key, value in BODY["visit"].items() if key != "start"} | wrong
    answer = house.client.post("/v1/bookings", json=BODY | {"visit": visit}, headers=house.key(Role.PLANNER) | fresh())
    assert answer.status_code == 422


def test_a_list_is_read_page_by_page_in_the_order_of_dates(house: House) -> None:
    house.load(SOLO)
    planner, seen, cursor = house.key(Role.PLANNER), [], ""
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = house.client.get(f"/v1/bookings?limit=4{more}", headers=planner).json
        assert page is not None
        seen += [(booking["date"], booking["booking_id"]) for booking in page["data"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(seen) == len(SOLO.visits)
    assert seen == sorted(seen)


def test_a_cursor_that_is_not_ours_is_refused(house: House) -> None:
    answer = house.client.get("/v1/bookings?cursor=whatever", headers=house.key(Role.PLANNER))
    assert answer.status_code == 422


def test_cancelling_takes_if_match_and_happens_once(house: House, fresh: Fresh) -> None:
    planner = house.key(Role.PLANNER)
    booked = house.client.post("/v1/bookings", json=BODY, headers=planner | fresh())
    path = booked.headers["Location"]
    stale = house.client.delete(path, headers=planner | {"If-Match": '"something else"'})
    assert stale.status_code == 409
    done = house.client.delete(path, headers=planner | {"If-Match": booked.headers["ETag"]})
    assert done.json is not None
    assert done.json["status"] == "cancelled"
    again = house.client.delete(path, headers=planner)
    assert again.json == done.json


def test_another_practices_booking_does_not_exist(house: House, fresh: Fresh) -> None:
    booked = house.client.post("/v1/bookings", json=BODY, headers=house.key(Role.PLANNER) | fresh())
    other = replace(EMPTY, practice=replace(SOLO.practice, id="elsewhere"))
    house.load(other)
    stranger = house.key(Role.PLANNER, practice="elsewhere")
    assert house.client.get(booked.headers["Location"], headers=stranger).status_code == 404
    assert house.client.delete(booked.headers["Location"], headers=stranger).status_code == 404


@pytest.mark.parametrize("role", [Role.BOOKING])
def test_a_booking_key_sees_services_and_nothing_of_staff(house: House, role: Role) -> None:
    key = house.key(role)
    assert house.client.get("/v1/services", headers=key).status_code == 200
    for path in ("/v1/bookings", "/v1/therapists", "/v1/itineraries?date=2026-11-23", "/v1/plan-runs/x", "/v1/plans/x"):
        assert house.client.get(path, headers=key).status_code == 404


def test_a_therapists_week_is_changed_only_by_who_has_seen_it(house: House) -> None:
    admin = house.key(Role.ADMIN)
    before = house.client.get("/v1/therapists/taylor", headers=admin)
    week = {
        "name": "Taylor Wren",
        "start": {"postal_code": "L6Y 2J6"},
        "end": {"postal_code": "L6Y 2J6"},
        "hours": {"monday": {"start": "09:00", "end": "17:00"}},
        "breaks": [{"earliest_start": "12:00", "latest_start": "13:00", "minutes": 30}],
    }
    stale = house.client.put("/v1/therapists/taylor", json=week, headers=admin | {"If-Match": '"old"'})
    assert stale.status_code == 409
    tag = {"If-Match": before.headers["ETag"]}
    after = house.client.put("/v1/therapists/taylor", json=week, headers=admin | tag)
    assert after.status_code == 200
    assert after.json is not None
    assert after.json["hours"]["monday"] == {"start": "09:00", "end": "17:00"}
    assert after.json["hours"]["sunday"] is None


def test_a_therapist_sees_only_themselves(house: House) -> None:
    taylor = house.key(Role.THERAPIST, "taylor")
    assert house.client.get("/v1/therapists/taylor", headers=taylor).status_code == 200
    assert house.client.get("/v1/therapists/finch", headers=taylor).status_code == 404
    assert house.client.get("/v1/itineraries/finch/2026-11-23", headers=taylor).status_code == 404
