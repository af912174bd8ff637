"""The rounds of a region: how large the groups are, and what each does. Counted work, so that it can be repeated."""

from dataclasses import dataclass

from optimizer.solver.regions.turn import Annealing, Generation


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
