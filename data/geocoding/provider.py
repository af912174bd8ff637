"""A geocoding service behind geopy, for addresses that a postal code describes too roughly.

Only street, town and province leave the house: no name, no phone, no flat, no id.
"""

import math
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from data.geocoding.candidates import Candidate, described
from data.web.address import is_this_machine, web_address
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate

TIMEOUT_SECONDS = 5.0
ANSWERS = 5
"""Asked for, so that two which are equally good can be told from one."""

# By the name in the settings: geopy's name, the word for its key, and how it is asked for more than one answer.
_GEOPY: Mapping[str, tuple[str, str, Mapping[str, Any]]] = MappingProxyType(
    {
        "google": ("google", "api_key", {"components": {"country": "CA"}}),
        "here": ("herev7", "apikey", {"limit": ANSWERS, "countries": ["CAN"]}),  # geopy's "here" is long shut down
        "nominatim": ("nominatim", "", {"limit": ANSWERS, "addressdetails": True, "country_codes": "ca"}),
        "opencage": ("opencage", "api_key", {"annotations": False, "country": "ca"}),
        "pelias": ("pelias", "api_key", {"countries": ["CAN"]}),
        "photon": ("photon", "", {"limit": ANSWERS}),
    }
)
SERVICES = tuple(_GEOPY)


class AddressProvider(Protocol):
    """A geocoding service. `name` is echoed in answers; `host` tells two services of one name apart."""

    name: str
    host: str

    def find(self, address: str) -> tuple[Candidate, ...]:
        """What the service knows by an address, best first; empty where it knows nothing.

        Raises
        ------
        GeocoderDown
            When no sensible answer came.
        """
        ...


class GeopyProvider:
    """One of geopy's geocoders as an `AddressProvider`."""

    def __init__(self, name: str, geocoder: Any, *, host: str, timeout: float, options: Mapping[str, Any]) -> None:
        self.name = name
        self.host = host
        self._geocode = partial(geocoder.geocode, exactly_one=False, timeout=timeout, **options)

    def find(self, address: str) -> tuple[Candidate, ...]:
        """See `AddressProvider.find`."""
        from geopy.exc import GeocoderRateLimited, GeopyError

        from data.geocoding.careful_adapter import GeocoderDown

        try:
            return tuple(self._candidate(found) for found in self._geocode(address) or ())
        except GeocoderRateLimited as busy:
            rest = None if busy.retry_after is None else int(busy.retry_after)
            raise GeocoderDown("has had enough for now", rest=rest) from busy
        except (GeopyError, LookupError, ValueError, TypeError, AttributeError) as broken:
            # geopy lets through what a half answer makes its parsers raise.
            raise GeocoderDown(f"sends nothing sensible ({type(broken).__name__})") from broken

    def _candidate(self, found: Any) -> Candidate:
        point = Coordinate(lat=float(found.latitude), lng=float(found.longitude))
        if not (math.isfinite(point.lat) and math.isfinite(point.lng)):
            raise ValueError("no point on Earth")
        grain, number = described(self.name, found.raw)
        return Candidate(point=point, grain=grain, number=number)


def geopy_provider(
    name: str,
    *,
    user_agent: str,
    api_key: str = "",
    domain: str = "",
    allow_loopback: bool = False,
    timeout: float = TIMEOUT_SECONDS,
) -> GeopyProvider:
    """A provider by its name in `SERVICES`.

    Parameters
    ----------
    domain
        Host of a service of one's own, with its port where it has one; else geopy's own choice.
    allow_loopback
        Ask a `domain` that is this machine by plain http.
    timeout
        Seconds until the last byte of an answer.

    Raises
    ------
    InvalidRequest
        code `unknown_geocoder` when there is no such service or it lacks its key or domain; `bad_address` when its
        domain is none.
    """
    from geopy.exc import ConfigurationError
    from geopy.geocoders import get_geocoder_for_service

    from data.geocoding.careful_adapter import CarefulAdapter

    if name not in _GEOPY:
        hint = f"One of {', '.join(SERVICES)}."
        raise InvalidRequest(f"There is no geocoder {name!r}.", code="unknown_geocoder", hint=hint)
    geopy_name, key_word, options = _GEOPY[name]
    scheme = _scheme(domain, allow_loopback=allow_loopback)
    given = {"domain": domain, key_word or "api_key": api_key}
    try:
        geocoder = get_geocoder_for_service(geopy_name)(
            user_agent=user_agent,
            scheme=scheme,
            adapter_factory=partial(CarefulAdapter, allow_loopback=allow_loopback),
            **{key: value for key, value in given.items() if value},
        )
    except (TypeError, ConfigurationError) as lacking:
        raise InvalidRequest(
            f"The geocoder {name} lacks a setting: {lacking}.",
            code="unknown_geocoder",
            hint="Set ROUNDS_GEOCODER_KEY or ROUNDS_GEOCODER_DOMAIN.",
        ) from lacking
    if name == "here" and domain:
        geocoder.api = f"{scheme}://{domain}{geocoder.geocode_path}"  # geopy writes "geocode." before any domain
    return GeopyProvider(name, geocoder, host=domain or name, timeout=timeout, options=options)


def _scheme(domain: str, *, allow_loopback: bool) -> str:
    if not domain:
        return "https"
    hint = "give a host such as geocoder.example"
    parsed = web_address(f"https://{domain}", allow_loopback=False, hint=hint)
    return "http" if allow_loopback and is_this_machine(parsed.host) else "https"
