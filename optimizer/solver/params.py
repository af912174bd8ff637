"""What a search may spend, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.domain.itinerary import Plan

REASONS_SHARE = 0.1
"""Part of the time limit that a search leaves to reasons, where visits are left out."""
LEAST_FOR_REASONS = 0.2
"""Seconds in which reasons are looked for even when the search has used the time limit up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveParams:
    """How long and with which luck.

    `time_limit` is for everything: the search, and the reasons of what it leaves out. `start` is a plan that is known,
    visit ids as served by shift id: the plan found is never worse than what can be kept of it.

    Engines take turns of counted work, and threads only share out what one of them prices, so the same problem, limit,
    seed and start give the same plan, however many cores there are. What is proven before the limit always is. Column
    generation goes on until the limit where it does not prove the plan: there, and on a machine that is slower than the
    work is counted for, the clock decides, and `Stats.cut_short` says so.

    Raises
    ------
    ValueError
        When the time limit is not positive.
    """

    time_limit: float = 2.0
    seed: int = 1
    start: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.time_limit > 0:
            raise ValueError(f"a time limit of {self.time_limit} seconds leaves no time to plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What ran. `iterations` counts ruin-and-recreate steps, `searched` orders found by OR-Tools routing, `routes` the
    pool's routes, `plans` better plans seen on the way. `cut_short` says that the clock or a crash ended the search,
    so that a second run may end elsewhere."""

    engine: str
    seconds: float
    iterations: int = 0
    searched: int = 0
    routes: int = 0
    plans: int = 1
    cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A plan with a verdict in its certificate, and how it came about."""

    plan: Plan
    stats: Stats
