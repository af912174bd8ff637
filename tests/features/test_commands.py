"""What a script may rely on: stdout is the result, stderr the log, and the exit code says how it went."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.feeds.bookings_csv import COLUMNS
from api.services.planning import LEASE_MARGIN
from data.store.store import open_store
from optimizer.domain.booking import PlanRun, RunStatus, StartWindow

VISITS = Path(__file__).parent / "visits.csv"
DATE = "2026-11-23"

Rounds = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has been run."""
    folder = tmp_path_factory.mktemp("rounds")
    done = run(folder, "demo", "--date", DATE)
    assert done.returncode == 0, done.stderr
    (folder / "demo.txt").write_text(done.stdout)
    return folder


@pytest.fixture
def rounds(var: Path) -> Rounds:
    return lambda *arguments: run(var, *arguments)


def run(var: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}
    return subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        env={**environment, "ROUNDS_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_demo_prints_both_practices_and_how_to_open_the_page(var: Path) -> None:
    text = (var / "demo.txt").read_text()
    assert "Demo: one therapist\n" in text
    assert "Demo: five therapists\n" in text
    assert text.count("Monday 23 November 2026 · America/Toronto") == 2
    assert "Taylor Wren: 6 visits" in text
    assert "Left out" in text
    assert re.search(r"http://127\.0\.0\.1:8000/sign-in/\S+", text)


def test_the_same_date_gives_the_same_demo_apart_from_the_link(var: Path, rounds: Rounds) -> None:
    again = rounds("demo", "--date", DATE).stdout
    first, second = (re.sub(r"/sign-in/\S+", "", text) for text in ((var / "demo.txt").read_text(), again))
    assert first == second


def test_plan_exits_0_when_everyone_is_visited_and_3_when_somebody_is_left_out(rounds: Rounds) -> None:
    solo = rounds("plan", "--practice", "demo-solo", "--date", DATE)
    assert (solo.returncode, solo.stderr) == (0, "")
    assert solo.stdout.startswith("Monday 23 November 2026")
    team = rounds("plan", "--practice", "demo-team", "--date", DATE, "--json")
    assert team.returncode == 3
    assert json.loads(team.stdout)["unassigned"]


def test_a_published_plan_is_what_show_shows(rounds: Rounds) -> None:
    planned = rounds("plan", "--practice", "demo-solo", "--date", DATE, "--publish", "--json")
    assert json.loads(planned.stdout)["published_at"] is not None
    shown = rounds("show", "--practice", "demo-solo", "--date", DATE, "--format", "json")
    assert json.loads(shown.stdout)["id"] == json.loads(planned.stdout)["id"]
    one = rounds("show", "--practice", "demo-solo", "--date", DATE, "--therapist", "taylor")
    assert "09:00  Geriatric massage, 30 min, Billie Birch" in one.stdout
    feed = rounds("show", "--practice", "demo-solo", "--date", DATE, "--therapist", "taylor", "--format", "ics")
    assert feed.stdout.count("UID:visit-") == 6
    link = rounds("show", "--practice", "demo-solo", "--date", DATE, "--therapist", "taylor", "--link")
    assert link.stdout.startswith("http://127.0.0.1:8000/sign-in/")


def test_show_of_a_date_without_a_plan_exits_4_and_an_empty_day_0(rounds: Rounds) -> None:
    assert rounds("show", "--practice", "demo-solo", "--date", "2030-01-07").returncode == 4
    empty = rounds("show", "--practice", "demo-solo", "--date", "2030-01-07", "--therapist", "taylor")
    assert (empty.returncode, empty.stdout) == (0, "No visits on Monday 7 January 2030.\n")


def test_show_names_what_is_on_nobodys_agenda(var: Path, rounds: Rounds) -> None:
    there = ("--practice", "demo-solo", "--date", "2027-02-01")
    assert rounds("plan", *there).returncode == 0
    with open_store(f"sqlite:///{var / 'rounds.sqlite3'}") as store, store.unit_of_work("demo-solo") as uow:
        promised = uow.bookings.on(date(2026, 11, 23))[0]
        at = datetime(2027, 2, 1, 15, tzinfo=UTC)
        window = StartWindow(earliest=at, latest=at)
        uow.bookings.add(replace(promised, id="late", uid=None, date=at.date(), windows=(window,), therapist=None))
        uow.commit()
    shown = rounds("show", *there)
    assert shown.returncode == 0
    assert "! On nobody's agenda: 10:00 " in shown.stdout
    assert f"{promised.client.name} (booked since the plan)" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [("plan", "--date", "soon"), ("plan", "--time-limit", "0"), ("show", "--link"), ("import",), ("nonsense",)],
)
def test_a_command_that_is_typed_wrong_exits_2(rounds: Rounds, arguments: tuple[str, ...]) -> None:
    assert rounds(*arguments).returncode == 2


def test_with_several_practices_one_has_to_be_named(rounds: Rounds) -> None:
    asked = rounds("plan", "--date", DATE)
    assert asked.returncode == 4
    assert "demo-solo, demo-team" in asked.stderr
    assert rounds("plan", "--date", DATE, "--practice", "nobody").returncode == 4


def test_an_import_says_what_it_did_and_a_bad_one_exits_4_with_every_line(rounds: Rounds, tmp_path: Path) -> None:
    good = rounds("import", str(VISITS), "--practice", "demo-solo")
    assert (good.returncode, good.stdout) == (0, "5 added, 0 changed, 0 cancelled, 0 as before\n")
    again = rounds("import", str(VISITS), "--practice", "demo-solo")
    assert again.stdout == "0 added, 0 changed, 0 cancelled, 5 as before\n"
    bad = tmp_path / "bad.csv"
    bad.write_text(VISITS.read_text().replace("rehabilitation", "sauna").replace("L5B 3C2", "K1A 0B1"))
    refused = rounds("import", str(bad), "--practice", "demo-solo")
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "line 3, service" in refused.stderr
    assert "line 5, place" in refused.stderr


def test_the_help_of_import_names_every_column(rounds: Rounds) -> None:
    words = set(re.findall(r"\w+", rounds("import", "--help").stdout))
    assert words >= set(COLUMNS)


def test_no_name_of_a_client_reaches_the_log(rounds: Rounds, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(VISITS.read_text().replace("rehabilitation", "sauna"))
    for done in (
        rounds("import", str(bad), "--practice", "demo-solo"),
        rounds("plan", "--practice", "demo-team", "--date", DATE),
    ):
        assert "Example" not in done.stderr
        assert "Birch" not in done.stderr


def test_a_store_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    asked = run(tmp_path, "plan", "--date", DATE)
    assert asked.returncode == 4
    assert "rounds db upgrade" in asked.stderr


def test_while_another_run_holds_the_date_plan_exits_75_and_takes_over_when_its_lease_is_over(
    var: Path, rounds: Rounds
) -> None:
    now = datetime.now(UTC)
    running = PlanRun(
        id="elsewhere",
        date=datetime(2026, 12, 1, tzinfo=UTC).date(),
        status=RunStatus.RUNNING,
        requested_at=now,
        attempts=1,
        started_at=now,
        lease_until=now + LEASE_MARGIN,
    )
    with open_store(f"sqlite:///{var / 'rounds.sqlite3'}") as store, store.unit_of_work("demo-solo") as uow:
        uow.plan_runs.add(running)
        uow.commit()
    asked = rounds("plan", "--practice", "demo-solo", "--date", "2026-12-01")
    assert (asked.returncode, asked.stdout) == (75, "")
    assert "another run is planning 2026-12-01" in asked.stderr
    with open_store(f"sqlite:///{var / 'rounds.sqlite3'}") as store, store.unit_of_work("demo-solo") as uow:
        uow.plan_runs.put(replace(running, lease_until=now - timedelta(seconds=1)))
        uow.commit()
    assert rounds("plan", "--practice", "demo-solo", "--date", "2026-12-01").returncode == 0


def test_a_key_for_a_therapist_whom_nobody_knows_is_refused_with_the_nearest_name(rounds: Rounds) -> None:
    done = rounds("keys", "create", "therapist", "--therapist", "taylr", "--practice", "demo-solo")
    assert done.returncode == 4
    assert "Did you mean 'taylor'?" in done.stderr
    assert done.stdout == ""
