"""Refit the minutes of parking, town by town: what was seen of a town, drawn to what was seen of all towns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.time import MINUTE, Seconds

LONGEST: Seconds = 30 * MINUTE
"""Of a single parking: what took longer was something else."""

DOUBT: Seconds = 2 * MINUTE
"""How far the practice's default may be off, before anything was seen: a standard deviation."""

FEWEST_IN_TOWN = 5
"""Parkings without which nothing is said of a town: the default stands."""

STEP: Seconds = 30
"""Learned seconds are told in half minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A parking as it was told: in which town, on which date (an ordinal), and how many seconds it took."""

    town: str
    day: int
    took: Seconds


def fit_parking(parkings: Sequence[Parked], default: Seconds) -> Mapping[str, Seconds]:
    """Seconds for each town that was parked in often enough.

    James and Stein's shrinkage, with the spread between towns as DerSimonian and Laird (1986) estimate it.
    """
    by_town: dict[str, list[float]] = defaultdict(list)
    for parking in parkings:
        by_town[parking.town].append(float(min(parking.took, LONGEST)))
    towns = sorted(town for town, seen in by_town.items() if len(seen) >= FEWEST_IN_TOWN)
    if not towns:
        return {}
    spread = _spread([by_town[town] for town in towns])
    # Medians: a stop for coffee is in no median.
    seen = np.array([float(np.median(by_town[town])) for town in towns])
    error = np.array([1.57 * spread**2 / len(by_town[town]) for town in towns])
    weights = 1 / error
    rough = float(np.average(seen, weights=weights))
    excess = float(weights @ (seen - rough) ** 2) - (len(towns) - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, excess / scale) if scale > 0 else 0.0
    total = 1 / (error + between)
    overall = (default / DOUBT**2 + float(total @ seen)) / (1 / DOUBT**2 + float(total.sum()))
    kept = between / (between + error)
    return {
        town: int(round((overall + share * (figure - overall)) / STEP) * STEP)
        for town, figure, share in zip(towns, seen.tolist(), kept.tolist(), strict=True)
    }


def _spread(groups: Sequence[Sequence[float]]) -> float:
    """Of one parking around its town's, out of the median distance."""
    left = np.concatenate([np.abs(np.array(group) - np.median(group)) for group in groups])
    return max(float(STEP), 1.4826 * float(np.median(left)))
