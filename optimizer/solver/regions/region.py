"""A region: hundreds of therapists planned in groups of neighbours, all cores at work, again and again.

POPMUSIC (Taillard and Voss 2002; with exact groups Queiroga, Sadykov and Uchoa 2021), for days too large for one search
and beyond any proof: cut the day into groups of therapists who work near each other, plan each
group anew with the visits left out near it, then cut in another way. Groups of a round share nothing, so what they
find adds up and the same seed gives the same plan, whoever finishes first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from itertools import chain
from time import monotonic

import numpy as np

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.regions.grouping import Group, Map, around, halves, shared_out
from optimizer.solver.regions.here import Here
from optimizer.solver.regions.part import Part
from optimizer.solver.regions.pooled import Pooled
from optimizer.solver.regions.schedule import Round
from optimizer.solver.regions.standing import Standing
from optimizer.solver.regions.turn import Answer, Turn, work

MOST_SEED = 1 << 31
GRACE = 0.5
"""Seconds that a group has to answer when its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A better plan for the whole region."""

    assignment: Assignment
    objective: Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How a region ended.

    Attributes
    ----------
    iterations, days
        Of ruin and recreate, and how many days were met.
    turns, lost
        How many groups have been planned, and how many of them crashed or did not answer in time.
    cut_short
        Whether the clock, a cancellation or a lost group ended it, so that a second run may end elsewhere.
    """

    assignment: Assignment
    objective: Objective
    iterations: int
    days: int
    turns: int
    lost: int
    cut_short: bool


def unchanged(assignment: Assignment) -> Assignment:
    """The `whole` of a region that changes within groups only."""
    return assignment


def solve_region(
    day: Day,
    start: Assignment,
    *,
    rounds: Iterable[Round],
    seconds: float,
    seed: int,
    executor: Executor,
    tell: Callable[[News], None],
    cancelled: Callable[[], bool],
    whole: Callable[[Assignment], Assignment] = unchanged,
    worker: Callable[[Turn], Answer] = work,
) -> Planned:
    """Improve `start` in groups.

    Parameters
    ----------
    start
        A feasible assignment, every order timed and within its limits.
    rounds
        The work: see `schedule.rounds_for`.
    seconds
        When to stop at the latest; a group that has not answered by then is lost.
    executor
        Who works: threads (most of the work is compiled and holds no lock), processes, or a cluster. Where it breaks,
        what is left to do is done by the caller.
    tell
        Hears of every better assignment.
    cancelled
        Asked between two rounds; true ends the work.
    whole
        Asked before each round for a better assignment than the one given, made by what looks across all groups.
    worker
        What does a turn.
    """
    until = monotonic() + seconds
    region = _Region(day, start, seed=seed, executor=executor, worker=worker, until=until)
    for one in rounds:
        if cancelled() or monotonic() > until:
            region.cut_short = True
            break
        for assignment, objective in chain(region.improve(whole), region.play(one), region.recombine(one)):
            tell(News(assignment=assignment, objective=objective))
    return region.planned()


class _Region:
    """A region at work: the best plan, the days of late, and what went wrong."""

    def __init__(
        self,
        day: Day,
        start: Assignment,
        *,
        seed: int,
        executor: Executor,
        worker: Callable[[Turn], Answer],
        until: float,
    ) -> None:
        self._day, self._executor, self._worker, self._until = day, executor, worker, until
        self._lot = np.random.default_rng(seed)
        self._iterations = self._days = self._turns = self._lost = 0
        self.standing = Standing(day, start)
        self._pooled = Pooled(day)
        self.cut_short = False

    def planned(self) -> Planned:
        return Planned(
            assignment=self.standing.assignment,
            objective=self.standing.objective,
            iterations=self._iterations,
            days=self._days,
            turns=self._turns,
            lost=self._lost,
            cut_short=self.cut_short,
        )

    def improve(self, whole: Callable[[Assignment], Assignment]) -> Iterator[tuple[Assignment, Objective]]:
        """What changes in several groups at once."""
        before = self.standing.assignment
        orders = dict(enumerate(whole(before)))
        if self.standing.take({shift: order for shift, order in orders.items() if order != before[shift]}):
            yield self.standing.assignment, self.standing.objective

    def play(self, one: Round) -> Iterator[tuple[Assignment, Objective]]:
        """One round; every better plan as its group answers. Groups share nothing, so their order does not matter."""
        for answer in self._answers(self._asked(one)):
            self._iterations += answer.iterations
            self._days += answer.days
            self.cut_short = self.cut_short or answer.cut_short
            self._pooled.add(answer.orders)
            if self.standing.take(answer.orders):
                yield self.standing.assignment, self.standing.objective

    def recombine(self, one: Round) -> Iterator[tuple[Assignment, Objective]]:
        """After a round that asks for it: the best choice among the days of all groups and rounds."""
        left = self._until - monotonic()
        if not one.recombines or not self._pooled.is_worth_it or left <= 0:
            return
        yield from self.improve(partial(self._pooled.choose, seconds=left))

    def _asked(self, one: Round) -> list[Turn]:
        """The turns of a round."""
        assignment, left_out = self.standing.assignment, self.standing.left_out
        if len(left_out) > one.most:
            return []
        map_ = Map(self._day.world, assignment)
        if one.is_focused:
            self._lot.shuffle(left_out)
            groups = around(map_, left_out, one.size, self._lot)
        else:
            groups = halves(map_.days, one.size, self._lot)
        return [
            self._turn(one, group, more)
            for group, more in zip(groups, shared_out(map_, groups, left_out, one.left_out), strict=True)
        ]

    def _turn(self, one: Round, group: Group, more: Sequence[int]) -> Turn:
        assignment = self.standing.assignment
        mine = [visit for shift in group for visit in assignment[shift]]
        part = Part.of(self._day.problem, group, [*mine, *more])
        return Turn(
            part=part,
            start=part.inward(assignment),
            annealing=one.annealing,
            generation=one.generation,
            seed=int(self._lot.integers(MOST_SEED)),
            seconds=max(0.0, self._until - monotonic()),
        )

    def _answers(self, turns: Sequence[Turn]) -> Iterator[Answer]:
        """What the groups found, as they answer; a group that crashes or hangs has found nothing."""
        futures: list[Future[Answer]] = []
        try:
            futures += (self._executor.submit(self._worker, turn) for turn in turns)
        except BrokenExecutor:
            self._go_on_alone()
        self._turns += len(turns)
        self._lost += len(turns)
        waiting = set(futures)
        while waiting:
            left = max(0.0, self._until + GRACE - monotonic())
            done, waiting = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            if not done:
                break
            for future in done:
                if future.exception() is None:
                    self._lost -= 1
                    yield future.result()
                elif isinstance(future.exception(), BrokenExecutor):
                    self._go_on_alone()
        for future in waiting:
            future.cancel()
        self.cut_short = self.cut_short or self._lost > 0

    def _go_on_alone(self) -> None:
        """A worker that is killed takes its executor along: this round's groups are lost, the next are planned here."""
        self._executor = Here()
