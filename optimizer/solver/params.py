"""What a search may spend, and what it gives back."""

from dataclasses import dataclass

from optimizer.domain.itinerary import Plan

REASONS_SHARE = 0.1
"""Part of the time limit that a search leaves to reasons, where visits are left out."""
LEAST_FOR_REASONS = 0.2
"""Seconds in which reasons are looked for even when the search has used the time limit up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveParams:
    """How long and with which luck.

    `time_limit` is for everything: the search, and the reasons of what it leaves out.

    The work of a search is counted in iterations, as many as fit `time_limit` seconds on a slow machine; the clock only
    stops a machine that is slower still. So the same problem, limit and seed give the same plan.

    Raises
    ------
    ValueError
        When the time limit is not positive.
    """

    time_limit: float = 2.0
    seed: int = 1

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
