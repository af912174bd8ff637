"""A frontend that repeats itself: sixteen times at once, with another body, while the first is still being answered."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
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

TWINS, MOST_WAITS = 16, 6


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
        held = list(pool.map(lambda _: _patiently(lambda: desk.hold(offer, once="hold")), range(TWINS)))
        hold_id = _one(held).body["hold_id"]
        confirmed = list(pool.map(lambda _: _patiently(lambda: desk.confirm(hold_id, once="confirm")), range(TWINS)))
    booking = _one(confirmed).body
    with open_store(url) as store:
        (bookings,) = booked(store, "north", TUESDAY, TUESDAY).values()
    assert [found.id for found in bookings] == [booking["booking_id"]]


def test_a_twin_is_told_to_come_back_while_the_first_is_held_up_and_then_gets_its_answer(
    desk: FrontDesk, url: str
) -> None:
    """Somebody else has the day, and on SQLite the whole store, for longer than a twin waits for the first."""
    offer = next(iter(desk.offers(MILTON, TUESDAY).values()))
    with ThreadPoolExecutor(2) as pool, open_store(url) as store:
        with store.unit_of_work("north") as somebody:
            somebody.agendas.lock([("t0", TUESDAY)])
            twins = [pool.submit(_through_a_busy_store, lambda: desk.hold(offer, once="hold")) for _ in range(2)]
            early = next(as_completed(twins)).result()
        (first,) = (twin.result() for twin in twins if twin.result() is not early)
    assert (early.status, early.code) == (409, "in_flight")
    assert int(early.headers["Retry-After"]) > 0
    assert first.status == 201
    assert desk.hold(offer, once="hold").body == first.body


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


def _through_a_busy_store(ask: Callable[[], Answer]) -> Answer:
    """The first asks again, as it is told, and does not wait for ever: its twin is to be told long before."""
    for _ in range(MOST_WAITS):
        if (answer := ask()).status != 503:
            return answer
        assert answer.code == "store_busy"
    raise AssertionError("neither of the twins is told to come back")


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """Ask again for as long as the first is being answered: on a slow machine that may be longer than a twin waits."""
    while (answer := ask()).code == "in_flight":
        assert int(answer.headers["Retry-After"]) > 0
    return answer


def _one(answers: list[Answer]) -> Answer:
    """The answer that all of them are."""
    assert {answer.status for answer in answers} == {201}, [answer for answer in answers if answer.status != 201]
    first, *rest = answers
    assert all(answer.body == first.body for answer in rest)
    assert all(answer.headers.get("Location") == first.headers.get("Location") for answer in rest)
    return first
