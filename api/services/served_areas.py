"""Where the practice drives on some weekdays only."""

from datetime import date

from data.geocoding import service_area
from data.geocoding.gazetteer import normalise_town
from data.geocoding.geocoder import PlaceQuery
from data.geocoding.postal_code import code_in, normalise
from optimizer.domain.place import Place
from optimizer.domain.practice import AreaRule, Policies


def areas_of(where: PlaceQuery, place: Place) -> frozenset[str]:
    """What a place may be called in a rule: its towns as written there, its postal code where it was given.

    A point alone has no postal code; rules for it go by towns.
    """
    names: set[str] = set()
    if place.coordinate is not None:
        names |= {normalise_town(name) for name in service_area.embedded().names(place.coordinate)}
    code = where.postal_code or code_in(where.address or "") or code_in(place.label)
    if code:
        names.add(normalise(code))
    return frozenset(names)


def is_served(areas: frozenset[str], day: date, policies: Policies) -> bool:
    """Does the practice drive there on that date? A place in no rule is served on every date."""
    rules = [rule for rule in policies.areas if _covers(rule, areas)]
    return not rules or any(day.weekday() in rule.weekdays for rule in rules)


def _covers(rule: AreaRule, areas: frozenset[str]) -> bool:
    towns = {normalise_town(town) for town in rule.towns}
    prefixes = tuple(prefix.replace(" ", "").upper() for prefix in rule.postal_prefixes)
    return bool(towns & areas) or bool(prefixes and any(area.startswith(prefixes) for area in areas))
