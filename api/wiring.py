"""The only place that builds adapters: store, geocoder, roads, clock. Each is built at its first use."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from flask import current_app

from api.settings import Settings
from data.geocoding.geocoder import Geocoder
from data.roads.source import TravelSource
from optimizer.domain.errors import Unavailable

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from data.store.store import Store

Clock = Callable[[], datetime]
"""Tells the present as an aware UTC datetime."""


def system_clock() -> datetime:
    return datetime.now(UTC)


class Wiring:
    """What one process works with. Tests put their own clock or geocoder in; everything else comes from settings."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = system_clock,
        geocoder: Geocoder | None = None,
        roads: TravelSource | None = None,
        executor: "Executor | None" = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._geocoder = geocoder
        self._roads = roads
        self._executor = executor

    @cached_property
    def store(self) -> "Store":
        """The store, opened once.

        Raises
        ------
        optimizer.domain.errors.Unavailable
            When its schema is missing, older or newer than this release.
        """
        from data.store.store import open_store

        return open_store(self.settings.store_url)

    @cached_property
    def geocoder(self) -> Geocoder:
        if self._geocoder is not None:
            return self._geocoder
        from data.geocoding.chain import build_geocoder

        asked = self.settings
        return build_geocoder(
            None if asked.geocoder == "gazetteer" else asked.geocoder,
            asked.user_agent,
            api_key=asked.geocoder_key.get_secret_value(),
            domain=asked.geocoder_domain,
        )

    @cached_property
    def roads(self) -> TravelSource:
        if self._roads is not None:
            return self._roads
        if self.settings.roads != "estimate":
            raise Unavailable(
                f"There are no roads called {self.settings.roads!r}.",
                code="unknown_roads",
                hint="Use ROUNDS_ROADS=estimate.",
            )
        from data.roads.estimate import EstimateSource

        return EstimateSource()

    @cached_property
    def executor(self) -> "Executor":
        """Where queued plan runs are executed, beside the requests. Solving itself happens in child processes."""
        if self._executor is not None:
            return self._executor
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="plan-runs")


def wiring() -> Wiring:
    """The wiring of the app that answers the present request."""
    found = current_app.extensions["rounds"]
    if not isinstance(found, Wiring):
        raise TypeError(f"the app carries {type(found).__name__} in place of its wiring")
    return found
