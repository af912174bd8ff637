"""What the public may know of an engine's drives: the cell at their end, and never too short a time."""

from dataclasses import replace
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.roads.breaker import Breaker
from data.roads.cell_engine import CellEngine
from data.roads.engine import FAR_METERS
from data.roads.engines.web import JsonService, OsrmServer
from data.roads.estimate import EstimateSource
from data.roads.free_flow import embedded
from data.roads.learning import Learner
from data.roads.network import NetworkRoads
from data.roads.pair_book import PairBook
from data.roads.snapped import SIDE_KM, SnappedRoads
from data.roads.snapped_network import SnappedNetwork, square_of
from optimizer.domain.driving import USUAL
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy
from tests.roads.network import Counting, Watch, on_roads, roads_over

MONDAY = Horizon(date(2026, 11, 23), ZoneInfo("America/Toronto"))
POLICY = BufferPolicy(minutes=5, percent=10)
GRID = SnappedRoads(EstimateSource())


@pytest.fixture
def engine(gta: str) -> Counting:
    service = JsonService(gta, allow_loopback=True, user_agent="rounds test", timeout=20)
    return Counting(OsrmServer(service, version="1", most=100))


def public_over(roads: NetworkRoads, engine: Counting) -> SnappedNetwork:
    watch = Watch()
    book = PairBook("cells", None, clock=watch, today=lambda: date(2026, 11, 20), most=1_000)
    return SnappedNetwork(roads, Learner(CellEngine(engine, square_of), book, Breaker(watch), watch))


def homes_beside(engine: Counting, rng: Random, seed: Place, count: int) -> list[Place]:
    """Homes with a road, all over the cell of a place."""
    assert seed.coordinate is not None
    (cell,) = GRID.cells([(seed.coordinate.lat, seed.coordinate.lng)])
    kms = (np.array([(rng.random(), rng.random()) for _ in range(count)]) + cell) * SIDE_KM
    points = [(round(lat, 5), round(lng, 5)) for lat, lng in embedded().degrees(kms)]
    near = engine.engine.ask(points, points[:1]).snapped <= FAR_METERS
    return [
        Place(id=f"h{k}", coordinate=Coordinate(lat=point[0], lng=point[1]))
        for k, point in enumerate(points)
        if near[k] and (GRID.cells([point])[0] == cell).all()
    ]


def test_a_bound_is_never_shorter_than_the_drive_to_any_home_of_the_cell(engine: Counting) -> None:
    rng, roads = Random(1), roads_over(engine)
    public, excess = public_over(roads, engine), []
    for seed in on_roads(engine, rng, 8, name="seed"):
        homes = homes_beside(engine, rng, seed, 40)
        for hub in on_roads(engine, rng, 3, name="hub"):
            assert public.learn([hub], homes).trouble == ""
            assert roads.label(hub, homes, USUAL) == public.label(hub, homes, USUAL) == "osrm"
            bound, real = (some.spokes(hub, homes, MONDAY, POLICY) for some in (public, roads))
            for ours, theirs in ((bound.out, real.out), (bound.back, real.back)):
                assert (ours >= theirs).all()
                excess.append(float((ours - theirs).mean()))

    assert 60 < np.mean(excess) < 8 * 60


def test_with_the_engine_down_a_bound_still_holds_and_is_labelled(engine: Counting) -> None:
    rng, roads = Random(2), roads_over(engine)
    public = public_over(roads, engine)
    seed, hub = on_roads(engine, rng, 2)
    homes = homes_beside(engine, rng, seed, 30)
    engine.cut = True

    assert public.learn([hub], homes).trouble
    assert public.label(hub, homes, USUAL) == "osrm+estimate"
    bound, real = (some.spokes(hub, homes, MONDAY, POLICY) for some in (public, roads))
    assert (bound.out >= real.out).all()
    assert (bound.back >= real.back).all()


@pytest.mark.parametrize("learning", [True, False], ids=["asked", "not asked"])
def test_every_home_of_a_cell_is_equally_far_and_so_are_drives_between_cells(
    engine: Counting, *, learning: bool
) -> None:
    rng, roads = Random(3), roads_over(engine)
    public = public_over(roads, engine)
    one, two, hub = on_roads(engine, rng, 3)
    here = homes_beside(engine, rng, one, 6)
    there = [replace(home, id=f"there {home.id}") for home in homes_beside(engine, rng, two, 6)]
    if learning:
        public.learn([hub], [*here, *there])
        public.learn([*here, *there])
    spokes = public.spokes(hub, here, MONDAY, POLICY)
    table = public.travel_times([*here, *there], MONDAY, POLICY)
    real = roads.travel_times([*here, *there], MONDAY, POLICY)
    between = table.seconds[:, : len(here), len(here) :]

    assert (spokes.out == spokes.out[:, :1]).all()
    assert (spokes.back == spokes.back[:, :1]).all()
    assert (between == between[:, :1, :1]).all()
    assert (table.seconds >= real.seconds).all()
    assert (np.diff(table.seconds + table.starts[:, None, None], axis=0) >= 0).all()


def test_asking_from_a_neighbours_own_door_does_not_tell_that_it_is_theirs(engine: Counting) -> None:
    rng = Random(4)
    public = public_over(roads_over(engine), engine)
    (seed,) = on_roads(engine, rng, 1)
    home, other = homes_beside(engine, rng, seed, 12)[:2]
    spokes = public.spokes(home, [home, other], MONDAY, POLICY)

    assert (spokes.out[:, 0] == spokes.out[:, 1]).all()
    assert (spokes.out > 0).all()


def test_a_cell_is_known_by_its_middle_only() -> None:
    rng = Random(5)
    for _ in range(200):
        point = rng.uniform(43.3, 44.2), rng.uniform(-80.5, -79.1)
        middle = embedded().degrees(GRID.middles(GRID.cells([point])))[0]
        square = square_of(middle)
        assert square is not None
        assert square[0][0] <= point[0] <= square[1][0]
        assert square[0][1] <= point[1] <= square[1][1]
        assert square_of((middle[0] + 0.0001, middle[1])) is None


def test_nobody_to_visit_is_no_drive_away(engine: Counting) -> None:
    public = public_over(roads_over(engine), engine)
    (hub,) = on_roads(engine, Random(6), 1)
    assert public.spokes(hub, [], MONDAY, POLICY).out.shape == (39, 0)
    assert public.label(hub, [], USUAL) == "osrm"
    assert public.learn([hub], []).asked == 0
