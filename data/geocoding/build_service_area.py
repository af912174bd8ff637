"""Draw the embedded service area: `python -m data.geocoding.build_service_area`.

Each of the ten places is the convex hull of its own postal codes in the gazetteer (GeoNames, CC BY 4.0), without
strays, with a margin for the houses between the last code and the border. A region is the hulls of its towns side by
side. Running it twice writes the same bytes.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.geocoding.gazetteer import MUNICIPALITIES, Gazetteer, embedded
from data.geocoding.service_area import DATA

MARGIN_KM = 1.0
GRID_KM = 0.2
"""Codes in one square of this size count once: a tower has hundreds."""

Point = tuple[float, float]
"""Kilometres east and north of the equator at the prime meridian, flattened at the latitude of Toronto."""

KM = (80.46, 111.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A municipality by its towns in the gazetteer.

    A code with fewer than `company` others within `near_km` was put in the wrong place: the country is emptier than
    the city. `villages` are codes of hamlets whose point was looked at and is right.
    """

    names: tuple[str, ...]
    near_km: float = 1.0
    company: int = 6
    villages: tuple[str, ...] = ()


def country(name: str, *villages: str) -> Town:
    return Town(names=MUNICIPALITIES[name], near_km=2.5, company=8, villages=villages)


OAKVILLE, BURLINGTON = Town(names=("Oakville",)), Town(names=("Burlington",))
MILTON = country("Milton", "L0P1B0", "L0P1J0")  # Campbellville, Moffat
HALTON_HILLS = country("Halton Hills", "L0P1H0", "L0P1K0")  # Limehouse, Norval

PLACES: Mapping[str, tuple[Town, ...]] = {
    "Brampton": (Town(names=("Brampton",)),),
    "Toronto": (Town(names=MUNICIPALITIES["Toronto"]),),
    "Etobicoke": (Town(names=("Etobicoke",)),),
    "Mississauga": (Town(names=("Mississauga",)),),
    "Oakville": (OAKVILLE,),
    "Milton": (MILTON,),
    "Halton": (BURLINGTON, HALTON_HILLS, MILTON, OAKVILLE),
    "Caledon": (country("Caledon"),),
    "Orangeville": (Town(names=("Orangeville",)),),
    "Guelph": (Town(names=("Guelph",)),),
}
WITHIN = {"Etobicoke": "Toronto", "Oakville": "Halton", "Milton": "Halton"}
ASK = {"Halton": ("Burlington", "Halton Hills", "Milton", "Oakville")}
"""Regions whose bare name could be any of these towns."""


def without_strays(points: NDArray[np.float64], town: Town) -> list[Point]:
    """The points that have company."""
    kept: list[Point] = []
    for x, y in points.tolist():
        near = np.hypot(points[:, 0] - x, points[:, 1] - y) <= town.near_km
        if np.count_nonzero(near) > town.company:  # one of them is the point itself
            kept.append((x, y))
    return kept


def hull(points: Sequence[Point]) -> list[Point]:
    """Convex hull, counter-clockwise (Andrew's monotone chain)."""

    def chain(ordered: Sequence[Point]) -> list[Point]:
        side: list[Point] = []
        for point in ordered:
            while len(side) > 1 and _turns_right(side[-2], side[-1], point):
                side.pop()
            side.append(point)
        return side[:-1]

    ordered = sorted(set(points))
    return chain(ordered) + chain(ordered[::-1])


def _turns_right(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0


def widened(ring: Sequence[Point], margin: float) -> list[Point]:
    """The hull of octagons around every corner."""
    turns = [math.tau * k / 8 for k in range(8)]
    return hull([(x + margin * math.cos(t), y + margin * math.sin(t)) for x, y in ring for t in turns])


def outline(town: Town, gazetteer: Gazetteer) -> list[list[float]]:
    """A closed ring of `[lng, lat]`."""
    squares = {
        (round(c.lng * KM[0] / GRID_KM), round(c.lat * KM[1] / GRID_KM)) for c in gazetteer.coordinates(*town.names)
    }
    found = without_strays(np.array(sorted(squares)) * GRID_KM, town)
    hamlets = (gazetteer.lookup(code).coordinate for code in town.villages)
    ring = widened(hull([*found, *((c.lng * KM[0], c.lat * KM[1]) for c in hamlets)]), MARGIN_KM)
    return [[round(x / KM[0], 4), round(y / KM[1], 4)] for x, y in [*ring, ring[0]]]


def feature(name: str, towns: Sequence[Town], gazetteer: Gazetteer) -> dict[str, object]:
    """One place as GeoJSON (RFC 7946)."""
    return {
        "type": "Feature",
        "properties": {"name": name, "within": WITHIN.get(name), "ask": ASK.get(name, ())},
        "geometry": {"type": "MultiPolygon", "coordinates": [[outline(town, gazetteer)] for town in towns]},
    }


def main(target: Path = DATA) -> None:
    features = (feature(name, towns, embedded()) for name, towns in PLACES.items())
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in features)
    target.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
