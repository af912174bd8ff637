"""Drives that were really driven, and what the roads say of them: the planner's own tables, to the second."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from data.roads.calendar import DayClass, day_class
from data.roads.source import TravelSource
from optimizer.domain.driving import HOURS, USUAL_PERCENT, Driving
from optimizer.domain.place import Place
from optimizer.domain.time import HOUR, Horizon, Seconds
from optimizer.travel.kernels import travel_at
from optimizer.travel.times import BufferPolicy

ALL_ALIKE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A drive as it was told: who drove, when it began on its date, and how many seconds it took."""

    therapist: str
    horizon: Horizon
    origin: Place
    destination: Place
    departed: Seconds
    took: Seconds


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """Drives as figures.

    Attributes
    ----------
    log_ratio
        `[drive]`: logarithm of the seconds it took over the seconds expected.
    share
        `share[drive, clock]`: how much of it passed at each full hour of the wall clock, of a workday and then of a
        weekend; each drive's shares are one together.
    therapist
        `[drive]`: who drove, as a number.
    day
        `[drive]`: on which date, as an ordinal.
    """

    log_ratio: NDArray[np.float64]
    share: NDArray[np.float64]
    therapist: NDArray[np.int64]
    day: NDArray[np.int64]


def expected(
    drives: Sequence[Driven], roads: TravelSource, driving: Driving, percents: Mapping[str, int] = ALL_ALIKE
) -> NDArray[np.float64]:
    """`seconds[drive]` that a planner expects, without any buffer.

    Parameters
    ----------
    percents
        What drives take a therapist, in percent of what the roads say; 100 where somebody is not named.
    """
    by_date: Mapping[Horizon, list[int]] = defaultdict(list)
    for row, drive in enumerate(drives):
        by_date[drive.horizon].append(row)
    seconds = np.zeros(len(drives))
    for horizon, rows in by_date.items():
        ends = [(f"{row} {side}", place) for row in rows for side, place in _ends(drives[row])]
        places = [Place(id=name, coordinate=place.coordinate) for name, place in ends]
        travel = roads.travel_times(places, horizon, BufferPolicy(roads=driving))
        who = [percents.get(drives[row].therapist, USUAL_PERCENT) for row in rows]
        tables = {percent: travel.at_percent(percent).drive for percent in set(who)}
        for k, row in enumerate(rows):
            seconds[row] = travel_at(travel.starts, tables[who[k]], 2 * k, 2 * k + 1, drives[row].departed)
    return seconds


def seen(drives: Sequence[Driven], before: NDArray[np.float64], holidays: str) -> Seen:
    """Drives against what was expected of them."""
    names = {name: number for number, name in enumerate(dict.fromkeys(drive.therapist for drive in drives))}
    took = np.array([drive.took for drive in drives], dtype=np.float64)
    return Seen(
        log_ratio=np.log(took / before),
        share=np.array([_shares(drive, holidays) for drive in drives]).reshape(len(drives), 2 * HOURS),
        therapist=np.array([names[drive.therapist] for drive in drives], dtype=np.int64),
        day=np.array([drive.horizon.date.toordinal() for drive in drives], dtype=np.int64),
    )


def _ends(drive: Driven) -> tuple[tuple[str, Place], tuple[str, Place]]:
    return ("from", drive.origin), ("to", drive.destination)


def _shares(drive: Driven, holidays: str) -> NDArray[np.float64]:
    """Between two full hours the factor is a straight line, so a moment counts for both of them."""
    shares = np.zeros(2 * HOURS)
    first = 0 if day_class(drive.horizon, holidays) is DayClass.WORKDAY else HOURS
    moments = 12
    for k in range(moments):
        at = drive.departed + int(drive.took * (k + 0.5) / moments)
        clock = drive.horizon.local(at)
        low, part = clock.hour, (clock.minute * 60 + clock.second) / HOUR
        shares[first + low] += (1 - part) / moments
        shares[first + (low + 1) % HOURS] += part / moments
    return shares
