"""A geopy provider, driven over real HTTP by a server of our own that says what it is told to."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from geopy.geocoders import Nominatim

from data.geocoding.provider import SERVICES, GeopyProvider, geopy_provider
from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.place import Coordinate

AGENT = "rounds-of-our-practice"


@dataclass
class Service:
    """What the server answers next, and what it was asked."""

    port: int = 0
    status: int = 200
    body: str = "[]"
    paths: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.paths.append(self.path)
            state.agents.append(self.headers["User-Agent"])
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(state.body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def provider(service: Service) -> GeopyProvider:
    nominatim = Nominatim(user_agent=AGENT, domain=f"127.0.0.1:{service.port}", scheme="http")
    return GeopyProvider(nominatim, gap_seconds=0)


def found(lat: str, lng: str) -> str:
    return json.dumps([{"lat": lat, "lon": lng, "display_name": "2 Wellington Street West"}])


def test_an_address_becomes_a_point_and_the_service_hears_our_own_name(
    service: Service, provider: GeopyProvider
) -> None:
    service.body = found("43.6858", "-79.7599")

    assert provider.find("2 Wellington St W, Brampton") == Coordinate(lat=43.6858, lng=-79.7599)
    assert service.agents == [AGENT]
    assert "q=2+Wellington+St+W%2C+Brampton" in service.paths[0]


def test_an_address_it_does_not_know_is_no_point(provider: GeopyProvider) -> None:
    assert provider.find("1 Nowhere St") is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>Please wait</html>"),
        (200, '{"error": "unable"}'),
        (403, "no key"),
        (429, "slow down"),
        (500, "oops"),
        (503, "down"),
    ],
)
def test_what_is_no_answer_is_reported_as_unavailable(
    service: Service, provider: GeopyProvider, status: int, body: str
) -> None:
    service.status, service.body = status, body

    with pytest.raises(Unavailable) as refused:
        provider.find("2 Wellington St W, Brampton")
    assert refused.value.code == "geocoder_unavailable"
    assert "Wellington" not in refused.value.detail
    assert len(service.paths) == 1


def test_a_point_that_is_not_a_number_is_no_answer(service: Service, provider: GeopyProvider) -> None:
    service.body = found("nan", "-79.7599")

    with pytest.raises(Unavailable):
        provider.find("2 Wellington St W, Brampton")


def test_nobody_listening_is_unavailable() -> None:
    nominatim = Nominatim(user_agent=AGENT, domain="127.0.0.1:1", scheme="http")

    with pytest.raises(Unavailable):
        GeopyProvider(nominatim, gap_seconds=0).find("2 Wellington St W")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_offered_can_be_built(name: str) -> None:
    api_key = "" if name in {"nominatim", "photon"} else "secret"
    domain = "geocoder.example" if name == "pelias" else ""

    assert isinstance(geopy_provider(name, user_agent=AGENT, api_key=api_key, domain=domain), GeopyProvider)


@pytest.mark.parametrize("name", ["yahoo", "pelias", "here"])
def test_a_service_unknown_or_without_its_settings_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        geopy_provider(name, user_agent=AGENT)
    assert refused.value.code == "unknown_geocoder"
