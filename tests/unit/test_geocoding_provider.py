"""Each of the six services behind geopy, driven over real HTTP by a server of our own that says what it is told to."""

import json
from collections.abc import Iterator

import pytest

from data.geocoding.candidates import Candidate, Grain
from data.geocoding.careful_adapter import GeocoderDown
from data.geocoding.provider import SERVICES, GeopyProvider, geopy_provider
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate
from tests.geocoding_service import Answer, GeocodingService, geocoding_service, house, street, town

AGENT = "rounds-of-our-practice"
ADDRESS = "2 Wellington St W, Brampton, Ontario, Canada"
CITY_HALL = Coordinate(lat=43.6858, lng=-79.7599)
POINT = {"lat": 43.6858, "lng": -79.7599}
BARE = {"lat": "43.6", "lon": "-79.7", "display_name": "x"}
FEATURE = {"geometry": {"type": "Point", "coordinates": [-79.7599, 43.6858]}}

WORDS = {
    "nominatim": [house(43.6858, -79.7599, "2")],
    "photon": {"features": [{**FEATURE, "properties": {"type": "house", "housenumber": "2", "name": "City Hall"}}]},
    "pelias": {"features": [{**FEATURE, "properties": {"layer": "address", "housenumber": "2", "name": "x"}}]},
    "google": {
        "status": "OK",
        "results": [
            {
                "formatted_address": "x",
                "types": ["street_address"],
                "address_components": [{"types": ["street_number"], "long_name": "2"}],
                "geometry": {"location": POINT, "location_type": "ROOFTOP"},
            }
        ],
    },
    "here": {
        "items": [{"title": "x", "resultType": "houseNumber", "address": {"houseNumber": "2"}, "position": POINT}]
    },
    "opencage": {
        "status": {"code": 200, "message": "OK"},
        "results": [{"formatted": "x", "components": {"_type": "building", "house_number": "2"}, "geometry": POINT}],
    },
}
NOTHING = {
    "nominatim": [],
    "photon": {"features": []},
    "pelias": {"features": []},
    "google": {"status": "ZERO_RESULTS", "results": []},
    "here": {"items": []},
    "opencage": {"status": {"code": 200, "message": "OK"}, "results": []},
}


@pytest.fixture
def service() -> Iterator[GeocodingService]:
    with geocoding_service() as running:
        yield running


def provider(service: GeocodingService, name: str = "nominatim", *, timeout: float = 5.0) -> GeopyProvider:
    key = "" if name in {"nominatim", "photon"} else "secret"
    return geopy_provider(
        name, user_agent=AGENT, api_key=key, domain=service.domain, allow_loopback=True, timeout=timeout
    )


def outcome(asked: GeopyProvider) -> tuple[Candidate, ...] | GeocoderDown:
    try:
        return asked.find(ADDRESS)
    except GeocoderDown as down:
        return down


@pytest.mark.parametrize("name", SERVICES)
def test_a_house_is_read_in_the_words_of_each_service_which_hears_our_own_name(
    service: GeocodingService, name: str
) -> None:
    service.answer = Answer(body=json.dumps(WORDS[name]))

    assert provider(service, name).find(ADDRESS) == (Candidate(point=CITY_HALL, grain=Grain.HOUSE, number="2"),)
    assert [headers["User-Agent"] for headers in service.headers] == [AGENT]
    assert service.heard == [ADDRESS]


@pytest.mark.parametrize("name", SERVICES)
def test_an_address_that_a_service_does_not_know_is_no_candidate(service: GeocodingService, name: str) -> None:
    service.answer = Answer(body=json.dumps(NOTHING[name]))

    assert provider(service, name).find("1 Nowhere St, Brampton") == ()


def test_a_house_a_street_and_a_town_are_told_apart(service: GeocodingService) -> None:
    service.know(house(43.6, -79.7), street(43.6, -79.7), town(43.6, -79.7), BARE)

    grains = [candidate.grain for candidate in provider(service).find(ADDRESS)]
    assert grains == [Grain.HOUSE, Grain.STREET, Grain.WIDER, Grain.STREET]


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(body="<html>Please wait</html>", headers={"Content-Type": "text/html"}),
        Answer(body=""),
        Answer(body="null"),
        Answer(body="7"),
        Answer(body='"later"'),
        Answer(body='[{"lat": "north"}]'),
        Answer(body='{"features": [{}], "results": [{}], "items": [{}]}'),
        Answer(body="\ud83c".encode("utf-8", "surrogatepass").decode("latin-1")),
        Answer(body="[" * 100_000),
        Answer(body="[" + "1," * 400_000 + "1]"),
        Answer(status=403, body="no key"),
        Answer(status=429, body="slow down"),
        Answer(status=500, body="oops"),
        Answer(status=503, body="down"),
        Answer(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:12]}",
)
def test_what_is_no_answer_is_told_as_down_without_a_word_of_the_address(
    service: GeocodingService, name: str, answer: Answer
) -> None:
    service.answer = answer

    match outcome(provider(service, name)):
        case GeocoderDown() as down:
            assert down.code == "geocoder_unavailable"
            assert "Wellington" not in down.detail
            assert "secret" not in down.detail
        case found:
            assert (found, answer.status) == ((), 200)
    assert len(service.asked) == 1


def test_a_pause_that_is_asked_for_is_told(service: GeocodingService) -> None:
    service.answer = Answer(status=429, headers={"Retry-After": "120"})

    with pytest.raises(GeocoderDown) as down:
        provider(service).find(ADDRESS)
    assert (down.value.rest, down.value.retry_after) == (120, 120)


def test_a_quota_that_is_used_up_is_no_answer(service: GeocodingService) -> None:
    service.answer = Answer(body=json.dumps({"status": "OVER_QUERY_LIMIT", "results": []}))

    with pytest.raises(GeocoderDown):
        provider(service, "google").find(ADDRESS)


def test_a_service_that_says_nothing_is_given_up_in_time(service: GeocodingService) -> None:
    service.answer = Answer(silent=True)

    with pytest.raises(GeocoderDown, match=r"not there after 0\.1 seconds"):
        provider(service, timeout=0.1).find(ADDRESS)


@pytest.mark.parametrize(("lat", "lng"), [("nan", "-79.7"), ("43.6", "inf")])
def test_a_point_that_is_not_on_earth_is_no_answer(service: GeocodingService, lat: str, lng: str) -> None:
    service.know({"lat": lat, "lon": lng, "display_name": "x"})

    with pytest.raises(GeocoderDown):
        provider(service).find(ADDRESS)


def test_nobody_listening_is_down() -> None:
    nobody = geopy_provider("nominatim", user_agent=AGENT, domain="127.0.0.1:1", allow_loopback=True)

    with pytest.raises(GeocoderDown):
        nobody.find(ADDRESS)


def test_this_machine_is_asked_by_plain_http_only_where_that_is_allowed(service: GeocodingService) -> None:
    secure = geopy_provider("nominatim", user_agent=AGENT, domain=service.domain)

    with pytest.raises(GeocoderDown):
        secure.find(ADDRESS)
    assert service.asked == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_offered_can_be_built(name: str) -> None:
    api_key = "" if name in {"nominatim", "photon"} else "secret"
    domain = "geocoder.example" if name == "pelias" else ""

    assert geopy_provider(name, user_agent=AGENT, api_key=api_key, domain=domain).name == name


@pytest.mark.parametrize("name", ["yahoo", "pelias", "here"])
def test_a_service_unknown_or_without_its_settings_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        geopy_provider(name, user_agent=AGENT)
    assert refused.value.code == "unknown_geocoder"


@pytest.mark.parametrize("domain", ["ann:secret@geocoder.example", "geocoder.example:high", "geo coder"])
def test_a_domain_that_is_none_is_refused(domain: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        geopy_provider("nominatim", user_agent=AGENT, domain=domain)
    assert refused.value.code == "bad_address"
