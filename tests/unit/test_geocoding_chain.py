"""From words to doors. A geocoding service is outside this machine: a scripted server stands in for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from data.geocoding.asking import HOUSES_KEPT, MISSES_KEPT, PoliteAsker
from data.geocoding.chain import GazetteerGeocoder, build_geocoder
from data.geocoding.gazetteer import embedded
from data.geocoding.geocoder import PlaceQuery
from data.geocoding.memory import ProcessMemory
from data.geocoding.provider import geopy_provider
from data.roads.breaker import Breaker
from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.place import Coordinate, Place, Precision
from tests.geocoding_service import Answer, GeocodingService, geocoding_service, house, street, town

CITY_HALL = Coordinate(lat=43.6858, lng=-79.7599)
NEAR_CITY_HALL = Coordinate(lat=43.6862, lng=-79.7603)
CODE = "L6Y 4R2"  # Brampton City Hall
ADDRESS = f"2 Wellington St W, Brampton, ON {CODE}"


NEAR = (43.6862, -79.7603)
FAR = (43.6534, -79.3841)


@dataclass
class World:
    """A service, and somebody who asks it, on a clock that waiting moves on."""

    service: GeocodingService
    now: datetime = datetime(2026, 11, 23, 14, tzinfo=UTC)
    waits: list[float] = field(default_factory=list)
    memory: ProcessMemory = field(default_factory=ProcessMemory)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_time(timedelta(seconds=seconds))

    def pass_time(self, span: timedelta) -> None:
        self.now += span

    def geocoder(self) -> GazetteerGeocoder:
        """One more process that asks."""
        provider = geopy_provider(
            "nominatim", user_agent="rounds-of-ours", domain=self.service.domain, allow_loopback=True, timeout=0.5
        )
        asker = PoliteAsker(
            provider,
            memory=lambda: self.memory,
            breaker=Breaker(lambda: self.now.timestamp()),
            clock=lambda: self.now,
            wait=self.wait,
            most=100,
        )
        return GazetteerGeocoder(asker=asker)


@pytest.fixture
def world() -> Iterator[World]:
    with geocoding_service() as service:
        yield World(service=service)


def refusal(query: PlaceQuery, geocoder: GazetteerGeocoder | None = None) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        (geocoder or GazetteerGeocoder()).locate(query)
    assert refused.value.hint or refused.value.code == "invalid_coordinate"
    return refused.value


def test_a_pin_is_taken_as_it_is() -> None:
    place = build_geocoder().locate(PlaceQuery(coordinate=CITY_HALL, address="elsewhere"))

    assert place == Place(id="point:43.68580,-79.75990", coordinate=CITY_HALL)


def test_a_pin_and_a_postal_code_that_lie_apart_are_refused_with_both_named() -> None:
    geocoder = build_geocoder()
    with pytest.raises(InvalidRequest) as refused:
        geocoder.locate(PlaceQuery(coordinate=CITY_HALL, postal_code="L9T 2R1"))
    assert refused.value.code == "place_contradicts"
    assert "43.68580, -79.75990" in refused.value.detail
    assert "L9T 2R1" in refused.value.detail
    agreed = geocoder.locate(PlaceQuery(coordinate=CITY_HALL, postal_code=CODE))
    assert (agreed.coordinate, agreed.precision) == (CITY_HALL, Precision.EXACT)
    with pytest.raises(InvalidRequest) as unknown:
        geocoder.locate(PlaceQuery(coordinate=CITY_HALL, postal_code="L6Y"[:2]))
    assert unknown.value.code == "unknown_postal_code"


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


def test_a_house_near_the_postal_code_is_believed_and_only_street_and_town_leave_the_house(world: World) -> None:
    world.service.know(house(*NEAR, "2"))
    query = PlaceQuery(
        id="visit-of-ann",
        address=f"Ann Smith, Unit 7 - 2 Wellington St W, Brampton, ON {CODE} (call 416 555 0199, ann@example.org)",
        label="Ann, 416 555 0199",
    )
    place = world.geocoder().locate(query)

    assert (place.coordinate, place.precision) == (NEAR_CITY_HALL, Precision.EXACT)
    assert (place.source, place.radius_meters, place.is_rough) == ("nominatim", 100, False)
    assert world.service.heard == ["2 Wellington St W, Brampton, Ontario, Canada"]
    for said in (*world.service.asked, *(str(headers) for headers in world.service.headers)):
        for secret in ("Ann", "Smith", "0199", "example.org", "visit", "L6Y", "4R2", "Unit"):
            assert secret.lower() not in said.lower()
    assert [headers["User-Agent"] for headers in world.service.headers] == ["rounds-of-ours"]


def test_a_house_is_asked_for_once_however_it_is_spelled_and_by_whatever_process(world: World) -> None:
    world.service.know(house(*NEAR))
    for text in (ADDRESS, f"2 wellington street west, Brampton {CODE}", f"Apt 3, {ADDRESS}"):
        assert world.geocoder().locate(PlaceQuery(address=text)).source == "nominatim"

    assert len(world.service.asked) == 1
    world.pass_time(HOUSES_KEPT)
    world.geocoder().locate(PlaceQuery(address=ADDRESS))
    assert len(world.service.asked) == 2


def test_what_a_service_does_not_know_is_asked_again_sooner(world: World) -> None:
    geocoder = world.geocoder()
    for _ in range(3):
        assert geocoder.locate(PlaceQuery(address=ADDRESS)).source == "postal_code"
    assert len(world.service.asked) == 1
    assert MISSES_KEPT < HOUSES_KEPT

    world.pass_time(MISSES_KEPT)
    world.service.know(house(*NEAR))
    assert geocoder.locate(PlaceQuery(address=ADDRESS)).source == "nominatim"


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([], id="nothing"),
        pytest.param([house(*FAR)], id="the right street in the wrong city"),
        pytest.param([house(0, 0)], id="in the sea"),
        pytest.param([town(*NEAR)], id="no more than the town"),
        pytest.param([street(*NEAR)], id="no more than the street"),
        pytest.param([house(*NEAR, "20")], id="another house number"),
        pytest.param([house(*NEAR), house(43.6962, -79.7503)], id="two houses that are equally good"),
    ],
)
def test_what_is_not_to_be_believed_gives_way_to_the_postal_code(world: World, found: list[dict[str, object]]) -> None:
    world.service.know(*found)
    place = world.geocoder().locate(PlaceQuery(address=ADDRESS))

    assert place.coordinate == embedded().lookup(CODE).coordinate
    assert (place.precision, place.source, place.radius_meters) == (Precision.POSTAL_CODE, "postal_code", 900)


def test_of_the_answers_in_two_cities_the_one_near_the_code_is_meant(world: World) -> None:
    world.service.know(house(*FAR), house(*NEAR), house(NEAR[0] + 0.0005, NEAR[1]))

    assert world.geocoder().locate(PlaceQuery(address=ADDRESS)).coordinate == NEAR_CITY_HALL


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body="<html>Please wait</html>", headers={"Content-Type": "text/html"}),
        Answer(status=500),
        Answer(status=429),
        Answer(status=302, headers={"Location": "https://elsewhere.example/"}),
        Answer(silent=True),
    ],
    ids=["HTML", "broken", "too many", "moved", "slow"],
)
def test_while_the_service_is_down_the_postal_code_answers_and_a_street_alone_waits(
    world: World, answer: Answer
) -> None:
    world.service.answer = answer
    geocoder = world.geocoder()

    assert geocoder.locate(PlaceQuery(address=ADDRESS)).source == "postal_code"
    with pytest.raises(Unavailable) as down:
        geocoder.locate(PlaceQuery(address="2 Wellington St W, Brampton"))
    assert down.value.code == "geocoder_unavailable"
    assert "Wellington" not in down.value.detail


def test_a_service_that_fails_three_times_is_left_alone_and_then_tried_once(world: World) -> None:
    world.service.answer = Answer(status=500)
    geocoder = world.geocoder()
    for number in range(9):
        geocoder.locate(PlaceQuery(address=f"{number} Wellington St W, Brampton {CODE}"))
    assert len(world.service.asked) == 3

    world.pass_time(timedelta(seconds=31))
    world.service.know(house(*NEAR))
    assert geocoder.locate(PlaceQuery(address=ADDRESS)).source == "nominatim"
    assert len(world.service.asked) == 4


def test_a_pause_that_the_service_asks_for_is_kept_by_every_process(world: World) -> None:
    world.service.answer = Answer(status=429, headers={"Retry-After": "120"})
    one, other = world.geocoder(), world.geocoder()
    one.locate(PlaceQuery(address=ADDRESS))
    world.service.know(house(*NEAR))

    world.pass_time(timedelta(seconds=100))
    assert [each.locate(PlaceQuery(address=ADDRESS)).source for each in (one, other)] == ["postal_code"] * 2
    assert len(world.service.asked) == 1
    world.pass_time(timedelta(seconds=20))
    assert [each.locate(PlaceQuery(address=ADDRESS)).source for each in (one, other)] == ["nominatim"] * 2


def test_questions_go_out_a_second_apart_whoever_asks(world: World) -> None:
    for number, geocoder in enumerate([world.geocoder(), world.geocoder()] * 2):
        geocoder.locate(PlaceQuery(address=f"{number} Wellington St W, Brampton {CODE}"))

    assert world.waits == [1.0, 1.0, 1.0]


def test_behind_a_long_queue_nobody_waits_and_the_service_counts_as_well(world: World) -> None:
    for _ in range(6):
        world.memory.take_turn(f"nominatim {world.service.domain}", world.now, patience=timedelta(seconds=9))

    assert world.geocoder().locate(PlaceQuery(address=ADDRESS)).source == "postal_code"
    assert (world.waits, world.service.asked) == ([], [])


def test_a_service_may_stray_further_where_only_the_area_is_known(world: World) -> None:
    area = embedded().lookup("L6Y").coordinate
    world.service.know(house(area.lat, area.lng + 0.05))
    place = world.geocoder().locate(PlaceQuery(address="1 New St, Brampton L6Y 0Z9"))

    assert place.coordinate == Coordinate(lat=area.lat, lng=area.lng + 0.05)


def test_a_street_is_better_than_the_middle_of_an_area_and_flagged(world: World) -> None:
    area = embedded().lookup("L6Y").coordinate
    world.service.know(street(area.lat, area.lng + 0.05))
    place = world.geocoder().locate(PlaceQuery(address="1 New St, Brampton L6Y 0Z9"))

    assert (place.source, place.precision, place.is_rough) == ("nominatim", Precision.AREA, True)


@pytest.mark.parametrize(
    ("query", "source", "is_rough"),
    [
        (PlaceQuery(coordinate=CITY_HALL), "pin", False),
        (PlaceQuery(coordinate=CITY_HALL, precision=Precision.AREA), "pin", True),
        (PlaceQuery(postal_code=CODE), "postal_code", False),
        (PlaceQuery(postal_code="L6Y 0Z9"), "postal_area", True),
        (PlaceQuery(address="Milton"), "town", True),
    ],
)
def test_every_answer_says_what_it_comes_from_and_how_far_off_it_may_be(
    query: PlaceQuery, source: str, is_rough: bool
) -> None:
    place = build_geocoder().locate(query)

    assert (place.source, place.is_rough) == (source, is_rough)
    assert place.radius_meters is not None
    assert (place.radius_meters > 1_000) == is_rough


def test_a_street_that_names_neither_town_nor_code_is_not_even_asked_about(world: World) -> None:
    """There is a Wellington Street in most of the ten places."""
    world.service.know(house(*NEAR))

    assert refusal(PlaceQuery(address="2 Wellington St W"), world.geocoder()).code == "unknown_address"
    assert world.service.asked == []


@pytest.mark.parametrize("ending", [", Brampton, Ontario, Canada", " Brampton ON", ", City of Brampton"])
def test_a_street_without_code_is_believed_in_the_town_it_names_only(world: World, ending: str) -> None:
    query = PlaceQuery(address=f"2 Wellington St W{ending}")
    world.service.know(house(*FAR))
    assert refusal(query, world.geocoder()).code == "unknown_address"

    world.memory = ProcessMemory()
    world.service.know(house(CITY_HALL.lat, CITY_HALL.lng))
    assert world.geocoder().locate(query).coordinate == CITY_HALL


def test_a_street_that_a_town_has_twice_is_asked_about(world: World) -> None:
    world.service.know(house(*NEAR), house(43.72, -79.72))
    refused = refusal(PlaceQuery(address="2 Wellington St W, Brampton"), world.geocoder())

    assert (refused.code, refused.detail) == ("ambiguous_place", "There are several such addresses in Brampton.")


def test_a_street_without_code_in_a_town_that_is_no_zone_is_held_to_the_towns_surroundings(world: World) -> None:
    world.service.know(house(43.6486, -79.9205))
    assert world.geocoder().locate(PlaceQuery(address="36 Main St S, Georgetown, ON")).source == "nominatim"

    world.service.know(house(*FAR))
    assert refusal(PlaceQuery(address="38 Main St S, Georgetown"), world.geocoder()).code == "unknown_address"
