"""From what a person writes to a point: coordinate, address (asked of a provider), postal code, town; or a refusal.

A provider is believed only near the postal code that stands in the address, or in the town it names: the right
street in the wrong city is the usual mistake.
"""

import hashlib
import itertools
import math
import re
from dataclasses import dataclass

from data.geocoding import gazetteer as gazetteers
from data.geocoding import service_area
from data.geocoding.gazetteer import Entry, Gazetteer, normalise_town
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.geocoding.postal_code import code_in, spell
from data.geocoding.provider import AddressProvider, geopy_provider
from data.geocoding.service_area import ServiceArea
from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.place import Coordinate, Place, Precision

NEAR_CODE_KM = 3.0
NEAR_AREA_KM = 8.0
NEAR_TOWN_KM = 15.0

_COUNTRY = {"on", "ont", "ontario", "canada"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A point and what it is known by; `door` is None where the words do not tell one door from another."""

    coordinate: Coordinate
    precision: Precision
    label: str
    door: str | None


class GazetteerGeocoder:
    """The embedded gazetteer and service area, with an optional provider for street addresses.

    Ids of places: the caller's, where given. Otherwise a coordinate is one door with every other that agrees to five
    decimals (1 m), and an address with every other that differs only in case, spaces and punctuation. A postal code
    or town alone never makes two queries one door: each gets the next number of this geocoder ("postal:L6Y1N2#1"), so
    pass an id wherever a place is asked for more than once.
    """

    def __init__(
        self,
        *,
        gazetteer: Gazetteer | None = None,
        area: ServiceArea | None = None,
        provider: AddressProvider | None = None,
    ) -> None:
        self._gazetteer = gazetteer or gazetteers.embedded()
        self._area = area or service_area.embedded()
        self._provider = provider
        self._numbers = itertools.count(1)

    def locate(self, query: PlaceQuery) -> Place:
        """The place meant; see `data.geocoding.geocoder.Geocoder` for what is raised."""
        found = self._find(query)
        return Place(
            id=query.id or found.door or f"{_key(found.label)}#{next(self._numbers)}",
            coordinate=found.coordinate,
            label=query.label or found.label,
            precision=found.precision,
        )

    def _find(self, query: PlaceQuery) -> _Found:
        if query.coordinate is not None:
            point = self._area.admit(query.coordinate)
            door = f"point:{point.lat:.5f},{point.lng:.5f}"
            return _Found(coordinate=point, precision=query.precision or Precision.EXACT, label="", door=door)
        if query.address and query.address.strip():
            return self._of_address(query.address, query.postal_code or code_in(query.address))
        if query.postal_code and query.postal_code.strip():
            return self._of_entry(self._entry(query.postal_code))
        raise InvalidRequest(
            "Nobody said where the place is.", code="place_missing", hint="Give a postal code, an address or a point."
        )

    def _of_address(self, address: str, code: str | None) -> _Found:
        bare = _without_country(address)
        door = f"address:{hashlib.blake2b(_words(address).encode(), digest_size=8).hexdigest()}"
        if code is None and (found := self._of_town(bare)) is not None:
            return found
        entry = None if code is None else self._entry(code)
        if entry is not None and self._is_no_street(bare.replace(code or "", " ")):
            return self._of_entry(entry)
        town = self._town_named_by(bare) if entry is None else None
        if entry is not None or town is not None:
            point = self._ask(address, entry)
            if point is not None and self._is_believed(point, entry, town):
                return _Found(coordinate=point, precision=Precision.EXACT, label=address.strip(), door=door)
        if entry is not None:
            return _Found(coordinate=entry.coordinate, precision=entry.precision, label=address.strip(), door=door)
        raise InvalidRequest(
            "This address is not known." if self._provider else "A street address needs its postal code here.",
            code="unknown_address",
            hint="Add the postal code (L6Y 1N2), or give the point as lat and lng.",
        )

    def _is_no_street(self, rest: str) -> bool:
        """Whether an address without its code says nothing but a town: "Brampton, ON L6Y 1N2"."""
        named = _without_country(rest)
        return not _words(named) or self._gazetteer.find(named) is not None

    def _ask(self, address: str, entry: Entry | None) -> Coordinate | None:
        """The provider's point. While it is down, an address with a postal code does without."""
        if self._provider is None:
            return None
        try:
            return self._provider.find(address)
        except Unavailable:
            if entry is None:
                raise
            return None

    def _is_believed(self, point: Coordinate, entry: Entry | None, town: str | None) -> bool:
        if point not in self._area:
            return False
        if entry is not None:
            near = NEAR_CODE_KM if entry.precision is Precision.POSTAL_CODE else NEAR_AREA_KM
            return kilometres(point, entry.coordinate) <= near
        if town is None:
            return False
        if (zone := self._area.zone(town)) is not None:
            return point in zone
        known = self._gazetteer.find(town)
        return known is not None and kilometres(point, known[1]) <= NEAR_TOWN_KM

    def _town_named_by(self, bare: str) -> str | None:
        """The town at the end of a street address, with or without a comma before it."""
        words = bare.replace(",", " ").split()
        endings = (" ".join(words[-count:]) for count in (3, 2, 1))
        return next((e for e in endings if self._area.zone(e) is not None or self._gazetteer.find(e) is not None), None)

    def _of_town(self, name: str) -> _Found | None:
        zone = self._area.zone(name)
        if zone is not None and zone.ask:
            *most, last = zone.ask
            raise InvalidRequest(
                f"{zone.name} could mean several towns.",
                code="ambiguous_place",
                hint=f"Say {', '.join(most)} or {last}, or give a postal code.",
            )
        town = self._gazetteer.find(zone.name if zone is not None else name)
        if town is None:
            return None
        label, centre = town
        point = self._area.admit(centre, label)
        return _Found(coordinate=point, precision=Precision.AREA, label=label, door=None)

    def _of_entry(self, entry: Entry) -> _Found:
        return _Found(coordinate=entry.coordinate, precision=entry.precision, label=spell(entry.code), door=None)

    def _entry(self, code: str) -> Entry:
        """A postal code inside the service area."""
        entry = self._gazetteer.lookup(code)
        if entry.coordinate not in self._area:
            area = self._gazetteer.lookup(entry.code[:3])
            if area.town == entry.town and area.coordinate in self._area:
                return area  # the source put this one code of a served town outside of it
        self._area.admit(entry.coordinate, f"{spell(entry.code)} ({entry.town})")
        return entry


def build_geocoder(
    provider: str | None = None, user_agent: str = "rounds", *, api_key: str = "", domain: str = ""
) -> Geocoder:
    """The geocoder of an installation: gazetteer alone, or with a provider of `data.geocoding.provider.SERVICES`.

    Raises
    ------
    InvalidRequest
        code `unknown_geocoder`.
    """
    if not provider:
        return GazetteerGeocoder()
    asked = geopy_provider(provider, user_agent=user_agent, api_key=api_key, domain=domain)
    return GazetteerGeocoder(provider=asked)


def kilometres(a: Coordinate, b: Coordinate) -> float:
    """Great circle, by haversines."""
    up, across = math.radians(b.lat - a.lat) / 2, math.radians(b.lng - a.lng) / 2
    half = math.sin(up) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * math.sin(across) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def _without_country(address: str) -> str:
    """ "Milton, ON, Canada" is "Milton"."""
    words = address.replace(".", " ").strip().rstrip(",").split()
    while len(words) > 1 and words[-1].strip(",").lower() in _COUNTRY:
        words.pop()
    return " ".join(words).rstrip(", ")


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _key(label: str) -> str:
    """What stands before the number of a place that is no door: "postal:L6Y1N2", "town:halton hills"."""
    return f"postal:{label.replace(' ', '')}" if any(c.isdigit() for c in label) else f"town:{normalise_town(label)}"
