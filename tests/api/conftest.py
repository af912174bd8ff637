"""An app over a real SQLite store, with a key of every role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from flask import Flask
from werkzeug.test import TestResponse

from api.app import create_app
from api.auth import hash_key, new_key
from api.settings import Settings
from api.wiring import Wiring
from data.store.migrate import migrate
from data.store.records import ApiKey, Role
from optimizer.domain.practice import Practice

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Door:
    """A client of the app that shows a key."""

    app: Flask
    keys: dict[Role, str]

    def ask(self, method: str, path: str, *, role: Role | None = Role.PLANNER, **how: Any) -> TestResponse:
        headers = dict(how.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.keys[role]}"
        return self.app.test_client().open(path, method=method, headers=headers, **how)

    def post(self, path: str, document: object, **how: Any) -> TestResponse:
        return self.ask("POST", path, json=document, **how)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store with one practice, to be copied."""
    file = tmp_path_factory.mktemp("pattern") / "pattern.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path, solve_time_limit=5)


@pytest.fixture
def wiring(settings: Settings, pattern: Path) -> Iterator[Wiring]:
    (settings.var / "rounds.sqlite3").write_bytes(pattern.read_bytes())
    parts = Wiring(settings, clock=lambda: NOW)
    parts.store.practices.create(Practice(id="north", name="North", zone=ZoneInfo("America/Toronto")))
    yield parts
    parts.store.close()


@pytest.fixture
def door(settings: Settings, wiring: Wiring) -> Door:
    structlog.reset_defaults()
    keys = {role: new_key() for role in Role if role is not Role.THERAPIST}
    for role, key in keys.items():
        record = ApiKey(id=f"key-{role}", practice_id="north", role=role, created_at=NOW)
        wiring.store.keys.create(record, secret_hash=hash_key(key))
    return Door(app=create_app(settings, wiring=wiring), keys=keys)
