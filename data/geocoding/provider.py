"""A geocoding service behind geopy, for addresses that a postal code describes too roughly.

Only the address leaves the house: no name, no phone, no id.
"""

import math
from typing import Any, Protocol

from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.place import Coordinate

TIMEOUT_SECONDS = 5.0
GAP_SECONDS = 1.0
"""Between two requests of this process; the usage policy of Nominatim allows one a second."""

SERVICES = ("google", "here", "nominatim", "opencage", "pelias", "photon")


class AddressProvider(Protocol):
    def find(self, address: str) -> Coordinate | None:
        """The provider's best point of an address, None where it knows none.

        Raises
        ------
        Unavailable
            code `geocoder_unavailable` when no sensible answer came.
        """
        ...


class GeopyProvider:
    """Any geocoder of geopy (or a rate limiter around its `geocode`) as an `AddressProvider`."""

    def __init__(self, geocoder: Any, *, gap_seconds: float = GAP_SECONDS) -> None:
        from geopy.extra.rate_limiter import RateLimiter

        # No retries: the caller waits, and the postal code is a good answer, too.
        self._geocode = RateLimiter(
            geocoder.geocode, min_delay_seconds=gap_seconds, max_retries=0, swallow_exceptions=False
        )

    def find(self, address: str) -> Coordinate | None:
        from geopy.exc import GeopyError

        try:
            found = self._geocode(address, exactly_one=True, timeout=TIMEOUT_SECONDS)
        except (GeopyError, OSError, ValueError, KeyError, TypeError) as broken:
            # Adapters let through what a page of HTML or half an answer makes their parsers raise.
            detail = f"The geocoding service gave no answer ({type(broken).__name__})."
            hint = "Add the postal code, or try again later."
            raise Unavailable(detail, code="geocoder_unavailable", hint=hint) from broken
        if found is None:
            return None
        point = Coordinate(lat=float(found.latitude), lng=float(found.longitude))
        return point if math.isfinite(point.lat) and math.isfinite(point.lng) else None


def geopy_provider(name: str, *, user_agent: str, api_key: str = "", domain: str = "") -> GeopyProvider:
    """A provider by its name in `SERVICES`; `domain` for one of your own (Nominatim, Photon, Pelias).

    Raises
    ------
    InvalidRequest
        code `unknown_geocoder` when there is no such service or it lacks its key or domain.
    """
    from geopy.exc import ConfigurationError
    from geopy.geocoders import get_geocoder_for_service

    if name not in SERVICES:
        hint = f"One of {', '.join(SERVICES)}."
        raise InvalidRequest(f"There is no geocoder {name!r}.", code="unknown_geocoder", hint=hint)
    given = {"domain": domain, "apikey" if name == "here" else "api_key": api_key}
    try:
        geocoder = get_geocoder_for_service(name)(
            user_agent=user_agent, **{key: value for key, value in given.items() if value}
        )
    except (TypeError, ConfigurationError) as lacking:
        raise InvalidRequest(f"The geocoder {name} lacks a setting: {lacking}", code="unknown_geocoder") from lacking
    return GeopyProvider(geocoder)
