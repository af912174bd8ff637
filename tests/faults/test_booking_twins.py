"""A frontend that repeats itself: sixteen times at once, with another body, while the first is still being answered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from data.geocoding.chain import build_geocoder
from data.store.records import Role
from data.store.store import open_store
from tests.booking_world import MILTON, TORONTO, crew, make_key, open_practice
from tests.doors import Answer
from tests.front_desk import FrontDesk
from tests.serving import serving
from tests.stored_days import booked

pytestmark = pytest.mark.slow

TWINS = 16


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Iterator[FrontDesk]:
    """A booking key at a server with four workers."""
    with open_store(url) as store:
        open_practice(store, build_geocoder(), crew(1))
        secret = make_key(store, Role.BOOKING)
    with serving(url, tmp_path / "var", workers=4) as server:
        yield FrontDesk(door=server.door, secret=secret)


TUESDAY = datetime.now(UTC).astimezone(TORONTO).date() + timedelta(days=4)


def test_sixteen_posts_with_one_key_are_one_hold_one_booking_and_sixteen_identical_answers(
    desk: FrontDesk, url: str
) -> None:
    offer = Random(1).choice(list(desk.offers(MILTON, TUESDAY).values()))
    with ThreadPoolExecutor(TWINS) as pool:
        held = list(pool.map(lambda _: desk.hold(offer, once="hold"), range(TWINS)))
        hold_id = _one(held).body["hold_id"]
        confirmed = list(pool.map(lambda _: desk.confirm(hold_id, once="confirm"), range(TWINS)))
    booking = _one(confirmed).body
    with open_store(url) as store:
        (bookings,) = booked(store, "north", TUESDAY, TUESDAY).values()
    assert [found.id for found in bookings] == [booking["booking_id"]]


def test_the_key_of_one_request_is_refused_with_another(desk: FrontDesk) -> None:
    first, second, *_ = desk.offers(MILTON, TUESDAY).values()
    held = desk.hold(first, once="hold")
    assert held.status == 201
    other = desk.hold(second, once="hold")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    booked_once = desk.confirm(held.body["hold_id"], once="confirm", ref="anna")
    assert booked_once.status == 201
    other = desk.confirm(held.body["hold_id"], once="confirm", ref="bert")
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def _one(answers: list[Answer]) -> Answer:
    """The answer that all of them are."""
    assert {answer.status for answer in answers} == {201}, [answer for answer in answers if answer.status != 201]
    first, *rest = answers
    assert all(answer.body == first.body for answer in rest)
    assert all(answer.headers.get("Location") == first.headers.get("Location") for answer in rest)
    return first
