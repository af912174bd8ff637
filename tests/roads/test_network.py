"""Drives of a real engine under the rush hour: known ones exact, others estimated and labelled, none asked twice."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.roads.engines.web import JsonService, OsrmServer
from data.roads.estimate import EstimateSource
from data.roads.network import MARGIN_PERCENT
from data.store.migrate import migrate
from data.store.store import Store, open_store
from optimizer.domain.driving import USUAL
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy
from tests.roads.network import Counting, Watch, on_roads, roads_over

MONDAY = Horizon(date(2026, 11, 23), ZoneInfo("America/Toronto"))
CLOCKS_BACK = Horizon(date(2026, 11, 1), ZoneInfo("America/Toronto"))
PLAIN, POLICY = BufferPolicy(), BufferPolicy(minutes=5, percent=10)
ESTIMATE = EstimateSource()


@pytest.fixture
def engine(gta: str) -> Counting:
    service = JsonService(gta, allow_loopback=True, user_agent="rounds test", timeout=20)
    return Counting(OsrmServer(service, version="1", most=100))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'rounds.db'}"
    migrate(url)
    with open_store(url) as opened:
        yield opened


def test_at_night_a_drive_takes_what_the_engine_says_and_in_rush_hour_longer(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(1), 8)
    assert roads.learn(places).drives == 64
    travel = roads.travel_times(places, MONDAY, PLAIN)
    points = [(p.coordinate.lat, p.coordinate.lng) for p in places if p.coordinate]
    said = engine.ask(points, points)
    apart = ~np.eye(8, dtype=bool)

    assert travel.source == "osrm"
    assert travel.estimated is None
    assert (travel.drive[0][apart] >= np.rint(said.seconds[apart])).all()
    assert (travel.drive[0][apart] <= 1.2 * said.seconds[apart] + 1).all()
    evening = travel.drive[list(travel.starts).index(17 * 3600)][apart]
    assert (evening > 1.1 * travel.drive[0][apart]).all()
    assert travel.meters is not None
    assert np.allclose(travel.meters[apart], said.meters[apart], atol=1)


@pytest.mark.parametrize("horizon", [MONDAY, CLOCKS_BACK], ids=["monday", "clocks back"])
def test_whoever_leaves_later_never_arrives_earlier_on_any_engine(engine: Counting, horizon: Horizon) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(2), 10)
    for _ in ("all estimated", "all known"):
        travel = roads.travel_times(places, horizon, POLICY)
        for table in (travel.drive, travel.seconds):
            assert (np.diff(table + travel.starts[:, None, None], axis=0) >= 0).all()
        roads.learn(places)


def test_spokes_are_a_row_and_a_column_of_the_table_to_the_second(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(3), 9)
    roads.learn(places[:6])  # some are known, some are not
    table = roads.travel_times(places, MONDAY, POLICY)
    for hub in (0, 7):
        spokes = roads.spokes(places[hub], places, MONDAY, POLICY)
        assert (spokes.out == table.seconds[:, hub, :]).all()
        assert (spokes.back == table.seconds[:, :, hub]).all()


def test_one_way_streets_make_there_and_back_differ(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(4), 12)
    roads.learn(places)
    drive = roads.travel_times(places, MONDAY, PLAIN).drive[0]

    assert (drive != drive.T).any()


def test_a_drive_nobody_was_asked_for_is_estimated_with_a_margin_and_says_so(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(5), 6)
    travel = roads.travel_times(places, MONDAY, PLAIN)
    alone = ESTIMATE.travel_times(places, MONDAY, PLAIN)
    apart = ~np.eye(6, dtype=bool)

    assert travel.source == "osrm+estimate"
    assert travel.source_of("p0", "p1") == "estimate"
    # A longer drive meets another piece of the rush hour, so it is the margin only nearly.
    ratio = travel.drive[0][apart] / alone.drive[0][apart]
    assert (np.abs(ratio - (1 + MARGIN_PERCENT / 100)) < 0.02).all()


def test_an_engine_that_goes_down_leaves_the_known_drives_exact_and_estimates_the_others(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(6), 8)
    roads.learn(places[:5])
    before = roads.travel_times(places[:5], MONDAY, PLAIN)
    engine.cut = True
    learned = roads.learn(places)
    travel = roads.travel_times(places, MONDAY, PLAIN)

    assert learned.trouble == "the cable is cut"
    assert (travel.drive[:, :5, :5] == before.drive).all()
    assert travel.source == "osrm+estimate"
    assert (travel.source_of("p0", "p4"), travel.source_of("p0", "p5")) == ("osrm", "estimate")
    assert roads.label(places[0], places[:5], USUAL) == "osrm"
    assert roads.label(places[0], places, USUAL) == "osrm+estimate"


def test_an_engine_that_stays_down_is_left_alone_and_asked_again_when_it_is_back(engine: Counting) -> None:
    watch = Watch()
    roads, places = roads_over(engine, watch=watch), on_roads(engine, Random(7), 3)
    engine.cut = True
    engine.questions.clear()
    for _ in range(20):
        assert roads.learn(places).trouble
    assert len(engine.questions) == 3
    engine.cut = False
    assert "left alone" in roads.learn(places).trouble
    watch.now = 31
    assert roads.learn(places).trouble == ""
    assert roads.travel_times(places, MONDAY, PLAIN).source == "osrm"


def test_what_is_known_is_never_asked_again_and_a_newcomer_costs_a_row_and_a_column(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(8), 31)
    engine.questions.clear()
    roads.learn(places[:30])
    assert sum(a * b for a, b in engine.questions) == 900
    engine.questions.clear()
    roads.learn(places[:30])
    roads.learn(places[:1], places[:30])
    assert engine.questions == []
    roads.learn(places)
    assert sum(a * b for a, b in engine.questions) == 60


def test_no_question_is_larger_than_the_engine_takes(engine: Counting) -> None:
    roads, places = roads_over(engine), on_roads(engine, Random(9), 130)
    assert roads.learn(places).trouble == ""
    assert roads.learn(places[:1], places).asked == 0
    assert max(a + b for a, b in engine.questions) <= 100
    fresh = roads_over(engine)
    assert fresh.learn(places[:1], places).asked <= 4
    assert fresh.label(places[0], places, USUAL) == "osrm"


def test_another_process_finds_in_the_store_what_the_first_has_learned(engine: Counting, store: Store) -> None:
    places = on_roads(engine, Random(10), 12)
    roads_over(engine, store=store.road_pairs).learn(places)
    engine.questions.clear()
    other = roads_over(engine, store=store.road_pairs)
    travel = other.travel_times(places, MONDAY, POLICY)

    assert other.learn(places).asked == 0
    assert travel.source == "osrm"
    assert engine.questions == []


def test_a_process_that_looked_too_early_looks_again_after_a_minute(engine: Counting, store: Store) -> None:
    watch, places = Watch(), on_roads(engine, Random(11), 4)
    early = roads_over(engine, store=store.road_pairs, watch=watch)
    assert early.label(places[0], places, USUAL) == "osrm+estimate"
    roads_over(engine, store=store.road_pairs).learn(places)
    assert early.label(places[0], places, USUAL) == "osrm+estimate"
    watch.now = 61
    assert early.label(places[0], places, USUAL) == "osrm"


def test_a_place_far_from_every_road_is_named_and_not_asked_about_again(engine: Counting, store: Store) -> None:
    roads, places = roads_over(engine, store=store.road_pairs), on_roads(engine, Random(12), 3)
    lost = Place(id="v17", coordinate=Coordinate(lat=43.60, lng=-79.30))
    learned = roads.learn([*places, lost])
    with pytest.raises(InvalidRequest, match=r"v17 lies \d+ m from the nearest road") as refused:
        learned.require_roads()
    assert refused.value.code == "off_road"
    assert [fault.pointer for fault in refused.value.faults] == ["v17"]

    engine.questions.clear()
    assert list(roads.learn([*places, lost]).off_road) == ["v17"]
    assert list(roads_over(engine, store=store.road_pairs).learn([lost], places).off_road) == ["v17"]
    assert engine.questions == []
    travel = roads.travel_times([*places, lost], MONDAY, PLAIN)
    assert (travel.source_of("p0", "p1"), travel.source_of("p0", "v17")) == ("osrm", "estimate")


def test_two_doors_at_one_point_are_a_drive_round_the_block_apart(engine: Counting) -> None:
    roads, (place,) = roads_over(engine), on_roads(engine, Random(13), 1)
    beside = Place(id="beside", coordinate=place.coordinate)
    roads.learn([place, beside])
    travel = roads.travel_times([place, beside], MONDAY, PLAIN)

    assert travel.source == "osrm"
    assert 30 < travel.drive[0, 0, 1] < 600
    assert travel.drive[0, 0, 0] == 0


def test_learning_ends_when_its_time_is_over(engine: Counting) -> None:
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            self.now += 1.0
            return self.now

    places = on_roads(engine, Random(14), 120)
    learned = roads_over(engine, watch=Clock()).learn(places, within=3.0)  # type: ignore[arg-type]

    assert learned.trouble == "there was no time to ask for all drives"
    assert 0 < learned.asked < 4
