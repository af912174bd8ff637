"""The demo practices on both stores, a fixed clock, and the doors to them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.auth import hash_key, new_key
from api.services.practices import load_scenario
from api.settings import Settings
from api.wiring import Wiring
from data.demo.scenario import Scenario
from data.demo.solo import SOLO
from data.store.records import ApiKey, Role
from tests.contract.conftest import (  # noqa: F401  # the same two databases as the store's own tests
    migrated_postgres,
    migrated_sqlite,
    postgres_uri,
    url,
)
from tests.features.clinic import Clinic, open_clinic
from tests.features.web import CREW, open_page

MONDAY = date(2026, 11, 23)
MONDAY_MORNING = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
"""07:30 in Toronto."""

EMPTY = replace(SOLO, visits=())


@dataclass(kw_only=True)
class House:
    """A running Rounds with the one-therapist demo practice. `now` may be set."""

    wiring: Wiring
    app: Flask
    now: datetime
    executor: ThreadPoolExecutor

    @property
    def practice(self) -> str:
        return SOLO.practice.id

    @property
    def client(self) -> FlaskClient:
        """A browser of its own, with no cookies yet."""
        return self.app.test_client()

    def key(self, role: Role, therapist: str | None = None, *, practice: str = SOLO.practice.id) -> dict[str, str]:
        """A fresh key of the practice, as headers."""
        secret = new_key()
        self.wiring.store.keys.create(
            ApiKey(
                id=hash_key(secret)[:12],
                practice_id=practice,
                role=role,
                created_at=self.now,
                therapist=therapist,
            ),
            secret_hash=hash_key(secret),
        )
        return {"Authorization": f"Bearer {secret}"}

    def load(self, scenario: Scenario) -> None:
        """Write a demo practice, counted from Monday."""
        parts = self.wiring
        load_scenario(
            scenario, MONDAY, store=parts.store, geocoder=parts.geocoder, roads=parts.roads, clock=parts.clock
        )

    def hold_the_executor(self) -> Event:
        """Nothing handed to the executor begins before the event is set."""
        gate = Event()
        self.executor.submit(gate.wait)
        return gate

    def finish_runs(self) -> None:
        """Wait until every run handed to the executor so far is over."""
        self.executor.submit(lambda: None).result()


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:  # noqa: F811
    return Settings(database_url=url, var=tmp_path / "var")


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The practice of `data.demo.solo` without its visits."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        held: list[House] = []
        wiring = Wiring(settings, clock=lambda: held[0].now, executor=executor)
        held.append(House(wiring=wiring, app=create_app(wiring=wiring), now=MONDAY_MORNING, executor=executor))
        held[0].load(EMPTY)
        yield held[0]
    wiring.store.close()


@pytest.fixture
def site(url: str, tmp_path: Path) -> Iterator[Clinic]:  # noqa: F811
    """The clinic of one therapist, with its booking page open."""
    with open_clinic(url, tmp_path, CREW) as opened:
        open_page(opened)
        yield opened


@pytest.fixture
def fresh() -> Callable[[], dict[str, str]]:
    """A new Idempotency-Key at each call, as headers."""
    numbers = iter(range(1_000_000))
    return lambda: {"Idempotency-Key": f"key-{next(numbers)}"}
