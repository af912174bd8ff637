"""Where the practice drives to, and what is said of a point elsewhere."""

import json
import math

import pytest

from data.geocoding.area_geojson import read_area, read_area_text, write_area
from data.geocoding.service_area import embedded
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate

LANDMARKS = {
    "Brampton City Hall": (43.6858, -79.7599, ["Brampton"]),
    "CN Tower": (43.6426, -79.3871, ["Toronto"]),
    "Scarborough Town Centre": (43.7756, -79.2577, ["Toronto"]),
    "Islington Village": (43.6456, -79.5247, ["Toronto", "Etobicoke"]),
    "Square One": (43.5932, -79.6424, ["Mississauga"]),
    "Oakville Town Hall": (43.4675, -79.6877, ["Oakville", "Halton"]),
    "Milton GO": (43.5228, -79.8669, ["Milton", "Halton"]),
    "Burlington City Hall": (43.3255, -79.7990, ["Halton"]),
    "Georgetown": (43.6500, -79.9200, ["Halton"]),
    "Bolton": (43.8747, -79.7345, ["Caledon"]),
    "Orangeville Town Hall": (43.9199, -80.0943, ["Orangeville"]),
    "Guelph City Hall": (43.5448, -80.2482, ["Guelph"]),
    "Hamilton City Hall": (43.2557, -79.8711, []),
    "Barrie City Hall": (44.3890, -79.6900, []),
    "Pickering Town Centre": (43.8384, -79.0868, []),
    "Parliament Hill": (45.4236, -75.7009, []),
}

SQUARE = {"type": "Polygon", "coordinates": [[[-80, 43], [-79, 43], [-79, 44], [-80, 44], [-80, 43]]]}


def collection(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.mark.parametrize("landmark", LANDMARKS)
def test_landmarks_lie_in_their_towns(landmark: str) -> None:
    lat, lng, towns = LANDMARKS[landmark]

    assert list(embedded().names(Coordinate(lat=lat, lng=lng))) == towns
    assert (Coordinate(lat=lat, lng=lng) in embedded()) == bool(towns)


def test_the_ten_places_are_served_and_know_what_they_are_part_of() -> None:
    zones = {zone.name: zone.within for zone in embedded().zones}

    assert zones == {
        **dict.fromkeys(["Brampton", "Toronto", "Mississauga", "Halton", "Caledon", "Orangeville", "Guelph"]),
        "Etobicoke": "Toronto",
        "Oakville": "Halton",
        "Milton": "Halton",
    }


def test_swapped_coordinates_are_named_with_the_pair_that_was_meant() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        embedded().admit(Coordinate(lat=-79.76, lng=43.68))

    assert (refusal.value.code, refusal.value.hint) == ("swapped_coordinates", "Did you mean lat 43.68, lng -79.76?")


def test_a_swap_far_from_the_area_is_still_a_swap() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        embedded().admit(Coordinate(lat=-75.7, lng=45.42))

    assert refusal.value.code == "swapped_coordinates"


def test_a_lost_minus_sign_is_noticed() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        embedded().admit(Coordinate(lat=43.68, lng=79.76))

    assert (refusal.value.code, refusal.value.hint) == ("outside_area", "Did you mean lng -79.76?")


def test_a_point_elsewhere_hears_which_places_are_served() -> None:
    with pytest.raises(InvalidRequest, match="lies outside the service area") as refusal:
        embedded().admit(Coordinate(lat=45.4236, lng=-75.7009))

    assert refusal.value.code == "outside_area"
    assert "Brampton, Toronto, Etobicoke" in refusal.value.hint


@pytest.mark.parametrize(
    ("lat", "lng"), [(math.nan, -79.7), (43.6, math.nan), (math.inf, -79.7), (43.6, -math.inf), (91, 0), (1e9, -79.7)]
)
def test_what_is_no_point_on_earth_is_refused(lat: float, lng: float) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        embedded().admit(Coordinate(lat=lat, lng=lng))

    assert refusal.value.code == "invalid_coordinate"


def test_a_practice_may_draw_its_own_area() -> None:
    area = read_area_text(collection({"type": "Feature", "properties": {"name": "Square"}, "geometry": SQUARE}))

    assert Coordinate(lat=43.5, lng=-79.5) in area
    assert Coordinate(lat=42.5, lng=-79.5) not in area
    assert area.zone("the square") is not None


def test_a_bay_cut_into_a_zone_is_outside() -> None:
    ring = [[-80, 43], [-79, 43], [-79, 44], [-79.5, 43.2], [-80, 44], [-80, 43]]
    geometry = {"type": "MultiPolygon", "coordinates": [[ring]]}
    area = read_area_text(collection({"properties": {"name": "Bay"}, "geometry": geometry}))

    assert Coordinate(lat=43.5, lng=-79.5) not in area
    assert Coordinate(lat=43.5, lng=-79.9) in area


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        collection(),
        collection({"properties": {"name": "Dot"}, "geometry": {"type": "Point", "coordinates": [0, 0]}}),
        collection({"properties": {}, "geometry": SQUARE}),
        collection(
            {"properties": {"name": "Open"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 0]]]}}
        ),
        collection({"properties": {"name": "Empty"}, "geometry": {"type": "MultiPolygon", "coordinates": []}}),
    ],
)
def test_an_area_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_area_text(text)

    assert refusal.value.code == "invalid_area"


def polygon(*corners: list[float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def zone(name: object, shape: object = SQUARE, **more: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"name": name, **more}, "geometry": shape}


@pytest.mark.parametrize(
    ("features", "pointer", "said"),
    [
        ([], "/features", "it has 0 zones, not 1 to 100"),
        ([zone("A")] * 101, "/features", "it has 101 zones, not 1 to 100"),
        ([7], "/features/0", "this is no Feature"),
        ([zone(None)], "/features/0/properties/name", "a zone has a name of up to 80 letters"),
        ([zone("A", within=7)], "/features/0/properties/within", "`within` names the zone that this one is part of"),
        ([zone("A", within="B")], "/features", "A lies within B, which is no zone"),
        ([zone("A", ask=["B"])], "/features/0/properties/ask", "`ask` lists the towns"),
        ([zone("A"), zone("a")], "/features", "two zones are called a"),
        ([zone("A", {"type": "Point", "coordinates": [0, 0]})], "/features/0/geometry", "a zone is a Polygon"),
        (
            [zone("A", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]})],
            "/features/0/geometry/coordinates/0",
            "4",
        ),
        (
            [zone("A", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 0], [3, 3]]]})],
            *("/features/0/geometry/coordinates/0", "the ring is open"),
        ),
        (
            [zone("A"), zone("B", {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], [[[0, "x"]] * 4]]})],
            *("/features/1/geometry/coordinates/1/0/0", "a corner is [lng, lat] in degrees"),
        ),
        (
            [zone("A", {"type": "Polygon", "coordinates": SQUARE["coordinates"] * 2})],  # type: ignore[operator]
            *("/features/0/geometry/coordinates/1", "a polygon has no holes here"),
        ),
        (
            [zone("A", polygon([43, -80], [43, -79], [44, -79]))],
            *("/features/0/geometry/coordinates/0", "longitude and latitude are swapped"),
        ),
        (
            [zone("A", polygon([-80, 43], [-79, 44], [-79.5, 43.5]))],
            *("/features/0/geometry/coordinates/0", "the ring has no inside"),
        ),
        (
            [zone("A", polygon([-80, 43], [-79, 44.5], [-79, 43], [-80, 44]))],
            *("/features/0/geometry/coordinates/0/0", "the ring crosses itself after this corner"),
        ),
        (
            [zone("A", polygon([-80, 43], [-79, float("nan")], [-79, 44]))],
            *("/features/0/geometry/coordinates/0/1", "a corner is [lng, lat] in degrees"),
        ),
    ],
)
def test_each_fault_of_a_drawn_area_says_where_it_is_and_what_it_is(
    features: list[object], pointer: str, said: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_area({"type": "FeatureCollection", "features": features})

    (fault,) = refusal.value.faults
    assert fault.pointer == pointer
    assert said in fault.detail


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_area({"type": "FeatureCollection", "features": [zone(""), zone("B", None), zone("C")]})

    assert len(refusal.value.faults) == 2


def test_an_area_is_written_as_it_is_read() -> None:
    assert read_area(write_area(embedded())) == embedded()


def test_every_code_of_the_ten_places_lies_in_its_zone_or_nearly_so() -> None:
    """The hulls are drawn from these very points, without strays."""
    from data.geocoding import gazetteer

    codes = gazetteer.embedded()
    for name in ("Brampton", "Etobicoke", "Mississauga", "Oakville", "Orangeville", "Guelph"):
        zone_of = embedded().zone(name)
        assert zone_of is not None
        points = list(codes.coordinates(name))
        assert sum(point in zone_of for point in points) >= 0.98 * len(points)
