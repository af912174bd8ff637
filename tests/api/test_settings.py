"""Settings come from the environment, and say so when one cannot be used."""

import stat
from pathlib import Path

import pytest

from api.settings import Settings, read_settings
from api.wiring import Wiring
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


@pytest.mark.parametrize(
    ("chosen", "code", "words"),
    [
        ({"roads": "osrm"}, "bad_setting", "either ROUNDS_ROADS_DATA or ROUNDS_ROADS_URL"),
        ({"roads": "osrm", "roads_url": "https://r.example", "roads_data": "x"}, "bad_setting", "either"),
        ({"roads": "osrm", "roads_data": "nowhere"}, "roads_missing", "There are no roads in nowhere"),
        ({"roads": "valhalla", "roads_url": "http://127.0.0.1:8002"}, "bad_address", "plain http"),
        ({"roads": "osrm", "roads_url": "http://r.example", "roads_allow_loopback": True}, "bad_address", "plain http"),
        ({"roads": "osrm", "roads_url": "https://anna:secret@r.example"}, "bad_address", "password"),
    ],
)
def test_roads_that_lead_nowhere_are_refused_in_words(
    chosen: dict[str, object], code: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest, match=words) as refused:
        _ = Wiring(Settings.model_validate({"var": tmp_path, **chosen})).roads
    assert refused.value.code == code
    assert "secret" not in refused.value.detail


def test_an_engine_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_ROADS", "teleport")
    with pytest.raises(InvalidRequest) as refused:
        read_settings()
    assert [fault.pointer for fault in refused.value.faults] == ["ROUNDS_ROADS"]
