"""One place and many: the same seconds as the table of a day."""

from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.roads.door_book import DoorBook
from data.roads.estimate import EstimateSource, band_starts
from data.roads.free_flow import embedded
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy

TORONTO = ZoneInfo("America/Toronto")
MONDAY = Horizon(date(2026, 11, 23), TORONTO)
ROADS = EstimateSource()

POINTS = st.tuples(st.floats(43.2, 44.2), st.floats(-80.5, -79.0))
DAYS = st.sampled_from([date(2026, 11, 23), date(2026, 11, 22), date(2026, 11, 1), date(2027, 3, 14)])


def placed(points: list[tuple[float, float]]) -> list[Place]:
    return [Place(id=f"p{k}", coordinate=Coordinate(lat=lat, lng=lng)) for k, (lat, lng) in enumerate(points)]


@given(st.lists(POINTS, min_size=1, max_size=12), DAYS, st.integers(0, 20), st.integers(0, 60), st.data())
@settings(max_examples=150, deadline=None)
def test_spokes_are_a_row_and_a_column_of_the_table_to_the_second(
    points: list[tuple[float, float]], day: date, minutes: int, percent: int, data: st.DataObject
) -> None:
    places, horizon = placed(points), Horizon(day, TORONTO)
    policy = BufferPolicy(minutes=minutes, percent=percent)
    hub = data.draw(st.integers(0, len(places) - 1))
    table = ROADS.travel_times(places, horizon, policy)
    spokes = ROADS.spokes(places[hub], places, horizon, policy)

    assert (spokes.out == table.seconds[:, hub, :]).all()
    assert (spokes.back == table.seconds[:, :, hub]).all()
    assert (band_starts(horizon) == table.starts).all()


@given(st.lists(POINTS, min_size=2, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_a_drive_takes_the_same_seconds_in_whatever_company_it_is_asked(
    points: list[tuple[float, float]],
    random: Random,
) -> None:
    places = placed(points)
    shuffled = random.sample(places, len(places))
    first, second = (ROADS.travel_times(order, MONDAY, BufferPolicy()) for order in (places, shuffled))
    rows = [second.index[place.id] for place in places]

    assert (first.seconds == second.seconds[:, rows][:, :, rows]).all()


def test_more_stops_than_a_fine_table_holds_still_get_the_bands_of_a_day() -> None:
    rng = np.random.default_rng(5)
    many = placed([(43.65 + float(a), -79.7 + float(b)) for a, b in rng.uniform(-0.3, 0.3, (600, 2))])
    spokes = ROADS.spokes(many[0], many, MONDAY, BufferPolicy(minutes=5, percent=10))
    day = ROADS.travel_times(many[:50], MONDAY, BufferPolicy(minutes=5, percent=10))

    assert spokes.out.shape == (39, 600)
    assert (spokes.out[:, :50] == day.seconds[:, 0, :]).all()


def test_the_door_itself_is_no_drive_away_and_the_one_beside_it_is_a_drive_round_the_block() -> None:
    here = Coordinate(lat=43.6858, lng=-79.7599)
    stops = [Place(id="here", coordinate=here), Place(id="beside", coordinate=here)]
    spokes = ROADS.spokes(Place(id="here", coordinate=here), stops, MONDAY, BufferPolicy(minutes=5))

    assert (spokes.out[:, 0] == 0).all()
    assert (spokes.out[:, 1] > 360).all()


def test_nobody_is_no_drive_away() -> None:
    assert ROADS.spokes(placed([(43.6, -79.7)])[0], [], MONDAY, BufferPolicy()).out.shape == (39, 0)


def test_a_stop_without_a_point_is_named() -> None:
    center, *_ = placed([(43.6, -79.7)])
    with pytest.raises(InvalidRequest, match="where v1 is"):
        ROADS.spokes(center, [Place(id="v1")], MONDAY, BufferPolicy())
    nowhere = Place(id="v2", coordinate=Coordinate(lat=float("nan"), lng=-79.7))
    with pytest.raises(InvalidRequest, match="not a number"):
        ROADS.spokes(center, [nowhere], MONDAY, BufferPolicy())


def test_a_book_of_doors_that_is_full_starts_anew_and_says_the_same() -> None:
    model = embedded()
    book = DoorBook(lambda points: model.doors(model.project_degrees(points)), capacity=10)
    rng = np.random.default_rng(6)
    for _ in range(30):
        points = [(43.6 + float(a), -79.7 + float(b)) for a, b in rng.integers(0, 5, (6, 2)) / 10]
        doors, rows = book.look_up(points)
        fresh = model.doors(model.project_degrees(points))
        assert (doors.points[rows] == fresh.points).all()
        assert (doors.access[rows] == fresh.access).all()
        assert (doors.near[rows] == fresh.near).all()
