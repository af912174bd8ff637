"""What the README says is what the program does."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from api.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_the_demo_prints_what_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    result = CliRunner().invoke(main, ["demo", "--date", "2026-11-23"], catch_exceptions=False)
    assert shown[1] in result.stdout


def test_every_setting_stands_in_the_readme() -> None:
    names = [f"`ROUNDS_{name.upper()}`" for name in Settings.model_fields]
    assert [name for name in names if name not in README] == []


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    known = {f"ROUNDS_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"ROUNDS_[A-Z_]+", README)) <= known


def test_every_command_in_the_readme_exists() -> None:
    commands = set(main.list_commands(None))  # type: ignore[arg-type]
    assert set(re.findall(r"^rounds ([a-z-]+)", README, re.MULTILINE)) <= commands
    assert commands <= set(re.findall(r"rounds ([a-z-]+)", README)) | {"demo", "evaluate", "serve"}


def test_every_picture_of_the_readme_is_there() -> None:
    for path in re.findall(r'src="([^"]+)"', README):
        assert (ROOT / path).is_file()
