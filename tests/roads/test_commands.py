"""`rounds roads`: build, plan by what was built, and say what is wrong in words and exit codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.commands.exits import Exit
from tests.roads.conftest import GEO, Build


def rounds(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROUNDS_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def open_practice() -> None:
    for words in (
        ("db", "upgrade"),
        ("practice", "create", "mine", "--name", "Mine"),
        ("practice", "therapist", "taylor", "--name", "Taylor Wren", "--home", "L6Y 2J6"),
        ("practice", "therapist", "robin", "--name", "Robin Wren", "--home", "L7E 1C3"),
    ):
        assert rounds(*words).exit_code == Exit.DONE


def test_built_roads_say_how_long_and_how_big_and_how_to_use_them(built: Build, var: Path) -> None:
    built("gta_synth_small", "valhalla")  # skips where there are no tools
    done = rounds("roads", "build", str(GEO / "gta_synth_small.osm.pbf"), "--engine", "valhalla")
    folder = var / "roads" / "gta_synth_small-valhalla"

    assert done.exit_code == Exit.DONE
    first, second = done.stdout.splitlines()
    assert first.startswith(f"{folder}: ")
    assert " s, " in first
    assert " MB, version " in first
    assert second == f"Use them: ROUNDS_ROADS=valhalla ROUNDS_ROADS_DATA={folder}"


def test_a_map_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    done = rounds("roads", "build", str(tmp_path / "ontario.osm.pbf"))
    assert done.exit_code == Exit.BAD_INPUT
    assert "ontario.osm.pbf cannot be read: No such file or directory." in done.stderr


def test_drives_are_asked_for_ahead_once(gta: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_practice()
    monkeypatch.setenv("ROUNDS_ROADS", "osrm")
    monkeypatch.setenv("ROUNDS_ROADS_URL", gta)
    assert rounds("roads", "warm").exit_code == Exit.BAD_INPUT  # plain http has to be allowed
    monkeypatch.setenv("ROUNDS_ROADS_ALLOW_LOOPBACK", "true")
    first, again = rounds("roads", "warm"), rounds("roads", "warm")

    assert first.exit_code == again.exit_code == Exit.DONE
    assert not first.stdout.startswith("0 drives")
    assert again.stdout == "0 drives asked for in 0 questions; roads: osrm\n"


def test_with_the_engine_down_warming_is_to_be_tried_later_and_planning_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_practice()
    monkeypatch.setenv("ROUNDS_ROADS", "osrm")
    monkeypatch.setenv("ROUNDS_ROADS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ROUNDS_ROADS_ALLOW_LOOPBACK", "true")
    warmed, planned = rounds("roads", "warm"), rounds("plan", "--date", "2026-11-23")

    assert warmed.exit_code == Exit.TRY_LATER
    assert "gave no answer" in warmed.stderr
    assert planned.exit_code == Exit.DONE
    assert "what is missing is estimated" in planned.stderr
    assert "roads: osrm+estimate" in planned.stdout


def test_roads_that_are_not_there_are_refused_before_anything_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    open_practice()
    monkeypatch.setenv("ROUNDS_ROADS", "osrm")
    done = rounds("plan", "--date", "2026-11-23")
    assert done.exit_code == Exit.BAD_INPUT
    assert "needs either ROUNDS_ROADS_DATA or ROUNDS_ROADS_URL" in done.stderr
