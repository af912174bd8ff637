"""From the places of a request to doors: which are the same, where each is, and what cannot be found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from api.stateless.faults import Faults, Path
from api.v1.schemas.place import PlaceIn
from api.v1.schemas.reading import did_you_mean
from data.geocoding.geocoder import Geocoder, PlaceQuery
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place

POSTAL_CODE = re.compile(r"\b[a-z]\d[a-z]\s?\d[a-z]\d\b", re.IGNORECASE)
FIELD_OF_CODE = {"unknown_postal_code": "postal_code", "unknown_address": "address"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place somewhere in the request. `owner` names it where nothing in it does: `visit:v1`."""

    path: Path
    given: PlaceIn
    owner: str


Doors = Mapping[Path, Place]
"""The place behind each mention."""


def in_table(mentions: Iterable[Mention], places: Iterable[str], faults: Faults) -> Doors:
    """Doors by id, where the caller brought travel times: no point is needed, none is looked up."""
    known = frozenset(places)
    doors: dict[Path, Place] = {}
    for mention in mentions:
        name = mention.given.id
        if name is None:
            faults.add(
                (*mention.path, "id"),
                "place_missing",
                "With a travel table, a place needs its id.",
                'Send {"id": "p1"}.',
            )
        elif name not in known:
            faults.add(
                (*mention.path, "id"),
                "place_not_in_travel",
                f"The travel table has no place {name!r}.",
                did_you_mean(name, known),
            )
        else:
            doors[mention.path] = Place(id=name, coordinate=_point(mention.given), label=mention.given.label)
    return _agreed(doors)


def on_the_map(mentions: Iterable[Mention], geocoder: Geocoder, faults: Faults) -> Doors:
    """Doors by geocoding, each looked up once.

    Equal ids are one door. Without an id, equal points or equal addresses are, a postal code alone never is.
    """
    found: dict[tuple[object, ...], Place] = {}
    doors: dict[Path, Place] = {}
    broken: set[str] = set()
    for name, group in _grouped(mentions).items():
        described = next((mention for mention in group if _is_described(mention.given)), None)
        if described is None:
            first = group[0]
            faults.add(
                first.path,
                "place_missing",
                "This place says neither point nor address nor postal code.",
                'Send {"lat": 43.64, "lng": -79.38}, {"postal_code": "M5V 3L9"} or {"address": "..."}.',
            )
            continue
        _compare(group, described, faults)
        place = _locate(described, name, geocoder, found, faults)
        if place is None:
            broken.add(name)
            continue
        doors |= {mention.path: place for mention in group}
    return doors


def _grouped(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Mentions by door. Those with an id come first, so that one without finds a named door at its point."""
    everything = list(mentions)
    groups: dict[str, list[Mention]] = {}
    by_trait: dict[tuple[object, ...], str] = {}
    for mention in sorted(everything, key=lambda mention: mention.given.id is None):
        traits = _traits(mention.given)
        known = next((by_trait[trait] for trait in traits if trait in by_trait), None)
        name = mention.given.id or known or _fresh(_name(mention), groups)
        groups.setdefault(name, []).append(mention)
        for trait in traits:
            by_trait.setdefault(trait, name)
    return groups


def _traits(given: PlaceIn) -> list[tuple[object, ...]]:
    """What makes two mentions without an id one door."""
    point = _point(given)
    if point is not None:
        return [("point", point.lat, point.lng)]
    return [("address", _plain(given.address))] if _names_a_door(given.address) else []


def _names_a_door(address: str | None) -> bool:
    """A street number makes an address a door; a town or a postal code alone stands for thousands."""
    return any(letter.isdigit() for letter in POSTAL_CODE.sub("", address or ""))


def _name(mention: Mention) -> str:
    given, point = mention.given, _point(mention.given)
    if point is not None:
        return f"point:{point.lat!r},{point.lng!r}"
    return f"address:{_plain(given.address)}" if _names_a_door(given.address) else mention.owner


def _fresh(name: str, taken: Mapping[str, object]) -> str:
    """`name`, or with primes when a caller's own id happens to read the same."""
    while name in taken:
        name += "'"
    return name


def _compare(group: list[Mention], described: Mention, faults: Faults) -> None:
    """One id, one place: a later mention may leave the place out, but not move it."""
    for mention in group:
        if (
            mention.given.id
            and _is_described(mention.given)
            and _description(mention.given) != _description(described.given)
        ):
            faults.add(
                mention.path,
                "place_conflict",
                f"The place {mention.given.id!r} was somewhere else before.",
                "Give each door an id of its own, or leave the id out.",
            )


def _locate(
    mention: Mention, name: str, geocoder: Geocoder, found: dict[tuple[object, ...], Place], faults: Faults
) -> Place | None:
    given, point = mention.given, _point(mention.given)
    if (given.lat is None) != (given.lng is None):
        missing = "lng" if given.lng is None else "lat"
        faults.add((*mention.path, missing), "missing", f"{missing!r} is missing.", "A point has lat and lng.")
        return None
    key = _description(given)
    if key not in found:
        query = PlaceQuery(
            id=name, coordinate=point, address=given.address or None, postal_code=given.postal_code or None
        )
        try:
            found[key] = geocoder.locate(query)
        except InvalidRequest as error:
            faults.add((*mention.path, *_field(given, error.code)), error.code, error.detail, error.hint)
            return None
    place = replace(found[key], id=name)
    return replace(place, label=given.label) if given.label else place


def _field(given: PlaceIn, code: str) -> Path:
    if code in FIELD_OF_CODE and getattr(given, FIELD_OF_CODE[code]):
        return (FIELD_OF_CODE[code],)
    if given.lat is not None:
        return ()
    return ("address",) if given.address else ("postal_code",)


def _is_described(given: PlaceIn) -> bool:
    return any((given.lat is not None, given.lng is not None, given.address, given.postal_code))


def _description(given: PlaceIn) -> tuple[object, ...]:
    code = "".join((given.postal_code or "").split()).upper()
    return given.lat, given.lng, _plain(given.address or ""), code


def _plain(address: str | None) -> str:
    return " ".join((address or "").casefold().split())


def _point(given: PlaceIn) -> Coordinate | None:
    return None if given.lat is None or given.lng is None else Coordinate(lat=given.lat, lng=given.lng)


def _agreed(doors: Mapping[Path, Place]) -> Doors:
    """The same door everywhere, also where only one mention gave its point or label."""
    best: dict[str, Place] = {}
    for place in doors.values():
        known = best.setdefault(place.id, place)
        best[place.id] = replace(
            known,
            coordinate=known.coordinate or place.coordinate,
            label=known.label or place.label,
        )
    return {path: best[place.id] for path, place in doors.items()}
