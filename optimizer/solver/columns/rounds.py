"""One stage solved by column generation: days are priced and added until none is worth adding, then cut.

Prices are rounded to fixed point, and the Lagrangian bound is summed in integers: a limit of the master's whole
relaxation whatever the prices, so neither GLOP's tolerances nor a stop before the end can make it wrong.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import Ints
from optimizer.solver.columns.bound_kernel import Prices
from optimizer.solver.columns.classes import ShiftClass
from optimizer.solver.columns.label_kernel import EVERY, EXACT, QUICK
from optimizer.solver.columns.master import Cut, Master, Solution, Stage
from optimizer.solver.columns.pricing import SCALE, Priced, Pricer, Workspace, words_of
from optimizer.solver.columns.routes import Routes

MARGIN = SCALE // 1024
"""How far below zero a reduced cost must be for a day to be worth adding."""

FEW = 12
"""With fewer new days than this in a round, the next one prices exactly."""


Goal = Callable[[int, float], bool]
"""Asked with the best bound (fixed point) and the master's value: whether that is good enough."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Days:
    """Some days as arrays, to be priced again and again.

    Attributes
    ----------
    cost
        `[day]` in a stage, fixed point.
    member
        `[day, visit]`
    number
        `[day]` its class.
    twice
        `[day, cut]` whether it has two or more of a cut's visits.
    """

    cost: Ints
    member: NDArray[np.bool_]
    number: Ints
    twice: NDArray[np.bool_]

    @classmethod
    def of(cls, stage: Stage, routes: Routes, cuts: Sequence[Cut], rows: Sequence[int]) -> Self:
        chosen = np.array(rows, dtype=np.int64)
        member = routes.member[chosen]
        late, points = routes.figures(rows)
        three = np.array(cuts, dtype=np.int64).reshape(-1, 3)
        return cls(
            cost=np.round((late * stage.late + points * stage.point) * SCALE).astype(np.int64),
            member=member,
            number=np.array([routes.all[row].number for row in rows], dtype=np.int64),
            twice=member[:, three].sum(axis=2) >= 2,
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tags:
    """The prices of a solution in fixed point."""

    prices: Prices
    working: Ints
    floors: Ints
    penalty: Ints
    """`[cut]`"""

    @classmethod
    def of(cls, stage: Stage, solution: Solution, cuts: Sequence[Cut]) -> "Tags":
        penalty = np.maximum(0, np.round(-solution.cuts * SCALE)).astype(np.int64)
        active = np.flatnonzero(penalty)
        words = words_of(len(active))
        inside = np.zeros((len(stage.left), words), dtype=np.int64)
        for bit, cut in enumerate(active):
            for visit in cuts[int(cut)]:
                inside[visit, bit >> 6] |= np.int64(np.uint64(1 << (bit & 63)).astype(np.int64))
        paid = np.zeros(64 * words, dtype=np.int64)
        paid[: len(active)] = penalty[active]
        return cls(
            prices=Prices(
                np.round(solution.worth * SCALE).astype(np.int64),
                round(stage.point * SCALE),
                round(stage.late * SCALE),
                0,
                inside,
                paid,
            ),
            working=np.minimum(0, np.round(solution.working * SCALE)).astype(np.int64),
            floors=np.maximum(0, np.round(solution.floors * SCALE)).astype(np.int64),
            penalty=penalty,
        )

    def bound(
        self,
        stage: Stage,
        classes: Sequence[ShiftClass],
        least: Sequence[int],
        served: NDArray[np.bool_] | None = None,
    ) -> int:
        """The Lagrangian bound in fixed point, when every day of class c has a reduced cost of at least `least[c]`.

        `served[visit]` may not be left out.
        """
        total = int(self.prices.worth.sum()) - int(self.prices.penalty.sum())
        for price, floor in zip(self.floors.tolist(), stage.floors, strict=True):
            total += price * int(floor.least)
        left = np.minimum(0, self.left(stage))
        total += int(left.sum() if served is None else left[~served].sum())
        for one, working, lowest in zip(classes, self.working.tolist(), least, strict=True):
            total += len(one.members) * (working + min(0, lowest))
        return total

    def left(self, stage: Stage) -> Ints:
        """The reduced costs of leaving visits out in fixed point."""
        cost = np.round(stage.left * SCALE).astype(np.int64) - self.prices.worth
        for price, floor in zip(self.floors.tolist(), stage.floors, strict=True):
            cost -= price * floor.weights.astype(np.int64)
        return cost

    def reduced(self, days: "Days") -> Ints:
        """The reduced costs of some days in fixed point."""
        active = np.flatnonzero(self.penalty)
        of_visits = days.member @ self.prices.worth + self.working[days.number]
        reduced: Ints = days.cost - of_visits + days.twice[:, active] @ self.penalty[active]
        return reduced


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Team:
    """Everything that prices: one pricer a class, and the threads' working arrays."""

    classes: tuple[ShiftClass, ...]
    pricers: tuple[Pricer, ...]
    spaces: tuple[Workspace, ...]
    threads: Executor

    def alone(self, thread: int) -> "Team":
        """What one thread does for itself, while the others do something else."""
        return replace(self, spaces=(self.spaces[thread],))

    def price(
        self,
        tags: Tags,
        *,
        mode: int,
        threshold: Sequence[int | None],
        most: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Priced]:
        """The answers of the classes that have a threshold, in their order, however many threads work.

        All days of every class (mode EVERY) are of use only together: the answer is empty when one class has too many,
        and when `stop` says stop before the last has begun.
        """
        asked = [(pricer, limit) for pricer, limit in zip(self.pricers, threshold, strict=True) if limit is not None]
        given_up = Event()
        share = partial(self._share, tags=tags, mode=mode, asked=asked, most=most, given_up=given_up, stop=stop)
        answers: list[Priced | None] = [None] * len(self.pricers)
        work = map if len(self.spaces) == 1 else self.threads.map
        for found in work(share, range(len(self.spaces))):
            for number, priced in found:
                answers[number] = priced
        return [] if given_up.is_set() else [priced for priced in answers if priced is not None]

    def _share(
        self,
        thread: int,
        *,
        tags: Tags,
        mode: int,
        asked: Sequence[tuple[Pricer, int]],
        most: int,
        given_up: Event,
        stop: Callable[[], bool],
    ) -> list[tuple[int, Priced]]:
        found: list[tuple[int, Priced]] = []
        for pricer, limit in asked[thread :: len(self.spaces)]:
            if mode == EVERY and stop():
                given_up.set()
            if given_up.is_set():
                break
            prices = tags.prices._replace(working=int(tags.working[pricer.number]))
            priced = pricer.price(prices, self.spaces[thread], mode=mode, threshold=limit, most=most)
            found.append((pricer.number, priced))
            if mode == EVERY and not priced.is_complete:
                given_up.set()
        return found


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Converged:
    """Where pricing ended. `bound` is in fixed point, `tags` and `least` belong to it."""

    solution: Solution
    bound: int
    tags: Tags | None
    least: tuple[int, ...]
    labels: int


def converge(
    master: Master,
    team: Team,
    routes: Routes,
    *,
    goal: Goal,
    stop: Callable[[], bool],
    most: int,
) -> Converged:
    """Add days until none is worth adding, the bound is good enough (`goal(bound, value)`), or `stop` says stop."""
    best, labels = -(1 << 62), 0
    best_tags: Tags | None = None
    best_least: tuple[int, ...] = ()
    exact = False
    nothing: list[int | None] = [-MARGIN] * len(team.pricers)
    while True:
        solution = master.solve()
        if stop() or goal(best, solution.value):
            break
        tags = Tags.of(master.stage, solution, master.cuts)
        answers = team.price(tags, mode=EXACT if exact else QUICK, threshold=nothing, most=most)
        labels += sum(priced.labels for priced in answers)
        new = master.add(routes.add_all(route for priced in answers for route in priced.routes))
        if exact:
            least = tuple(priced.least for priced in answers)
            bound = tags.bound(master.stage, team.classes, least)
            if bound > best:
                best, best_tags, best_least = bound, tags, least
            if goal(best, solution.value):
                break
            if not new:
                break
            exact = new < FEW * 2
        elif new < FEW:
            exact = True
    return Converged(solution=solution, bound=best, tags=best_tags, least=best_least, labels=labels)
