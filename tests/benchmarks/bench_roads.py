"""Figures of roads: `python tests/benchmarks/bench_roads.py`.

Accuracy needs the reference data beside the repository and is left out, saying so, where that is absent.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from data.roads import free_flow
from data.roads.breaker import Breaker
from data.roads.building import build_roads
from data.roads.engine import EmptyRoads
from data.roads.engines.child import ChildEngine
from data.roads.estimate import EstimateSource
from data.roads.learning import Learner
from data.roads.network import NetworkRoads
from data.roads.pair_book import PairBook, keys_of
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy
from tests.benchmarks.fit_roads import TARGET, Pull, held_out, told

GEO = Path(__file__).parents[3] / "shared" / "geo"
DAY = Horizon(date(2026, 11, 23), ZoneInfo("America/Toronto"))


def best(run: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of the quickest of some runs."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return min(took) * 1000


def show(what: str, figure: str, goal: str) -> None:
    print(f"{what:<52} {figure:>14}   {goal}")


def places(count: int) -> list[Place]:
    rng = np.random.default_rng(count)
    spots = zip(rng.uniform(43.45, 43.85, count), rng.uniform(-80.1, -79.3, count), strict=True)
    return [Place(id=str(i), coordinate=Coordinate(lat=lat, lng=lng)) for i, (lat, lng) in enumerate(spots)]


def roads() -> None:
    show("free-flow model: prepare", f"{best(free_flow.embedded.__wrapped__):.1f} ms", "once a process")
    model = free_flow.embedded()
    for count, goal in ((200, "<= 10 ms"), (2_000, "<= 1500 ms")):
        points = [place.coordinate for place in places(count) if place.coordinate is not None]
        took = best(lambda points=points: model.minutes(model.project(points)), 3)  # type: ignore[misc]
        show(f"free-flow table, {count} places", f"{took:.1f} ms", goal)
    source, policy = EstimateSource(), BufferPolicy(minutes=5, percent=10)
    for count, goal in ((10, ""), (50, ""), (200, "<= 100 ms"), (400, "")):
        day = places(count)
        took = best(lambda day=day: source.travel_times(day, DAY, policy), 3)  # type: ignore[misc]
        show(f"departure-time table, {count} places", f"{took:.1f} ms", goal)


def road_engine() -> None:
    """OSRM in a process of its own, with the roads of Malta."""
    region = GEO / "malta.osm.pbf"
    if not region.exists() or find_spec("osrm") is None or sys.version_info < (3, 12):
        print("OSRM left out: it needs the extra `roads`, Python 3.12 and the reference data")
        return
    with tempfile.TemporaryDirectory() as draft:
        built = build_roads(region, "osrm", Path(draft) / "malta")
        show("OSRM: build Malta", f"{built.seconds:.1f} s", f"{built.bytes / 1e6:.0f} MB")
        engine = ChildEngine("osrm", Path(draft) / "malta", version=built.version, timeout=60)
        spots = np.random.default_rng(200).uniform((35.84, 14.40), (35.92, 14.52), (200, 2))
        points = [(float(lat), float(lng)) for lat, lng in spots]
        engine.ask(points[:1], points[:1])
        show("OSRM: Malta, 200 x 200", f"{best(lambda: engine.ask(points, points), 3):.0f} ms", "<= 1000 ms")
        engine.close()


def known_drives() -> None:
    """A road engine's drives out of memory, under the rush hour."""
    day = places(200)
    watch, rng = time.monotonic, np.random.default_rng(7)
    book = PairBook("bench", None, clock=watch, today=lambda: DAY.date, most=1)
    keys = keys_of([(p.coordinate.lat, p.coordinate.lng) for p in day if p.coordinate]).tolist()
    book.note([(a, b, int(rng.integers(60, 4000)), 1000) for a in keys for b in keys])
    roads = NetworkRoads(Learner(SilentEngine(), book, Breaker(watch), watch))
    policy = BufferPolicy(minutes=5, percent=10)
    table = best(lambda: roads.travel_times(day, DAY, policy), 3)
    spokes = best(lambda: roads.spokes(day[0], day[1:], DAY, policy))
    missing = best(lambda: roads.learn(day[:1], day))
    show("known drives, departure-time table, 200 places", f"{table:.1f} ms", "<= 100 ms")
    show("known drives, spokes to 199 places", f"{spokes:.1f} ms", "")
    show("known drives, looking for missing ones", f"{missing:.1f} ms", "")


class SilentEngine:
    """Never asked: everything is known."""

    name, version, most, avoids_tolls = "bench", "1", 100, False

    def ask(self, origins: object, destinations: object) -> EmptyRoads:
        raise RuntimeError(f"{origins} {destinations}")


def imports() -> None:
    for module in ("data.roads.estimate",):
        command = [sys.executable, "-c", f"import {module}"]
        took = best(lambda command=command: subprocess.run(command, check=True, env=os.environ), 3)  # type: ignore[misc]
        show(f"a process that imports {module}", f"{took:.0f} ms", "")


def free_flow_error() -> None:
    zones: dict[str, Coordinate] = {}
    trips: list[tuple[str, str, float, float]] = []
    with gzip.open(GEO / "free_flow_minutes.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            zones[row["zone_from"]] = Coordinate(lat=float(row["lat_o"]), lng=float(row["lon_o"]))
            zones[row["zone_to"]] = Coordinate(lat=float(row["lat_d"]), lng=float(row["lon_d"]))
            minutes, straight = float(row["freeflow_minutes"]), float(row["great_circle_km"])
            trips.append((row["zone_from"], row["zone_to"], minutes, straight))
    model, number = free_flow.embedded(), {zone: i for i, zone in enumerate(zones)}
    table = model.minutes(model.project(list(zones.values())))
    routed = np.array([trip[2] for trip in trips])
    error = np.abs([table[number[a], number[b]] for a, b, *_ in trips] - routed) / routed * 100
    far = error[[trip[3] > 40 for trip in trips]]
    show("free-flow error, zones it was fitted to", told(error), "")
    show("free-flow error over 40 km, zones it was fitted to", told(far), "")
    unseen, straight = held_out(json.loads(TARGET.read_text(encoding="utf-8")), Pull())
    show("free-flow error, zones not seen, median / p90", told(unseen), "<= 7 / 21 %")
    show("free-flow error over 40 km, zones not seen", told(unseen[straight > 40]), "<= 4.5 %")


if __name__ == "__main__":
    roads()
    known_drives()
    road_engine()
    imports()
    if GEO.exists():
        free_flow_error()
    else:
        print(f"no reference data at {GEO}: accuracy left out")
