"""Settings come from the environment, and say so when one cannot be used."""

import stat
from pathlib import Path

import pytest

from api.settings import Settings, read_settings
from optimizer.domain.errors import InvalidRequest


def test_every_setting_is_explained() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_without_a_database_the_store_is_a_file_in_var(tmp_path: Path) -> None:
    assert Settings(var=tmp_path).store_url == f"sqlite:///{tmp_path / 'rounds.sqlite3'}"


def test_a_setting_that_cannot_be_used_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_PORT", "eighty-eighty")
    monkeypatch.setenv("ROUNDS_LOG_LEVEL", "loud")

    with pytest.raises(InvalidRequest) as refused:
        read_settings()

    assert {fault.pointer for fault in refused.value.faults} == {"ROUNDS_PORT", "ROUNDS_LOG_LEVEL"}
    assert "eighty" not in str(refused.value.faults)


def test_a_signing_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = Settings(var=tmp_path / "var").signing_key, Settings(var=tmp_path / "var").signing_key

    assert first == second
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_a_signing_key_that_is_set_is_used_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_VAR", str(tmp_path))
    monkeypatch.setenv("ROUNDS_SECRET_KEY", "chosen")

    settings = read_settings()

    assert settings.signing_key == "chosen"
    assert "chosen" not in repr(settings)
    assert list(tmp_path.iterdir()) == []
