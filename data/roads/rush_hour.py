"""How much slower the roads are at each hour, and when a drive that begins then arrives.

A drive takes its free-flow time times `1 + exposure.base * base(hour) + exposure.peak * peak(hour)`, where the two
exposures fall with the distance of its straight line from the centre of Toronto. The multiplier is never applied to a
whole drive: speed is integrated over the time on the road (Ichoua, Gendreau and Potvin 2003, "Vehicle dispatching with
time-dependent travel times"), so a later departure never arrives earlier.

The figures are data, `rush_hour.json`: by hour, by class of day, by place. They are defaults, not measurements of our
own, as the file says; a practice learns its own on top (`lesson`, `areas`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from data.roads.calendar import DayClass
from data.roads.drive_kernel import CELL, COLUMNS, MOST_CELLS, SQUARES, Clock, Floats, exposures, time_drives
from data.roads.free_flow import embedded
from optimizer.domain.place import Coordinate
from optimizer.domain.time import Horizon, Seconds

_FIGURES = Path(__file__).with_name("rush_hour.json")
_POINTS = 5
"""Along a drive, at which the kernels look how much it meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Congestion over the hours of a wall clock: `base[k]` and `peak[k]` at `hours[k]`, a straight line in between.

    `factor[hour]`, at the full hours, is what was learned of a practice's own drives: it multiplies the whole. `areas`
    are the numbers of squares with `factor[hour]` of their own on top: a drive meets the geometric mean of both ends'.

    Raises
    ------
    ValueError
        When the lists differ in length, the hours do not rise from 0 to 24, a figure is negative or there is no such
        square.
    """

    hours: tuple[float, ...]
    base: tuple[float, ...]
    peak: tuple[float, ...]
    factor: tuple[float, ...] = (1.0,) * 24
    areas: tuple[tuple[int, tuple[float, ...]], ...] = ()

    def __post_init__(self) -> None:
        if not len(self.hours) == len(self.base) == len(self.peak):
            raise ValueError("a profile needs one base and one peak figure for each hour")
        if list(self.hours) != sorted(set(self.hours)) or self.hours[:1] + self.hours[-1:] != (0, 24):
            raise ValueError("the hours of a profile rise from 0 to 24")
        if min(self.base + self.peak) < 0:
            raise ValueError("roads are never quicker than free flow")
        for factor in (self.factor, *(learned for _, learned in self.areas)):
            if len(factor) != 24 or min(factor) <= 0:
                raise ValueError("a profile has a positive factor for each hour")
        if not all(1 <= square <= SQUARES for square, _ in self.areas):
            raise ValueError(f"squares are numbered from 1 to {SQUARES}")


@cache
def profiles() -> Mapping[DayClass, Profile]:
    """What is known without a practice's own drives."""
    known = _read()
    return MappingProxyType(
        {
            kind: Profile(hours=tuple(known["hours"]), base=tuple(known[kind]["base"]), peak=tuple(known[kind]["peak"]))
            for kind in DayClass
        }
    )


@cache
def by_place() -> Floats:
    """How congestion falls with the distance from the centre, in the places that `drive_kernel` names."""
    known = _read()
    base, peak = known["exposure"]["base"], known["exposure"]["peak"]
    (centre,) = embedded().project([Coordinate(**known["centre"])]).tolist()
    return np.array(
        [
            *centre,
            *(base["least"], base["more"] / _POINTS, -(base["km"] ** -1.5)),
            *(peak["least"], peak["more"] / _POINTS, -(peak["km"] ** -2.0)),
        ]
    )


def _read() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(_FIGURES.read_text(encoding="utf-8"))
    return known


def exposure(origins: Floats, destinations: Floats) -> tuple[Floats, Floats]:
    """How much of base and peak each drive meets: means along its straight line, 1 to 1.3 at the centre.

    Parameters
    ----------
    origins, destinations
        `km[drive]`, projected points.
    """
    ends = np.zeros((2 * len(origins), COLUMNS))
    ends[0::2, :2], ends[1::2, :2] = origins, destinations
    base, peak = np.zeros(len(origins)), np.zeros(len(origins))
    exposures(ends, by_place(), base, peak)
    return base, peak


def drives(
    free_flow: Floats, base: Floats, peak: Floats, *, profile: Profile, horizon: Horizon, departures: Sequence[Seconds]
) -> Floats:
    """`seconds[departure, drive]` when leaving at each departure.

    Parameters
    ----------
    free_flow
        `seconds[drive]` on empty roads.
    base, peak
        `[drive]`, see `exposure`.
    departures
        Instants of the horizon, not negative.
    """
    starts, order = np.unique(np.array(departures, dtype=np.int64), return_inverse=True)
    seconds = np.empty((len(starts), len(free_flow)))
    free, base, peak = (np.asarray(figure, dtype=np.float64) for figure in (free_flow, base, peak))
    time_drives(free, base, peak, congestion(profile, horizon), starts, seconds)
    return seconds[order]


@lru_cache(maxsize=256)
def congestion(profile: Profile, horizon: Horizon) -> Clock:
    """Each quarter of an hour from the horizon's origin.

    The wall clock is asked for each cell, so a day on which the clocks change keeps its rush hour where people see it.
    """
    clocks = [horizon.local(cell * CELL + CELL // 2) for cell in range(MOST_CELLS)]
    hours = [clock.hour + clock.minute / 60 + clock.second / 3600 for clock in clocks]
    base, peak = (np.interp(hours, profile.hours, figures) for figures in (profile.base, profile.peak))
    factor = np.interp(hours, range(24), profile.factor, period=24)
    areas, row_of = np.ones((1 + len(profile.areas), MOST_CELLS)), np.zeros(1 + SQUARES, dtype=np.int64)
    for row, (square, learned) in enumerate(profile.areas, start=1):
        areas[row] = np.sqrt(np.interp(hours, range(24), learned, period=24))
        row_of[square] = row
    return Clock(hourly=np.array([base, peak, factor]), areas=areas, row_of=row_of)
