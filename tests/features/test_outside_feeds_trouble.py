"""A calendar that cannot be read, or not believed: loud for all who have to know; nobody is all free or all busy."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.services.feeds import PUBLIC_WARNING, feed_states, feed_warnings
from data.store.records import FeedFormat, OutsideFeed, Role
from data.web.exchange import Limits
from tests.calendar_server import CALENDAR, Answer, CalendarServer, Manner, calendar_server
from tests.calendars import calendar, event, lines
from tests.features.conftest import House
from tests.features.outside import ANNA, DENTIST, TUESDAY, add, fetch, promises, starts, version

GOOD = calendar(DENTIST, ANNA)
LATIN = calendar(event("e", "20261124T100000", "20261124T110000", "Café")).encode("latin-1")


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server() as running:
        yield running


@pytest.fixture
def feed(house: House, server: CalendarServer) -> OutsideFeed:
    """Taylor's calendar, read once: the dentist in the morning, Anna in the afternoon."""
    added = add(house, server.address)
    server.say(GOOD)
    assert fetch(house).trouble == ""
    return added


TROUBLES = {
    "not found": (Answer(status=404), "404"),
    "broken": (Answer(status=500), "500"),
    "a login page": (Answer(status=302, headers={"Location": "https://login.example/"}), "moved, or wants a login"),
    "a web page": (Answer(headers={"Content-Type": "text/html"}, body=b"<html>sign in</html>"), "web page"),
    "a web page that says it is a calendar": (Answer(body=b"<!doctype html><p>Error"), "web page"),
    "nothing": (Answer(body=b""), "empty"),
    "cut on the way": (Answer(body=GOOD.encode(), manner=Manner.CUT), "bytes came"),
    "cut before it was sent": (Answer(body=GOOD.encode()[:-40]), "breaks off"),
    "silence": (Answer(manner=Manner.SILENT), "not there after"),
    "one drop at a time": (Answer(manner=Manner.DRIPPING), "not there after"),
    "another alphabet": (Answer(body=LATIN, headers={"Content-Type": "text/calendar"}), "not in UTF-8"),
    "an alphabet that it is not in": (
        Answer(body=LATIN, headers={"Content-Type": "text/calendar; charset=utf-8"}),
        "alphabet",
    ),
    "an alphabet that nobody knows": (
        Answer(body=GOOD.encode(), headers={"Content-Type": "text/calendar; charset=klingon"}),
        "alphabet",
    ),
    "an event at no time": (Answer(body=calendar(lines("UID:x", "DTSTART:soon")).encode()), "no time"),
    "a sign that cannot be stored": (
        Answer(body=GOOD.replace("SUMMARY:Dentist", "X-PAD:" + "x" * 5000 + "\r\nSUMMARY:Den\0tist").encode()),
        "cannot be stored",
    ),
}


@pytest.mark.parametrize("case", TROUBLES)
@pytest.mark.usefixtures("feed")
def test_trouble_is_remembered_and_changes_nothing_of_what_is_known(
    house: House, server: CalendarServer, case: str
) -> None:
    known, counted, offered = promises(house), version(house), starts(house)
    server.answer, words = TROUBLES[case]
    house.now += timedelta(minutes=30)
    outcome = fetch(house, limits=Limits(seconds=0.4))
    assert words in outcome.trouble
    (state,) = feed_states(house.practice, store=house.wiring.store, clock=house.wiring.clock)
    assert (state.feed.trouble, state.feed.trouble_at) == (outcome.trouble, house.now)
    assert state.feed.succeeded_at == house.now - timedelta(minutes=30)
    assert (promises(house), version(house), starts(house)) == (known, counted, offered)
    for secret in ("secret.ics", "Molar", "Anna", "Café"):
        assert secret not in outcome.trouble


@pytest.mark.usefixtures("feed")
def test_a_good_reading_ends_the_trouble(house: House, server: CalendarServer) -> None:
    server.answer = Answer(status=500)
    fetch(house)
    server.say(GOOD)
    fetch(house)
    (state,) = feed_states(house.practice, store=house.wiring.store, clock=house.wiring.clock)
    assert (state.feed.trouble, state.feed.trouble_at, state.stale) == ("", None, False)


@pytest.mark.usefixtures("feed")
def test_a_calendar_in_an_alphabet_that_it_declares_is_read(house: House, server: CalendarServer) -> None:
    server.answer = Answer(body=LATIN, headers={"Content-Type": "text/calendar; charset=iso-8859-1"})
    fetch(house)
    assert promises(house)["e"].notes == "Café"


@pytest.mark.usefixtures("feed")
def test_a_version_that_the_server_still_has_counts_as_read(house: House, server: CalendarServer) -> None:
    server.say(GOOD, ETag='"1"')
    fetch(house)
    house.now += timedelta(hours=3)
    assert feed_warnings(house.practice, store=house.wiring.store, now=house.now)
    fetch(house)
    assert server.asked[-1]["If-None-Match"] == '"1"'
    assert feed_warnings(house.practice, store=house.wiring.store, now=house.now) == ()
    assert len(promises(house)) == 2


WEEK = [event(f"e{k}", f"202611{24 + k}T100000", f"202611{24 + k}T110000") for k in range(6)]


@pytest.mark.usefixtures("feed")
def test_a_calendar_that_suddenly_lost_most_of_its_events_is_not_believed_until_somebody_says_so(
    house: House, server: CalendarServer
) -> None:
    server.say(calendar(*WEEK))
    fetch(house)
    server.say(calendar(*WEEK[:2]), ETag='"short"')
    outcome = fetch(house)
    assert "4 of its 6 future events are gone" in outcome.trouble
    assert "--accept-loss" in outcome.trouble
    assert list(promises(house, TUESDAY + timedelta(days=5))) == ["e5"]
    assert "4 of its 6" in fetch(house).trouble  # and again: what was not believed was not seen
    accepted = fetch(house, accept_loss=True)
    assert accepted.taken is not None
    assert accepted.taken.released == 4
    assert promises(house, TUESDAY + timedelta(days=5)) == {}


@pytest.mark.usefixtures("feed")
@pytest.mark.parametrize("left", [3, 6])
def test_losing_half_or_fewer_than_four_is_what_calendars_do(house: House, server: CalendarServer, left: int) -> None:
    server.say(calendar(*WEEK))
    fetch(house)
    server.say(calendar(*WEEK[:left]))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.released == 6 - left


@pytest.mark.usefixtures("feed")
def test_events_that_are_cancelled_by_name_are_not_lost(house: House, server: CalendarServer) -> None:
    server.say(calendar(*WEEK))
    fetch(house)
    server.say(calendar(*(each.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY") for each in WEEK)))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.released == 6


def warned(house: House, role: Role) -> list[str]:
    """What a search says beside its slots."""
    asked = f"service=swedish&session_minutes=60&postal_code=L9T2R1&from={TUESDAY}&to={TUESDAY}"
    answer = house.client.get(f"/v1/slots?{asked}", headers=house.key(role))
    assert answer.json is not None
    found: list[str] = answer.json["warnings"]
    return found


def test_a_search_warns_staff_of_the_calendar_and_the_public_of_something(house: House, feed: OutsideFeed) -> None:
    assert warned(house, Role.PLANNER) == []
    offered = starts(house)
    house.now += timedelta(hours=2, seconds=1)
    (staff,) = warned(house, Role.PLANNER)
    assert staff == (f"The calendar of taylor at 127.0.0.1 ({feed.id}) is known only as of 2026-11-23 07:30.")
    assert warned(house, Role.BOOKING) == [PUBLIC_WARNING]
    for word in ("taylor", feed.id, "127.0.0.1", "07:30"):
        assert word not in PUBLIC_WARNING
    # Neither all free nor all busy: as it was known last.
    assert starts(house) == offered != []


def test_a_calendar_that_was_never_read_is_stale_and_leaves_the_day_open(house: House, server: CalendarServer) -> None:
    add(house, server.address)
    fetch(house)
    (staff,) = warned(house, Role.PLANNER)
    assert "has never been read: the server answers 404" in staff
    assert starts(house) != []


@pytest.mark.usefixtures("feed")
def test_readiness_tells_a_number_and_stays_ready(house: House) -> None:
    assert house.client.get("/readyz").json == {"status": "ready", "detail": None}
    house.now += timedelta(hours=3)
    answer = house.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "detail": "1 outside calendar is stale"}


def test_a_file_that_nobody_writes_any_more_is_stale_although_it_can_be_read(house: House, tmp_path: Path) -> None:
    file = tmp_path / "taylor.csv"
    file.write_text("uid,postal_code,service,session_minutes,date,start\na,L9T 2R1,swedish,60,2026-11-24,10:00\n")
    written = datetime(2026, 11, 23, 12, tzinfo=house.now.tzinfo)
    os.utime(file, (written.timestamp(), written.timestamp()))
    add(house, str(file), format=FeedFormat.CSV)
    fetch(house)
    assert list(promises(house)) == ["a"]
    assert feed_warnings(house.practice, store=house.wiring.store, now=house.now) == ()
    house.now += timedelta(hours=2)
    fetch(house)
    (warning,) = feed_warnings(house.practice, store=house.wiring.store, now=house.now)
    assert "known only as of 2026-11-23 07:00" in warning.sentence


def test_no_summary_and_no_address_reaches_the_log(
    house: House, server: CalendarServer, capsys: pytest.CaptureFixture[str]
) -> None:
    add(house, server.address)
    server.answer = Answer(body=GOOD.encode()[:-30], headers=CALENDAR)
    fetch(house)
    logged = capsys.readouterr().err
    assert "feed_trouble" in logged
    for secret in ("Molar", "Anna", "secret.ics"):
        assert secret not in logged
