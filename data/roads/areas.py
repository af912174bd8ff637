"""Where the roads are slower than elsewhere or quicker, and at which hours: learned from drives, kept where it helps.

What all places have in common is `lesson.try_drives`' affair. Here each square of ten kilometres may differ from the
whole: by a level, and by a curve over the hours of workdays and weekends. Both are drawn towards "as everywhere" as far
as few or scattered drives ask for it (see `refit.most_likely`); who drove there is told from where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from data.roads.drive_kernel import SQUARE
from data.roads.driven import ALL_ALIKE, Driven, Seen, expected, seen
from data.roads.estimate import place_points
from data.roads.free_flow import embedded
from data.roads.lesson import FEWEST, FEWEST_DAYS, FOLDS, Trial, few, figures, median_percent, only, verdict
from data.roads.refit import PEOPLE, Floats, is_drive, most_likely, people_of, shared_hours
from data.roads.source import TravelSource
from optimizer.domain.driving import HOURS, Driving, LearnedArea, LearnedRoads

Areas = tuple[LearnedArea, ...]
Squares = NDArray[np.int64]
"""`[drive, end]`: numbers of squares, 0 outside of all."""

FEWEST_IN_AREA = 15
"""Ends of drives without which nothing is said of a square: it is as the whole."""

MOST_AREAS = 30
"""The most driven."""

SPREADS = (0.005, 0.04, 0.1, 0.2)
"""How far areas may stray from the whole, as standard deviations of the logarithm."""

SHAPES = 10
"""Of the ways in which an area may stray over the hours: level, morning against afternoon and so on, the largest."""

FARTHEST = float(np.log(1.6))
"""No area is learned to be further than this from the whole."""

NOTHING = 0.005
"""Of the logarithm: an area that strays no further is as the whole."""


def try_areas(
    drives: Sequence[Driven], roads: TravelSource, driving: Driving, percents: Mapping[str, int] = ALL_ALIKE
) -> tuple[Trial, Areas]:
    """Learn what areas have apart.

    The time of day of the whole is the same before and after, so that it makes no difference on which days it was
    learned.

    Parameters
    ----------
    driving
        The practice's ways, the time of day as it will be; its `learned` areas are what must be bettered.
    percents
        What drives take the therapists as plans have it now, said or learned.
    """
    whole = with_areas(driving, ())
    usual = expected(drives, roads, whole, percents)
    possible = is_drive(np.log(np.array([drive.took for drive in drives]) / usual)) if drives else np.zeros(0, bool)
    kept = [drive for drive, can in zip(drives, possible, strict=True) if can]
    days = len({drive.horizon.date for drive in kept})
    if len(kept) < FEWEST or days < FEWEST_DAYS:
        return few(len(kept), days, "drives"), ()
    data, squares = seen(kept, usual[possible], driving.holidays), squares_of(kept)
    if len(_known(squares)) < 2:
        return Trial(seen=len(kept), days=days, why="there are not two areas with drives enough"), ()
    took = np.log(np.array([drive.took for drive in kept], dtype=np.float64))
    before = np.abs(took - np.log(expected(kept, roads, driving, percents)))
    after = np.zeros(len(kept))
    for part in range(FOLDS):
        held = data.day % FOLDS == part
        ways = with_areas(driving, fit_areas(only(data, ~held), squares[~held]))
        out = [drive for drive, is_out in zip(kept, held, strict=True) if is_out]
        after[held] = np.abs(took[held] - np.log(expected(out, roads, ways, percents)))
    why = verdict(before, after, data.day)
    trial = Trial(seen=len(kept), days=days, before=median_percent(before), after=median_percent(after), why=why)
    return trial, fit_areas(data, squares)


def with_areas(driving: Driving, areas: Areas) -> Driving:
    """The same ways with other areas learned."""
    return replace(driving, learned=replace(driving.learned or LearnedRoads(version=1), areas=areas))


def squares_of(drives: Sequence[Driven]) -> Squares:
    """The squares at both ends of each drive."""
    model = embedded()
    ends = place_points([place for drive in drives for place in (drive.origin, drive.destination)])
    numbers = model.doors(model.project_degrees(ends)).points[:, SQUARE].astype(np.int64)
    return np.asarray(numbers.reshape(-1, 2))


def fit_areas(seen: Seen, squares: Squares) -> Areas:
    """The most likely factors of each square with drives enough, those left out that are as the whole."""
    known = _known(squares)
    if not len(known):
        return ()
    shapes, therapists = _shapes(), int(seen.therapist.max()) + 1
    ways = seen.share @ shapes / 2
    design = np.zeros((len(ways), len(known), SHAPES))
    for row, square in enumerate(known.tolist()):
        design[:, row] = ways * (squares == square).sum(axis=1, keepdims=True)
    flat = np.hstack([design.reshape(len(ways), -1), people_of(seen, therapists)])
    priors = tuple(
        np.diag(np.repeat((spread**2, person**2), (len(known) * SHAPES, therapists)))
        for spread, person in product(SPREADS, PEOPLE if therapists > 1 else PEOPLE[:1])
    )
    found, _ = most_likely(flat, seen.log_ratio, priors)
    curves = found[: len(known) * SHAPES].reshape(len(known), SHAPES) @ shapes.T
    factors = np.exp(np.clip(curves, -FARTHEST, FARTHEST))
    return tuple(
        LearnedArea(square=square, workday=figures(factor[:HOURS]), weekend=figures(factor[HOURS:]))
        for square, factor, curve in zip(known.tolist(), factors, curves, strict=True)
        if np.abs(curve).max() > NOTHING
    )


def _known(squares: Squares) -> NDArray[np.int64]:
    numbers, counts = np.unique(squares[squares > 0], return_counts=True)
    often = np.argsort(-counts, kind="stable")[:MOST_AREAS]
    return np.asarray(np.sort(numbers[often][counts[often] >= FEWEST_IN_AREA]))


@cache
def _shapes() -> Floats:
    """`[clock, shape]`: principal components of a level and of a curve as large, for a spread of one."""
    variances, vectors = np.linalg.eigh(1 + shared_hours())
    shapes = vectors[:, -SHAPES:] * np.sqrt(variances[-SHAPES:])
    shapes.setflags(write=False)
    return np.asarray(shapes)
