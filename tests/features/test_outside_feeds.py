"""Calendars kept elsewhere lie on the same agendas: what they say is neither offered nor planned over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from api.services.feeds import feed_states, remove_feed
from api.services.feeds_reading import fetch_feeds
from api.services.itineraries import therapist_day
from data.store.records import FeedFormat, OutsideFeed, Role
from optimizer.domain.booking import BUSY, BookingStatus
from tests.booking_world import TORONTO
from tests.calendar_server import CalendarServer, calendar_server
from tests.calendars import calendar, event, whole_days
from tests.features.conftest import MONDAY, House
from tests.features.outside import ANNA, DENTIST, TUESDAY, add, fetch, plan_tuesday, promises, reader, starts, version


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server() as running:
        yield running


@pytest.fixture
def feed(house: House, server: CalendarServer) -> OutsideFeed:
    """Taylor's calendar on that server, not read yet."""
    return add(house, server.address)


def test_events_become_busy_time_and_visits_on_the_therapists_agenda(
    house: House, server: CalendarServer, feed: OutsideFeed
) -> None:
    server.say(calendar(DENTIST, ANNA))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert (outcome.taken.added, outcome.remarks, outcome.taken.flagged) == (2, (), ())
    found = promises(house)
    dentist, anna = found["dentist"], found["anna"]
    assert (dentist.busy, dentist.service, dentist.session, dentist.therapist) == (True, BUSY, 90 * 60, "taylor")
    assert dentist.place.label == "1 King St, L9T 2R1"
    assert (anna.busy, anna.service, anna.client.name, anna.therapist) == (False, "swedish", "Anna Bell", "taylor")
    assert anna.choice.require == {"taylor"}
    assert {booking.feed for booking in found.values()} == {feed.id}


@pytest.mark.usefixtures("feed")
def test_busy_time_and_the_drives_around_it_are_not_offered(house: House, server: CalendarServer) -> None:
    before = starts(house)
    server.say(calendar(DENTIST))
    fetch(house)
    after = starts(house)
    assert {"09:30", "10:00", "11:00", "11:30"} <= set(before)
    assert not {"09:30", "10:00", "11:00", "11:30"} & set(after)
    assert {"09:00", "12:00"} <= set(after)  # round the corner from the dentist's, with time to set up
    assert set(starts(house, postal_code="N1H 7T8")) < set(after)  # Guelph is farther


@pytest.mark.usefixtures("feed")
def test_a_therapist_who_is_off_all_day_is_offered_nowhere_and_planned_for_nobody(
    house: House, server: CalendarServer
) -> None:
    server.say(calendar(ANNA))
    fetch(house)
    server.say(calendar(ANNA, whole_days("off", "20261124", "20261125")))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.flagged == (TUESDAY,)
    assert starts(house) == []
    assert starts(house, MONDAY) != []
    _, text = plan_tuesday(house)
    assert "Busy, 12 h" in text
    assert "Left out" in text
    assert "Anna Bell" in text.partition("Left out")[2]
    assert "Holiday" not in text


@pytest.mark.usefixtures("feed")
def test_the_same_calendar_again_changes_nothing_and_a_new_one_counts_the_agenda_up(
    house: House, server: CalendarServer
) -> None:
    server.say(calendar(DENTIST, ANNA))
    fetch(house)
    before, counted = promises(house), version(house)
    assert counted > 0
    again = fetch(house)
    assert again.taken is not None
    assert (again.taken.added, again.taken.changed, again.taken.released) == (0, 0, 0)
    assert (promises(house), version(house)) == (before, counted)
    server.say(calendar(DENTIST.replace("T1130", "T1200"), ANNA))
    fetch(house)
    assert version(house) > counted
    after = promises(house)
    assert after["dentist"].session == 2 * 3600
    assert after["dentist"].id == before["dentist"].id
    assert after["anna"] == before["anna"]


@pytest.mark.usefixtures("feed")
def test_an_event_that_moves_to_another_date_counts_both_agendas_up(house: House, server: CalendarServer) -> None:
    server.say(calendar(DENTIST))
    fetch(house)
    tuesday, wednesday = version(house), version(house, date(2026, 11, 25))
    server.say(calendar(DENTIST.replace("20261124", "20261125")))
    fetch(house)
    assert promises(house) == {}
    assert list(promises(house, date(2026, 11, 25))) == ["dentist"]
    assert version(house) > tuesday
    assert version(house, date(2026, 11, 25)) > wednesday


@pytest.mark.usefixtures("feed")
def test_two_visits_that_trade_places_are_one_change(house: House, server: CalendarServer) -> None:
    ben = ANNA.replace("UID:anna", "UID:ben").replace("T15", "T17").replace("T16", "T18").replace("Anna", "Ben")
    server.say(calendar(ANNA, ben))
    fetch(house)
    server.say(calendar(ANNA.replace("UID:anna", "UID:ben"), ben.replace("UID:ben", "UID:anna")))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert (outcome.taken.changed, outcome.taken.flagged) == (2, ())


@pytest.mark.usefixtures("feed")
def test_an_event_that_is_gone_or_cancelled_gives_its_time_back(house: House, server: CalendarServer) -> None:
    server.say(calendar(DENTIST, ANNA))
    fetch(house)
    server.say(calendar(ANNA.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY")))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.released == 2
    assert promises(house) == {}
    assert "10:00" in starts(house)
    server.say(calendar(DENTIST, ANNA))
    fetch(house)
    assert set(promises(house)) == {"dentist", "anna"}


@pytest.mark.usefixtures("feed")
def test_what_has_begun_is_not_released_when_it_is_gone(house: House, server: CalendarServer) -> None:
    server.say(calendar(DENTIST))
    fetch(house)
    house.now = datetime(2026, 11, 24, 10, 30, tzinfo=TORONTO)
    server.say(calendar())
    fetch(house)
    assert set(promises(house)) == {"dentist"}


@pytest.mark.usefixtures("feed")
def test_a_visit_that_the_day_cannot_keep_is_stored_and_flagged_and_unflagged_when_the_day_can(
    house: House, server: CalendarServer
) -> None:
    server.say(calendar(DENTIST))
    fetch(house)
    far = ANNA.replace("T15", "T11").replace("T16", "T12").replace("T120000", "T123000").replace("T110000", "T113000")
    server.say(calendar(DENTIST, far))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.flagged == (TUESDAY,)
    assert promises(house)["anna"].overridden
    assert starts(house) == []  # nothing that would make it worse
    server.say(calendar(DENTIST.replace("T1130", "T1030"), far))
    fetch(house)
    assert not any(booking.overridden for booking in promises(house).values())


@pytest.mark.usefixtures("feed")
def test_busy_time_without_an_address_or_at_one_nobody_finds_is_at_home_and_a_remark_says_which(
    house: House, server: CalendarServer
) -> None:
    zoom = event("zoom", "20261124T100000", "20261124T110000", "Call", "LOCATION:https://zoom.example/123")
    plain = event("plain", "20261124T120000", "20261124T130000", "Lunch")
    lost = ANNA.replace("L6J 3L5", "upstairs")
    server.say(calendar(zoom, plain, lost))
    outcome = fetch(house)
    assert [(remark.pointer, remark.code) for remark in outcome.remarks] == [("2026-11-24", "place_unknown")] * 2
    found = promises(house)
    assert len({booking.place for booking in found.values()}) == 1
    assert found["anna"].busy
    assert "zoom" not in repr(outcome.remarks)


@pytest.mark.usefixtures("feed")
def test_overlapping_appointments_are_all_kept_and_leave_the_rest_of_the_day_open(
    house: House, server: CalendarServer
) -> None:
    meeting = event("meeting", "20261124T110000", "20261124T120000", "Meeting", "LOCATION:M5S 1B2")
    server.say(calendar(DENTIST, meeting))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.flagged == ()
    assert "17:00" in starts(house)


@pytest.mark.usefixtures("feed")
def test_the_day_page_the_calendar_and_the_plan_say_busy_and_no_more(house: House, server: CalendarServer) -> None:
    server.say(calendar(DENTIST, ANNA))
    fetch(house)
    run, text = plan_tuesday(house)
    assert "Busy, 1 h 30 min" in text
    assert "Taylor Wren: 1 visit," in text
    taylor = house.key(Role.THERAPIST, "taylor")
    house.client.post(f"/v1/plans/{run.plan_id}/publish", headers={**house.key(Role.PLANNER), "Idempotency-Key": "p"})
    assert promises(house)["dentist"].therapist == "taylor"
    day = house.client.get(f"/v1/me/day?date={TUESDAY}", headers=taylor)
    parts = house.wiring
    mine = therapist_day(house.practice, "taylor", TUESDAY, store=parts.store, roads=parts.roads, now=parts.clock())
    path = house.client.put("/v1/me/feed", headers=taylor).json
    assert path is not None
    ours = house.client.get(path["path"])
    assert "Busy" in repr(mine.captions)
    for said in (text, day.text, repr(mine.captions), ours.text):
        assert "Molar" not in said
    assert "visit-booking" in ours.text
    assert ours.text.count("UID:visit-") == 1  # the dentist's is in the calendar that it came from


@pytest.mark.usefixtures("feed")
def test_a_hold_that_was_made_before_the_calendar_was_read_keeps_its_place_and_the_day_is_flagged(
    house: House, server: CalendarServer
) -> None:
    server.say(calendar())
    fetch(house)
    desk = {**house.key(Role.BOOKING)}
    asked = f"service=swedish&session_minutes=60&postal_code=L9T2R1&from={TUESDAY}&to={TUESDAY}"
    slots = house.client.get(f"/v1/slots?{asked}", headers=desk).json
    assert slots is not None
    slot = next(slot for slot in slots["data"][str(TUESDAY)] if slot["start"][11:16] == "10:30")
    held = house.client.post("/v1/holds", json={"offer": slot["offer"]}, headers={**desk, "Idempotency-Key": "h"})
    assert held.status_code == 201, held.json
    server.say(calendar(DENTIST))
    outcome = fetch(house)
    assert outcome.taken is not None
    assert outcome.taken.flagged == (TUESDAY,)
    assert promises(house)["dentist"].overridden
    late = house.client.post("/v1/holds", json={"offer": slot["offer"]}, headers={**desk, "Idempotency-Key": "h2"})
    assert late.status_code == 409


@pytest.mark.usefixtures("feed")
def test_a_repeating_event_reaches_as_far_as_the_practice_books_and_grows_with_the_days(
    house: House, server: CalendarServer
) -> None:
    server.say(calendar(event("gym", "20261123T070000", "20261123T083000", "Gym", "RRULE:FREQ=DAILY")), ETag='"1"')
    first = fetch(house)
    assert first.taken is not None
    assert first.taken.added == 91
    assert server.asked[-1]["If-None-Match"] is None
    assert fetch(house).taken is not None
    assert server.asked[-1]["If-None-Match"] == '"1"'
    house.now += timedelta(days=1)
    tomorrow = fetch(house)
    assert server.asked[-1]["If-None-Match"] is None  # the same version, but one more date of it
    assert tomorrow.taken is not None
    assert (tomorrow.taken.added, tomorrow.taken.released) == (1, 0)


def test_a_table_of_another_system_lands_on_the_same_agenda(house: House, server: CalendarServer) -> None:
    add(house, server.address, format=FeedFormat.CSV)
    header = "uid,client_name,postal_code,service,session_minutes,date,start\n"
    server.say(header + "a,Anna Bell,L9T 2R1,swedish,60,2026-11-24,10:00\n")
    fetch(house)
    assert promises(house)["a"].therapist == "taylor"


def test_a_calendar_that_is_removed_gives_its_future_back(
    house: House, server: CalendarServer, feed: OutsideFeed
) -> None:
    server.say(calendar(DENTIST, ANNA))
    fetch(house)
    counted = version(house)
    (state,) = feed_states(house.practice, store=house.wiring.store, clock=house.wiring.clock)
    assert (state.promises, state.stale) == (2, False)
    _, released = remove_feed(house.practice, feed.id, actor="cli", store=house.wiring.store, clock=house.wiring.clock)
    assert released == 2
    assert promises(house) == {}
    assert version(house) > counted
    assert feed_states(house.practice, store=house.wiring.store, clock=house.wiring.clock) == ()


@pytest.mark.usefixtures("feed")
def test_two_calendars_may_use_one_uid(house: House, server: CalendarServer) -> None:
    add(house, f"{server.address}?second")
    server.say(calendar(DENTIST))
    outcomes = fetch_feeds(house.practice, reader=reader(house))
    assert [outcome.taken.added for outcome in outcomes if outcome.taken] == [1, 1]
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        found = uow.bookings.on(TUESDAY)
    assert len(found) == 2
    assert {replace(booking, id="", uid=None, feed=None).status for booking in found} == {BookingStatus.CONFIRMED}
