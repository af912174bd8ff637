"""The published routing benchmarks of the shared folder, as problems. Nothing of them is copied into the project.

How a routing instance is put in Rounds' words:

- one visit of each customer, in its window; everybody has the same home, and all vehicles the same hours;
- a vehicle's *capacity* is a limit on hands-on seconds: the session lasts one second for each unit of demand, and what
  is left of the service time is wrap-up, so that the block at the door is exactly as long as given;
- lengths are multiplied and cut off to whole numbers as the instances' own convention says, and taken as seconds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.place import Place
from optimizer.domain.therapist import Limits, Shift, Therapist
from optimizer.domain.time import TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import TravelTimes
from tests.builders import MONDAY

BENCH = Path(__file__).parents[3] / "shared" / "bench"

TENTHS = 10
"""Solomon's and Homberger's lengths count tenths of a unit, cut off (the 12th DIMACS challenge, VRPTW track)."""

FINE = 10_000
"""The TSPTW matrices are given with four digits; every one is kept."""

HOMBERGER_BEST = {"C1_2_1": 26_986, "R1_2_1": 46_672, "RC1_2_1": 35_169}
"""Best known distances in tenths, of the 12th DIMACS challenge: the folder holds no solutions of these."""

ROAD_ONLY = Weights(road=1, waiting=0, preference=0)
RETURN_TIME = Weights(road=1, waiting=1, preference=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A problem and the best cost anyone has published for it, None where nobody has."""

    name: str
    problem: Problem
    best_known: int | None


class Customer(NamedTuple):
    """A row of a Solomon file, in its own units."""

    x: float
    y: float
    demand: int
    ready: float
    due: float
    service: float


def solomon(name: str) -> Instance:
    """`R101` and so on, with the distance of the published solution."""
    folder = BENCH / "solomon"
    cost = (folder / f"{name}.sol").read_text().split()[-1]
    return _vrptw(folder / f"{name}.txt", best_known=round(TENTHS * float(cost)))


def homberger(name: str) -> Instance:
    """`C1_2_1` and so on: 200 customers."""
    return _vrptw(BENCH / "homberger" / f"{name}.txt", best_known=HOMBERGER_BEST.get(name))


def tsptw(name: str) -> Instance:
    """One therapist who leaves home at 0 and wants to be back as early as possible.

    A visit at home that starts at 0 comes first; with waiting as dear as the road the cost is then the return time.
    """
    given = json.loads((BENCH / "tsptw" / f"{name}.json").read_text())
    times = np.rint(FINE * np.array(given["matrix"])).astype(np.int64)
    np.fill_diagonal(times, 0)
    spans = [TimeWindow(round(FINE * first), round(FINE * last)) for first, last in given["time_windows"]]
    places = [Place(id=str(node)) for node in range(len(times))]
    leaving = Visit(id="leave", place=places[0], service="", session=0, windows=(TimeWindow(0, 0),))
    visits = [
        Visit(id=str(node), place=places[node], service="", session=0, windows=(spans[node],))
        for node in range(1, len(times))
    ]
    shift = Shift(
        therapist=Therapist(id="t0"), begins=0, ends=spans[0].latest, start_place=places[0], end_place=places[0]
    )
    problem = Problem(
        horizon=MONDAY,
        shifts=(shift,),
        visits=(leaving, *visits),
        travel=TravelTimes.build(places=[place.id for place in places], starts=[0], drive=times),
        weights=RETURN_TIME,
    )
    return Instance(name=name, problem=problem, best_known=_back_at(times, spans, given["best_known_order"]))


def timefold(name: str = "PHILADELPHIA") -> Instance:
    """Timefold's vehicle-routing demo: the great circle at 50 km/h, least driving; nobody has published a best."""
    given = json.loads((BENCH / "timefold" / f"{name}.json").read_text())
    zero = datetime.fromisoformat(given["startDateTime"]).replace(hour=0, minute=0)

    def second(moment: str) -> int:
        return int((datetime.fromisoformat(moment) - zero).total_seconds())

    doors = [visit["location"] for visit in given["visits"]]
    homes = [vehicle["homeLocation"] for vehicle in given["vehicles"]]
    places = [Place(id=str(node)) for node in range(len(doors) + len(homes))]
    ends = second(given["endDateTime"])
    visits = tuple(
        Visit(
            id=visit["id"],
            place=places[row],
            service="",
            session=visit["demand"],
            wrap_up=int(visit["serviceDuration"]) - visit["demand"],
            windows=(
                TimeWindow(second(visit["minStartTime"]), second(visit["maxEndTime"]) - int(visit["serviceDuration"])),
            ),
        )
        for row, visit in enumerate(given["visits"])
    )
    shifts = tuple(
        Shift(
            therapist=Therapist(id=vehicle["id"]),
            begins=second(vehicle["departureTime"]),
            ends=ends,
            start_place=places[len(doors) + row],
            end_place=places[len(doors) + row],
            limits=Limits(hands_on=vehicle["capacity"]),
        )
        for row, vehicle in enumerate(given["vehicles"])
    )
    problem = Problem(
        horizon=MONDAY,
        shifts=shifts,
        visits=visits,
        travel=TravelTimes.build(places=[place.id for place in places], starts=[0], drive=_drives(doors + homes)),
        weights=ROAD_ONLY,
    )
    return Instance(name=name, problem=problem, best_known=None)


def _vrptw(path: Path, *, best_known: int | None) -> Instance:
    vehicles, capacity, rows = _read(path)
    points = np.array([(row.x, row.y) for row in rows])
    apart = np.sqrt(((points[:, None] - points[None, :]) ** 2).sum(axis=2))
    places = [Place(id=str(node)) for node in range(len(rows))]
    depot = rows[0]
    shifts = tuple(
        Shift(
            therapist=Therapist(id=f"t{row}"),
            begins=round(TENTHS * depot.ready),
            ends=round(TENTHS * depot.due),
            start_place=places[0],
            end_place=places[0],
            limits=Limits(hands_on=capacity),
        )
        for row in range(vehicles)
    )
    visits = tuple(_customer(row, places[node]) for node, row in enumerate(rows) if node > 0)
    # The smallest part of a unit keeps a length of 30.0 from becoming 29.9 by rounding.
    tenths = np.floor(TENTHS * apart + 1e-9).astype(np.int64)
    travel = TravelTimes.build(places=[place.id for place in places], starts=[0], drive=tenths)
    problem = Problem(horizon=MONDAY, shifts=shifts, visits=visits, travel=travel, weights=ROAD_ONLY)
    return Instance(name=path.stem, problem=problem, best_known=best_known)


def _customer(row: Customer, place: Place) -> Visit:
    block = round(TENTHS * row.service)
    if row.demand > block:
        raise ValueError(f"customer {place.id} asks for {row.demand} units in {block} tenths: no limit can count that")
    return Visit(
        id=place.id,
        place=place,
        service="",
        session=row.demand,
        wrap_up=block - row.demand,
        windows=(TimeWindow(round(TENTHS * row.ready), round(TENTHS * row.due)),),
    )


def _read(path: Path) -> tuple[int, int, list[Customer]]:
    """Vehicles, their capacity, and the rows; the first is the depot."""
    lines = [line.split() for line in path.read_text().splitlines()]
    vehicles, capacity = next((int(a), int(b)) for a, b in (line for line in lines if len(line) == 2) if a.isdigit())
    numbered = [line for line in lines if len(line) == 7 and line[0].isdigit()]
    rows = [
        Customer(float(x), float(y), int(demand), float(ready), float(due), float(service))
        for _, x, y, demand, ready, due, service in numbered
    ]
    return vehicles, capacity, rows


def _back_at(times: NDArray[np.int64], spans: Sequence[TimeWindow], order: Sequence[int]) -> int:
    now, here = 0, 0
    for node in order:
        now = max(now + int(times[here, node]), spans[node].earliest)
        if now > spans[node].latest:
            raise ValueError(f"the published order is late at {node}")
        here = node
    return now + int(times[here, 0])


def _drives(points: Sequence[Sequence[float]]) -> NDArray[np.int64]:
    """Whole seconds on the great circle at 50 km/h, cut off."""

    def seconds(a: Sequence[float], b: Sequence[float]) -> int:
        rise, run = radians(b[0] - a[0]) / 2, radians(b[1] - a[1]) / 2
        chord = sin(rise) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(run) ** 2
        return int(2 * 6_371_000 * asin(sqrt(chord)) * 3.6 / 50)

    return np.array([[seconds(a, b) for b in points] for a in points], dtype=np.int64)
