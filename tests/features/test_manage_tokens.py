"""The client's token is told, told again to the same request, and kept nowhere in the clear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.booking_world import BRAMPTON, MONDAY, crew
from tests.features.clinic import Clinic, at, open_clinic


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, crew(1)) as opened:
        yield opened


def test_a_repeated_confirmation_tells_the_same_token_and_the_store_does_not_know_it(clinic: Clinic) -> None:
    offer = clinic.public.offers(BRAMPTON, MONDAY)[at(MONDAY, "10:00").isoformat()]
    held = clinic.public.hold(offer).body["hold_id"]
    first = clinic.public.confirm(held, once="once")
    again = clinic.public.confirm(held, once="once")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status, again.body) == (201, first.body)
    token = first.body["manage"]
    assert first.body["visits"][0]["manage"] == token
    secret = token.partition(".")[2]
    assert len(secret) == 32
    with clinic.store._database.engine.connect() as connection:
        kept = connection.execute(text("SELECT body FROM idempotency")).scalars().all()
        booked = connection.execute(text("SELECT details FROM booking")).scalars().all()
    assert kept
    assert secret not in repr(kept) + repr(booked)
    moved = clinic.public.door.ask(
        "DELETE",
        f"/v1/bookings/{first.body['booking_id']}",
        headers={"Authorization": f"Manage {again.body['manage']}"},
    )
    assert moved.status == 200


def test_every_visit_of_a_course_has_a_token_of_its_own_and_all_are_told_again(clinic: Clinic) -> None:
    offers = clinic.series(clinic.public, count=3, first_from=MONDAY.isoformat()).body["offers"]
    held = clinic.public.hold(offers[0]["offer"]).body["hold_id"]
    first = clinic.public.confirm(held, once="course")
    assert clinic.public.confirm(held, once="course").body == first.body
    assert len({visit["manage"] for visit in first.body["visits"]}) == 3


def test_a_token_sent_as_a_key_is_told_where_it_belongs(clinic: Clinic) -> None:
    offer = clinic.public.offers(BRAMPTON, MONDAY)[at(MONDAY, "10:00").isoformat()]
    booked = clinic.public.confirm(clinic.public.hold(offer).body["hold_id"]).body
    path = f"/v1/bookings/{booked['booking_id']}"
    wrong = clinic.public.door.ask("DELETE", path, headers={"Authorization": f"Bearer {booked['manage']}"})
    assert wrong.status == 401
    assert "Authorization: Manage" in wrong.body["hint"]
    unknown = clinic.public.door.ask("DELETE", path, headers={"Authorization": "Bearer nonsense"})
    assert "Bearer rk_" in unknown.body["hint"]


def test_an_offer_is_written_in_one_way_only(clinic: Clinic) -> None:
    offer = clinic.public.offers(BRAMPTON, MONDAY)[at(MONDAY, "10:00").isoformat()]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(offer[-1])
    others = [offer[:-1] + alphabet[last ^ bits] for bits in (1, 2, 3)]
    for other in (*others, offer + "=", offer + "\n"):
        refused = clinic.public.hold(other)
        assert (refused.status, refused.code) == (422, "offer_invalid"), other
    assert clinic.public.hold(offer).status == 201
