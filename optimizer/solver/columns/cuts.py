"""Subset-row cuts over three visits: of any three, at most one day can have two (Jepsen et al. 2008)."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from optimizer.solver.columns.master import Cut
from optimizer.solver.columns.simplex_kernel import Floats

LEAST_VIOLATION = 0.03
MOST_A_VISIT = 4
"""Cuts of one round that may share a visit."""


def separate(member: NDArray[np.bool_], worked: Floats, known: Collection[Cut], most: int) -> list[Cut]:
    """The most violated cuts that are not known, the worst first.

    Parameters
    ----------
    member
        `[day, visit]` of the days that are worked in part, `worked[day]` how much.
    """
    visits = np.flatnonzero(member.any(axis=0))
    inside = member[:, visits].astype(np.float64)
    both = (inside * worked[:, None]).T @ inside
    found: list[tuple[float, Cut]] = []
    done = set(known)
    for a in range(len(visits)):
        # Days with two or more of (a, b, c): those with a and b, a and c, b and c, less twice those with all three.
        with_a = inside[inside[:, a] > 0]
        three = (with_a * worked[inside[:, a] > 0][:, None]).T @ with_a
        total = both[a][:, None] + both[a][None, :] + both - 2 * three
        total[: a + 1, :] = 0
        total[:, : a + 1] = 0
        for b, c in zip(*np.nonzero(np.triu(total, 1) > 1 + LEAST_VIOLATION), strict=True):
            cut = (int(visits[a]), int(visits[b]), int(visits[c]))
            if cut not in done:
                found.append((float(total[b, c]), cut))
    found.sort(key=lambda each: (-round(each[0], 6), each[1]))
    chosen: list[Cut] = []
    used: dict[int, int] = {}
    for _, cut in found:
        if len(chosen) < most and all(used.get(visit, 0) < MOST_A_VISIT for visit in cut):
            chosen.append(cut)
            for visit in cut:
                used[visit] = used.get(visit, 0) + 1
    return chosen
