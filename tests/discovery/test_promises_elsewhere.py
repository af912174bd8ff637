"""The same histories on PostgreSQL, and over HTTP to the built server on both stores."""

from datetime import datetime
from typing import ClassVar

import pytest
from hypothesis.stateful import run_state_machine_as_test

from api.settings import Settings
from tests.contract.conftest import database_at, run_statement
from tests.discovery.house import House
from tests.discovery.test_promises import Promises, sized
from tests.doors import Door
from tests.serving import set_clock, start

SECRET = "a secret"


class OnPostgres(Promises):
    """Each history in a database of its own, at `uri`, copied from `pattern`."""

    uri: ClassVar[str]
    pattern: ClassVar[str]

    def _settings(self) -> Settings:
        run_statement(self.uri, f"CREATE DATABASE history TEMPLATE {self.pattern}")
        url = database_at(self.uri, "history")
        return Settings(var=self.folder, database_url=url, secret_key=SECRET)  # type: ignore[arg-type]

    def teardown(self) -> None:
        super().teardown()
        run_statement(self.uri, "DROP DATABASE history WITH (FORCE)")


class OverHttp(House):
    """The doors of a built server with two workers, which goes by the clock of the history."""

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, now: datetime) -> None:
        self._now = now
        set_clock(self.folder / "clock", now)

    def _door_to_the_house(self) -> Door:
        settings, clock = self.wiring.settings, self.folder / "clock"
        self.server = start(settings.store_url, self.folder, workers=2, clock=clock, ROUNDS_SECRET_KEY=SECRET)
        return self.server.door

    def teardown(self) -> None:
        try:
            super().teardown()  # the last day comes over HTTP, too
        finally:
            self.server.kill()


@pytest.mark.slow
@pytest.mark.marathon
def test_every_answer_is_the_one_that_the_model_gives_on_postgresql(postgres_uri: str, migrated_postgres: str) -> None:
    class Here(OnPostgres):
        uri, pattern = postgres_uri, migrated_postgres

    run_state_machine_as_test(Here, settings=sized(200, 60, same_every_time=False))


FEW_OR_MANY = pytest.mark.parametrize(
    ("examples", "steps"), [(2, 30), pytest.param(100, 60, marks=pytest.mark.marathon)], ids=["few", "many"]
)


@pytest.mark.slow
@FEW_OR_MANY
def test_every_answer_over_http_is_the_one_that_the_model_gives(examples: int, steps: int) -> None:
    class Here(OverHttp, Promises):
        pass

    run_state_machine_as_test(Here, settings=sized(examples, steps, same_every_time=steps < 60))


@pytest.mark.slow
@FEW_OR_MANY
def test_every_answer_over_http_is_the_one_that_the_model_gives_on_postgresql(
    postgres_uri: str, migrated_postgres: str, examples: int, steps: int
) -> None:
    class Here(OverHttp, OnPostgres):
        uri, pattern = postgres_uri, migrated_postgres

    run_state_machine_as_test(Here, settings=sized(examples, steps, same_every_time=steps < 60))
