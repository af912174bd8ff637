"""The rounds of a region: how large the groups are, and what each does. Counted work, so that it can be repeated.

Annealing comes first, a group for each core where the region allows: the fewer groups, the fewer visits lie near a
border that they cannot cross in this round, and the slower it cools the less is driven. Where it no longer serves more
visits, small groups around those left out are put to column generation, which finds what many therapists must change
together for one visit more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from math import ceil

from optimizer.schedule.timeline import Day
from optimizer.solver.regions.turn import Annealing, Generation

LEAST_SHIFTS = 75
"""From so many shifts on a day is planned as a region."""
LARGE, LEAST_LARGE, SMALL = 100, 50, 15
"""Most and fewest therapists of a group that anneals, and those of one that generates columns."""
ANNEALING_SHARE, ANNEALING_WORK = 0.5, 30_000
"""Part of the time for the first annealing, and iterations of a second of two slow cores."""
COOLINGS = 12
"""Rounds of the first annealing: from the best plan of one the next begins, cooler and in other groups."""
HOT, WARM, COLD = 0.8, 0.35, 0.15
"""Temperatures in usual legs: at first, later between two generations, and at the end of each."""
SOON = 0.01
"""Part of the visits from which on those left out are put to generation while annealing still cools."""
FEW_LEFT_OUT = 8
"""Visits left out that a small group tries: each makes the proof harder, and few can be served there."""
STEPS = 150
"""Steps of a generation: with fifteen therapists nearly all better plans have been found by then."""
SHAKE, STIR = 100, 50
"""Iterations for each shift between two rounds of generation, and before one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: groups of `size` shifts, with up to `left_out` visits each that are left out near them.

    `is_focused` forms groups around visits left out only; otherwise all shifts are in one. The round is passed over
    where more than `most` visits are left out. After it the best plan is chosen among the days of all rounds where it
    `recombines`.
    """

    size: int
    left_out: int
    most: int
    is_focused: bool
    annealing: Annealing
    generation: Generation | None
    recombines: bool = False


def is_region(day: Day) -> bool:
    """Whether a day is too large for a search or a proof of the whole."""
    return len(day.problem.shifts) >= LEAST_SHIFTS


def rounds_for(day: Day, seconds: float) -> Iterator[Round]:
    """More rounds than so many seconds of two cores pay for, the important ones first."""
    shifts, visits = len(day.problem.shifts), len(day.problem.visits)
    size = min(LARGE, max(LEAST_LARGE, ceil(shifts / 2)))
    a_shift = max(1, int(seconds * ANNEALING_SHARE * ANNEALING_WORK / COOLINGS / shifts))
    cooler = (COLD / HOT) ** (1 / COOLINGS)
    coolings = (
        _annealing(visits, size, a_shift, hot=HOT * cooler**k, cold=HOT * cooler ** (k + 1)) for k in range(COOLINGS)
    )
    soon, late = (_generation(most) for most in (int(SOON * visits), visits))
    shake = replace(_annealing(visits, size, SHAKE, hot=WARM, cold=COLD), recombines=True)
    first = ([cooling, soon] for cooling in coolings)
    return chain(*first, *([late, shake] for _ in range(max(1, round(seconds)))))


def _generation(most: int) -> Round:
    """Small groups around visits left out, in search of plans that serve more."""
    return Round(
        size=SMALL,
        left_out=FEW_LEFT_OUT,
        most=most,
        is_focused=True,
        annealing=Annealing(iterations=STIR * SMALL, hot=WARM, cold=COLD),
        generation=Generation(steps=STEPS, is_for_more_visits=True),
    )


def _annealing(visits: int, size: int, a_shift: int, *, hot: float, cold: float) -> Round:
    """Every shift in a large group, with all visits left out; `a_shift` iterations for each."""
    return Round(
        size=size,
        left_out=visits,
        most=visits,
        is_focused=False,
        annealing=Annealing(iterations=a_shift * size, hot=hot, cold=cold),
        generation=None,
    )
