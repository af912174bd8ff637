"""The rounds of a region: how large the groups are, and what each does. Counted work, so that it can be repeated.

Annealing comes first: in groups of fifty therapists an iteration costs half of what it costs in a region of two hundred
(their tables stay in the processor's cache). Where it no longer serves more visits, small groups around those left out
are put to column generation, which finds what many therapists must change together for one visit more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from optimizer.schedule.timeline import Day
from optimizer.solver.regions.turn import Annealing, Generation

LEAST_SHIFTS = 75
"""From so many shifts on a day is planned as a region."""
LARGE, SMALL = 50, 15
"""Therapists of a group that anneals, and of one that generates columns."""
ANNEALING_SHARE, ANNEALING_WORK = 0.2, 30_000
"""Part of the time for the first annealing, and iterations of a second of two slow cores."""
COOLINGS = 5
"""Rounds of the first annealing: from the best plan of one the next begins, cooler and in other groups."""
HOT, COLD = 0.7, 0.15
"""Temperatures in usual legs."""
FEW_LEFT_OUT = 8
"""Visits left out that a small group tries: each makes the proof harder, and few can be served there."""
STEPS = 150
"""Steps of a generation: with fifteen therapists nearly all better plans have been found by then."""
SHAKE = 50
"""Iterations for each shift between two rounds of generation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: groups of `size` shifts, with up to `left_out` visits each that are left out near them.

    `is_focused` forms groups around visits left out only; otherwise all shifts are in one.
    """

    size: int
    left_out: int
    is_focused: bool
    annealing: Annealing
    generation: Generation | None


def is_region(day: Day) -> bool:
    """Whether a day is too large for a search or a proof of the whole."""
    return len(day.problem.shifts) >= LEAST_SHIFTS


def rounds_for(day: Day, seconds: float) -> Iterator[Round]:
    """More rounds than so many seconds of two cores pay for, the important ones first."""
    shifts, visits = len(day.problem.shifts), len(day.problem.visits)
    a_shift = max(1, int(seconds * ANNEALING_SHARE * ANNEALING_WORK / COOLINGS / shifts))
    cooler = (COLD / HOT) ** (1 / COOLINGS)
    first = (
        _annealing(visits, a_shift * LARGE, hot=HOT * cooler**k, cold=max(COLD, HOT * cooler**k / 3))
        for k in range(COOLINGS)
    )
    generation = Round(
        size=SMALL,
        left_out=FEW_LEFT_OUT,
        is_focused=True,
        annealing=Annealing(iterations=SHAKE * SMALL, hot=HOT, cold=COLD),
        generation=Generation(steps=STEPS, is_for_more_visits=True),
    )
    shake = _annealing(visits, SHAKE * LARGE, hot=HOT, cold=COLD)
    return chain(first, *([generation, shake] for _ in range(max(1, round(seconds)))))


def _annealing(visits: int, iterations: int, *, hot: float, cold: float) -> Round:
    """Every shift in a large group, with all visits left out."""
    return Round(
        size=LARGE,
        left_out=visits,
        is_focused=False,
        annealing=Annealing(iterations=iterations, hot=hot, cold=cold),
        generation=None,
    )
