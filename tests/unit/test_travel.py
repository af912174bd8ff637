"""Departure-time travel: leaving later never arrives earlier, and the inverse is exact."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.travel.kernels import latest_departure, travel_at
from optimizer.travel.times import BufferPolicy, TravelTimes


def _table(values: list[int], gaps: list[int], buffer: BufferPolicy) -> TravelTimes:
    starts = np.cumsum([100, *gaps[: len(values) - 1]])
    drive = np.array([[[0, v], [v, 0]] for v in values])
    return TravelTimes.build(places=["a", "b"], starts=starts.tolist(), drive=drive, buffer=buffer)


tables = st.builds(
    _table,
    st.lists(st.integers(0, 400), min_size=1, max_size=5),
    st.lists(st.integers(1, 200), min_size=5, max_size=5),
    st.builds(BufferPolicy, minutes=st.integers(0, 2), percent=st.integers(0, 150)),
)


@given(tables)
def test_leaving_later_never_arrives_earlier(travel: TravelTimes) -> None:
    for table in (travel.drive, travel.seconds):
        arrivals = [t + travel_at(travel.starts, table, 0, 1, t) for t in range(0, 1100, 3)]
        assert arrivals == sorted(arrivals)


@given(tables, st.sampled_from(range(70, 155, 5)))
def test_whatever_drives_take_a_therapist_leaving_later_never_arrives_earlier(
    travel: TravelTimes, percent: int
) -> None:
    theirs = travel.at_percent(percent)
    for table in (theirs.drive, theirs.seconds):
        arrivals = [t + travel_at(travel.starts, table, 0, 1, t) for t in range(0, 1100, 3)]
        assert arrivals == sorted(arrivals)
    # Rounding half a second up at each band is all that may be added to the percentage, but where that is made FIFO.
    assert (100 * theirs.drive[0] <= travel.drive[0] * percent + 50).all()
    assert (100 * theirs.drive >= travel.drive * percent - 50).all()
    assert (theirs.seconds >= theirs.drive).all()


@given(tables)
def test_who_takes_longer_is_never_there_sooner(travel: TravelTimes) -> None:
    slower = [travel.at_percent(percent) for percent in (70, 95, 100, 105, 150)]
    for one, other in pairwise(slower):
        assert (one.drive <= other.drive).all()
        assert (one.seconds <= other.seconds).all()


def test_a_percentage_is_of_the_drive_and_the_buffer_of_what_it_takes() -> None:
    travel = _table([1001], [1], BufferPolicy(minutes=5, percent=10)).at_percent(150)
    assert travel.drive[0, 0, 1] == 1502
    assert travel.seconds[0, 0, 1] == 1502 + 300 + 151
    assert travel.seconds[0, 0, 0] == 0


@given(tables, st.sampled_from((70, 115, 150)))
def test_a_place_added_is_as_far_as_one_that_was_there_from_the_start(travel: TravelTimes, percent: int) -> None:
    grown = travel.only(["a"]).and_place("b", out=travel.drive[:, 1, :1], back=travel.drive[:, :1, 1])
    for one, other in ((grown, travel), (grown.at_percent(percent), travel.at_percent(percent))):
        assert (one.drive == other.drive).all()
        assert (one.seconds == other.seconds).all()


@given(tables, st.integers(-200, 1500))
def test_the_latest_departure_arrives_in_time_and_a_second_later_does_not(travel: TravelTimes, by: int) -> None:
    leave = latest_departure(travel.starts, travel.seconds, 0, 1, by)
    assert leave + travel_at(travel.starts, travel.seconds, 0, 1, leave) <= by
    assert leave + 1 + travel_at(travel.starts, travel.seconds, 0, 1, leave + 1) > by


@given(tables)
def test_a_drive_never_takes_less_than_was_said(travel: TravelTimes) -> None:
    assert (travel.seconds >= travel.drive).all()


def test_the_buffer_is_minutes_plus_a_share_of_the_drive_and_nothing_within_one_place() -> None:
    travel = _table([1001], [1], BufferPolicy(minutes=5, percent=10))
    assert travel.seconds[0, 0, 1] == 1001 + 300 + 101
    assert travel.seconds[0, 0, 0] == 0


def test_one_band_means_the_same_all_day() -> None:
    travel = _table([700], [1], BufferPolicy())
    assert {travel_at(travel.starts, travel.seconds, 0, 1, t) for t in (0, 100, 50_000)} == {700}


def test_between_bands_travel_runs_in_a_straight_line() -> None:
    travel = TravelTimes.build(
        places=["a", "b"], starts=[0, 100], drive=np.array([[[0, 50], [50, 0]], [[0, 150], [150, 0]]])
    )
    assert [travel_at(travel.starts, travel.seconds, 0, 1, t) for t in (0, 25, 50, 100, 500)] == [50, 75, 100, 150, 150]


@pytest.mark.parametrize(
    ("starts", "drive", "message"),
    [
        ([0], np.zeros((1, 3, 3)), "need a table"),
        ([0], np.full((1, 2, 2), -1), "negative"),
        ([5, 5], np.zeros((2, 2, 2)), "one after the other"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(starts: list[int], drive: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TravelTimes.build(places=["a", "b"], starts=starts, drive=drive.astype(np.int64))
