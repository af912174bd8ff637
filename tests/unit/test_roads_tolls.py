"""Keeping off the 407: never quicker, slower where it is the way, the same where it is not; other roads are open."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from data.roads.estimate import EstimateSource
from data.roads.free_flow import embedded
from data.roads.snapped import SnappedRoads
from optimizer.domain.driving import Driving
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy

MONDAY = Horizon(date(2026, 11, 23), ZoneInfo("America/Toronto"))
ANY, FREE = BufferPolicy(), BufferPolicy(roads=Driving(avoid_tolls=True))
BURLINGTON = Place(id="burlington", coordinate=Coordinate(lat=43.3660, lng=-79.8190))
MILTON = Place(id="milton", coordinate=Coordinate(lat=43.5183, lng=-79.8774))
MARKHAM = Place(id="markham", coordinate=Coordinate(lat=43.8561, lng=-79.3370))
CN_TOWER = Place(id="cn tower", coordinate=Coordinate(lat=43.6426, lng=-79.3871))
GUELPH = Place(id="guelph", coordinate=Coordinate(lat=43.5448, lng=-80.2482))
NAMED = [BURLINGTON, MILTON, MARKHAM, CN_TOWER, GUELPH]


def somewhere(count: int) -> list[Place]:
    rng = np.random.default_rng(407)
    spots = zip(rng.uniform(43.3, 43.95, count), rng.uniform(-80.3, -79.0, count), strict=True)
    return [Place(id=str(k), coordinate=Coordinate(lat=lat, lng=lng)) for k, (lat, lng) in enumerate(spots)]


def test_along_the_407_it_takes_longer_without_it_and_elsewhere_as_long() -> None:
    paid, free = (EstimateSource().travel_times(NAMED, MONDAY, policy) for policy in (ANY, FREE))
    row = paid.index
    along = row["milton"], row["markham"]
    assert (free.drive[:, *along] > paid.drive[:, *along] * 1.03).all()
    elsewhere = row["guelph"], row["milton"]
    assert (free.drive[:, *elsewhere] == paid.drive[:, *elsewhere]).all()


def test_no_drive_is_quicker_and_every_pair_still_has_one() -> None:
    places = somewhere(80)
    for source in (EstimateSource(), SnappedRoads(EstimateSource())):
        paid, free = (source.travel_times(places, MONDAY, policy).drive for policy in (ANY, FREE))
        assert (free >= paid).all()
        assert (free > paid).any()
        assert free.max() < 4 * 3600


def test_spokes_and_tables_keep_off_alike() -> None:
    source, places = EstimateSource(), [*NAMED, *somewhere(20)]
    table = source.travel_times(places, MONDAY, FREE)
    spokes = source.spokes(places[0], places[1:], MONDAY, FREE)
    assert (spokes.out == table.seconds[:, 0, 1:]).all()
    assert (spokes.back == table.seconds[:, 1:, 0]).all()


def test_east_of_brock_road_the_407_is_free() -> None:
    model = embedded()
    far_east = model.project([Coordinate(lat=43.905, lng=-79.11), Coordinate(lat=43.935, lng=-78.99)])
    ends = [int(np.argmin(np.hypot(*(model.nodes[:, :2] - point).T))) for point in far_east]
    assert model.between_free[ends[0], ends[1]] == model.between[ends[0], ends[1]]
