"""Figures of geocoding and the service area: `python tests/benchmarks/bench_geocoding.py`.

Accuracy needs the reference points beside the repository and is left out, saying so, where they are absent.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.geocoding import gazetteer, service_area
from data.geocoding.area_geojson import read_area, write_area
from data.geocoding.chain import GazetteerGeocoder
from data.geocoding.distance import kilometres
from data.geocoding.gazetteer import Entry
from data.geocoding.geocoder import PlaceQuery
from data.geocoding.typed_address import read_address
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Precision

GEO = Path(__file__).parents[3] / "shared" / "geo"
GROSS_KM = 15.0
ROUGH_KM = 1.0


def best(run: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of processor time of the quickest of some runs: what else the machine does is not counted."""
    took = []
    for _ in range(times):
        begun = time.process_time()
        run()
        took.append(time.process_time() - begun)
    return min(took) * 1000


def show(what: str, figure: str, goal: str = "") -> None:
    print(f"{what:<62} {figure:>16}   {goal}")


def gazetteer_figures() -> None:
    show("gazetteer: file", f"{gazetteer.DATA.stat().st_size / 1000:.0f} kB", "<= 1500 kB")
    show("gazetteer: load", f"{best(gazetteer.embedded.__wrapped__):.1f} ms", "<= 30 ms")
    codes = gazetteer.embedded()
    show("gazetteer: one code", f"{best(lambda: [codes.lookup('l6y 1n2') for _ in range(1000)]):.1f} us", "<= 20 us")
    show("gazetteer: one town", f"{best(lambda: [codes.find('Halton Hills') for _ in range(1000)]):.1f} us")
    typed = "Ann Smith, Unit 5 - 12 Main Street West, Brampton, ON L6Y 1N2"
    is_town = GazetteerGeocoder()._is_town
    took = best(lambda: [read_address(typed, is_town=is_town) for _ in range(100)]) * 10
    show("a typed address, taken apart", f"{took:.0f} us")
    chain, query = GazetteerGeocoder(), PlaceQuery(postal_code="L6Y 1N2")
    show("the chain: a postal code to a place", f"{best(lambda: [chain.locate(query) for _ in range(1000)]):.1f} us")


def area_figures() -> None:
    show("service area: read the ten places", f"{best(service_area.embedded.__wrapped__):.1f} ms", "once a process")
    area = service_area.embedded()
    for name, point in {
        "Brampton, the first zone": Coordinate(lat=43.6858, lng=-79.7599),
        "Guelph, the last zone": Coordinate(lat=43.5448, lng=-80.2482),
        "Hamilton, in none": Coordinate(lat=43.2557, lng=-79.8711),
    }.items():
        took = best(lambda point=point: [point in area for _ in range(1000)])  # type: ignore[misc]
        show(f"service area: one point, {name}", f"{took:.1f} us", "microseconds")
    document = json.loads(json.dumps(write_area(area)))
    show("service area: read and check what a practice has drawn", f"{best(lambda: read_area(document)):.1f} ms")


def import_figures() -> None:
    for module in ("data.geocoding.chain", "data.geocoding.provider"):
        command = [sys.executable, "-c", f"import {module}, time; print(time.process_time())"]
        out = min(
            float(subprocess.run(command, check=True, env=os.environ, capture_output=True).stdout) for _ in range(3)
        )
        show(f"a process that imports {module}", f"{out * 1000:.0f} ms")


def accuracy() -> None:
    codes = gazetteer.embedded()
    found: list[tuple[Entry, float]] = []
    refused = wrong = 0
    with (GEO / "facility_points.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            surveyed = Coordinate(lat=float(row["lat"]), lng=float(row["lng"]))
            try:
                entry = codes.lookup(row["postal_code"])
            except InvalidRequest:
                refused += 1
                continue
            away = kilometres(entry.coordinate, surveyed)
            others = [kilometres(codes.lookup(near).coordinate, surveyed) for near in _neighbours(codes, entry)]
            if away > GROSS_KM and entry.precision is Precision.POSTAL_CODE and min(others) > GROSS_KM:
                wrong += 1  # the surveyed point lies far from every street of its own postal area
                continue
            found.append((entry, away))
    away = np.array([each for _, each in found])
    street = np.array([each for entry, each in found if entry.precision is Precision.POSTAL_CODE])
    rough = [each for entry, each in found if entry.radius_meters > ROUGH_KM * 1000]
    middle, most = np.percentile(away, [50, 90])
    show(f"postal codes: {len(found)} points, median / p90", f"{middle:.2f} / {most:.2f} km", "<= 0.12 / 0.9 km")
    show(f"postal codes told as a street: {len(street)}, p90", f"{np.percentile(street, 90):.2f} km", "<= 0.9 km")
    show(f"postal codes told as a street, over {GROSS_KM:.0f} km off", str(int((street > GROSS_KM).sum())), "0")
    within = np.mean([each * 1000 <= entry.radius_meters for entry, each in found])
    show("postal codes within the radius that is told", f"{within:.1%}", ">= 90 %")
    show("postal codes flagged as approximate", f"{len(rough)} of {len(found)}", "")
    show("postal codes refused as too wide to guess", str(refused), "")
    show("surveyed points that are wrong themselves", str(wrong), "far from all of their postal area")


def _neighbours(codes: gazetteer.Gazetteer, entry: Entry) -> list[str]:
    """Every tenth code of the same postal area."""
    letters = "ABCEGHJKLMNPRSTVWXYZ"
    row = codes.areas[entry.code[:3]]
    local = codes.local[int(codes.firsts[row]) : int(codes.firsts[row + 1])] & 0x7FFF
    return [f"{entry.code[:3]}{code // 200}{letters[code // 10 % 20]}{code % 10}" for code in map(int, local[::10])]


if __name__ == "__main__":
    gazetteer_figures()
    area_figures()
    import_figures()
    if GEO.exists():
        accuracy()
    else:
        print(f"no reference data at {GEO}: accuracy left out")
