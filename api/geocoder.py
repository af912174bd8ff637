"""The geocoder of an installation, out of its settings: the gazetteer, and which service it asks for addresses."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from api.settings import Settings
from data.geocoding.geocoder import Geocoder

if TYPE_CHECKING:
    from data.geocoding.memory import GeocodingMemory


def installed_geocoder(
    settings: Settings,
    memory: "Callable[[], GeocodingMemory]",
    clock: Callable[[], datetime],
    *,
    wait: Callable[[float], None] = time.sleep,
) -> Geocoder:
    """What finds places.

    Parameters
    ----------
    memory
        Opens what all processes remember of the service; not called where none is set.

    Raises
    ------
    InvalidRequest
        code `unknown_geocoder` or `bad_address`: what is set does not lead to a service.
    """
    from data.geocoding.chain import build_geocoder

    if settings.geocoder == "gazetteer":
        return build_geocoder()
    from data.geocoding.asking import PoliteAsker
    from data.geocoding.memory import ProcessMemory
    from data.geocoding.provider import geopy_provider
    from data.roads.breaker import Breaker

    provider = geopy_provider(
        settings.geocoder,
        user_agent=settings.user_agent,
        api_key=settings.geocoder_key.get_secret_value(),
        domain=settings.geocoder_domain,
        allow_loopback=settings.geocoder_allow_loopback,
    )
    without_store = ProcessMemory()

    def shared() -> "GeocodingMemory":
        from data.store.errors import SchemaMissing

        try:
            return memory()
        except SchemaMissing:
            return without_store  # a problem in a file needs no store

    return build_geocoder(
        PoliteAsker(
            provider,
            memory=shared,
            breaker=Breaker(time.monotonic),
            clock=clock,
            wait=wait,
            most=settings.geocoder_answers,
        )
    )
