"""From nothing to a planned day of one's own, by command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main

VISITS = Path(__file__).parent / "visits.csv"


@pytest.fixture(autouse=True)
def somewhere_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_VAR", str(tmp_path))


def rounds(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def test_a_practice_of_ones_own_goes_from_nothing_to_a_planned_day() -> None:
    assert rounds("db", "upgrade").exit_code == 0
    assert rounds("import", str(VISITS)).exit_code == 4
    made = rounds("practice", "create", "mine", "--name", "My practice")
    assert made.stdout == "mine: My practice, America/Toronto, 12 services\n"
    hired = rounds(
        "practice", "therapist", "taylor", "--name", "Taylor Wren", "--home", "L6Y 2J6", "--hours", "08:00-19:00",
        "--rest", "12:00-14:00/30",
    )  # fmt: skip
    assert hired.exit_code == 0
    assert rounds("practice", "list").stdout == "mine: My practice, America/Toronto; taylor\n"
    assert rounds("import", str(VISITS)).exit_code == 0
    planned = rounds("plan", "--date", "2026-11-23")
    assert planned.exit_code in (0, 3)
    assert "Taylor Wren" in planned.stdout
    assert "break, 30 min" in planned.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--hours", "18:00-09:00"), "ends before it begins"),
        (("--hours", "9-18"), "write it like 09:00-18:00"),
        (("--days", "mon,funday"), "funday is no weekday"),
        (("--rest", "12:00-14:00"), "write it like 12:00-14:00/30"),
    ],
)
def test_a_week_that_makes_no_sense_is_refused_in_words(words: tuple[str, ...], said: str) -> None:
    rounds("db", "upgrade")
    rounds("practice", "create", "mine", "--name", "My practice")
    refused = rounds("practice", "therapist", "t", "--name", "T", "--home", "L6Y 2J6", *words)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert rounds("practice", "list").stdout == "mine: My practice, America/Toronto; nobody yet\n"


def test_a_home_outside_the_area_and_an_unknown_service_are_named_together() -> None:
    rounds("db", "upgrade")
    rounds("practice", "create", "mine", "--name", "My practice")
    refused = rounds("practice", "therapist", "t", "--name", "T", "--home", "K1A 0B1", "--services", "swedsh")
    assert refused.exit_code == 4
    assert "outside_area" in refused.stderr
    assert "unknown_service" in refused.stderr


def test_the_same_practice_is_not_made_twice() -> None:
    rounds("db", "upgrade")
    rounds("practice", "create", "mine", "--name", "My practice")
    assert rounds("practice", "create", "mine", "--name", "Other").exit_code != 0
    assert rounds("practice", "create", "new", "--name", "New", "--timezone", "Toronto").exit_code == 2


def test_the_booking_page_is_opened_and_closed_by_command() -> None:
    rounds("db", "upgrade")
    rounds("practice", "create", "mine", "--name", "My practice")
    assert rounds("practice", "page").stdout == "mine has no booking page; open it with --on\n"
    opened = rounds(
        "practice", "page", "--on", "--service", "swedish", "--framed-by", "https://example.org", "--ask-nothing",
        "--phone", "905 555 0100",
    )  # fmt: skip
    assert opened.stdout == (
        "mine: http://127.0.0.1:8000/book/mine\n  treatments: swedish\n  inside the pages of: https://example.org\n"
        "  phone: 905 555 0100\n"
    )
    changed = rounds("practice", "page", "--all-services", "--framed-by-nobody", "--ask-usual").stdout
    assert "treatments: all" in changed
    assert "inside the pages of: nobody" in changed
    assert "asks: Pregnancy" in changed
    refused = rounds("practice", "page", "--framed-by", "example.org")
    assert refused.exit_code == 4
    assert "not_an_origin" in refused.stderr
    assert rounds("practice", "page", "--ask", "x", "--ask-usual").exit_code == 2
    assert "no booking page" in rounds("practice", "page", "--off").stdout
