"""From what a person writes to a point: pin, address (asked of a service), postal code, its area, town; or a refusal.

A service is believed only near the postal code that stands in the address, or in the town it names: the right street
in the wrong city is the usual mistake. Where it does not help, the postal code does, and no point is ever invented.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

from data.geocoding import gazetteer as gazetteers
from data.geocoding import service_area
from data.geocoding.asking import AskedAddress
from data.geocoding.distance import kilometres
from data.geocoding.gazetteer import Entry, Gazetteer, normalise_town
from data.geocoding.geocoder import Geocoder, PlaceQuery, nothing
from data.geocoding.memory import Judged, Verdict
from data.geocoding.postal_code import mistyped_in, spell
from data.geocoding.service_area import ServiceArea
from data.geocoding.typed_address import TypedAddress, folded, read_address
from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.place import PIN, POSTAL_AREA, POSTAL_CODE, TOWN, Coordinate, Place, Precision

NEAR_CODE_KM = 3.0
NEAR_AREA_KM = 8.0
NEAR_TOWN_KM = 15.0

HOUSE_METERS = 100
STREET_METERS = 2_000
"""How far the point of a house, and of a street, may be from the door: ours, services do not say."""

PIN_METERS = {Precision.EXACT: 0, Precision.POSTAL_CODE: 900, Precision.AREA: 5_000}


class Asker(Protocol):
    """Asks a service; `name` is echoed in answers. See `data.geocoding.asking.PoliteAsker`."""

    name: str

    def ask(self, asked: AskedAddress, before_asking: Callable[[], None]) -> Judged:
        """Where an address is. Raises Unavailable, and what `before_asking` does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A point and what it is known by; `door` is None where the words do not tell one door from another."""

    coordinate: Coordinate
    precision: Precision
    label: str
    source: str
    radius_meters: int
    door: str | None = None


class GazetteerGeocoder:
    """The embedded gazetteer and service area, with an optional service for street addresses.

    Ids of places: the caller's, where given. Otherwise a coordinate is one door with every other that agrees to five
    decimals (1 m), and an address with every other that differs only in how it is spelled. A postal code or town alone
    never makes two queries one door: each gets the next number of this geocoder ("postal:L6Y1N2#1"), so pass an id
    wherever a place is asked for more than once.

    Parameters
    ----------
    area
        Where the practice drives; the ten places of the package where left out.
    """

    def __init__(
        self,
        *,
        gazetteer: Gazetteer | None = None,
        area: ServiceArea | None = None,
        asker: Asker | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._gazetteer = gazetteer or gazetteers.embedded()
        self._area = area or service_area.embedded()
        self._towns = service_area.embedded()
        self._asker = asker
        self._numbers = numbers or itertools.count(1)

    def within(self, area: ServiceArea) -> Self:
        """The same for a practice that drives elsewhere."""
        return type(self)(gazetteer=self._gazetteer, area=area, asker=self._asker, numbers=self._numbers)

    def locate(self, query: PlaceQuery, *, before_asking: Callable[[], None] = nothing) -> Place:
        """The place meant; see `data.geocoding.geocoder.Geocoder` for what is raised."""
        found = self._find(query, before_asking)
        return Place(
            id=query.id or found.door or f"{_key(found.label)}#{next(self._numbers)}",
            coordinate=found.coordinate,
            label=query.label or found.label,
            precision=found.precision,
            source=found.source,
            radius_meters=found.radius_meters,
        )

    def _find(self, query: PlaceQuery, before_asking: Callable[[], None]) -> _Found:
        if query.coordinate is not None:
            return self._of_pin(query, query.coordinate)
        if query.address and query.address.strip():
            return self._of_address(query.address, query.postal_code or None, before_asking)
        if query.postal_code and query.postal_code.strip():
            return self._of_entry(self._entry(query.postal_code))
        raise InvalidRequest(
            "Nobody said where the place is.", code="place_missing", hint="Give a postal code, an address or a point."
        )

    def _of_pin(self, query: PlaceQuery, coordinate: Coordinate) -> _Found:
        point, precision = self._area.admit(coordinate), query.precision or Precision.EXACT
        if query.postal_code and query.postal_code.strip():
            _require_agreement(point, self._gazetteer.lookup(query.postal_code))
        return _Found(
            coordinate=point,
            precision=precision,
            label="",
            source=PIN if query.source is None else query.source,
            radius_meters=PIN_METERS[precision] if query.radius_meters is None else query.radius_meters,
            door=f"point:{point.lat:.5f},{point.lng:.5f}",
        )

    def _of_address(self, address: str, code: str | None, before_asking: Callable[[], None]) -> _Found:
        typed = read_address(address, is_town=self._is_town, code=code)
        entry = None if typed.code is None else self._entry(typed.code)
        if not typed.street:
            return self._without_street(typed, entry, address)
        if (asked := self._question(typed, entry)) is not None:
            judged = self._ask(asked, entry, before_asking)
            if (found := self._of_judged(judged, typed, entry, address)) is not None:
                return found
            if entry is None and judged.verdict is Verdict.SEVERAL:
                raise InvalidRequest(
                    f"There are several such addresses in {asked.town}.",
                    code="ambiguous_place",
                    hint="Add the postal code (L6Y 1N2), or give the point as lat and lng.",
                )
        if entry is not None:
            return self._of_entry(entry, label=address.strip(), door=_door(typed.door))
        raise self._unknown(address)

    def _without_street(self, typed: TypedAddress, entry: Entry | None, address: str) -> _Found:
        """Nothing in the words tells one door from another, unless they say more than we can read."""
        if entry is not None:
            if typed.is_bare:
                return self._of_entry(entry)
            return self._of_entry(entry, label=address.strip(), door=_door(folded(address)))
        if typed.town and typed.is_bare:
            return self._of_town(typed.town)
        raise self._unknown(address)

    def _question(self, typed: TypedAddress, entry: Entry | None) -> AskedAddress | None:
        """What to ask the service, None where nothing would be to be believed."""
        if self._asker is None:
            return None
        if entry is not None:
            centre = entry.coordinate
            limit = NEAR_CODE_KM if entry.precision is Precision.POSTAL_CODE else NEAR_AREA_KM
            return AskedAddress(
                address=typed,
                town=typed.town or entry.town,
                near=entry.code,
                is_near=lambda point: kilometres(point, centre) <= limit,
            )
        if not typed.town:
            return None
        zone, known = self._towns.zone(typed.town), self._gazetteer.find(typed.town)
        if zone is not None:
            return AskedAddress(address=typed, town=typed.town, near=zone.name, is_near=zone.__contains__)
        if known is None:
            return None
        name, middle = known
        return AskedAddress(
            address=typed,
            town=name,
            near=name,
            is_near=lambda point: kilometres(point, middle) <= NEAR_TOWN_KM,
        )

    def _ask(self, asked: AskedAddress, entry: Entry | None, before_asking: Callable[[], None]) -> Judged:
        """What the service says. While it is not to be had, an address with a postal code does without."""
        if self._asker is None:
            return Judged(verdict=Verdict.NOWHERE)
        try:
            return self._asker.ask(asked, before_asking)
        except Unavailable:
            if entry is None:
                raise
            return Judged(verdict=Verdict.NOWHERE)

    def _of_judged(self, judged: Judged, typed: TypedAddress, entry: Entry | None, address: str) -> _Found | None:
        if judged.point is None or self._asker is None:
            return None
        is_house = judged.verdict is Verdict.HOUSE
        if not is_house and entry is not None and entry.precision is Precision.POSTAL_CODE:
            return None  # the code says where in the street
        if judged.point not in self._area and entry is not None:
            return None
        return _Found(
            coordinate=self._area.admit(judged.point, "The address"),
            precision=Precision.EXACT if is_house else Precision.AREA,
            label=address.strip(),
            source=self._asker.name,
            radius_meters=HOUSE_METERS if is_house else STREET_METERS,
            door=_door(typed.door),
        )

    def _of_town(self, name: str) -> _Found:
        zone = self._towns.zone(name)
        if zone is not None and zone.ask:
            *most, last = zone.ask
            raise InvalidRequest(
                f"{zone.name} could mean several towns.",
                code="ambiguous_place",
                hint=f"Say {', '.join(most)} or {last}, or give a postal code.",
            )
        town = self._gazetteer.find(zone.name if zone is not None else name)
        if town is None:
            raise self._unknown(name)
        label, centre = town
        return _Found(
            coordinate=self._area.admit(centre, label),
            precision=Precision.AREA,
            label=label,
            source=TOWN,
            radius_meters=self._gazetteer.town_radius(label),
        )

    def _of_entry(self, entry: Entry, *, label: str = "", door: str | None = None) -> _Found:
        return _Found(
            coordinate=entry.coordinate,
            precision=entry.precision,
            label=label or spell(entry.code),
            source=POSTAL_CODE if entry.precision is Precision.POSTAL_CODE else POSTAL_AREA,
            radius_meters=entry.radius_meters,
            door=door,
        )

    def _entry(self, code: str) -> Entry:
        """A postal code inside the service area."""
        entry = self._gazetteer.lookup(code)
        if entry.coordinate not in self._area:
            area = self._gazetteer.lookup(entry.code[:3])
            if area.town == entry.town and area.coordinate in self._area:
                return area  # the source put this one code of a served town outside of it
        self._area.admit(entry.coordinate, f"{spell(entry.code)} ({entry.town})")
        return entry

    def _is_town(self, name: str) -> bool:
        return self._towns.zone(name) is not None or self._gazetteer.find(name) is not None

    def _unknown(self, address: str) -> InvalidRequest:
        mistyped = mistyped_in(address)
        return InvalidRequest(
            "This address is not known." if self._asker else "A street address needs its postal code here.",
            code="unknown_address",
            hint=f"Did you mean the postal code {spell(mistyped)}?"
            if mistyped
            else "Add the postal code (L6Y 1N2), or give the point as lat and lng.",
        )


def _require_agreement(point: Coordinate, entry: Entry) -> None:
    """Which of the two is wrong nobody knows: a therapist would be sent to one and read the other."""
    near = NEAR_CODE_KM if entry.precision is Precision.POSTAL_CODE else NEAR_AREA_KM
    apart = kilometres(point, entry.coordinate)
    if apart > max(near, 2 * entry.radius_meters / 1000):
        raise InvalidRequest(
            f"The point {point.lat:.5f}, {point.lng:.5f} lies {apart:.0f} km from the postal code {spell(entry.code)}.",
            code="place_contradicts",
            hint="Send the point or the postal code alone, or correct the one that is wrong.",
        )


def _door(words: str) -> str:
    return f"address:{hashlib.blake2b(words.encode(), digest_size=8).hexdigest()}"


def _key(label: str) -> str:
    """What stands before the number of a place that is no door: "postal:L6Y1N2", "town:halton hills"."""
    return f"postal:{label.replace(' ', '')}" if any(c.isdigit() for c in label) else f"town:{normalise_town(label)}"


def build_geocoder(asker: Asker | None = None) -> Geocoder:
    """The geocoder of an installation: the gazetteer alone, or with a service to ask."""
    return GazetteerGeocoder(asker=asker)
