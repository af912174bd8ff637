"""The only place that builds adapters: store, geocoder, roads, clock. Each is built at its first use."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from flask import current_app

from api.settings import Settings
from data.geocoding.geocoder import Geocoder
from data.roads.source import TravelSource

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from api.services.address_budget import AddressBudget
    from api.services.boards import Boards
    from api.services.desk import Desk
    from api.services.manage_token import ManageTokens
    from api.services.offers import Offers
    from api.services.public_view import PublicView
    from api.services.search_tally import SearchTally
    from api.services.served_areas import PracticeGeocoders
    from api.services.signing_in import Links, PostOffice
    from api.services.tidying import Tidying
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
        from api.geocoder import installed_geocoder

        return installed_geocoder(self.settings, lambda: self.store.geocoding, self.clock)

    @cached_property
    def geocoders(self) -> "PracticeGeocoders":
        """The geocoder of each practice, which knows where that practice drives."""
        from api.services.served_areas import PracticeGeocoders

        return PracticeGeocoders(self.geocoder, lambda id: self.store.practices.get(id).policies, self.clock)

    @cached_property
    def roads(self) -> TravelSource:
        if self._roads is not None:
            return self._roads
        from api.roads import travel_source

        return travel_source(self.settings, lambda: self.store.road_pairs, lambda: self.clock().date())

    @cached_property
    def boards(self) -> "Boards":
        """The open days that this process has prepared."""
        from api.services.boards import Boards

        return Boards(self.roads)

    @cached_property
    def public_roads(self) -> TravelSource:
        """Roads for searches by people who may not know where other clients live."""
        from api.roads import public_source

        return public_source(self.settings, self.roads, lambda: self.store.road_pairs, lambda: self.clock().date())

    @cached_property
    def public_view(self) -> "PublicView":
        """The open days as the public may know them."""
        from api.services.public_view import PublicView

        return PublicView(self.public_roads)

    @cached_property
    def address_budget(self) -> "AddressBudget":
        """How many places the public may ask about."""
        from api.services.address_budget import AddressBudget

        return AddressBudget(per_session=self.settings.places_per_session, per_key=self.settings.places_per_key)

    @cached_property
    def offers(self) -> "Offers":
        from api.services.offers import Offers

        return Offers(self.settings.signing_key)

    @cached_property
    def manage_tokens(self) -> "ManageTokens":
        from api.services.manage_token import ManageTokens

        return ManageTokens(key=self.settings.signing_key)

    @cached_property
    def sign_in_links(self) -> "Links":
        from api.services.signing_in import Links

        return Links(self.settings.signing_key)

    @cached_property
    def post_office(self) -> "PostOffice | None":
        """Who sends letters; None where nobody does."""
        from api.mail import installed_post_office

        return installed_post_office(self.settings)

    @cached_property
    def tidying(self) -> "Tidying":
        from api.services.tidying import Tidying

        return Tidying()

    @cached_property
    def tally(self) -> "SearchTally":
        """What searches came to, counted."""
        from api.services.search_tally import SearchTally

        return SearchTally(lambda: self.store)

    @property
    def desk(self) -> "Desk":
        """What the booking promise leans on."""
        from api.services.desk import Desk

        return Desk(
            store=self.store,
            clock=self.clock,
            geocoders=self.geocoders,
            roads=self.roads,
            public_roads=self.public_roads,
            boards=self.boards,
            public_view=self.public_view,
            address_budget=self.address_budget,
            offers=self.offers,
            manage_tokens=self.manage_tokens,
            tally=self.tally,
        )

    @cached_property
    def executor(self) -> "Executor":
        """Where queued plan runs are executed, beside the requests. Solving itself happens in child processes."""
        if self._executor is not None:
            return self._executor
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="plan-runs")

    @cached_property
    def errands(self) -> "Executor":
        """What an answer does not wait for, apart from the plan runs, which take long."""
        if self._executor is not None:
            return self._executor
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")


def wiring() -> Wiring:
    """The wiring of the app that answers the present request."""
    found = current_app.extensions["rounds"]
    if not isinstance(found, Wiring):
        raise TypeError(f"the app carries {type(found).__name__} in place of its wiring")
    return found
