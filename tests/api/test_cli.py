"""The `rounds` command: the result on stdout, words on stderr, an exit code for a script."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import COMMANDS, main
from tests.api.problems import at, problem, therapist, visit, window


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for everything written."""
    monkeypatch.setenv("ROUNDS_VAR", str(tmp_path))
    return tmp_path


def rounds(*words: str, stdin: object = None) -> Result:
    given = None if stdin is None else stdin if isinstance(stdin, str) else json.dumps(stdin)
    return CliRunner().invoke(main, list(words), input=given)


def test_help_names_every_command_and_its_exit_codes() -> None:
    result = rounds("--help")

    assert result.exit_code == 0
    assert all(name in result.stdout for name in COMMANDS)
    assert "3 planned with visits left out" in " ".join(result.stdout.split())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    result = rounds(name, "--help")

    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_help_imports_nothing_heavy() -> None:
    heavy = ["numpy", "numba", "ortools", "sqlalchemy", "alembic", "flask", "pydantic", "structlog", "geopy"]
    code = (
        "import sys; from api.cli import main; main(['--help'], standalone_mode=False);"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_a_matter_of_usage() -> None:
    assert rounds("slove").exit_code == 2


def test_solving_prints_a_timetable_on_stdout_and_nothing_else() -> None:
    result = rounds("solve", "-", stdin=problem(visit("v1")))

    assert result.exit_code == 0, result.stderr
    assert "taylor: 1 visit" in result.stdout
    assert result.stderr == ""


def test_solving_as_json_answers_what_the_service_would() -> None:
    result = rounds("solve", "-", "--json", stdin=problem(visit("v1")))

    plan = json.loads(result.stdout)
    assert result.exit_code == 0
    assert plan["certificate"]["checked"] is True
    assert [step["type"] for step in plan["itineraries"][0]["steps"]] == ["drive", "visit", "drive"]


def test_a_plan_with_a_visit_left_out_is_exit_code_3() -> None:
    evening = [window("20:00", "21:00")]

    result = rounds("solve", "-", "--json", stdin=problem(visit("v1", windows=evening)))

    assert result.exit_code == 3
    assert [left["visit"] for left in json.loads(result.stdout)["unassigned"]] == ["v1"]


def test_bad_input_is_exit_code_4_and_every_fault_is_on_stderr() -> None:
    result = rounds("solve", "-", stdin=problem(visit("v1", session_minutes=0), visit("v2", sesion_minutes=1)))

    assert result.exit_code == 4
    assert result.stdout == ""
    assert "/visits/0/session_minutes" in result.stderr
    assert "Did you mean 'session_minutes'?" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": NaN}', "[" * 100_000])
def test_a_file_that_is_no_problem_is_exit_code_4(text: str) -> None:
    assert rounds("solve", "-", stdin=text).exit_code == 4


def test_a_file_that_is_not_there_is_a_matter_of_usage() -> None:
    assert rounds("solve", "nothing.json").exit_code == 2


def test_an_order_that_breaks_a_promise_is_exit_code_4_and_says_which() -> None:
    late = problem(visit("v1", windows=[window("09:00", "09:05")]), options={"order": {"taylor": ["v1"]}})

    result = rounds("evaluate", "-", stdin=late)

    assert result.exit_code == 4
    assert "v1" in result.stdout


@pytest.fixture
def solved(tmp_path: Path) -> tuple[Path, Path]:
    """A problem in a file, and its plan in another."""
    rest = window("12:00", "14:00") | {"minutes": 30}
    document = problem(visit("v1"), visit("v2", place={"id": "far"}), therapists=[therapist(breaks=[rest])])
    (tmp_path / "problem.json").write_text(json.dumps(document))
    result = rounds("solve", str(tmp_path / "problem.json"), "--json")
    (tmp_path / "plan.json").write_text(result.stdout)
    return tmp_path / "problem.json", tmp_path / "plan.json"


def test_a_plan_that_was_answered_passes_the_check_against_its_problem(solved: tuple[Path, Path]) -> None:
    given, plan = solved

    result = rounds("check", str(plan), "--problem", str(given))

    assert (result.exit_code, result.stdout) == (0, "Every promise is kept.\n")


def test_a_plan_that_was_tampered_with_does_not(solved: tuple[Path, Path]) -> None:
    given, plan = solved
    document: dict[str, Any] = json.loads(plan.read_text())
    stop = next(step for step in document["itineraries"][0]["steps"] if step["type"] == "visit")
    stop["start"] = at("06:00")
    plan.write_text(json.dumps(document))

    result = rounds("check", str(plan), "--problem", str(given))

    assert result.exit_code == 4
    assert stop["visit"] in result.stdout


@pytest.mark.parametrize(
    ("path", "lie", "words"),
    [
        (("itineraries", 0, "leave_at"), at("05:00"), "leave at is 05:00"),
        (("itineraries", 0, "back_at"), at("23:00"), "back at is 23:00"),
        (("itineraries", 0, "overtime_seconds"), 7, "overtime seconds is 7, by its parts 0"),
        (("itineraries", 0, "start_place", "id"), "elsewhere", "id is elsewhere"),
        (("summary", "travel_seconds"), 1, "travel seconds is 1"),
        (("summary", "distance_meters"), 1, "distance meters is 1"),
        (("certificate", "gap"), 0.5, "gap is 0.5, by its parts 0.0"),
        (("certificate", "objective", "cost"), 1, "cost adds up to"),
        (("roads",), "a map", "roads is a map, the problem says"),
        (("visit", "slack_seconds"), 99_999, "starting 99999 s later breaks a promise"),
        (("visit", "slack_seconds"), 0, "there are more than 0 s in which to start"),
        (("visit", "session_seconds"), 1, "session seconds is 1"),
        (("visit", "place", "id"), "elsewhere", "id is elsewhere"),
        (("drive", "distance_meters"), 1, "not 1 m long"),
        (("drive", "travel_seconds"), 1, "s, not 1 s"),
        (("drive", "roads"), "a map", "roads is a map"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_every_figure_of_a_plan_is_held_against_its_parts(
    solved: tuple[Path, Path], path: tuple[str | int, ...], lie: object, words: str
) -> None:
    given, plan = solved
    document: Any = json.loads(plan.read_text())
    part = document
    if path[0] in ("visit", "drive"):
        part = next(step for step in document["itineraries"][0]["steps"] if step["type"] == path[0])
        path = path[1:]
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = lie
    plan.write_text(json.dumps(document))

    result = rounds("check", str(plan), "--problem", str(given))

    assert result.exit_code == 4
    assert words in result.stdout
    assert "Objective(" not in result.stdout


def test_a_plan_of_other_visits_is_refused_with_the_nearest_names(solved: tuple[Path, Path]) -> None:
    given, plan = solved
    plan.write_text(plan.read_text().replace('"visit": "v1"', '"visit": "v11"'))

    result = rounds("check", str(plan), "--problem", str(given))

    assert result.exit_code == 4
    assert "Did you mean 'v1'?" in result.stderr


def test_the_store_is_created_once() -> None:
    before = rounds("db", "status")
    first, second, after = rounds("db", "upgrade"), rounds("db", "upgrade"), rounds("db", "status")

    assert before.exit_code == 4
    assert "rounds db upgrade" in before.stderr
    assert first.stdout.startswith("applied")
    assert (second.stdout, after.stdout) == ("nothing to do\n", "current\n")


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(installation: Path) -> None:
    from zoneinfo import ZoneInfo

    from data.store.store import open_store
    from optimizer.domain.practice import Practice

    rounds("db", "upgrade")
    with open_store(f"sqlite:///{installation / 'rounds.sqlite3'}") as store:
        store.practices.create(Practice(id="north", name="North", zone=ZoneInfo("America/Toronto")))

    made = rounds("keys", "create", "planner", "--label", "cron")
    secret = made.stdout.strip()
    listed = rounds("keys", "list")
    key_id = listed.stdout.split()[0]
    revoked = rounds("keys", "revoke", key_id)

    assert secret.startswith("rk_")
    assert "planner" in listed.stdout
    assert "cron" in listed.stdout
    assert secret not in listed.stdout
    assert revoked.exit_code == 0
    assert "revoked" in rounds("keys", "list").stdout


def test_without_a_practice_a_key_has_nobody_to_belong_to() -> None:
    rounds("db", "upgrade")

    result = rounds("keys", "create", "planner")

    assert result.exit_code == 4
    assert "no practice" in result.stderr


@pytest.mark.parametrize("words", [("therapist",), ("planner", "--therapist", "taylor"), ("boss",)])
def test_a_key_of_a_role_that_makes_no_sense_is_a_matter_of_usage(words: tuple[str, ...]) -> None:
    assert rounds("keys", "create", *words).exit_code == 2


def test_serving_without_a_store_is_refused_before_anything_listens() -> None:
    result = rounds("serve", "--port", "0")

    assert result.exit_code == 4
    assert "rounds db upgrade" in result.stderr


def test_a_reader_that_goes_away_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_text(json.dumps(problem(visit("v1"))))
    command = f"{sys.executable} -c 'from api.cli import main; main()' solve {tmp_path}/problem.json | head -c 1"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=os.environ, check=False)

    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
