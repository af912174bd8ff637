"""Stages: the tiers of the objective, each as prices of one linear programme."""

from collections.abc import Sequence

import numpy as np

from optimizer.schedule.world import BACK_BY, BEGINS, ENDS, LEFT_OUT, ROAD_POINTS, WAIT_POINTS, World
from optimizer.solver.columns.master import Floor, Stage
from optimizer.solver.columns.simplex_kernel import Floats

REQUIRED, OPTIONAL = 0, 1
"""The two tiers of visits left out."""


def weights_of(world: World, tier: int) -> Floats:
    """`[visit]` its priority in a tier, 0 when it belongs to the other one."""
    return world.visits[:, LEFT_OUT + tier].astype(np.float64)


def count_stage(world: World, tier: int, floors: Sequence[Floor]) -> Stage:
    """Only the weights left out of a tier, and above them those of the tiers in `floors`."""
    left = weights_of(world, tier)
    above = 1.0 + float(left.sum())
    for floor in floors:
        left = left + above * floor.weights
    return Stage(left=left, late=0.0, point=0.0, floors=tuple(floors))


def last_stage(world: World, floors: Sequence[Floor]) -> Stage:
    """Points; a second of overtime outranks the points of any day, a visit left out the overtime of any day.

    So of two days with the same visits the one that is worth less here is the better one in every tier.
    """
    points = max(1.0, float(world.shifts[:, ROAD_POINTS : WAIT_POINTS + 1].max(initial=0)))
    span = float((world.shifts[:, BACK_BY] - world.shifts[:, BEGINS]).max(initial=0))
    extra = float((world.shifts[:, BACK_BY] - world.shifts[:, ENDS]).max(initial=0))
    wishes = float(world.preference.sum(axis=1).max(initial=0))
    # Breaks before the first drive may begin before the shift does, never by more than the day is long.
    late = np.ceil(2 * span * points + wishes) if extra else 0.0
    big = span * points + float(world.preference.max(initial=0)) + late * extra
    left = np.zeros(len(world.visits))
    for tier in (OPTIONAL, REQUIRED):
        weights = weights_of(world, tier)
        if weights.any():
            unit = np.ceil(big / weights[weights > 0].min())
            left = left + unit * weights
            big += unit * float(weights.sum())
    return Stage(left=left, late=float(late), point=1.0, floors=tuple(floors))


def overtime_stage(world: World, floors: Sequence[Floor]) -> Stage:
    """Only overtime, with prices for visits left out above it."""
    above = 1.0 + float((world.shifts[:, BACK_BY] - world.shifts[:, ENDS]).sum())
    left = np.zeros(len(world.visits))
    for tier in (OPTIONAL, REQUIRED):
        weights = weights_of(world, tier)
        left = left + above * weights
        above += above * float(weights.sum())
    return Stage(left=left, late=1.0, point=0.0, floors=tuple(floors))
