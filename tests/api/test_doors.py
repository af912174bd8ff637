"""Which places of a problem are one door, and how exactly each is known."""

from typing import Any

import pytest

from api.settings import Settings
from api.stateless.build import Surroundings, build
from api.stateless.reading import read_problem
from api.wiring import Wiring
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Precision
from optimizer.schedule.problem import Problem
from tests.api.problems import on_the_map, problem, therapist, visit

CN_TOWER = {"lat": 43.6426, "lng": -79.3871}
CODE = {"postal_code": "M5V 3L9"}
STREET = {"address": "290 Bremner Blvd, Toronto, M5V 3L9"}


@pytest.fixture(scope="module")
def surroundings() -> Surroundings:
    return Surroundings.of(Wiring(Settings()))


def built(surroundings: Surroundings, *places: dict[str, Any], **more: Any) -> Problem:
    visits = [visit(f"v{number}", place=place) for number, place in enumerate(places, start=1)]
    return build(read_problem(on_the_map(*visits, **more)), surroundings)


SAME = {
    "equal ids": ({"id": "a"} | CODE, {"id": "a"} | CODE),
    "an id again without its place": ({"id": "a"} | CODE, {"id": "a"}),
    "an id before its place": ({"id": "a"}, {"id": "a"} | CODE),
    "equal points": (CN_TOWER, CN_TOWER),
    "a point, and an id there": (CN_TOWER, {"id": "tower"} | CN_TOWER),
    "equal addresses": (STREET, {"address": "290 BREMNER Blvd,  Toronto, M5V 3L9"}),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_these_are_one_door(surroundings: Surroundings, one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (stop.place for stop in built(surroundings, one, other).visits)

    assert first == second


APART = {
    "one postal code": (CODE, CODE),
    "one town": ({"address": "Milton"}, {"address": "Milton"}),
    "one postal code, as an address": ({"address": "M5V 3L9"}, {"address": "M5V 3L9"}),
    "points a hair apart": (CN_TOWER, CN_TOWER | {"lng": -79.38711}),
    "two ids at one point": ({"id": "a"} | CN_TOWER, {"id": "b"} | CN_TOWER),
    "two doors of one street": (STREET, {"address": "301 Front St W, Toronto, M5V 3L9"}),
}


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART.keys())
def test_these_are_two_doors(surroundings: Surroundings, one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (stop.place for stop in built(surroundings, one, other).visits)

    assert first.id != second.id


def test_a_callers_id_that_reads_like_one_of_ours_stays_a_door_of_its_own(surroundings: Surroundings) -> None:
    ids = {stop.place.id for stop in built(surroundings, CODE, {"id": "visit:v1"} | CODE).visits}

    assert len(ids) == 2
    assert "visit:v1" in ids


def test_every_point_says_how_well_it_stands_for_the_door(surroundings: Surroundings) -> None:
    exact, code, town = (stop.place for stop in built(surroundings, CN_TOWER, CODE, {"address": "Milton"}).visits)

    assert (exact.precision, exact.coordinate) == (Precision.EXACT, Coordinate(lat=43.6426, lng=-79.3871))
    assert code.precision is Precision.POSTAL_CODE
    assert town.precision is Precision.AREA


def test_ids_of_places_are_the_same_each_time(surroundings: Surroundings) -> None:
    places = (CODE, CODE, CN_TOWER, {"address": "Milton"})

    assert built(surroundings, *places).travel.places == built(surroundings, *places).travel.places


def test_a_label_is_kept(surroundings: Surroundings) -> None:
    (one,) = built(surroundings, CODE | {"label": "side entrance"}).visits

    assert one.place.label == "side entrance"


def test_with_travel_brought_along_nothing_is_looked_up(surroundings: Surroundings) -> None:
    found = build(read_problem(problem(visit("v1", place={"id": "far"}))), surroundings)

    assert found.travel.source == "caller"
    assert found.visits[0].place.coordinate is None


def test_a_day_may_begin_and_end_at_a_door_of_its_own(surroundings: Surroundings) -> None:
    nomad = therapist(start=None, end=None)

    (shift,) = built(surroundings, CODE, therapists=[nomad]).shifts

    assert (shift.start_place, shift.end_place) == (None, None)


def test_a_therapist_who_starts_and_ends_alike_has_one_home(surroundings: Surroundings) -> None:
    found = built(
        surroundings, CN_TOWER, therapists=[therapist("a", start=CODE, end=CODE), therapist("b", start=CODE, end=None)]
    )

    one, other = found.shifts
    assert one.start_place == one.end_place
    assert one.start_place != other.start_place


def test_a_home_that_cannot_be_found_is_one_fault(surroundings: Surroundings) -> None:
    nowhere = {"postal_code": "M0M 0M0"}

    with pytest.raises(InvalidRequest) as refused:
        built(surroundings, therapists=[therapist(start=nowhere, end=nowhere)])

    assert [fault.pointer for fault in refused.value.faults] == ["/therapists/0/start/postal_code"]
