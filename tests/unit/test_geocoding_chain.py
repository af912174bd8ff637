"""From words to doors. The provider is outside this machine, so a scripted one stands in for it."""

import math
from dataclasses import dataclass, field

import pytest

from data.geocoding.chain import GazetteerGeocoder, build_geocoder, kilometres
from data.geocoding.gazetteer import embedded
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.place import Coordinate, Place, Precision

CITY_HALL = Coordinate(lat=43.6858, lng=-79.7599)
NEAR_CITY_HALL = Coordinate(lat=43.6862, lng=-79.7603)
TORONTO = Coordinate(lat=43.6534, lng=-79.3841)
CODE = "L6Y 4R2"  # Brampton City Hall
ADDRESS = f"2 Wellington St W, Brampton, ON {CODE}"


@dataclass
class ScriptedProvider:
    """Answers every address alike, or is down; remembers what left the house."""

    answer: Coordinate | None = None
    down: bool = False
    heard: list[str] = field(default_factory=list)

    def find(self, address: str) -> Coordinate | None:
        self.heard.append(address)
        if self.down:
            raise Unavailable("The geocoding service gave no answer.", code="geocoder_unavailable")
        return self.answer


def refusal(query: PlaceQuery, provider: ScriptedProvider | None = None) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        GazetteerGeocoder(provider=provider).locate(query)
    assert refused.value.hint or refused.value.code == "invalid_coordinate"
    return refused.value


def test_a_pin_is_taken_as_it_is() -> None:
    place = build_geocoder().locate(PlaceQuery(coordinate=CITY_HALL, address="elsewhere", postal_code="K1A 0B1"))

    assert place == Place(id="point:43.68580,-79.75990", coordinate=CITY_HALL)


def test_the_callers_id_and_label_are_kept() -> None:
    place = build_geocoder().locate(PlaceQuery(id="v1", postal_code=CODE, label="Side door"))

    assert (place.id, place.label, place.precision) == ("v1", "Side door", Precision.POSTAL_CODE)


def test_two_clients_of_one_postal_code_are_two_doors() -> None:
    geocoder = build_geocoder()
    one, other = (geocoder.locate(PlaceQuery(postal_code=code)) for code in ("l6y4r2", CODE))

    assert one.coordinate == other.coordinate
    assert (one.id, other.id) == ("postal:L6Y4R2#1", "postal:L6Y4R2#2")


def test_an_address_that_says_only_a_town_and_a_code_is_no_door_either() -> None:
    geocoder = build_geocoder()
    one, other = (geocoder.locate(PlaceQuery(address=f"Brampton, ON {CODE}")) for _ in range(2))

    assert one.id != other.id


def test_one_address_in_two_spellings_is_one_door() -> None:
    geocoder = build_geocoder()
    one, other = (geocoder.locate(PlaceQuery(address=text)) for text in (ADDRESS, f" {ADDRESS.upper()}  "))

    assert one.id == other.id
    assert "wellington" not in one.id.lower()


def test_without_a_provider_an_address_stands_at_its_postal_code() -> None:
    place = build_geocoder().locate(PlaceQuery(address=ADDRESS))

    assert (place.precision, place.label) == (Precision.POSTAL_CODE, ADDRESS)
    assert place.coordinate == embedded().lookup(CODE).coordinate


def test_the_code_beside_an_address_counts_like_the_code_in_it() -> None:
    place = build_geocoder().locate(PlaceQuery(address="2 Wellington St W", postal_code=CODE))

    assert place.coordinate == embedded().lookup(CODE).coordinate


def test_a_provider_near_the_postal_code_is_believed_and_hears_the_address_only() -> None:
    provider = ScriptedProvider(NEAR_CITY_HALL)
    query = PlaceQuery(id="visit-of-ann", address=ADDRESS, label="Ann, 416 555 0199")
    place = GazetteerGeocoder(provider=provider).locate(query)

    assert (place.coordinate, place.precision) == (NEAR_CITY_HALL, Precision.EXACT)
    assert provider.heard == [ADDRESS]


def test_the_right_street_in_the_wrong_city_is_not_believed() -> None:
    place = GazetteerGeocoder(provider=ScriptedProvider(TORONTO)).locate(PlaceQuery(address=ADDRESS))

    assert place.coordinate == embedded().lookup(CODE).coordinate
    assert place.precision is Precision.POSTAL_CODE


def test_a_provider_may_stray_further_where_only_the_area_is_known() -> None:
    area = embedded().lookup("L6Y").coordinate
    four_km_east = Coordinate(lat=area.lat, lng=area.lng + 0.05)
    geocoder = GazetteerGeocoder(provider=ScriptedProvider(four_km_east))

    assert geocoder.locate(PlaceQuery(address="1 New St, Brampton L6Y 0Z9")).coordinate == four_km_east


def test_while_the_provider_is_down_the_postal_code_answers() -> None:
    place = GazetteerGeocoder(provider=ScriptedProvider(down=True)).locate(PlaceQuery(address=ADDRESS))

    assert place.precision is Precision.POSTAL_CODE


def test_while_the_provider_is_down_a_street_alone_waits_rather_than_being_invented() -> None:
    with pytest.raises(Unavailable):
        GazetteerGeocoder(provider=ScriptedProvider(down=True)).locate(
            PlaceQuery(address="2 Wellington St W, Brampton")
        )


def test_a_street_that_names_neither_town_nor_code_is_not_even_asked_about() -> None:
    """There is a Wellington Street in most of the ten places."""
    provider = ScriptedProvider(CITY_HALL)

    assert refusal(PlaceQuery(address="2 Wellington St W"), provider).code == "unknown_address"
    assert provider.heard == []


@pytest.mark.parametrize("town", [", Brampton, Ontario, Canada", " Brampton ON", ", City of Brampton"])
def test_a_street_without_code_is_believed_in_the_town_it_names_only(town: str) -> None:
    query = PlaceQuery(address=f"2 Wellington St W{town}")

    assert GazetteerGeocoder(provider=ScriptedProvider(CITY_HALL)).locate(query).coordinate == CITY_HALL
    assert refusal(query, ScriptedProvider(TORONTO)).code == "unknown_address"


def test_a_street_without_code_in_a_town_that_is_no_zone_is_held_to_the_towns_surroundings() -> None:
    query = PlaceQuery(address="36 Main St S, Georgetown, ON")
    georgetown = Coordinate(lat=43.6486, lng=-79.9205)

    assert GazetteerGeocoder(provider=ScriptedProvider(georgetown)).locate(query).coordinate == georgetown
    assert refusal(query, ScriptedProvider(TORONTO)).code == "unknown_address"


def test_a_provider_that_answers_outside_the_area_is_not_believed() -> None:
    ottawa = Coordinate(lat=45.4236, lng=-75.7009)

    assert refusal(PlaceQuery(address="111 Wellington St, Guelph"), ScriptedProvider(ottawa)).code == "unknown_address"


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
    for town in ("Burlington", "Halton Hills", "Milton", "Oakville"):
        assert geocoder.locate(PlaceQuery(address=town)).label == town


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
