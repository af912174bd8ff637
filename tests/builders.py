"""Small builders for test worlds: a travel table of a few places, times one can add up."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import BreakRule, Limits, Shift, Therapist
from optimizer.domain.time import HOUR, MINUTE, Horizon, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import BufferPolicy, TravelTimes

TORONTO = ZoneInfo("America/Toronto")
MONDAY = Horizon(date(2026, 11, 23), TORONTO)


def clock(text: str) -> int:
    """`"9:30"` as seconds since midnight."""
    hours, minutes = text.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def window(earliest: str, latest: str | None = None) -> TimeWindow:
    return TimeWindow(clock(earliest), clock(latest or earliest))


def place(name: str) -> Place:
    return Place(id=name, label=name)


def visit(name: str, at: str, *windows: TimeWindow, minutes: int = 60, **more: Any) -> Visit:
    more.setdefault("service", "swedish")
    return Visit(
        id=name,
        place=place(at),
        session=minutes * MINUTE,
        windows=windows or (window("0:00", "23:00"),),
        **more,
    )


def rest(earliest: str, latest: str, minutes: int = 30) -> BreakRule:
    return BreakRule(window=window(earliest, latest), duration=minutes * MINUTE)


def shift(
    name: str = "taylor",
    hours: tuple[str, str] = ("9:00", "18:00"),
    home: str | None = "home",
    *,
    breaks: Sequence[BreakRule] = (),
    limits: Limits | None = None,
    end: str | None = "home",
    **person: Any,
) -> Shift:
    return Shift(
        therapist=Therapist(id=name, name=name.title(), **person),
        begins=clock(hours[0]),
        ends=clock(hours[1]),
        start_place=None if home is None else place(home),
        end_place=None if end is None else place(end),
        breaks=tuple(breaks),
        limits=limits or Limits(),
    )


def roads(
    minutes: Mapping[tuple[str, str], int | Sequence[int]],
    bands: Sequence[str] = ("0:00",),
    buffer: BufferPolicy | None = None,
) -> TravelTimes:
    """Drives in minutes, the same both ways unless both are given; a sequence gives one value a band."""
    names = tuple(dict.fromkeys(name for pair in minutes for name in pair))
    row = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(bands), len(names), len(names)), dtype=np.int64)
    for (a, b), value in minutes.items():
        column = np.array(value, dtype=np.int64) * MINUTE
        table[:, row[a], row[b]] = column
        if (b, a) not in minutes:
            table[:, row[b], row[a]] = column
    return TravelTimes.build(places=names, starts=[clock(b) for b in bands], drive=table, buffer=buffer)


def problem(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: TravelTimes,
    *,
    horizon: Horizon = MONDAY,
    weights: Weights | None = None,
) -> Problem:
    return Problem(
        horizon=horizon, shifts=tuple(shifts), visits=tuple(visits), travel=travel, weights=weights or Weights()
    )
