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
from functools import lru_cache

import numpy as np

from data.roads.drive_kernel import CELL, COLUMNS, MOST_CELLS, SQUARES, Clock, Floats, exposures, time_drives
from optimizer.domain.place import Coordinate
from optimizer.domain.time import Horizon, Seconds

CENTRE = Coordinate(lat=43.652, lng=-79.379)
"""Yonge and Queen."""


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


WORKDAY = Profile(
    hours=(0, 5.5, 6.5, 7.5, 8.25, 9.25, 10.5, 12, 14, 15, 16, 17, 18, 18.75, 20, 22, 24),
    base=(0.1, 0.1, 0.2, 0.36, 0.4, 0.42, 0.42, 0.42, 0.44, 0.46, 0.46, 0.46, 0.44, 0.36, 0.26, 0.15, 0.1),
    peak=(0, 0, 0.08, 0.18, 0.21, 0.12, 0, 0, 0.05, 0.16, 0.32, 0.43, 0.32, 0.14, 0.03, 0, 0),
)
WEEKEND = Profile(hours=WORKDAY.hours, base=WORKDAY.base, peak=(0,) * len(WORKDAY.hours))
"""A workday without its peaks; nothing better is known yet."""


def exposure(origins: Floats, destinations: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """How much of base and peak each drive meets: means along its straight line, 1 to 1.3 at the centre.

    Parameters
    ----------
    origins, destinations
        `km[drive]`, projected points.
    centre
        `CENTRE`, projected alike.
    """
    ends = np.zeros((2 * len(origins), COLUMNS))
    ends[0::2, :2], ends[1::2, :2] = origins, destinations
    base, peak = np.zeros(len(origins)), np.zeros(len(origins))
    exposures(ends, np.asarray(centre, dtype=np.float64).reshape(2), base, peak)
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
