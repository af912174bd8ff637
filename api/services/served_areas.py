"""Where the practice drives at all, and where on some weekdays only."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from data.geocoding import service_area
from data.geocoding.area_geojson import read_area_text
from data.geocoding.gazetteer import normalise_town
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.geocoding.postal_code import code_in, normalise
from data.geocoding.service_area import ServiceArea
from optimizer.domain.errors import Fault
from optimizer.domain.place import Place
from optimizer.domain.practice import AreaRule, Policies

AREA_KNOWN_FOR = timedelta(seconds=30)
"""So long a process goes by the area it has read; another process may have changed it."""


@lru_cache(maxsize=256)
def area_from(text: str) -> ServiceArea:
    """The service area of `Policies.service_area`."""
    return read_area_text(text) if text else service_area.embedded()


class PracticeGeocoders:
    """The geocoder of each practice: one for all, each with its own service area. Safe to share between threads.

    Parameters
    ----------
    policies
        Reads the policies of a practice; a transaction of its own, so `of` is never called inside one that writes.
    """

    def __init__(self, geocoder: Geocoder, policies: Callable[[str], Policies], clock: Callable[[], datetime]) -> None:
        self._geocoder = geocoder
        self._policies = policies
        self._clock = clock
        self._known: dict[str, tuple[Geocoder, datetime]] = {}

    def of(self, practice_id: str) -> Geocoder:
        """What finds places for a practice. Raises NotFound."""
        now = self._clock()
        known = self._known.get(practice_id)
        if known is not None and now - AREA_KNOWN_FOR < known[1] <= now:
            return known[0]
        text = self._policies(practice_id).service_area
        found = self._geocoder.within(area_from(text)) if text else self._geocoder
        self._known[practice_id] = (found, now)
        return found

    def forget(self, practice_id: str) -> None:
        """Its area has just been changed here."""
        self._known.pop(practice_id, None)


def areas_of(where: PlaceQuery, place: Place, policies: Policies) -> frozenset[str]:
    """What a place may be called in a rule: its towns as written there, its postal code where it was given.

    A point alone has no postal code; rules for it go by towns.
    """
    names: set[str] = set()
    if place.coordinate is not None:
        names |= {normalise_town(name) for name in service_area.embedded().names(place.coordinate)}
        if policies.service_area:
            names |= {normalise_town(name) for name in area_from(policies.service_area).names(place.coordinate)}
    code = where.postal_code or code_in(where.address or "") or code_in(place.label)
    if code:
        names.add(normalise(code))
    return frozenset(names)


def unknown_towns(policies: Policies) -> list[Fault]:
    """The towns of rules that are neither a zone of the practice's own area nor one of the ten places."""
    areas = (area_from(policies.service_area), service_area.embedded())
    known = ", ".join(dict.fromkeys(zone.name for area in areas for zone in area.zones))
    return [
        Fault(
            pointer=f"/areas/{number}/towns",
            code="unknown_town",
            detail=f"{town} is not a town of the service area.",
            hint=f"Known: {known}.",
        )
        for number, rule in enumerate(policies.areas)
        for town in rule.towns
        if all(area.zone(town) is None for area in areas)
    ]


def is_served(areas: frozenset[str], day: date, policies: Policies) -> bool:
    """Does the practice drive there on that date? A place in no rule is served on every date."""
    rules = [rule for rule in policies.areas if _covers(rule, areas)]
    return not rules or any(day.weekday() in rule.weekdays for rule in rules)


def _covers(rule: AreaRule, areas: frozenset[str]) -> bool:
    towns = {normalise_town(town) for town in rule.towns}
    prefixes = tuple(prefix.replace(" ", "").upper() for prefix in rule.postal_prefixes)
    return bool(towns & areas) or bool(prefixes and any(area.startswith(prefixes) for area in areas))
