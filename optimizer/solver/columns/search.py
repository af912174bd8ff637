"""Better plans and tighter bounds in one stage: the master's own plan, dives, choices, cuts, enumeration."""

from collections.abc import Callable
from math import ceil
from time import monotonic

import numpy as np

from optimizer.schedule.world import LEFT_OUT
from optimizer.solver.assignment import Assignment
from optimizer.solver.columns.branching import Tree
from optimizer.solver.columns.choice import Caps, Spare, choose
from optimizer.solver.columns.cuts import separate
from optimizer.solver.columns.diving import dive, whole_days
from optimizer.solver.columns.generation import HELPED_FROM
from optimizer.solver.columns.label_kernel import EVERY
from optimizer.solver.columns.ledger import Ledger
from optimizer.solver.columns.master import Master, Solution, Stage
from optimizer.solver.columns.pricing import SCALE
from optimizer.solver.columns.rounds import Converged, Days, Goal, Team, converge

MOST_CUTS = 256
CUTS_A_ROUND = 25
NEW_DAYS = 20
"""Days that a class may add in one round."""
KEPT_DAYS = 8
"""Days that a master keeps before a dive, for each of its rows."""
MOST_CHOICES = 4_000
"""Days among which a quick choice is made."""
GRAIN = SCALE // 16
"""Reduced costs are handed to CP-SAT in sixteenths."""
MOST_ENUMERATED = 60_000
"""Days among which the last choice is made."""
FIRST_PART = 64
"""The part of a gap that is tried first."""
EFFORT, LAST_EFFORT = 0.5, 30.0
"""CP-SAT's own seconds for a quick choice, and for one that proves."""


class Search:
    """One stage: a master that keeps its days and cuts, and what is found with it."""

    def __init__(self, ledger: Ledger, team: Team, stage: Stage, *, seed: int) -> None:
        self.ledger, self.stage, self.labels = ledger, stage, 0
        self._missed: Assignment | None = None
        self._closed: tuple[Converged, int] | None = None
        self._team, self._seed = team, seed
        self._master = Master(stage, [len(one.members) for one in ledger.classes], ledger.routes)
        self._master.add(ledger.routes.in_use())

    @property
    def cuts(self) -> int:
        return len(self._master.cuts)

    def converge(self, goal: Goal) -> Converged:
        """Price days until none is worth adding or `goal` is reached."""
        self._master.trim(KEPT_DAYS * (len(self.ledger.classes) + len(self.stage.left)))
        self._master.add(self.ledger.hear())
        ended = converge(self._master, self._team, self.ledger.routes, goal=goal, stop=self.ledger.stop, most=NEW_DAYS)
        self.labels += ended.labels
        return ended

    def look(self, ended: Converged, below: int) -> bool:
        """Look for a plan worth at most `below`; true when a better one was found."""
        ledger = self.ledger
        days = whole_days(ended.solution)
        if days is not None and ledger.take(days):
            return True
        return self._dive(ended.solution, below, lot=None)

    def look_elsewhere(self, below: int, lot: np.random.Generator) -> bool:
        """Look again, where chance leads the dive, among the days of the best plan and of all dives before."""
        self._master.add(self.ledger.days())
        return self._dive(self._master.solve(), below, lot) or (not self._is_helped and self.ledger.ask())

    def _dive(self, solution: Solution, below: int, lot: np.random.Generator | None) -> bool:
        """Dive in a twin of the master, which stays where it is; on large days the helper works meanwhile."""
        ledger = self.ledger
        routes = ledger.routes.twin()

        def plunge(team: Team) -> list[int] | None:
            return dive(
                self._master.twin(routes),
                solution,
                team,
                routes,
                limit=below + 0.5 + self._miss,
                stop=ledger.stop,
                most=NEW_DAYS // 2,
                lot=lot,
            )

        if self._is_helped:
            helped = self._team.threads.submit(ledger.helped, self._missed)
            found = plunge(self._team.alone(0))
            answer = helped.result()
        else:
            found, answer = plunge(self._team), None
        self._master.add(ledger.routes.add_all(routes.all[len(ledger.routes) :]))
        # The twin has met what the ledger has, in the same order, so its numbers are the same.
        is_better = found is not None and ledger.take(found)
        self._missed = ledger.assigned(found) if found is not None and not is_better else None
        return (answer is not None and ledger.heed(answer)) or is_better

    @property
    def _miss(self) -> float:
        """By how much a dive may end above what is looked for, where the helper goes on from there."""
        return float(self.stage.left.max()) if self._is_helped else 0.0

    @property
    def _is_helped(self) -> bool:
        """Whether a dive leaves a thread to the helper: on smaller days all that price are needed for the proof."""
        return len(self._team.spaces) > 1 and len(self.stage.left) >= HELPED_FROM

    def choose(self, ended: Converged, below: int) -> bool:
        """A better plan from the helper, or by choosing among the days met; true when there is one."""
        return self.ledger.ask() or self._choose(ended, below)

    def cut(self, ended: Converged) -> bool:
        """Add subset-row cuts that the solution breaks; false when there are none."""
        worked = np.flatnonzero(ended.solution.worked > 1e-6)
        rows = np.array(ended.solution.rows, dtype=np.int64)[worked]
        room = min(CUTS_A_ROUND, MOST_CUTS - self.cuts)
        cuts = separate(self.ledger.routes.member[rows], ended.solution.worked[worked], self._master.cuts, room)
        self._master.cut(cuts)
        return bool(cuts)

    def close(self, ended: Converged, below: int, tell: Callable[[int], None]) -> bool:
        """Decide whether a better plan worth at most `below` exists; true when that is settled, and the best one taken.

        For a plan whose tiers above the stage's are settled: a better one leaves out no more and is no later.
        The gap is tried from its lower end (`tell` hears of each value that no plan is worth or less): where the bound
        is good the best plan is near it, and the days it could have are few. Asked again, it goes on where it ended.
        """
        bound = -(-ended.bound // SCALE)
        if self._closed is None or self._closed[0] is not ended:
            self._closed = ended, bound + (below - bound) // (2 * FIRST_PART)
        while not self.ledger.stop():
            step = max(1, 2 * (self._closed[1] - bound))
            limit = bound + step if 2 * step < below - bound else below
            if not self.enumerate(ended, limit, caps=self._caps()):
                return False
            if limit == below or self.ledger.value(self.stage) <= limit:
                return True
            tell(limit)
            self._closed = ended, limit
        return False

    def enumerate(self, ended: Converged, below: int, caps: Caps | None = None) -> bool:
        """Decide by trying all days that a plan worth at most `below` could have; false when they are too many.

        Baldacci, Christofides and Mingozzi (2008): only days with a reduced cost within the gap can be in it.
        Whatever there is has been taken when the answer is true; no plan is worth so little if nothing was.
        """
        if ended.tags is None:
            return False
        gap = below * SCALE - ended.bound
        threshold = [min(0, least) + gap + 1 for least in ended.least]
        answers = self._team.price(
            ended.tags, mode=EVERY, threshold=threshold, most=MOST_ENUMERATED, stop=self.ledger.stop
        )
        self.labels += sum(priced.labels for priced in answers)
        if not answers:
            return False
        if sum(len(priced.routes) for priced in answers) > MOST_ENUMERATED:
            return False
        rows = sorted({row for priced in answers for row in self.ledger.routes.add_all(priced.routes)})
        settled = self._branched(rows, below, caps)
        return self._chosen(ended, rows, below, LAST_EFFORT, caps) is True if settled is None else settled

    def _branched(self, rows: list[int], below: int, caps: Caps | None) -> bool | None:
        """Take the best choice among some days by branch and bound; true when proven, None when it cannot say."""
        ledger, cuts = self.ledger, self._master.cuts
        master = Master(self.stage, [len(one.members) for one in ledger.classes], ledger.routes)
        master.cut(cuts)
        tree = Tree(master, ledger.classes, ledger.routes, rows, below=below, stop=ledger.stop)
        found = tree.search(caps)
        if found is None:
            return None
        if found.is_found:
            ledger.take(found.rows)
        return found.is_proven

    def _choose(self, ended: Converged, below: int) -> bool:
        """A better choice of days already met, when few enough come into question."""
        ledger = self.ledger
        rows = ledger.routes.in_use()
        spare = self._spare(ended, rows, below)
        if spare is not None:
            rows = [row for row, gap in zip(rows, spare.days.tolist(), strict=True) if gap <= spare.most]
        if len(rows) > MOST_CHOICES:
            return False
        before = ledger.objective
        self._chosen(ended, rows, below, EFFORT)
        return ledger.objective < before

    def _spare(self, ended: Converged, rows: list[int], below: int) -> Spare | None:
        """How far above the bound some days are; nothing where there is no bound."""
        if ended.tags is None or not rows:
            return None
        table = Days.of(self.stage, self.ledger.routes, self._master.cuts, rows)
        days = ended.tags.reduced(table) - np.minimum(0, np.array(ended.least))[table.number]
        left = np.maximum(0, ended.tags.left(self.stage))
        return Spare(days=days // GRAIN, left=left // GRAIN, most=max(0, (below * SCALE - ended.bound) // GRAIN + 1))

    def _caps(self) -> Caps:
        """What the best plan leaves out, and its overtime."""
        visits, reached = self.ledger.day.world.visits, self.ledger.objective
        left_out = (reached.required_left_out, reached.optional_left_out)
        return Caps(
            left_out=[(visits[:, LEFT_OUT + tier], most) for tier, most in enumerate(left_out)],
            overtime=reached.overtime,
        )

    def _chosen(
        self, ended: Converged, rows: list[int], below: int, effort: float, caps: Caps | None = None
    ) -> bool | None:
        """Take the best choice among some days; whether it is proven, None when none was found in time."""
        ledger = self.ledger
        found = choose(
            self.stage,
            ledger.classes,
            ledger.routes,
            rows,
            below=below,
            spare=self._spare(ended, rows, below),
            caps=caps,
            hint=ledger.days(),
            effort=effort,
            seconds=ledger.until - monotonic(),
            seed=self._seed,
        )
        if found is None:
            return None
        if found.rows:
            ledger.take(found.rows)
        return found.is_proven


def whole(value: float) -> int:
    """The least integer that a value can be rounded up to, forgiving what rounding may have added."""
    return ceil(value - 1e-6)
