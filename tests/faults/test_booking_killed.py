"""The server is killed (SIGKILL, master and workers) while clients book: what they were told is true ever after."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Semaphore

import pytest

from data.geocoding.chain import build_geocoder
from data.store.records import Role
from data.store.store import Store, open_store
from optimizer.domain.promise import HoldStatus
from tests.booking_world import MILTON, TORONTO, crew, make_key, open_practice
from tests.doors import Answer, HttpDoor, Unanswered
from tests.front_desk import FrontDesk
from tests.serving import Server, start
from tests.stored_days import booked, violations

CLIENTS = 3
DATES = 25
"""Of how many dates each therapist is booked on: what one search shows."""
STARTS = ("09:00", "11:00", "13:00", "15:00", "17:00")
LONGEST_WAIT = 0.03
"""Seconds from a request to the kill, at most: several times what an answer takes."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A write that a client sent, and its answer; None when the server was gone before."""

    kind: str
    what: str
    once: str
    answer: Answer | None

    def again(self, desk: FrontDesk) -> Answer:
        return _send(desk, self.kind, self.what, self.once)


def _send(desk: FrontDesk, kind: str, what: str, once: str) -> Answer:
    return desk.hold(what, once=once) if kind == "hold" else desk.confirm(what, once=once)


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.marathon)])
@pytest.mark.slow
def test_whatever_a_client_was_told_survives_the_death_of_the_server(url: str, tmp_path: Path, kills: int) -> None:
    rng = Random(kills)
    tomorrow = datetime.now(UTC).astimezone(TORONTO).date() + timedelta(days=2)
    with open_store(url) as store:
        open_practice(store, build_geocoder(), crew(CLIENTS * (1 + kills // DATES)))
        desk_key = make_key(store, Role.BOOKING)
    server = start(url, tmp_path / "var", workers=2)
    unanswered = 0
    try:
        for life in range(kills):
            group, day = divmod(life, DATES)
            days = [(f"t{group * CLIENTS + client}", tomorrow + timedelta(days=day)) for client in range(CLIENTS)]
            sent = _book_until_killed(server, desk_key, days, rng)
            server = start(url, tmp_path / "var", workers=2)
            unanswered += sum(write.answer is None for write in sent)
            with open_store(url) as store:
                _is_as_told(store, sent, days)
                _says_the_same_again(FrontDesk(door=server.door, secret=desk_key), store, sent, days)
    finally:
        server.kill()
    assert unanswered > 0


def _book_until_killed(server: Server, secret: str, days: Sequence[tuple[str, date]], rng: Random) -> list[Sent]:
    """Each client books one therapist's day; the server dies shortly after a random one of their requests."""
    begun, over = Semaphore(0), Event()

    def book(client: int) -> list[Sent]:
        therapist, day = days[client]
        desk, sent = FrontDesk(door=_Counted(server.door, begun), secret=secret), list[Sent]()
        try:
            offers = desk.offers(MILTON, day, therapist=therapist)
            for number, wall in enumerate(STARTS):
                offer = next(o for start, o in offers.items() if start.startswith(f"{day.isoformat()}T{wall}"))
                held = _record(desk, sent, "hold", offer, f"{therapist} {day} {number} hold")
                _record(desk, sent, "confirm", held.body["hold_id"], f"{therapist} {day} {number} confirm")
        except Unanswered:
            pass
        return sent

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(book, client) for client in range(CLIENTS)]
        for _ in range(rng.randint(1, CLIENTS * (1 + 2 * len(STARTS)) * 2 // 3)):
            assert begun.acquire(timeout=60)
        # Not a wait for something to become true: the instant itself is what is drawn.
        over.wait(rng.uniform(0, LONGEST_WAIT))
        server.kill()
        return [write for client in clients for write in client.result()]


@dataclass(frozen=True)
class _Counted:
    """A door that counts the requests that have begun."""

    door: HttpDoor
    begun: Semaphore

    def ask(self, method: str, path: str, **how: object) -> Answer:
        self.begun.release()
        return self.door.ask(method, path, **how)  # type: ignore[arg-type]


def _record(desk: FrontDesk, sent: list[Sent], kind: str, what: str, once: str) -> Answer:
    """Send a write and note it, whether it is answered or not."""
    note = Sent(kind=kind, what=what, once=once, answer=None)
    try:
        answer = _send(desk, kind, what, once)
    except Unanswered:
        sent.append(note)
        raise
    assert answer.status == 201, answer
    sent.append(replace(note, answer=answer))
    return answer


def _is_as_told(store: Store, sent: Sequence[Sent], days: Sequence[tuple[str, date]]) -> None:
    """Every answer is true, and nothing is half done."""
    dates = {day for _, day in days}
    stored = booked(store, "north", min(dates), max(dates))
    with store.unit_of_work("north", write=False) as uow:
        for write in sent:
            if write.kind == "hold" and write.answer is not None:
                assert uow.holds.get(write.answer.body["hold_id"]).expires_at is not None
            if write.kind == "confirm":
                confirmed = uow.holds.get(write.what).status is HoldStatus.CONFIRMED
                kept = uow.idempotency.find(f"{_key_id(store)}:{write.once}") is not None
                (held,) = uow.holds.get(write.what).visits
                standing = any(b.windows[0].earliest == held.start for b in stored.get((held.therapist, held.date), ()))
                assert (confirmed, kept) == (standing, standing)
                assert standing or write.answer is None
                if write.answer is not None:
                    assert uow.bookings.get(write.answer.body["booking_id"]).fixed_start == held.start
    assert violations(store, "north", min(dates), max(dates)) == []


def _says_the_same_again(desk: FrontDesk, store: Store, sent: Sequence[Sent], days: Sequence[tuple[str, date]]) -> None:
    """The same key gets the same answer, and the write that nobody had heard of is done once."""
    answers = [write.again(desk) for write in sent]
    for write, answer in zip(sent, answers, strict=True):
        assert answer.status == 201, answer
        assert write.answer is None or answer.body == write.answer.body
    told = {answer.body["booking_id"] for write, answer in zip(sent, answers, strict=True) if write.kind == "confirm"}
    dates = {day for _, day in days}
    stored = booked(store, "north", min(dates), max(dates))
    assert {booking.id for day in days for booking in stored.get(day, ())} == told


def _key_id(store: Store) -> str:
    (key,) = store.keys.list("north")
    return key.id
