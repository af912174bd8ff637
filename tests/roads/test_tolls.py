"""Engines told to keep off toll roads: asked in their own words, their drives kept apart, or refused at the start."""

from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from api.roads import network, travel_source
from api.settings import Settings
from data.roads.engines.web import JsonService, OsrmServer, ValhallaServer
from data.roads.pairs import PairStore
from optimizer.domain.errors import InvalidRequest
from tests.roads.conftest import Build, in_process

POINTS = [(43.52, -79.88), (43.68, -79.76)]


class Overheard:
    """A service that writes down what it is asked, and knows no answer."""

    def __init__(self) -> None:
        self.target = ""
        self.body: object = None

    def ask(self, target: str, body: object | None = None, **_more: object) -> tuple[int, object]:
        self.target, self.body = target, body
        raise ConnectionAbortedError


@pytest.mark.parametrize("avoid", [False, True])
def test_each_server_is_asked_in_its_own_words(*, avoid: bool) -> None:
    heard = Overheard()
    service: JsonService = heard  # type: ignore[assignment]  # only its question matters
    with pytest.raises(ConnectionAbortedError):
        OsrmServer(service, version="1", most=10, avoid_tolls=avoid).ask(POINTS, POINTS)
    assert parse_qs(urlparse(heard.target).query).get("exclude") == (["toll"] if avoid else None)
    with pytest.raises(ConnectionAbortedError):
        ValhallaServer(service, version="1", most=10, avoid_tolls=avoid).ask(POINTS, POINTS)
    assert isinstance(heard.body, dict)
    assert heard.body["costing_options"]["auto"].get("use_tolls") == (0.0 if avoid else None)


def test_a_real_osrm_keeps_off_by_the_profile_that_it_was_built_with(gta: str) -> None:
    service = JsonService(gta, allow_loopback=True, user_agent="rounds test", timeout=20)
    paid, free = (
        OsrmServer(service, version="1", most=10, avoid_tolls=avoid).ask(POINTS, POINTS) for avoid in (False, True)
    )
    assert (free.seconds >= paid.seconds).all()


@pytest.mark.parametrize("name", ["osrm", "valhalla"])
def test_in_process_engines_keep_off_too(built: Build, name: str) -> None:
    with in_process(name, built("gta_synth_small", name), avoid_tolls=True) as engine:
        found = engine.ask(POINTS, POINTS)
    assert engine.version == "test without tolls"
    assert (found.seconds[[0, 1], [1, 0]] > 600).all()


def test_their_drives_are_kept_apart() -> None:
    service = JsonService("https://roads.example", allow_loopback=False, user_agent="rounds test", timeout=1)
    paid, free = (OsrmServer(service, version="1", most=10, avoid_tolls=avoid) for avoid in (False, True))
    assert network(paid) != network(free)


@pytest.mark.parametrize("name", ["openrouteservice", "graphhopper"])
def test_an_engine_that_cannot_be_told_says_so_at_the_start(tmp_path: Path, name: str) -> None:
    def nothing() -> PairStore:
        raise AssertionError("no store is needed to say so")

    settings = Settings(var=tmp_path, roads=name, roads_key="k", roads_avoid_tolls=True)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match=f"{name} cannot be told to keep off tolls") as refused:
        travel_source(settings, nothing, lambda: None)  # type: ignore[arg-type,return-value]
    assert "avoid_tolls" in refused.value.hint
