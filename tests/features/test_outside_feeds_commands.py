"""What cron reads of calendars kept elsewhere: lines on stderr, exit codes, warnings wherever a plan is shown."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.calendar_server import Answer, calendar_server
from tests.calendars import calendar, event

Rounds = Callable[..., "subprocess.CompletedProcess[str]"]
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date()
"""Far enough to be ahead in every zone."""
GOOD = calendar(event("dentist", f"{TOMORROW:%Y%m%d}T100000", f"{TOMORROW:%Y%m%d}T113000", "Dentist Dr. Molar"))


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    """The command, over a store with the demo's practices."""
    var = tmp_path_factory.mktemp("rounds")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from api.cli import main; main()", *arguments],
            env={**environment, "ROUNDS_VAR": str(var), "ROUNDS_PRACTICE": "demo-solo"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    done = run("demo", "--date", str(TOMORROW))
    assert done.returncode == 0, done.stderr
    return run


def test_the_life_of_a_calendar_on_the_command_line(rounds: Rounds) -> None:
    with calendar_server() as server:
        added = rounds("feeds", "add", server.address, "--therapist", "taylor", "--allow-loopback")
        assert added.returncode == 0, added.stderr
        feed = added.stdout.split()[0]
        assert "never read  0 ahead  STALE" in rounds("feeds", "list").stdout

        server.answer = Answer(status=500)
        failed = rounds("feeds", "fetch")
        assert (failed.returncode, failed.stdout) == (75, "")
        assert f"{feed} of taylor was not read: the server answers 500" in failed.stderr
        planned = rounds("plan", "--date", str(TOMORROW))
        sentence = f"The calendar of taylor at 127.0.0.1 ({feed}) has never been read: the server answers 500"
        assert f"rounds: {sentence}" in planned.stderr
        assert f"\n! {sentence}" in planned.stdout
        for shown in (rounds("show", "--date", str(TOMORROW)), rounds("show", "--therapist", "taylor")):
            assert sentence in shown.stderr
            assert f"! {sentence}" in shown.stdout

        server.say(GOOD)
        fetched = rounds("feeds", "fetch")
        assert (fetched.returncode, fetched.stdout) == (0, f"{feed}  1 added, 0 changed, 0 released\n")
        listed = rounds("feeds", "list").stdout
        assert "1 ahead" in listed
        assert "secret.ics" not in listed + failed.stderr
        again = rounds("plan", "--date", str(TOMORROW))
        assert again.stderr == ""
        assert "Busy, 1 h 30 min" in again.stdout
        assert "Molar" not in again.stdout

        removed = rounds("feeds", "remove", feed)
        assert removed.stdout == f"removed {feed}, 1 released\n"
        assert rounds("feeds", "list").stdout == ""


def test_one_calendar_in_trouble_does_not_keep_the_others_waiting(rounds: Rounds, tmp_path: Path) -> None:
    file = tmp_path / "taylor.ics"
    file.write_text(GOOD)
    for address in (str(tmp_path / "gone.ics"), str(file)):
        assert rounds("feeds", "add", address, "--therapist", "taylor", "--fresh-for", "1d").returncode == 0
    fetched = rounds("feeds", "fetch")
    assert fetched.returncode == 75
    assert fetched.stdout.endswith("1 added, 0 changed, 0 released\n")
    assert "No such file" in fetched.stderr
    for line in rounds("feeds", "list").stdout.splitlines():
        assert rounds("feeds", "remove", line.split()[0]).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("http://calendar.example/x.ics", "--therapist", "taylor"), 4),
        (("http://127.0.0.1/x.ics", "--therapist", "taylor"), 4),
        (("https://calendar.example/x.ics", "--therapist", "nobody"), 4),
        (("https://calendar.example/x.ics",), 2),
        (("https://calendar.example/x.ics", "--therapist", "taylor", "--fresh-for", "soon"), 2),
    ],
)
def test_a_calendar_that_cannot_be_added_says_why(rounds: Rounds, arguments: tuple[str, ...], code: int) -> None:
    refused = rounds("feeds", "add", *arguments)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert refused.stderr != ""


def test_a_file_that_nobody_has_written_for_days_is_told_by_the_exit_code(rounds: Rounds, tmp_path: Path) -> None:
    calendar = tmp_path / "old.ics"
    calendar.write_bytes(GOOD if isinstance(GOOD, bytes) else GOOD.encode())
    two_days_ago = calendar.stat().st_mtime - 2 * 24 * 3600
    os.utime(calendar, (two_days_ago, two_days_ago))
    added = rounds("feeds", "add", str(calendar), "--therapist", "taylor", "--fresh-for", "2h")
    assert added.returncode == 0, added.stderr
    fetched = rounds("feeds", "fetch")
    assert fetched.returncode == 75
    assert added.stdout.split()[0] in fetched.stderr
    assert "1 added" in fetched.stdout
