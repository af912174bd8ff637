"""Towns, areas and codes without a geocoding service: what is understood, what is asked about, what is refused."""

import json
import math

import pytest

from data.geocoding.area_geojson import read_area_text
from data.geocoding.chain import GazetteerGeocoder, build_geocoder
from data.geocoding.distance import kilometres
from data.geocoding.gazetteer import embedded
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Precision

CODE = "L6Y 4R2"  # Brampton City Hall


def refusal(query: PlaceQuery, geocoder: GazetteerGeocoder | None = None) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        (geocoder or GazetteerGeocoder()).locate(query)
    assert refused.value.hint or refused.value.code == "invalid_coordinate"
    return refused.value


def test_a_mistyped_postal_code_in_an_address_is_put_right() -> None:
    refused = refusal(PlaceQuery(address="2 Wellington St W, Brampton L6Y 4RZ"))
    assert refused.hint == "Did you mean the postal code L6Y 4R2?"


def test_a_practice_with_an_area_of_its_own_is_served_there_and_nowhere_else() -> None:
    ring = [[-75.8, 45.3], [-75.6, 45.3], [-75.6, 45.5], [-75.8, 45.5], [-75.8, 45.3]]
    feature = {"properties": {"name": "Ottawa"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    ottawa = read_area_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    geocoder = GazetteerGeocoder().within(ottawa)

    assert geocoder.locate(PlaceQuery(coordinate=Coordinate(lat=45.42, lng=-75.7))).source == "pin"
    refused = refusal(PlaceQuery(postal_code=CODE), geocoder)
    assert (refused.code, refused.hint) == ("outside_area", "Served are Ottawa.")


@pytest.mark.parametrize("address", ["Milton", "milton, ON", "Town of Milton, Ontario, Canada"])
def test_a_town_alone_is_an_area(address: str) -> None:
    place = build_geocoder().locate(PlaceQuery(address=address))

    assert (place.label, place.precision) == ("Milton", Precision.AREA)
    assert place.coordinate is not None
    assert kilometres(place.coordinate, Coordinate(lat=43.5183, lng=-79.8774)) < 3


@pytest.mark.parametrize("address", ["Halton", "halton, ON", "Halton Region", "Region of Halton, Ontario"])
def test_halton_alone_is_asked_about(address: str) -> None:
    refused = refusal(PlaceQuery(address=address))

    assert refused.code == "ambiguous_place"
    assert refused.hint == "Say Burlington, Halton Hills, Milton or Oakville, or give a postal code."


def test_halton_with_a_postal_code_is_not_ambiguous() -> None:
    place = build_geocoder().locate(PlaceQuery(address="Halton", postal_code="L9T 2M3"))

    assert place.precision is Precision.POSTAL_CODE


def test_every_town_that_halton_asks_for_is_understood() -> None:
    geocoder = build_geocoder()
    for name in ("Burlington", "Halton Hills", "Milton", "Oakville"):
        assert geocoder.locate(PlaceQuery(address=name)).label == name


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (PlaceQuery(), "place_missing"),
        (PlaceQuery(address="  ", postal_code=" "), "place_missing"),
        (PlaceQuery(postal_code="L6Y IN2"), "unknown_postal_code"),
        (PlaceQuery(postal_code="Brampton"), "unknown_postal_code"),
        (PlaceQuery(postal_code="K1A 0B1"), "outside_area"),
        (PlaceQuery(postal_code="L4M 1A1"), "outside_area"),
        (PlaceQuery(address="80 Wellington St, Ottawa, ON K1A 0B1"), "outside_area"),
        (PlaceQuery(address="Barrie"), "outside_area"),
        (PlaceQuery(address="2 Wellington St W, Brampton"), "unknown_address"),
        (PlaceQuery(address="Atlantis"), "unknown_address"),
        (PlaceQuery(address="🏠" * 10_000), "unknown_address"),
        (PlaceQuery(coordinate=Coordinate(lat=-79.76, lng=43.68)), "swapped_coordinates"),
        (PlaceQuery(coordinate=Coordinate(lat=45.42, lng=-75.7)), "outside_area"),
        (PlaceQuery(coordinate=Coordinate(lat=math.nan, lng=math.nan)), "invalid_coordinate"),
        (PlaceQuery(coordinate=Coordinate(lat=math.inf, lng=-79.7)), "invalid_coordinate"),
    ],
)
def test_what_cannot_be_found_is_refused_with_its_code_and_a_hint(query: PlaceQuery, code: str) -> None:
    assert refusal(query).code == code


def test_a_code_of_a_served_town_that_the_source_misplaced_falls_back_to_its_area() -> None:
    """L9T 0A2 or not: every code of Milton is accepted, wherever the source put it."""
    gazetteer, geocoder = embedded(), build_geocoder()
    letters = "ABCEGHJKLMNPRSTVWXYZ"
    row = gazetteer.areas["L9T"]
    for column in range(int(gazetteer.firsts[row]), int(gazetteer.firsts[row + 1])):
        local = int(gazetteer.local[column]) & 0x7FFF
        code = f"L9T{local // 200}{letters[local // 10 % 20]}{local % 10}"
        if gazetteer.lookup(code).town == "Milton":
            assert geocoder.locate(PlaceQuery(postal_code=code)).coordinate is not None
