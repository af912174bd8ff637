"""Roads are built from a map, whole or not at all, and what is wrong with the map is said in words."""

from pathlib import Path

import pytest

from data.roads.building import STAMP, build_roads, read_built
from optimizer.domain.errors import InvalidRequest
from tests.roads.conftest import GEO, Build

ENGINES = pytest.mark.parametrize("engine", ["osrm", "valhalla"])


@ENGINES
def test_what_was_built_says_of_what_and_how_big_it_is(engine: str, built: Build) -> None:
    folder = built("gta_synth_small", engine)
    found = read_built(folder)

    assert (found.engine, found.source) == (engine, "gta_synth_small.osm.pbf")
    assert len(found.version) == 12
    assert found.bytes > 1_000_000
    assert found.seconds > 0


@ENGINES
def test_a_map_that_is_not_there_is_named(engine: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"nowhere.osm.pbf cannot be read: No such file") as refused:
        build_roads(tmp_path / "nowhere.osm.pbf", engine, tmp_path / "out")
    assert refused.value.code == "map_missing"
    assert list(tmp_path.iterdir()) == []


@ENGINES
@pytest.mark.parametrize("content", [b"", b"<html>sign in</html>", b"PK\x03\x04"], ids=["empty", "a web page", "a zip"])
def test_a_file_that_is_no_map_is_refused(engine: str, content: bytes, tmp_path: Path) -> None:
    region = tmp_path / "region.osm.pbf"
    region.write_bytes(content)
    with pytest.raises(InvalidRequest, match="is no OpenStreetMap file") as refused:
        build_roads(region, engine, tmp_path / "out")
    assert refused.value.code == "map_unreadable"


@ENGINES
def test_a_map_that_was_cut_off_leaves_the_roads_of_before_in_place(engine: str, built: Build, tmp_path: Path) -> None:
    built("gta_synth_small", engine)  # skips where there are no tools
    whole = (GEO / "gta_synth_small.osm.pbf").read_bytes()
    region, out = tmp_path / "region.osm.pbf", tmp_path / "out"
    region.write_bytes(whole[: len(whole) // 2])
    out.mkdir()
    (out / STAMP).write_text("{}")

    with pytest.raises(InvalidRequest, match="No roads can be built from") as refused:
        build_roads(region, engine, out)

    assert refused.value.code == "map_unreadable"
    assert [path.name for path in out.iterdir()] == [STAMP]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "region.osm.pbf"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    region = tmp_path / "region.osm.pbf"
    region.write_bytes(b"\0\0\0\x0d\n\tOSMHeader")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InvalidRequest, match="holds something else"):
        build_roads(region, "osrm", tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("content", [None, "", "[]", '{"engine": "osrm"}'])
def test_a_folder_without_roads_says_how_to_build_them(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / STAMP).write_text(content)
    with pytest.raises(InvalidRequest) as refused:
        read_built(tmp_path)
    assert refused.value.code == "roads_missing"
    assert "rounds roads build" in refused.value.hint
