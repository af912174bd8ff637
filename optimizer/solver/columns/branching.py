"""The best choice among all days that come into question, by branch and bound on the master programme.

CP-SAT needs seconds for a few thousand days that the linear programme settles in some dozens of nodes: its bound, with
the cuts that it has, is within a few per cent, and rises quickly once a few decisions are made. Decided is who serves a
visit, whether it is left out, or whether two visits are on one day (Ryan and Foster 1981); the decision is the one of
a few that lifts the bounds of both sides most (strong branching).

A bound is a Lagrangian sum in whole numbers over the days that a node still allows, so no rounding of the linear
programme can cut off a plan.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

import numpy as np
from numpy.typing import NDArray

from optimizer.solver.columns.choice import Caps
from optimizer.solver.columns.classes import ShiftClass
from optimizer.solver.columns.diving import whole_days
from optimizer.solver.columns.master import Master, Solution
from optimizer.solver.columns.pricing import SCALE
from optimizer.solver.columns.rounds import Days, Tags
from optimizer.solver.columns.routes import Routes

MOST_NODES = 1_000
"""Linear programmes are solved for so many nodes at the most; then nothing is said."""
TRIED = 6
"""Decisions whose two sides are both looked at before one of them is taken."""
PART = 1e-4
"""What is worked or decided less than this, or this near to the whole, is no fraction."""
ENOUGH = 1e-3
"""Of the gap: a side that lifts the bound by less counts as this."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Node:
    """A part of all plans, and the solved programme of it.

    Attributes
    ----------
    banned
        `[day]` those that may not be worked here.
    served
        `[visit]` those that may not be left out here.
    bound
        Fixed point: no plan here is worth less.
    """

    banned: Flags
    served: Flags
    bound: int
    solution: Solution
    basis: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best choice met, by the numbers of its days, if any was worth so little; whether there is no better one."""

    rows: tuple[int, ...]
    is_found: bool
    is_proven: bool


class Tree:
    """Branch and bound over some days; `master` is changed and of no use afterwards."""

    def __init__(
        self,
        master: Master,
        classes: Sequence[ShiftClass],
        routes: Routes,
        rows: Sequence[int],
        *,
        below: int,
        stop: Callable[[], bool],
    ) -> None:
        """Only plans worth at most `below` are looked for, made of the days `rows`: every such plan is one of them."""
        self._master, self._classes, self._stop = master, classes, stop
        master.only(rows)
        self._rows = np.array(master.rows, dtype=np.int64)
        self._days = Days.of(master.stage, routes, master.cuts, master.rows)
        self._late = routes.figures(master.rows)[0].astype(np.int64)
        self._left = np.round(master.stage.left).astype(np.int64)
        self._below = below
        self._alone = np.array([len(one.members) == 1 for one in classes])
        self._best: tuple[int, ...] | None = None
        self.nodes = 0

    def search(self, caps: Caps | None) -> Best | None:
        """The best choice; None when this cannot be decided.

        So it is when a plan worth so little breaks `caps`, or equal shifts share days in a way that no decision parts.
        """
        days, visits = self._days.member.shape
        order = count()
        root = self._node(np.zeros(days, dtype=np.bool_), np.zeros(visits, dtype=np.bool_), None)
        heap = [] if root is None else [(root.bound, next(order), root)]
        while heap:
            node = heappop(heap)[2]
            if self._is_over(node.bound):
                break
            if self.nodes >= MOST_NODES or self._stop():
                return self._said(is_proven=False)
            plan = whole_days(node.solution)
            if plan is not None:
                # A programme that was not quite solved may hold a better plan than the whole one that it ended with.
                if not self._take(plan, caps) or not self._is_over(node.bound):
                    return None
                continue
            sides = self._sides(node)
            if sides is None:
                return None
            for side in sides:
                heappush(heap, (side.bound, next(order), side))
        return self._said(is_proven=True)

    def _said(self, *, is_proven: bool) -> Best:
        return Best(rows=self._best or (), is_found=self._best is not None, is_proven=is_proven)

    def _is_over(self, bound: int) -> bool:
        return bound > self._below * SCALE

    def _take(self, plan: Sequence[int], caps: Caps | None) -> bool:
        """From now on only better plans than this one are looked for; false when it breaks the caps."""
        chosen = np.isin(self._rows, plan)
        left: Flags = self._days.member[chosen].sum(axis=0) == 0
        if caps is not None and not caps.allow(left, int(self._late[chosen].sum())):
            return False
        value = int(self._days.cost[chosen].sum()) // SCALE + int(self._left[left].sum())
        if value <= self._below:
            self._best, self._below = tuple(plan), value - 1
        return True

    def _node(self, banned: Flags, served: Flags, basis: NDArray[np.int32] | None) -> Node | None:
        """The solved programme of a part; None when no plan in it is worth looking for."""
        self.nodes += 1
        master = self._master
        solution = master.restricted(banned, served, basis)
        tags = Tags.of(master.stage, solution, master.cuts)
        reduced, number = tags.reduced(self._days), self._days.number
        least = np.zeros(len(self._classes), dtype=np.int64)
        np.minimum.at(least, number[~banned], reduced[~banned])
        bound = tags.bound(master.stage, self._classes, least.tolist(), served)
        if self._is_over(bound):
            return None
        # A day that lifts the bound too far is in no plan that is looked for.
        too_dear = bound + reduced - least[number] > self._below * SCALE
        return Node(banned=banned | too_dear, served=served, bound=bound, solution=solution, basis=master.basis)

    def _sides(self, node: Node) -> list[Node] | None:
        """The two parts of a node by the best of a few decisions, those in which something may be; None without any."""
        best, chosen = -1.0, None
        enough = ENOUGH * max(1, self._below * SCALE - node.bound)
        for decision in self._decisions(node):
            if chosen is not None and self._stop():
                break
            sides = [self._node(node.banned | banned, served, node.basis) for banned, served in decision]
            open_sides = [side for side in sides if side is not None]
            if len(open_sides) < 2:
                return open_sides
            gains = [max(enough, float(side.bound - node.bound)) for side in open_sides]
            if gains[0] * gains[1] > best:
                best, chosen = gains[0] * gains[1], open_sides
        return chosen

    def _decisions(self, node: Node) -> Iterator[tuple[tuple[Flags, Flags], tuple[Flags, Flags]]]:
        """Some decisions that the solution leaves open, each as days banned and visits served on its two sides."""
        member, number = self._days.member, self._days.number
        worked = node.solution.worked
        some = np.flatnonzero(worked > PART)
        inside = member[some].astype(np.float64)
        by_class = np.zeros((len(self._classes), member.shape[1]))
        np.add.at(by_class, number[some], inside * worked[some][:, None])
        pairs = np.triu(inside.T @ (inside * worked[some][:, None]), 1)
        open_now: list[tuple[float, int, int, int]] = []
        for kind, table in enumerate((by_class, pairs, node.solution.left[None])):
            for a, b in zip(*np.nonzero((table > PART) & (table < 1 - PART)), strict=True):
                open_now.append((round(abs(float(table[a, b]) - 0.5), 6), kind, int(a), int(b)))
        for _, kind, a, b in sorted(open_now)[:TRIED]:
            if kind == 0:
                yield self._who(node, a, b)
            elif kind == 1:
                yield self._together(node, a, b)
            else:
                yield self._whether(node, b)

    def _who(self, node: Node, crew: int, visit: int) -> tuple[tuple[Flags, Flags], tuple[Flags, Flags]]:
        has, theirs = self._days.member[:, visit], self._days.number == crew
        otherwise = has & ~theirs
        if self._alone[crew]:
            otherwise |= theirs & ~has
        return (otherwise, _with(node.served, visit)), (has & theirs, node.served)

    def _together(self, node: Node, one: int, other: int) -> tuple[tuple[Flags, Flags], tuple[Flags, Flags]]:
        first, second = self._days.member[:, one], self._days.member[:, other]
        return (first ^ second, _with(node.served, one, other)), (first & second, node.served)

    def _whether(self, node: Node, visit: int) -> tuple[tuple[Flags, Flags], tuple[Flags, Flags]]:
        has = self._days.member[:, visit]
        return (np.zeros_like(has), _with(node.served, visit)), (has, node.served)


def _with(served: Flags, *visits: int) -> Flags:
    more = served.copy()
    more[list(visits)] = True
    return more
