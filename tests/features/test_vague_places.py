"""A point that only stands near a door says so, and is not what a map is asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from api.feeds.feed_day import FeedDay
from api.feeds.ics import calendar
from api.feeds.timetable import Captions, plan_text
from api.feeds.whereabouts import destination, in_words, vagueness
from api.pages.day.view import Row, day_page
from api.services.itineraries import TherapistDay
from data.demo.solo import SOLO
from data.geocoding.geocoder import written
from optimizer.domain.itinerary import Break, Itinerary, Leg, Plan, Stop
from optimizer.domain.place import Coordinate, Place, Precision
from tests.features.days import planned

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)
STREET = "12 Main St, Brampton L6X 1N3"
POINT = Coordinate(lat=43.69, lng=-79.77)


def day_at(precision: Precision, where: str = STREET) -> tuple[Plan, Captions]:
    """The demo's first day, its first visit at `where`."""
    plan, captions = planned(SOLO, MONDAY)
    mine = plan.itineraries[0]
    first = mine.stops[0].visit
    place = Place(id="door", coordinate=POINT, label=where, precision=precision)

    def moved(step: Leg | Stop | Break) -> Leg | Stop | Break:
        match step:
            case Stop() if step.visit.id == first.id:
                return replace(step, visit=replace(step.visit, place=place))
            case Leg() if step.destination.id == first.place.id:
                return replace(step, destination=place)
            case _:
                return step

    itinerary: Itinerary = replace(mine, steps=tuple(moved(step) for step in mine.steps))
    seen = {**captions, first.id: replace(captions[first.id], where=where)}
    return replace(plan, itineraries=(itinerary,)), seen


def first_visit(plan: Plan, captions: Captions) -> Row:
    mine = plan.itineraries[0]
    day = TherapistDay(
        practice=SOLO.practice,
        therapist=mine.shift.therapist,
        date=MONDAY,
        plan=None,
        itinerary=mine,
        roads=plan.roads,
        captions=captions,
    )
    return next(row for row in day_page(day, NOON).rows if row.kind == "visit")


def test_the_page_sends_the_map_to_the_street_and_says_what_the_times_are_for() -> None:
    row = first_visit(*day_at(Precision.POSTAL_CODE))
    assert row.destination == STREET
    assert row.where == f"{STREET} (near L6X 1N3)"


def test_an_exact_place_is_navigated_to_by_its_point_and_needs_no_remark() -> None:
    row = first_visit(*day_at(Precision.EXACT))
    assert row.destination == "43.69,-79.77"
    assert row.where == STREET


def test_the_timetable_marks_where_the_drive_only_comes_near() -> None:
    assert f"to {STREET} (near L6X 1N3), arrive" in plan_text(*day_at(Precision.POSTAL_CODE))
    assert "to L6X 9Z9 (approximate), arrive" in plan_text(*day_at(Precision.AREA, "L6X 9Z9"))


def test_a_calendar_keeps_the_address_clean_for_the_map_and_marks_it_below() -> None:
    plan, captions = day_at(Precision.AREA, "L6X 9Z9")
    day = FeedDay(horizon=plan.horizon, itinerary=plan.itineraries[0], captions=captions, published_at=NOON)
    text = calendar([day], name="Rounds", namespace="demo").decode()
    visit = next(event for event in Calendar.from_ical(text).walk("VEVENT") if event.get("LOCATION") == "L6X 9Z9")
    assert str(visit["DESCRIPTION"]).endswith("; place: approximate")


@pytest.mark.parametrize(
    ("where", "precision", "said"),
    [
        (STREET, Precision.EXACT, ""),
        (STREET, Precision.POSTAL_CODE, "near L6X 1N3"),
        ("12 Main St l6x1n3", Precision.POSTAL_CODE, "near L6X 1N3"),
        ("Brampton L6X 1N3", Precision.POSTAL_CODE, ""),
        ("at her sister's", Precision.POSTAL_CODE, "near its postal code"),
        ("Brampton", Precision.AREA, "approximate"),
    ],
)
def test_a_mark_says_no_more_than_is_known(where: str, precision: Precision, said: str) -> None:
    assert vagueness(where, precision) == said
    assert in_words(where, precision) == (f"{where} ({said})" if said else where)


def test_words_that_are_no_address_are_not_sent_to_a_map() -> None:
    sister = Place(id="door", coordinate=POINT, precision=Precision.POSTAL_CODE)
    assert destination("at her sister's", sister) == "43.69,-79.77"
    assert destination("at her sister's", replace(sister, coordinate=None)) == ""


def test_an_address_and_its_postal_code_are_written_as_one_line_with_the_code_once() -> None:
    assert written("12 Main St", "L6X 1N3") == "12 Main St, L6X 1N3"
    assert written("12 Main St l6x1n3", "L6X 1N3") == "12 Main St l6x1n3"
    assert written("", "L6X 1N3") == "L6X 1N3"
