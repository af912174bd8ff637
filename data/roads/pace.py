"""Who takes longer on the road than the others, and who less: learned from drives, kept where it helps.

What all therapists have in common is the roads' affair (`lesson.try_drives`), so of a practice with one therapist
nothing is learned here. A pace is drawn towards "as expected" as far as few or scattered drives ask for it (see
`refit.fit_paces`), and rounded to the steps in which plans know it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from data.roads.driven import ALL_ALIKE, Driven, expected, seen
from data.roads.lesson import FEWEST, FEWEST_DAYS, FOLDS, Trial, few, median_percent, only, verdict
from data.roads.refit import Floats, fit_paces, is_drive
from data.roads.source import TravelSource
from optimizer.domain.driving import LEAST_PERCENT, MOST_PERCENT, PERCENT_STEP, USUAL_PERCENT, Driving

Percents = tuple[tuple[str, int], ...]
"""(therapist, percent of what the roads say), those at 100 left out."""


def try_paces(
    drives: Sequence[Driven],
    roads: TravelSource,
    driving: Driving,
    *,
    said: Mapping[str, int] = ALL_ALIKE,
) -> tuple[Trial, Percents]:
    """Learn what drives take each therapist.

    The time of day is the same before and after, so that it makes no difference on which days it was learned.

    Parameters
    ----------
    driving
        The practice's ways, the time of day as it will be; its `learned` percentages are what must be bettered.
    said
        Percentages that somebody has set by hand: they stay.
    """
    days = len({drive.horizon.date for drive in drives})
    if len(drives) < FEWEST or days < FEWEST_DAYS:
        return few(len(drives), days, "drives"), ()
    usual = expected(drives, roads, driving, said)
    possible = is_drive(np.log(np.array([drive.took for drive in drives]) / usual))
    kept = [drive for drive, can in zip(drives, possible, strict=True) if can]
    names = list(dict.fromkeys(drive.therapist for drive in kept))
    if len(names) < 2:
        return Trial(seen=len(kept), days=days, why="only one therapist has told of drives"), ()
    data = seen(kept, usual[possible], driving.holidays)
    asked = np.array([drive.therapist not in said for drive in kept])
    if not asked.any():
        return Trial(seen=len(kept), days=days, why="all of it has been set by hand"), ()
    took = np.log(np.array([drive.took for drive in kept], dtype=np.float64))
    learned = {} if driving.learned is None else dict(driving.learned.percents)
    before = np.abs(took - np.log(expected(kept, roads, driving, learned | dict(said))))
    after = np.zeros(len(kept))
    for part in range(FOLDS):
        held = data.day % FOLDS == part
        found = dict(_percents(names, fit_paces(only(data, ~held), len(names)), said))
        out = [drive for drive, is_out in zip(kept, held, strict=True) if is_out]
        after[held] = np.abs(took[held] - np.log(expected(out, roads, driving, found | dict(said))))
    why = verdict(before[asked], after[asked], data.day[asked])
    trial = Trial(
        seen=int(asked.sum()),
        days=days,
        before=median_percent(before[asked]),
        after=median_percent(after[asked]),
        why=why,
    )
    return trial, _percents(names, fit_paces(data, len(names)), said)


def _percents(names: Sequence[str], pace: Floats, said: Mapping[str, int]) -> Percents:
    steps = np.rint(pace * USUAL_PERCENT / PERCENT_STEP).astype(np.int64) * PERCENT_STEP
    found = zip(names, np.clip(steps, LEAST_PERCENT, MOST_PERCENT).tolist(), strict=True)
    return tuple((name, percent) for name, percent in sorted(found) if percent != USUAL_PERCENT and name not in said)
