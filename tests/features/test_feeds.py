"""A plan as text and as a calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime

from icalendar import Calendar, Event

from api.feeds.feed_day import FeedDay
from api.feeds.ics import calendar
from api.feeds.timetable import plan_text
from api.feeds.words import initials, length, slack
from data.demo.solo import SOLO
from optimizer.domain.itinerary import Unassigned
from optimizer.domain.reason import Reason, Rejection
from tests.features.days import planned

MONDAY = date(2026, 11, 23)
PUBLISHED = datetime(2026, 11, 22, 20, tzinfo=UTC)


def feed(day: date, published: datetime = PUBLISHED) -> bytes:
    plan, captions = planned(SOLO, day)
    itinerary = plan.itineraries[0]
    one = FeedDay(horizon=plan.horizon, itinerary=itinerary, captions=captions, published_at=published)
    return calendar([one], name="Rounds Taylor", namespace="demo.rounds")


def events(body: bytes) -> list[Event]:
    return [event for event in Calendar.from_ical(body.decode()).walk("VEVENT") if isinstance(event, Event)]


def test_a_timetable_reads_from_leaving_home_to_being_back() -> None:
    text = plan_text(*planned(SOLO, MONDAY))
    assert text.startswith("Monday 23 November 2026 · America/Toronto\n")
    assert "Taylor Wren: 6 visits, leave 08:" in text
    assert "  09:00  Geriatric massage, 30 min, Billie Birch\n" in text
    assert "drive + 8 min buffer (19 km) to Halton L7G 2B8, arrive 08:" in text
    assert "no slack: must start on time" in text
    assert "break, 30 min" in text
    assert "home, Brampton L6Y 2J6, arrive" in text
    assert "Total: 6 visits" in text
    assert text.splitlines()[-1].startswith("Plan:  ")


def test_a_visit_left_out_says_why_for_each_therapist() -> None:
    plan, captions = planned(SOLO, MONDAY)
    visit = plan.itineraries[0].stops[0].visit
    why = Rejection(reason=Reason.SKILL, shift="taylor", detail="Taylor does not give it")
    text = plan_text(replace(plan, unassigned=(Unassigned(visit=visit, rejections=(why,)),)), captions)
    assert "Left out\n  demo-2026-11-23-1  Geriatric massage, 30 min, Billie Birch, Halton L7G 2B8\n" in text
    assert "taylor: Taylor does not give it (skill)" in text


def test_a_day_on_which_nobody_works_says_so_for_each_visit() -> None:
    plan, captions = planned(SOLO, MONDAY)
    visit = plan.itineraries[0].stops[0].visit
    empty = replace(plan, itineraries=(), unassigned=(Unassigned(visit=visit, rejections=()),))
    assert "nobody works on this day" in plan_text(empty, captions)


def test_slack_is_never_rounded_up() -> None:
    assert slack(59) == "no slack: must start on time"
    assert slack(4 * 60 + 59) == "tight: at most 4 min late"
    assert slack(12 * 60 + 40) == "may start up to 12 min late"
    assert slack(65 * 60) == "may start up to 1 h 05 min late"
    assert slack(10 * 3600) == "nothing presses"


def test_lengths_are_said_as_people_say_them() -> None:
    assert [length(s) for s in (0, 29, 1500, 3600, 3900)] == ["0 min", "0 min", "25 min", "1 h", "1 h 05 min"]


def test_initials_take_the_ends_of_a_name() -> None:
    assert [initials(name) for name in ("Anna Maria Bell", "Cher", "", "(x) 7")] == ["A. B.", "C.", "", ""]


def test_a_calendar_says_service_and_initials_and_no_name() -> None:
    body = feed(MONDAY)
    first = next(event for event in events(body) if str(event["UID"]).startswith("visit-"))
    assert str(first["SUMMARY"]) == "Geriatric massage B. B."
    assert b"Birch" not in body
    assert b"905" not in body


def test_drives_are_events_of_their_own_that_do_not_block_the_calendar() -> None:
    drives = [event for event in events(feed(MONDAY)) if str(event["UID"]).startswith("drive-")]
    assert len(drives) == 7
    assert {str(drive["TRANSP"]) for drive in drives} == {"TRANSPARENT"}


def test_uids_are_unique_and_stay_when_the_day_is_published_again() -> None:
    before = events(feed(MONDAY))
    after = events(feed(MONDAY, PUBLISHED.replace(hour=21)))
    uids = [str(event["UID"]) for event in before]
    assert len(set(uids)) == len(uids)
    assert uids == [str(event["UID"]) for event in after]
    assert all(int(new["SEQUENCE"]) > int(old["SEQUENCE"]) for old, new in zip(before, after, strict=True))


def test_instants_are_right_on_the_day_the_clocks_go_back() -> None:
    first = next(event for event in events(feed(date(2026, 11, 1))) if str(event["UID"]).startswith("visit-"))
    assert first.decoded("DTSTART") == datetime(2026, 11, 1, 14, tzinfo=UTC)  # 09:00, already in winter time
