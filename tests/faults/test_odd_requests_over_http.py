"""Whatever is thrown at the booking doors of the built server is refused with code, place and advice; nothing stays."""

import json
import socket
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from data.geocoding.chain import build_geocoder
from data.store.records import Role
from data.store.store import open_store
from tests.booking_world import BRAMPTON, MONDAY, NOW, crew, make_key, open_practice
from tests.front_desk import FrontDesk
from tests.serving import Server, serving, set_clock
from tests.stored_days import booked

pytestmark = pytest.mark.slow

ODD = ("", " ", "\0", "a\0b", "-1", "1e9", "9" * 40, "NaN", "null", "[]", "\N{PILE OF POO}", "' OR 1=1 --", "x" * 3_000)
BODIES = (
    b"", b"{", b'{"offer":', b"[]", b"null", b"1", b'"x"', b"{}", b'{"offer":null}', b'{"offer":1}', b'{"offer":""}',
    b'{"offer":"\\u0000"}', b'{"offer":"\\ud800"}', b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"offer":"a","offer":"b"}',
    b'{"offer":NaN}', b'{"offer":1e999}', b"[" * 5_000, b'{"offer":"' + b"x" * 200_000 + b'"}', b'{"offer":"\xc3\x28"}',
    b'{"offer":"x","client":[]}', b'{"offer":"x","client":{"ref":1}}', b'{"offer":"x","extra":1}', b"\0", b"9" * 5_000,
    b'{"offer":"x"} and more', b"offer=x",
)  # fmt: skip
VISIT = {
    "place": {"postal_code": BRAMPTON},
    "service": "swedish",
    "session_minutes": 60,
    "start": f"{MONDAY}T10:00:00-05:00",
}
VISITS: tuple[dict[str, object], ...] = (
    *({"start": odd} for odd in ("2027-03-14T02:30:00", "2026-11-23", "2026-11-23T25:00:00-05:00", "", None, 1e300)),
    *({"start": odd} for odd in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T10:00+99:00")),
    *({"session_minutes": odd} for odd in (-60, 0, 61, 10**30, 60.5, "60", True, None)),
    *({"service": odd} for odd in ("", "sauna", 1, "\0", None)),
    *({"place": odd} for odd in (None, {}, [], "x", {"lat": 43.7}, {"lat": -79.7, "lng": 43.7}, {"postal_code": 1})),
    *({"place": {"address": odd}} for odd in ("", "\0", "x" * 100_000)),
    *({"windows": odd} for odd in ([{}], 5)),
    *({"therapist": odd} for odd in ([], {"require": ["nobody"]}, {"require": "t0"}, {"gender": "x" * 500})),
    *({"first_visit": "yes"}, {"setup_minutes": -1}, {"parking_minutes": 1.5}, {"priority": 10**20}, {"unknown": 1}),
)  # fmt: skip
COURSES: tuple[dict[str, object], ...] = (
    *({"count": odd} for odd in (-1, 0, 10**18, 1.5, "6")),
    *({"every_days": odd} for odd in (0, -7, 10**9)),
    *({"first_from": odd} for odd in ("x", "9999-12-31", "0001-01-01", 5)),
    *({"preferred": odd} for odd in ([], {"weekday": "caturday"}, {"earliest_start": "25:00"}, {"latest_start": 9})),
    *({"then": odd} for odd in ({}, {"count": 3, "rhythm": "daily"}, {"count": 100, "every_days": 1})),
    *({"tolerance_days": -1}, {"tolerance_days": True}, {"session_minutes": -1}, {"therapist": "\0"}, {"extra": {}}),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What came back, read from the wire: the client libraries would not send half of these."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def wrong(self) -> list[str]:
        """What this answer lacks of a refusal that somebody can act on."""
        if not 400 <= self.status < 500:
            return [f"status {self.status}"]
        if self.headers["Content-Type"] != "application/problem+json":
            return [self.headers["Content-Type"]]
        said: dict[str, Any] = json.loads(self.body)
        lacking = [name for name in ("detail", "code", "hint") if not said[name]]
        if self.status == 422 and not said["errors"]:
            lacking.append("errors")
        return lacking + [
            f"{name} in errors" for each in said["errors"] for name in ("code", "detail", "hint") if not each[name]
        ]


@dataclass(frozen=True, kw_only=True)
class Bully:
    """Sends whatever it likes with the keys of a practice, and remembers what was wrong with the answers."""

    server: Server
    keys: Mapping[str, str]
    found: list[tuple[object, list[str]]] = field(default_factory=list)

    def send(self, raw: bytes) -> Refusal:
        with socket.create_connection((self.server.door.host, self.server.door.port), timeout=60) as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            answer = HTTPResponse(line)
            answer.begin()
            return Refusal(status=answer.status, headers=dict(answer.headers), body=answer.read())

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "public",
        once: str = "",
        more: Sequence[str] = (),
    ) -> Refusal:
        document = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} {path} HTTP/1.1", "Host: rounds", "Connection: close", f"Authorization: Bearer {self.keys[key]}",
            "Content-Type: application/json", f"Content-Length: {len(document)}", *more,
        ]  # fmt: skip
        if method == "POST":
            lines.append(f"Idempotency-Key: {once or uuid.uuid4().hex}")
        return self.send("\r\n".join((*lines, "", "")).encode() + document)

    def head_of_a_hold(self) -> str:
        """Its first lines, before what it says of its body."""
        lines = ("Host: rounds", f"Authorization: Bearer {self.keys['public']}", "Idempotency-Key: once", "")
        return "\r\n".join(("POST /v1/holds HTTP/1.1", *lines))

    def note(self, what: object, answer: Refusal) -> None:
        if wrong := answer.wrong:
            self.found.append((what, wrong))


@pytest.fixture
def bully(url: str, tmp_path: Path) -> Iterator[Bully]:
    with open_store(url) as store:
        open_practice(store, build_geocoder(), crew(1))
        open_practice(store, build_geocoder(), crew(1), id="south")
        keys = {"public": make_key(store, Role.BOOKING), "staff": make_key(store, Role.PLANNER)}
        keys["stranger"] = make_key(store, Role.PLANNER, practice="south")
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    with serving(url, tmp_path / "var", workers=2, clock=clock) as server:
        yield Bully(server=server, keys=keys)


def test_every_odd_request_is_refused_with_code_place_and_advice_and_leaves_nothing(bully: Bully, url: str) -> None:
    desk = FrontDesk(door=bully.server.door, secret=bully.keys["public"])
    offer = next(iter(desk.offers(BRAMPTON, MONDAY).values()))
    _search(bully)
    _write(bully, offer)
    _name(bully, offer)
    _break_http(bully)
    assert bully.found == []
    with open_store(url) as store:
        assert booked(store, "north", MONDAY, MONDAY) == {}
        with store.unit_of_work("north", write=False) as uow:
            assert uow.holds.live_between(["t0"], MONDAY, MONDAY, NOW) == ()
            assert uow.bookings.list() == ()
    assert desk.hold(offer).status == 201


def _search(bully: Bully) -> None:
    usual = {
        "service": "swedish",
        "session_minutes": "60",
        "postal_code": BRAMPTON,
        "from": f"{MONDAY}",
        "to": f"{MONDAY}",
    }
    for name in ("service", "session_minutes", "from", "to", "include", "sort", "moving", "unknown"):
        for odd in ODD[1:] if name != "unknown" else ODD:
            bully.note((name, odd), bully.ask("GET", f"/v1/slots?{urlencode(usual | {name: odd})}", key="staff"))
    for lat, lng in (("90", "180"), ("91", "0"), ("43,7", "-79,7"), ("-79.76", "43.68"), ("nan", "nan"), ("inf", "0")):
        point = {"lat": lat, "lng": lng, "postal_code": ""}
        bully.note((lat, lng), bully.ask("GET", f"/v1/slots?{urlencode(usual | point)}", key="staff"))
    for first, last in (("9999-12-01", "9999-12-31"), ("0001-01-01", "0001-01-02"), ("2026-11-23", "2027-11-23")):
        bully.note(first, bully.ask("GET", f"/v1/slots?{urlencode(usual | {'from': first, 'to': last})}"))
    long = urlencode({f"p{number}": "1" for number in range(300)})
    bully.note("many keys", bully.ask("GET", f"/v1/slots?{urlencode(usual)}&{long}"))


def _write(bully: Bully, offer: str) -> None:
    for body in BODIES:
        for method, path in (
            ("POST", "/v1/holds"),
            ("POST", "/v1/bookings"),
            ("POST", "/v1/series/offers"),
            ("PATCH", "/v1/bookings/no"),
        ):
            bully.note((path, body[:40]), bully.ask(method, path, body, key="staff"))
    terms, start, mark = offer.split(".")
    forgeries = (
        f"{terms}.{int(start) + 900}.{mark}", f"{terms}.{start}.{mark[:-1]}", f"{terms}..{mark}", f"{terms}.-1.{mark}",
        f"{terms}.{'9' * 30}.{mark}", f" {offer}", offer.upper(), f"{offer}.{offer}", "...", "\u00e9",
    )  # fmt: skip
    for forged in forgeries:
        bully.note(forged, bully.ask("POST", "/v1/holds", {"offer": forged}))
    bully.note("another practice's offer", bully.ask("POST", "/v1/holds", {"offer": offer}, key="stranger"))
    for once in ("x" * 300, "\u00fc"):
        bully.note(once, bully.ask("POST", "/v1/holds", {"offer": offer}, once=once))
    for change in VISITS:
        body = {"client": {"ref": "anna"}, "visit": {**VISIT, **change}}
        bully.note(change, bully.ask("POST", "/v1/bookings", body, key="staff"))
    course = {
        "service": "swedish",
        "session_minutes": 60,
        "place": {"postal_code": BRAMPTON},
        "count": 6,
        "every_days": 7,
    }
    for change in COURSES:
        bully.note(change, bully.ask("POST", "/v1/series/offers", {**course, **change}, key="staff"))
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        raw = f"{bully.head_of_a_hold()}Content-Type: {media}\r\nContent-Length: 2\r\n\r\n{{}}"
        bully.note(media, bully.send(raw.encode()))


def _name(bully: Bully, offer: str) -> None:
    """Things that are not there, under any name."""
    for odd in ODD[1:]:
        name = quote(odd)
        for key in bully.keys:
            bully.note((key, odd), bully.ask("DELETE", f"/v1/holds/{name}", key=key))
        bully.note(odd, bully.ask("DELETE", f"/v1/bookings/{name}", key="staff"))
        bully.note(odd, bully.ask("DELETE", f"/v1/bookings/no?manage={name}"))
        bully.note(odd, bully.ask("PATCH", f"/v1/bookings/{name}", {"offer": offer}, key="staff"))
        body = {"hold_id": odd, "client": {"ref": "anna", "name": "Anna Bell"}}
        bully.note(odd, bully.ask("POST", "/v1/bookings", body))
    for method, path in (("PUT", "/v1/holds"), ("DELETE", "/v1/bookings"), ("FOO", "/v1/slots"), ("GET", "/V1/SLOTS")):
        bully.note((method, path), bully.ask(method, path))


def _break_http(bully: Bully) -> None:
    head = bully.head_of_a_hold() + "Content-Type: application/json\r\n"
    for framing, body in (
        ("Transfer-Encoding: chunked", "ZZ\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "2\r\n{}XX0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "-2\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2", "2\r\n{}\r\n0\r\n\r\n"),
        ("Content-Length: 500", "{}"), ("Content-Length: -5", "{}"), ("Content-Length: two", "{}"),
        ("Content-Length: 2\r\nContent-Length: 3", "{}"), (f"Content-Length: {10**20}", "{}"),
    ):  # fmt: skip
        bully.note((framing, body), bully.send(f"{head}{framing}\r\n\r\n{body}".encode()))
    for raw in (
        b"GET /v1/slots HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\r\n\r\n",
        b"GET /v1/slots?\0 HTTP/1.1\r\n\r\n",
    ):
        bully.note(raw, bully.send(raw))
    bully.note("long address", bully.ask("GET", "/v1/slots?address=" + "x" * 8_000))
    bully.note("long header", bully.ask("GET", "/v1/services", more=["X: " + "x" * 20_000]))
