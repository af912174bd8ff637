"""What geocoding services answered is kept for a while, and all who share a store take turns in asking them."""

from datetime import UTC, datetime, timedelta

import pytest

from data.geocoding.memory import GAP, GeocodingMemory, Judged, ProcessMemory, Verdict
from data.store.store import Store, open_store
from optimizer.domain.place import Coordinate
from tests.contract.rivals import at_once

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
DAY = timedelta(days=1)
HOUSE = Judged(verdict=Verdict.HOUSE, point=Coordinate(lat=43.685812345, lng=-79.759987654))
NOWHERE = Judged(verdict=Verdict.NOWHERE)
SERVICE = "nominatim nominatim.example"
FOREVER = timedelta(days=9)


@pytest.fixture(params=["in the store", "in this process"])
def memory(request: pytest.FixtureRequest, store: Store) -> GeocodingMemory:
    return store.geocoding if request.param == "in the store" else ProcessMemory()


def test_an_answer_is_read_as_it_was_written_until_it_is_too_old(memory: GeocodingMemory) -> None:
    memory.write(SERVICE, "a", HOUSE, until=NOW + DAY, most=9)
    memory.write(SERVICE, "b", NOWHERE, until=NOW + DAY, most=9)

    assert memory.read(SERVICE, "a", NOW) == HOUSE
    assert memory.read(SERVICE, "b", NOW) == NOWHERE
    assert memory.read(SERVICE, "a", NOW + DAY) is None
    assert memory.read(SERVICE, "c", NOW) is None
    assert memory.read("photon photon.example", "a", NOW) is None


def test_an_answer_given_again_takes_the_place_of_the_first(memory: GeocodingMemory) -> None:
    memory.write(SERVICE, "a", NOWHERE, until=NOW + DAY, most=9)
    memory.write(SERVICE, "a", HOUSE, until=NOW + 2 * DAY, most=9)

    assert memory.read(SERVICE, "a", NOW + DAY) == HOUSE


def test_of_too_many_answers_those_that_end_soonest_go(memory: GeocodingMemory) -> None:
    for day, name in enumerate("abcde", start=1):
        memory.write(SERVICE, name, HOUSE, until=NOW + day * DAY, most=3)

    assert [name for name in "abcde" if memory.read(SERVICE, name, NOW) is not None] == ["c", "d", "e"]


def test_turns_lie_a_second_apart_and_whoever_would_wait_too_long_gets_none(memory: GeocodingMemory) -> None:
    turns = [memory.take_turn(SERVICE, NOW, patience=2 * GAP) for _ in range(4)]

    assert turns == [timedelta(0), GAP, 2 * GAP, None]
    assert memory.take_turn("photon photon.example", NOW, patience=GAP) == timedelta(0)
    assert memory.take_turn(SERVICE, NOW + 3 * GAP, patience=GAP) == timedelta(0), "no turn was lost on who went away"


def test_a_service_that_asks_to_be_left_alone_is(memory: GeocodingMemory) -> None:
    memory.leave_alone(SERVICE, NOW + timedelta(seconds=60))
    memory.leave_alone(SERVICE, NOW + timedelta(seconds=20))

    assert memory.take_turn(SERVICE, NOW + timedelta(seconds=50), patience=GAP) is None
    assert memory.take_turn(SERVICE, NOW + timedelta(seconds=60), patience=GAP) == timedelta(0)


def test_a_pause_asked_for_after_a_turn_is_kept(memory: GeocodingMemory) -> None:
    memory.take_turn(SERVICE, NOW, patience=GAP)
    memory.leave_alone(SERVICE, NOW + timedelta(seconds=60))

    assert memory.take_turn(SERVICE, NOW + timedelta(seconds=30), patience=FOREVER) == timedelta(seconds=30)


def take_five_turns(url: str, _: int) -> list[timedelta]:
    with open_store(url, patience=60) as store:
        turns = (store.geocoding.take_turn(SERVICE, NOW, patience=FOREVER) for _ in range(5))
        return [turn for turn in turns if turn is not None]


def test_three_processes_never_share_a_second(store: Store, url: str) -> None:
    turns = at_once(take_five_turns, url, processes=3)

    assert sorted(turn for each in turns for turn in each) == [GAP * turn for turn in range(15)]
    assert store.geocoding.take_turn(SERVICE, NOW, patience=GAP) is None
