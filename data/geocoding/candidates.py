"""Which of the answers of a geocoding service to believe: a house near the right postal code, or in the right town."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from data.geocoding.distance import kilometres
from data.geocoding.memory import Judged, Verdict
from optimizer.domain.place import Coordinate

SAME_HOUSE_KM = 0.3
"""Two answers so near each other are one house twice: its building and the shop inside."""

SAME_STREET_KM = 2.0


class Grain(StrEnum):
    """What an answer stands for. `WIDER` is a neighbourhood, a town, a postal code: we know those ourselves."""

    HOUSE = "house"
    STREET = "street"
    WIDER = "wider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One answer. `number` is its house number, empty where the service does not say."""

    point: Coordinate
    grain: Grain
    number: str = ""


def judge(candidates: Sequence[Candidate], number: str, is_near: Callable[[Coordinate], bool]) -> Judged:
    """The one point that the address means: never one of two that are equally good.

    Parameters
    ----------
    number
        The house number asked for; a house with another one is no answer.
    """
    near = [each for each in candidates if is_near(each.point)]
    houses = [each.point for each in near if each.grain is Grain.HOUSE and _has(each, number)]
    streets = [c.point for c in near if c.grain is Grain.STREET]
    for points, verdict, apart in ((houses, Verdict.HOUSE, SAME_HOUSE_KM), (streets, Verdict.STREET, SAME_STREET_KM)):
        if points and any(kilometres(points[0], other) > apart for other in points):
            return Judged(verdict=Verdict.SEVERAL)
        if points:
            return Judged(verdict=verdict, point=points[0])
    return Judged(verdict=Verdict.NOWHERE)


def _has(house: Candidate, number: str) -> bool:
    """Whether a house may have a number; "10-14" has both of its ends."""
    return not house.number or not number or number in re.findall(r"\d+", house.number)


def described(service: str, raw: Any) -> tuple[Grain, str]:
    """What a service says that its answer stands for, and its house number.

    Whatever says nothing stands for a street, which is believed less than a house.
    """
    said = raw if isinstance(raw, dict) else {}
    match service:
        case "nominatim":
            grain, number = _nominatim(said), _of(said, "address", "house_number")
        case "photon":
            kind = _of(said, "properties", "type")
            grain, number = _layer(kind), _of(said, "properties", "housenumber")
        case "pelias":
            grain, number = _layer(_of(said, "properties", "layer")), _of(said, "properties", "housenumber")
        case "here":
            grain, number = _layer(_of(said, "resultType")), _of(said, "address", "houseNumber")
        case "opencage":
            grain, number = _layer(_of(said, "components", "_type")), _of(said, "components", "house_number")
        case "google":
            grain, number = _google(said), _google_number(said)
        case _:
            grain, number = Grain.STREET, ""
    return grain, number


_HOUSES = {"house", "housenumber", "address", "building", "venue"}
_STREETS = {"", "street", "road", "intersection"}


def _layer(kind: str) -> Grain:
    """By the words of Photon, Pelias, HERE and OpenCage, which mostly agree."""
    if kind.casefold() in _HOUSES:
        return Grain.HOUSE
    return Grain.STREET if kind.casefold() in _STREETS else Grain.WIDER


def _nominatim(said: dict[str, Any]) -> Grain:
    """By OpenStreetMap's own keys: `class` and `type`."""
    kind, which = _of(said, "class"), _of(said, "type")
    if kind in {"", "highway"}:
        return Grain.STREET
    if kind in {"place", "boundary", "landuse", "natural", "waterway", "railway"}:
        return Grain.HOUSE if which in {"house", "houses"} else Grain.WIDER
    return Grain.HOUSE


def _google(said: dict[str, Any]) -> Grain:
    kinds = set(said.get("types", ()))
    if kinds & {"street_address", "premise", "subpremise", "establishment"}:
        vague = _of(said, "geometry", "location_type") == "APPROXIMATE"
        return Grain.STREET if vague else Grain.HOUSE
    return Grain.STREET if not kinds or kinds & {"route", "intersection"} else Grain.WIDER


def _google_number(said: dict[str, Any]) -> str:
    parts = (part for part in said.get("address_components", ()) if "street_number" in part.get("types", ()))
    return next((str(part.get("long_name", "")) for part in parts), "")


def _of(said: Any, *path: str) -> str:
    for step in path:
        said = said.get(step) if isinstance(said, dict) else None
    return "" if said is None else str(said)
