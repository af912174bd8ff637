"""Drives are kept by network, the newest figures for each pair, and no more of them than there is room for."""

from datetime import date, timedelta

from data.store.store import Store

MONDAY = date(2026, 11, 23)
EVERY = 1_000


def test_a_drive_is_read_from_either_of_its_ends(store: Store) -> None:
    store.road_pairs.write("osrm 1", [(1, 2, 60, 900), (2, 1, 70, 950), (3, 4, 10, 100)], today=MONDAY, most=EVERY)

    assert set(store.road_pairs.read("osrm 1", [1])) == {(1, 2, 60, 900), (2, 1, 70, 950)}
    assert set(store.road_pairs.read("osrm 1", [4])) == {(3, 4, 10, 100)}
    assert store.road_pairs.read("osrm 1", []) == []


def test_another_map_has_other_drives(store: Store) -> None:
    store.road_pairs.write("osrm 1", [(1, 2, 60, 900)], today=MONDAY, most=EVERY)

    assert store.road_pairs.read("osrm 2", [1, 2]) == []


def test_a_drive_told_again_is_kept_as_told_last(store: Store) -> None:
    for seconds in (60, 80):
        store.road_pairs.write("osrm 1", [(1, 2, seconds, 900)], today=MONDAY, most=EVERY)

    assert store.road_pairs.read("osrm 1", [1]) == [(1, 2, 80, 900)]
    assert store.road_pairs.count() == 1


def test_of_too_many_the_oldest_go_and_what_is_still_wanted_stays(store: Store) -> None:
    for day in range(5):
        store.road_pairs.write("osrm 1", [(day, 9, 60, 900)], today=MONDAY + timedelta(days=day), most=EVERY)
    store.road_pairs.touch("osrm 1", [0], today=MONDAY + timedelta(days=7))
    store.road_pairs.write("osrm 1", [(7, 9, 60, 900)], today=MONDAY + timedelta(days=7), most=3)

    assert {drive[0] for drive in store.road_pairs.read("osrm 1", [9])} == {0, 4, 7}


def test_points_at_the_ends_of_the_earth_can_be_kept(store: Store) -> None:
    many = [((180 * 100_000 << 26) | 36_000_000, row, row, row) for row in range(9_000)]
    store.road_pairs.write("osrm 1", many, today=MONDAY, most=9_000)

    assert len(store.road_pairs.read("osrm 1", [many[0][0]])) == 9_000
