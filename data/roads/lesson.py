"""Learn, and look whether it helps on days that were not learned from; what does not help is not kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.roads.driven import ALL_ALIKE, Driven, Seen, expected, seen
from data.roads.parking import Parked, fit_parking
from data.roads.refit import fit, is_drive
from data.roads.source import TravelSource
from optimizer.domain.driving import Driving, LearnedArea, LearnedRoads
from optimizer.domain.time import Seconds

FOLDS = 5
"""The days are held out in so many parts, each once; never single drives, whose day knows them."""

FEWEST, FEWEST_DAYS = 30, 10
"""Drives, or parkings, and days without which nothing is learned."""

MOST_STRANGE = 0.2
"""Of drives that cannot be drives; with more of them the others are not believed either."""

MOST_OFF = float(np.log(1.3))
"""Half of the drives that are believed lie closer than this around their median."""

DOUBTS = 1.0
"""How many of its standard errors an improvement must be long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How far off expectations were on days held out, before and after: medians in per cent of the drive, or in
    seconds of a parking. `why` says in words why nothing was kept; empty where it was."""

    seen: int
    days: int
    before: float = 0.0
    after: float = 0.0
    why: str = ""

    @property
    def helps(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was tried, and what is to be kept: `workday` and `weekend`, `areas`, `parking` and `percents` as in
    `LearnedRoads`."""

    drives: Trial
    areas_apart: Trial
    parkings: Trial
    paces: Trial
    workday: tuple[float, ...] | None = None
    weekend: tuple[float, ...] | None = None
    areas: tuple[LearnedArea, ...] | None = None
    parking: tuple[tuple[str, Seconds], ...] | None = None
    percents: tuple[tuple[str, int], ...] | None = None

    @property
    def helps(self) -> bool:
        """Whether there is anything to keep."""
        return any(trial.helps for trial in (self.drives, self.areas_apart, self.parkings, self.paces))


def try_drives(
    drives: Sequence[Driven], roads: TravelSource, driving: Driving, percents: Mapping[str, int] = ALL_ALIKE
) -> tuple[Trial, tuple[float, ...], tuple[float, ...]]:
    """Refit the time of day that all places share; what areas have apart stays as it is learned.

    Parameters
    ----------
    driving
        The practice's ways with what it has learned so far: that is what must be bettered. Learned is from the start.
    percents
        What drives take the therapists as plans have it now, said or learned.
    """
    nothing = LearnedRoads(version=1, areas=driving.learned.areas if driving.learned else ())
    plain = replace(driving, learned=nothing)
    usual = expected(drives, roads, plain, percents)
    possible = is_drive(np.log(np.array([drive.took for drive in drives]) / usual)) if drives else np.zeros(0, bool)
    kept = [drive for drive, can in zip(drives, possible, strict=True) if can]
    days = len({drive.horizon.date for drive in kept})
    if len(kept) < FEWEST or days < FEWEST_DAYS:
        return few(len(kept), days, "drives"), nothing.workday, nothing.weekend
    if len(kept) < len(drives) * (1 - MOST_STRANGE):
        strange = len(drives) - len(kept)
        why = f"{strange} of {len(drives)} drives took less than half or more than twice of what is possible"
        return Trial(seen=len(kept), days=days, why=why), nothing.workday, nothing.weekend
    data = seen(kept, usual[possible], driving.holidays)
    therapists = int(data.therapist.max()) + 1
    took = np.log(np.array([drive.took for drive in kept], dtype=np.float64))
    before = np.abs(took - np.log(expected(kept, roads, driving, percents)))
    if np.median(np.abs(data.log_ratio - np.median(data.log_ratio))) > MOST_OFF:
        why = "these look like no drives on these roads: they scatter by 30 % and more"
        return Trial(seen=len(kept), days=days, why=why), nothing.workday, nothing.weekend
    after = np.zeros(len(kept))
    for part in range(FOLDS):
        held = data.day % FOLDS == part
        found = fit(only(data, ~held), therapists)
        whole = replace(nothing, workday=figures(found.workday), weekend=figures(found.weekend))
        ways = replace(plain, learned=whole)
        out = [drive for drive, is_out in zip(kept, held, strict=True) if is_out]
        after[held] = np.abs(took[held] - np.log(expected(out, roads, ways, percents)))
    best = fit(data, therapists)
    why = verdict(before, after, data.day)
    trial = Trial(seen=len(kept), days=days, before=median_percent(before), after=median_percent(after), why=why)
    return trial, figures(best.workday), figures(best.weekend)


def try_parkings(
    parkings: Sequence[Parked], default: Seconds, now: LearnedRoads | None
) -> tuple[Trial, tuple[tuple[str, Seconds], ...]]:
    """Refit the minutes of parking; `now` is what is learned so far."""
    day = np.array([parking.day for parking in parkings], dtype=np.int64)
    days = len(set(day.tolist()))
    if len(parkings) < FEWEST or days < FEWEST_DAYS:
        return few(len(parkings), days, "parkings"), ()
    took = np.array([parking.took for parking in parkings], dtype=np.float64)
    known = dict(now.parking) if now is not None else {}
    before = np.abs(took - np.array([known.get(parking.town, default) for parking in parkings]))
    after = np.zeros(len(parkings))
    for part in range(FOLDS):
        held = day % FOLDS == part
        found = fit_parking([each for each, is_out in zip(parkings, held, strict=True) if not is_out], default)
        for row in np.flatnonzero(held).tolist():
            after[row] = abs(took[row] - found.get(parkings[row].town, default))
    why = verdict(before, after, day)
    trial = Trial(
        seen=len(parkings), days=days, before=float(np.median(before)), after=float(np.median(after)), why=why
    )
    return trial, tuple(fit_parking(parkings, default).items())


def median_percent(error: NDArray[np.float64]) -> float:
    """The median of errors in logarithms, in per cent."""
    return float(100 * np.expm1(np.median(error)))


def verdict(before: NDArray[np.float64], after: NDArray[np.float64], day: NDArray[np.int64]) -> str:
    """Day by day, as drives of one day share its weather; errors are capped, as the outliers would rule their mean."""
    cap = 3 * float(np.median(before)) + 1e-9
    better = np.minimum(before, cap) - np.minimum(after, cap)
    each = np.array([better[day == one].mean() for one in np.unique(day)])
    gain, doubt = float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))
    if gain <= 0:
        return "on the days held out it would be no better"
    if gain <= DOUBTS * doubt or np.median(after) > np.median(before):
        return "on the days held out it is better by no more than chance"
    return ""


def few(count: int, days: int, what: str) -> Trial:
    why = f"{count} {what} on {days} days are too few: it takes {FEWEST} on {FEWEST_DAYS} days"
    return Trial(seen=count, days=days, why=why)


def only(data: Seen, rows: NDArray[np.bool_]) -> Seen:
    return Seen(
        log_ratio=data.log_ratio[rows], share=data.share[rows], therapist=data.therapist[rows], day=data.day[rows]
    )


def figures(factors: NDArray[np.float64]) -> tuple[float, ...]:
    """Factors as they are kept."""
    return tuple(round(float(factor), 4) for factor in factors)
