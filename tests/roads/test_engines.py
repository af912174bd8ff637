"""What real engines say of real maps: in a process of their own, and over HTTP."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from data.roads.engine import EngineDown, RoadEngine, TooFarFromRoad, believable
from data.roads.engines.child import ChildEngine
from data.roads.engines.hosted import HostedEngine, hosted_engine
from data.roads.engines.web import JsonService, OsrmServer, ValhallaServer
from optimizer.domain.errors import InvalidRequest
from tests.calendar_server import Answer, CalendarServer, Manner, calendar_server
from tests.roads.conftest import Build, in_process
from tests.roads.servers import osrm_routed, valhalla_service

VALLETTA, MDINA, MELLIEHA, OUT_AT_SEA = (35.8978, 14.5125), (35.8861, 14.4031), (35.9566, 14.3626), (35.70, 14.60)


def service(address: str, *, timeout: float = 10.0) -> JsonService:
    return JsonService(address, allow_loopback=True, user_agent="rounds test", timeout=timeout)


def by_osrm(address: str, timeout: float = 10.0) -> RoadEngine:
    return OsrmServer(service(address, timeout=timeout), version="test", most=100)


def by_valhalla(address: str, timeout: float = 60.0) -> RoadEngine:
    return ValhallaServer(service(address, timeout=timeout), version="test", most=50)


def by_routingpy(address: str, timeout: float = 10.0) -> RoadEngine:
    return hosted_engine(
        "osrm", base=address, version="", most=100, user_agent="rounds test", timeout=timeout, allow_loopback=True
    )


ENGINES = ["osrm", "osrm over http", "osrm by routingpy", "valhalla", "valhalla over http"]


@pytest.fixture(scope="session", params=ENGINES)
def malta(
    request: pytest.FixtureRequest, built: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RoadEngine]:
    """Each engine with the roads of Malta."""
    name, _, http = str(request.param).partition(" ")
    folder = built("malta", name)
    if not http:
        with in_process(name, folder) as engine:
            yield engine
    elif name == "osrm":
        with osrm_routed(folder) as address:
            yield by_routingpy(address) if "routingpy" in http else by_osrm(address)
    else:
        with valhalla_service(folder, tmp_path_factory.mktemp("valhalla")) as address:
            yield by_valhalla(address)


def test_a_drive_across_malta_takes_what_it_takes(malta: RoadEngine) -> None:
    found = believable(malta.ask([VALLETTA, MDINA], [MDINA, MELLIEHA, VALLETTA]), 2, 3)

    assert 12 * 60 < found.seconds[0, 0] < 35 * 60
    assert 11_000 < found.meters[0, 0] < 18_000
    assert found.seconds[1, 0] == found.seconds[0, 2] == 0
    assert found.seconds[0, 1] > found.seconds[0, 0]


def test_a_point_out_at_sea_is_told_from_one_in_a_street(malta: RoadEngine) -> None:
    if malta.name == "valhalla":
        with pytest.raises(TooFarFromRoad) as far:
            malta.ask([VALLETTA, OUT_AT_SEA], [MDINA])
        assert far.value.row == 1
    elif isinstance(malta, HostedEngine):
        # By way of routingpy nobody hears how far a point was moved.
        assert np.isnan(malta.ask([VALLETTA, OUT_AT_SEA], [MDINA]).snapped).all()
    else:
        found = malta.ask([VALLETTA, OUT_AT_SEA], [MDINA])
        assert found.snapped[0] < 100
        assert 8_000 < found.snapped[1] < 30_000


def test_all_engines_are_asked_for_rectangles(malta: RoadEngine) -> None:
    rng = np.random.default_rng(3)
    points = [(35.8978 + float(a), 14.49 - float(b)) for a, b in rng.uniform(0, 0.004, (12, 2))]
    square = malta.ask(points, points)
    tall = malta.ask(points, points[:1])

    assert square.seconds.shape == (12, 12)
    assert np.allclose(tall.seconds[:, 0], square.seconds[:, 0], atol=1)


@pytest.mark.parametrize("name", ["osrm", "valhalla"])
def test_an_engine_that_is_killed_costs_one_question(name: str, built: Build) -> None:
    with in_process(name, built("malta", name)) as engine:
        before = engine.ask([VALLETTA], [MDINA])
        assert engine._process is not None
        os.kill(engine._process.pid, signal.SIGKILL)
        engine._process.wait()
        with pytest.raises(EngineDown, match="died"):
            engine.ask([VALLETTA], [MDINA])
        assert engine.ask([VALLETTA], [MDINA]).seconds == before.seconds


def test_an_engine_that_hangs_is_ended_and_asked_anew(built: Build) -> None:
    with in_process("osrm", built("malta", "osrm"), timeout=0.5) as engine:
        before = engine.ask([VALLETTA], [MDINA])
        assert engine._process is not None
        os.kill(engine._process.pid, signal.SIGSTOP)
        with pytest.raises(EngineDown, match="did not answer within"):
            engine.ask([VALLETTA], [MDINA])
        assert engine.ask([VALLETTA], [MDINA]).seconds == before.seconds


def test_a_folder_whose_files_are_gone_is_an_engine_that_is_down(tmp_path: Path, built: Build) -> None:
    built("malta", "osrm")  # skips where the library is not there
    with in_process("osrm", tmp_path) as engine, pytest.raises(EngineDown, match="died"):
        engine.ask([VALLETTA], [MDINA])


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server() as running:
        yield running


JSON = {"Content-Type": "application/json"}
LIES = {
    "a failure": (Answer(status=500), "answers 500"),
    "a login page": (Answer(status=302, headers={"Location": "https://login.example/"}), "it has moved"),
    "a web page": (
        Answer(headers={"Content-Type": "text/html"}, body=b"<html>maintenance"),
        "something else than JSON",
    ),
    "half an answer": (Answer(headers=JSON, body=b'{"code": "Ok"}', manner=Manner.CUT), "only 7 of 14 bytes"),
    "an answer without end": (Answer(headers=JSON, manner=Manner.DRIPPING), "not there after 0.3 seconds"),
    "no answer": (Answer(manner=Manner.SILENT), "not there after 0.3 seconds"),
    "an answer that is huge": (Answer(headers=JSON, body=b" " * (33 << 20)), "larger than"),
    "another shape": (Answer(headers=JSON, body=b'{"code": "Ok", "durations": 7}'), "no table|no matrix"),
    "a list": (Answer(headers=JSON, body=b"[]"), "no table|no matrix"),
    "nothing": (Answer(headers=JSON, body=b""), "something else than JSON"),
    "a refusal": (Answer(status=400, headers=JSON, body=b'{"code": "TooBig"}'), "refuses"),
    "too small a table": (
        Answer(
            headers=JSON,
            body=b'{"code": "Ok", "durations": [[1]], "distances": [[1]], "sources": [{"distance": 1}],'
            b' "destinations": [{"distance": 1}], "sources_to_targets": {"durations": [[1]], "distances": [[1]]}}',
        ),
        "sent a table",
    ),
    "drives that go back in time": (
        Answer(
            headers=JSON,
            body=b'{"code": "Ok", "durations": [[-1, 2]], "distances": [[1, 2]], "sources": [{"distance": 1}],'
            b' "destinations": [{"distance": 1}, {"distance": 1}],'
            b' "sources_to_targets": {"durations": [[-1, 2]], "distances": [[1, 2]]}}',
        ),
        "no drives",
    ),
    "figures that are none": (
        Answer(
            headers=JSON,
            body=b'{"code": "Ok", "durations": [["a", {}]], "distances": [[1, Infinity]], "sources": [{"distance": 1}],'
            b' "destinations": [{"distance": 1}, {"distance": 1}], "sources_to_targets": {"durations": [["a", 2]]}}',
        ),
        "no table|no matrix",
    ),
}


@pytest.mark.parametrize("kind", [by_osrm, by_valhalla, by_routingpy])
@pytest.mark.parametrize("lie", LIES)
def test_whatever_else_a_server_sends_is_an_engine_that_is_down(
    kind: Callable[[str, float], RoadEngine], lie: str, server: CalendarServer
) -> None:
    server.answer, words = LIES[lie]
    engine = kind(server.address.rpartition("/")[0], 0.3 if "0.3" in words else 10)

    with pytest.raises(EngineDown, match=words) as down:
        believable(engine.ask([VALLETTA], [MDINA, MELLIEHA]), 1, 2)

    assert "127.0.0.1" not in down.value.detail
    assert len(server.asked) == 1


def test_a_server_that_asks_to_be_left_alone_says_for_how_long(server: CalendarServer) -> None:
    for said, rest in ({"Retry-After": "120"}, 120), ({"Retry-After": "999999"}, 3600), ({}, None):
        server.answer = Answer(status=429, headers=said)
        with pytest.raises(EngineDown) as down:
            OsrmServer(service(server.address), version="1", most=100).ask([VALLETTA], [MDINA])
        assert down.value.rest == rest


def test_a_server_that_is_not_there_is_an_engine_that_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(EngineDown, match="refused"):
        OsrmServer(service(f"http://127.0.0.1:{port}"), version="1", most=100).ask([VALLETTA], [MDINA])


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://router.example", True),
        ("http://10.0.0.7:5000", True),
        ("http://127.0.0.1:5000", False),
        ("file:///etc/passwd", True),
        ("https://anna:secret@router.example", True),
    ],
)
def test_only_https_or_this_machine_by_choice_is_asked(address: str, *, allowed: bool) -> None:
    with pytest.raises(InvalidRequest) as refused:
        JsonService(address, allow_loopback=allowed, user_agent="", timeout=1)
    assert refused.value.code == "bad_address"


def test_one_engine_is_asked_by_many_threads(built: Build) -> None:
    with in_process("osrm", built("malta", "osrm")) as engine:
        said: list[float] = []
        asking = [threading.Thread(target=lambda: said.append(_minutes(engine))) for _ in range(8)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()

    assert len(said) == 8
    assert len(set(said)) == 1


def _minutes(engine: ChildEngine) -> float:
    return float(engine.ask([VALLETTA], [MDINA]).seconds[0, 0])
