"""The demo is invented, and every place in it is real."""

from datetime import date, timedelta

import pytest

from data.demo.scenario import Scenario
from data.demo.solo import SOLO
from data.demo.team import TEAM
from data.geocoding.chain import build_geocoder
from optimizer.domain.place import Precision

MONDAY = date(2026, 11, 23)
TEN = {"Brampton", "Toronto", "Etobicoke", "Mississauga", "Oakville", "Milton", "Halton", "Caledon", "Orangeville"}
TEN |= {"Guelph"}


@pytest.mark.parametrize("scenario", [SOLO, TEAM], ids=["solo", "team"])
def test_every_postal_code_is_in_the_gazetteer_and_in_the_area(scenario: Scenario) -> None:
    geocoder = build_geocoder()
    places = [booking.place for booking in scenario.bookings(MONDAY, geocoder)]
    places += [place for pattern in scenario.patterns(geocoder) if (place := pattern.start_place) is not None]
    assert {place.precision for place in places} == {Precision.POSTAL_CODE}


def test_one_therapist_reaches_all_ten_places_in_two_days() -> None:
    assert {visit.town for visit in SOLO.visits} == TEN
    assert {visit.days_ahead for visit in SOLO.visits} == {0, 1}


def test_the_team_has_five_therapists_and_thirty_visits() -> None:
    assert (len(TEAM.therapists), len(TEAM.visits)) == (5, 30)


@pytest.mark.parametrize("scenario", [SOLO, TEAM], ids=["solo", "team"])
def test_the_same_date_gives_the_same_bookings_and_another_date_others(scenario: Scenario) -> None:
    geocoder = build_geocoder()
    assert scenario.bookings(MONDAY, geocoder) == scenario.bookings(MONDAY, geocoder)
    uids = {booking.uid for booking in scenario.bookings(MONDAY, geocoder)}
    assert uids.isdisjoint(booking.uid for booking in scenario.bookings(MONDAY + timedelta(days=7), geocoder))


@pytest.mark.parametrize("scenario", [SOLO, TEAM], ids=["solo", "team"])
def test_every_length_and_service_is_in_the_catalogue(scenario: Scenario) -> None:
    offered = {service.code: service.lengths for service in scenario.services}
    assert all(booking.session in offered[booking.service] for booking in scenario.bookings(MONDAY, build_geocoder()))
