"""A calendar is fetched whole, in time, without going anywhere else: or it is trouble, in words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.feeds.address import shown
from data.feeds.errors import FeedTrouble
from data.feeds.fetch import Fetched, Seen, Unchanged, fetch
from data.web.exchange import Limits
from optimizer.domain.errors import InvalidRequest
from tests.calendar_server import CALENDAR, Answer, CalendarServer, Manner, calendar_server

SOON = Limits(bytes=1_000, seconds=0.3)
NOT_SEEN = Seen()


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server() as running:
        yield running


def get(server: CalendarServer, seen: Seen = NOT_SEEN, limits: Limits = SOON) -> Fetched | Unchanged:
    return fetch(server.address, allow_loopback=True, seen=seen, user_agent="rounds test", limits=limits)


def test_a_calendar_comes_with_what_the_server_calls_this_version_of_it(server: CalendarServer) -> None:
    server.say("BEGIN:VCALENDAR", ETag='"7"', **{"Last-Modified": "Mon, 23 Nov 2026 12:00:00 GMT"})
    found = get(server)
    assert isinstance(found, Fetched)
    assert (found.body, found.charset) == (b"BEGIN:VCALENDAR", "utf-8")
    assert found.seen == Seen(etag='"7"', last_modified="Mon, 23 Nov 2026 12:00:00 GMT")
    (asked,) = server.asked
    assert asked["User-Agent"] == "rounds test"
    assert asked["If-None-Match"] is None


def test_a_version_seen_before_is_not_sent_again(server: CalendarServer) -> None:
    server.say("BEGIN:VCALENDAR", ETag='"7"')
    assert get(server, Seen(etag='"7"', last_modified="Mon, 23 Nov 2026 12:00:00 GMT")) == Unchanged()
    assert server.asked[0]["If-Modified-Since"] == "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=404), "404"),
        (Answer(status=500), "500"),
        (Answer(status=302, headers={"Location": "https://login.example/"}), "moved, or wants a login"),
        (Answer(headers={"Content-Type": "text/html"}, body=b"<html>"), "web page"),
        (Answer(headers={**CALENDAR, "Content-Encoding": "gzip"}, body=b"\x1f\x8b"), "compressed"),
        (Answer(body=b"BEGIN:VCALENDAR", manner=Manner.CUT), "only 7 of 15 bytes"),
        (Answer(body=b"x" * 1_001), "larger than 1000 bytes"),
        (Answer(manner=Manner.SILENT), "not there after 0.3 seconds"),
        (Answer(manner=Manner.DRIPPING), "not there after 0.3 seconds"),
    ],
)
def test_everything_but_a_whole_calendar_is_trouble(server: CalendarServer, answer: Answer, words: str) -> None:
    server.answer = answer
    with pytest.raises(FeedTrouble, match=words) as trouble:
        get(server)
    assert "secret" not in trouble.value.detail


def test_a_server_that_is_not_there_is_trouble() -> None:
    with calendar_server() as gone:
        pass
    with pytest.raises(FeedTrouble, match="refused"):
        get(gone)


def test_a_redirect_is_not_followed(server: CalendarServer) -> None:
    server.answer = Answer(status=301, headers={"Location": server.address})
    with pytest.raises(FeedTrouble):
        get(server)
    assert len(server.asked) == 1


def test_a_file_is_read_and_is_as_old_as_its_last_change(tmp_path: Path) -> None:
    file = tmp_path / "taylor.ics"
    file.write_bytes(b"BEGIN:VCALENDAR")
    found = fetch(str(file), allow_loopback=False, seen=Seen(), user_agent="", limits=SOON)
    assert isinstance(found, Fetched)
    assert found.body == b"BEGIN:VCALENDAR"
    assert found.as_of == datetime.fromtimestamp(file.stat().st_mtime, UTC)
    file.write_bytes(b"x" * 1_001)
    with pytest.raises(FeedTrouble, match="larger"):
        fetch(str(file), allow_loopback=False, seen=Seen(), user_agent="", limits=SOON)
    with pytest.raises(FeedTrouble, match="No such file"):
        fetch(str(tmp_path / "gone.ics"), allow_loopback=False, seen=Seen(), user_agent="", limits=SOON)


@pytest.mark.parametrize(
    "address",
    [
        "http://calendar.example/x.ics",
        "http://10.0.0.1/x.ics",
        "http://127.0.0.1.example/x.ics",
        "ftp://calendar.example/x.ics",
        "file:///etc/passwd",
        "https://anna:secret@calendar.example/x.ics",
        "https:///x.ics",
        "https://calendar.example:port/x.ics",
        "https://calendar.example/a b.ics",
    ],
)
def test_no_other_address_is_read_even_with_loopback_allowed(address: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        fetch(address, allow_loopback=True, seen=Seen(), user_agent="", limits=SOON)
    assert refused.value.code == "bad_address"


def test_plain_http_to_this_machine_has_to_be_allowed(server: CalendarServer) -> None:
    with pytest.raises(InvalidRequest):
        fetch(server.address, allow_loopback=False, seen=Seen(), user_agent="", limits=SOON)
    assert server.asked == []


def test_of_an_address_only_its_host_or_file_name_is_shown() -> None:
    assert shown("https://calendar.example/private-1234/basic.ics?key=5") == "calendar.example"
    assert shown("/home/taylor/calendar.ics") == "calendar.ics"
