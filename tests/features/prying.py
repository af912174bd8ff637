"""Somebody who wants to know where a client lives, and knows everything about Rounds but that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from data.geocoding.service_area import embedded as service_area
from data.roads.estimate import EstimateSource, band_starts
from data.roads.free_flow import embedded
from data.roads.snapped import SnappedRoads
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR, MINUTE, Horizon, Seconds
from optimizer.travel.times import BufferPolicy

STEP_KM = 0.1
GRID: Seconds = 15 * MINUTE
LEAD: Seconds = 15 * MINUTE
"""Parking and setting up, by the practice's defaults."""
TAIL: Seconds = HOUR + 10 * MINUTE
"""A session of an hour, wrapping up and tearing down."""
REACH: Seconds = 3 * HOUR
"""How far from the neighbour's visit a start still tells of it."""
BUFFER = BufferPolicy(minutes=5, percent=10)

NONE = -1
Seen = tuple[int, int]
"""The last start before the neighbour's visit and the first behind it, NONE where there is none."""


@dataclass(frozen=True, kw_only=True)
class Victim:
    """What is known of the neighbour: the day and the hour of the visit, and how long drives take the therapist."""

    horizon: Horizon
    start: Seconds
    percent: int = 100


def square_around(middle: Coordinate, km: float) -> list[Coordinate]:
    """Points 100 m apart in a square with that side."""
    model = embedded()
    (east, north), count = model.project([middle])[0], int(km / STEP_KM)
    steps = (np.arange(count) - count // 2) * STEP_KM
    return [
        Coordinate(
            lat=float(model.origin.lat + (north + y) / model.km_per_degree[1]),
            lng=float(model.origin.lng + (east + x) / model.km_per_degree[0]),
        )
        for x in steps
        for y in steps
    ]


def expected(
    victim: Victim, homes: Sequence[Place], asker: Coordinate, roads: EstimateSource | SnappedRoads
) -> NDArray[np.int64]:
    """`seen[home]`: what a search from there would show if the neighbour lived in that home."""
    here = Place(id="asker", coordinate=asker)
    starts = band_starts(victim.horizon)
    bare = roads.spokes(here, homes, victim.horizon, BUFFER.bare)
    drive = bare.at_percent(victim.percent, starts, BUFFER).out.astype(np.int64)
    free = victim.start + TAIL
    first = free + _leaving(drive, starts, free) + LEAD
    seen = np.full((len(homes), 2), NONE, dtype=np.int64)
    seen[:, 1] = np.where(first > victim.start + REACH, NONE, -(-first // GRID) * GRID)
    for start in range(victim.start - REACH, victim.start - LEAD - TAIL + 1, GRID):
        there = start + TAIL + _leaving(drive, starts, start + TAIL)
        seen[there <= victim.start - LEAD, 0] = start
    return seen


def _leaving(drive: NDArray[np.int64], starts: NDArray[np.int64], at: Seconds) -> NDArray[np.int64]:
    band = int(np.searchsorted(starts, at, side="right")) - 1
    into, long = at - starts[band], starts[band + 1] - starts[band]
    rise: NDArray[np.int64] = (drive[band + 1] - drive[band]) * into // long
    return drive[band] + rise


def told(starts: Sequence[Seconds], victim: Victim) -> Seen:
    """What an answer says about the neighbour."""
    near = [start for start in starts if abs(start - victim.start) <= REACH]
    before = [start for start in near if start < victim.start]
    behind = [start for start in near if start > victim.start]
    return max(before, default=NONE), min(behind, default=NONE)


def pry(
    victim: Victim,
    suspects: Sequence[Coordinate],
    search: Callable[[Coordinate], Sequence[Seconds]],
    roads: EstimateSource | SnappedRoads,
    *,
    searches: int,
    rng: Random,
) -> list[Coordinate]:
    """Search adaptively from the places that split the suspects best; the points that fit with all that was told."""
    homes = [Place(id=f"suspect {k}", coordinate=point) for k, point in enumerate(suspects)]
    for _ in range(searches):
        asker = _best(victim, homes, roads, rng)
        fits = (expected(victim, homes, asker, roads) == told(search(asker), victim)).all(axis=1)
        homes = [home for home, may_be in zip(homes, fits, strict=True) if may_be]
        if len(homes) <= 1:
            break
    return [home.coordinate for home in homes if home.coordinate is not None]


def _best(victim: Victim, homes: Sequence[Place], roads: EstimateSource | SnappedRoads, rng: Random) -> Coordinate:
    some = homes if len(homes) <= 200 else rng.sample(homes, 200)
    tried = []
    for _ in range(12):
        around = rng.choice(some).coordinate
        assert around is not None
        asker = Coordinate(lat=around.lat + rng.gauss(0, 0.03), lng=around.lng + rng.gauss(0, 0.04))
        if asker not in service_area():
            continue
        _, counts = np.unique(expected(victim, some, asker, roads), axis=0, return_counts=True)
        share = counts / counts.sum()
        tried.append((float(-(share * np.log(share)).sum()), asker.lat, asker.lng))
    _, lat, lng = max(tried)
    return Coordinate(lat=lat, lng=lng)
