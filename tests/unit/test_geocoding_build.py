"""How the embedded gazetteer is made, on a source small enough to see through."""

import sqlite3
from pathlib import Path

import pytest

from data.geocoding.build_gazetteer import read, without_gross_errors, write
from data.geocoding.gazetteer import load
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Precision


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three streets of Brampton, one of its codes in the Arctic, 21 codes on one point, and Ottawa."""
    rows = [
        ("L6Y 1A1", "Brampton", 43.66, -79.74),
        ("L6Y 1A2", "Brampton", 43.67, -79.75),
        ("L6Y 9Z9", "Brampton", 43.68, -79.76),
        ("L6Y 2B2", "Brampton", 64.28, -135.0),
        ("K1A 0B1", "Ottawa", 45.42, -75.7),
        *((f"L9W 2{letter}{digit}", "Orangeville", 43.916, -80.103) for letter in "ABC" for digit in range(7)),
    ]
    path = tmp_path / "postalcodes.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE PostalCodes (code, name, latitude, longitude)")
        database.executemany("INSERT INTO PostalCodes VALUES (?, ?, ?, ?)", reversed(rows))
    return path


def test_the_arctic_is_dropped_and_ottawa_never_taken(source: Path, tmp_path: Path) -> None:
    write(without_gross_errors(read(source)), tmp_path / "gazetteer.npz")
    gazetteer = load(tmp_path / "gazetteer.npz")

    assert gazetteer.lookup("L6Y 9Z9").coordinate == Coordinate(lat=43.68, lng=-79.76)
    assert gazetteer.lookup("L6Y 2B2").precision is Precision.AREA
    assert gazetteer.lookup("L6Y 2B2").coordinate == Coordinate(lat=43.67, lng=-79.75)
    with pytest.raises(InvalidRequest):
        gazetteer.lookup("K1A 0B1")


def test_codes_crowded_on_one_point_are_marked(source: Path, tmp_path: Path) -> None:
    write(read(source), tmp_path / "gazetteer.npz")
    gazetteer = load(tmp_path / "gazetteer.npz")

    assert gazetteer.lookup("L9W 2A0").precision is Precision.AREA
    assert gazetteer.lookup("L6Y 1A1").precision is Precision.POSTAL_CODE


def test_building_twice_writes_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("once.npz", "again.npz"):
        write(without_gross_errors(read(source)), tmp_path / name)

    assert (tmp_path / "once.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()
