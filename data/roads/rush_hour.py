"""How much slower the roads are at each hour, and when a drive that begins then arrives.

A drive takes its free-flow time times `1 + exposure.base * base(hour) + exposure.peak * peak(hour)`, where the two
exposures fall with the distance of its straight line from the centre of Toronto. The multiplier is never applied to a
whole drive: speed is integrated over the time on the road (Ichoua, Gendreau and Potvin 2003, "Vehicle dispatching with
time-dependent travel times"), so a later departure never arrives earlier.

The figures are defaults, not measurements of our own. The peaks at the centre are anchored on the TomTom Traffic Index
2025 for Toronto (1.61 in the morning, 1.89 in the evening, about 1.40 at midday); the shape over the hours and the
decay with distance are assumptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.place import Coordinate
from optimizer.domain.time import MINUTE, Horizon, Seconds

Array = NDArray[np.float32]
CELL: Seconds = 15 * MINUTE
"""Speed is constant for this long."""

CENTRE = Coordinate(lat=43.652, lng=-79.379)
"""Yonge and Queen."""


class DayClass(StrEnum):
    """Which profile a date drives by."""

    WORKDAY = "workday"
    WEEKEND = "weekend"


def day_class(day: date) -> DayClass:
    """Saturdays and Sundays are weekend. Public holidays count as workdays: safe, as workdays are slower."""
    return DayClass.WEEKEND if day.isoweekday() >= 6 else DayClass.WORKDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Congestion over the hours of a wall clock: `base[k]` and `peak[k]` at `hours[k]`, a straight line in between.

    Raises
    ------
    ValueError
        When the lists differ in length, the hours do not rise from 0 to 24 or a figure is negative.
    """

    hours: tuple[float, ...]
    base: tuple[float, ...]
    peak: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.hours) == len(self.base) == len(self.peak):
            raise ValueError("a profile needs one base and one peak figure for each hour")
        if list(self.hours) != sorted(set(self.hours)) or self.hours[:1] + self.hours[-1:] != (0, 24):
            raise ValueError("the hours of a profile rise from 0 to 24")
        if min(self.base + self.peak) < 0:
            raise ValueError("roads are never quicker than free flow")


WORKDAY = Profile(
    hours=(0, 5.5, 6.5, 7.5, 8.25, 9.25, 10.5, 12, 14, 15, 16, 17, 18, 18.75, 20, 22, 24),
    base=(0.1, 0.1, 0.2, 0.36, 0.4, 0.42, 0.42, 0.42, 0.44, 0.46, 0.46, 0.46, 0.44, 0.36, 0.26, 0.15, 0.1),
    peak=(0, 0, 0.08, 0.18, 0.21, 0.12, 0, 0, 0.05, 0.16, 0.32, 0.43, 0.32, 0.14, 0.03, 0, 0),
)
WEEKEND = Profile(hours=WORKDAY.hours, base=WORKDAY.base, peak=(0,) * len(WORKDAY.hours))
"""A workday without its peaks; nothing better is known yet."""

# Five points of a straight line see the decay to within 0.5 %.
_ALONG = (0.1, 0.3, 0.5, 0.7, 0.9)


def exposure(origins: Array, destinations: Array, centre: Array) -> tuple[Array, Array]:
    """How much of base and peak each drive meets: means along its straight line, 1 to 1.3 at the centre.

    Parameters
    ----------
    origins, destinations
        `km[drive]`, projected points.
    centre
        `CENTRE`, projected alike.
    """
    base, peak = (np.zeros(len(origins), dtype=np.float32) for _ in range(2))
    start, course = origins - centre, destinations - origins
    for share in _ALONG:
        point = start + course * np.float32(share)
        squared = point[:, 0] * point[:, 0] + point[:, 1] * point[:, 1]
        peak += np.exp(squared * np.float32(-1 / 34**2))
        root = np.sqrt(squared)  # r ** 1.5 as a root, three times as fast as a power
        base += np.exp(root * np.sqrt(root) * np.float32(-(20**-1.5)))
    count = np.float32(len(_ALONG))
    return np.float32(0.10) + np.float32(0.90) / count * base, np.float32(0.25) + np.float32(1.05) / count * peak


def drives(
    free_flow: Array, base: Array, peak: Array, *, profile: Profile, horizon: Horizon, departures: Sequence[Seconds]
) -> Array:
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
    slowest = 1 + max(profile.base) + 1.3 * max(profile.peak)
    crossed = int(float(free_flow.max(initial=0)) * slowest) // CELL + 2
    cells = max(departures, default=0) // CELL + crossed + 1
    done = _progress(base, peak, profile=profile, horizon=horizon, cells=cells)
    seconds = np.empty((len(departures), len(free_flow)), dtype=np.float32)
    every = np.arange(len(free_flow))
    for row, departure in enumerate(departures):
        first, into = divmod(departure, CELL)
        begun = done[first] + (done[first + 1] - done[first]) * np.float32(into / CELL)
        goal = begun + free_flow
        cell = np.full(len(free_flow), first, dtype=np.intp)
        for later in range(first + 1, first + crossed):
            passed = goal > done[later]
            if not passed.any():
                break
            cell += passed
        before = done[cell, every]
        into_last = (goal - before) / (done[cell + 1, every] - before) * np.float32(CELL)
        seconds[row] = (cell - first) * np.float32(CELL) + into_last - np.float32(into)
    return seconds


def _progress(base: Array, peak: Array, *, profile: Profile, horizon: Horizon, cells: int) -> Array:
    """`done[cell, drive]`: free-flow seconds covered from the horizon's origin to the beginning of each cell.

    The wall clock is asked for each cell, so a day on which the clocks change keeps its rush hour where people see it.
    """
    clocks = [horizon.local(cell * CELL + CELL // 2) for cell in range(cells)]
    hours = [clock.hour + clock.minute / 60 + clock.second / 3600 for clock in clocks]
    at_base = np.interp(hours, profile.hours, profile.base).astype(np.float32)
    at_peak = np.interp(hours, profile.hours, profile.peak).astype(np.float32)
    done = np.zeros((cells + 1, len(base)), dtype=np.float32)
    for cell in range(cells):
        np.add(done[cell], np.float32(CELL) / (1 + at_base[cell] * base + at_peak[cell] * peak), out=done[cell + 1])
    return done
