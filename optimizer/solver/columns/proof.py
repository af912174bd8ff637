"""The order of work: how much must be left out first, then what the rest costs; better plans on the way."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from optimizer.solver.assignment import Column
from optimizer.solver.columns.count_bound import CountBound
from optimizer.solver.columns.ledger import Ledger
from optimizer.solver.columns.overtime_bound import OvertimeBound
from optimizer.solver.columns.pricing import SCALE, TooLarge, Workspace, pricers
from optimizer.solver.columns.rounds import Converged, Team
from optimizer.solver.columns.search import MOST_CUTS, Search, whole
from optimizer.solver.columns.stages import OPTIONAL, REQUIRED, last_stage, weights_of

THREADS = 2
VISITS_A_DIVE = 60
"""For each so many visits one dive may end in vain, cuts between them, before a higher count is tried."""
MOST_VAIN = 8
"""Dives, and as many turns of the helper, that end in vain before no more are tried."""


def prove(ledger: Ledger, columns: Sequence[Column], *, seed: int, most_labels: int) -> int:
    """Work until the best plan is proven, no idea is left or the ledger says stop; answers labels looked at."""
    ledger.meet(columns)
    visits = len(ledger.day.problem.visits)
    if not visits or not ledger.classes:
        ledger.prove(
            required_left_out=ledger.objective.required_left_out, optional_left_out=ledger.objective.optional_left_out
        )
        return 0
    try:
        found = pricers(ledger.day, ledger.classes)
    except TooLarge:
        return 0
    graphs = [pricer.graph for pricer in found]
    spaces = tuple(Workspace.of(most_labels, visits, MOST_CUTS // 64, graphs) for _ in range(min(THREADS, len(found))))
    with ThreadPoolExecutor(len(spaces)) as executor:
        proof = _Proof(ledger, Team(classes=ledger.classes, pricers=found, spaces=spaces, threads=executor), seed=seed)
        proof.run()
    return proof.labels


class _Proof:
    def __init__(self, ledger: Ledger, team: Team, *, seed: int) -> None:
        self._ledger, self._team, self._seed = ledger, team, seed
        self._required = CountBound(ledger, team, REQUIRED, (), seed=seed)
        self._optional: CountBound | None = None
        self._overtime: OvertimeBound | None = None
        self._last_labels = 0
        self._lot = np.random.default_rng(seed)

    @property
    def labels(self) -> int:
        return self._last_labels + self._required.labels + (self._optional.labels if self._optional else 0)

    def run(self) -> None:
        self._required.begin()
        self._note_counts()
        while not self._ledger.stop():
            known = self._optional
            search = self._last_stage()
            if self._ledger.is_proven:
                return
            if self._optional is known and not self._lift() and not self._explore(search):
                return

    def _note_counts(self) -> None:
        """Tell what must be left out; begin with optional visits once the required ones are settled."""
        has_optional = bool(weights_of(self._ledger.day.world, OPTIONAL).any())
        if self._optional is None and self._required.is_reached and has_optional:
            floors = (self._required.floor,)
            self._optional = CountBound(self._ledger, self._team, OPTIONAL, floors, seed=self._seed)
            self._optional.begin()
        self._ledger.prove(
            required_left_out=self._required.least, optional_left_out=self._optional.least if self._optional else 0
        )

    def _lift(self) -> bool:
        """Lift the bound of the first tier that no plan reaches yet."""
        for count in (self._required, self._optional):
            if count is not None and not count.is_reached:
                moved = count.lift()
                self._note_counts()
                return moved
        return False

    def _explore(self, search: Search) -> bool:
        """No bound moves any more: better plans, by dives that chance leads and by the helper, until both end in vain.

        Whether there is more to prove now.
        """
        ledger, vain, is_better, was_settled = self._ledger, 0, False, self._is_settled()
        while vain < MOST_VAIN and not ledger.stop():
            before = ledger.objective
            search.look_elsewhere(ledger.value(search.stage) - 1, self._lot)
            vain = 0 if ledger.objective < before else vain + 1
            is_better = is_better or vain == 0
            if self._is_settled() and not was_settled:
                break
        return is_better

    def _last_stage(self) -> Search:
        """The costs under the counts known, until proven, or until only a higher count would help."""
        ledger = self._ledger
        counts = [self._required, *([self._optional] if self._optional else [])]
        stage = last_stage(ledger.day.world, [count.floor for count in counts])
        search = Search(ledger, self._team, stage, seed=self._seed)
        patience = max(1, len(ledger.day.problem.visits) // VISITS_A_DIVE)
        while not ledger.stop():
            ended = search.converge(lambda bound, value: self._is_enough(search, bound, value))
            self._note_cost(search, ended)
            if ledger.is_proven or ledger.stop():
                break
            is_better = search.look(ended, ledger.value(search.stage) - 1)
            self._note_counts()
            self._note_cost(search, ended)
            is_open = any(not count.is_reached for count in counts)
            patience -= is_open and not is_better
            if ledger.is_proven or not patience or (len(counts) == 1 and self._optional is not None):
                break
            if not search.cut(ended):
                self._close(search, ended)
                break
        self._last_labels += search.labels
        return search

    def _close(self, search: Search, ended: Converged) -> None:
        """No cut is left: try all days within the gap, from better plans as long as they are too many."""
        ledger = self._ledger

        def tell(value: int) -> None:
            self._prove_cost(value + 1 - (ledger.value(search.stage) - ledger.objective.cost))

        self._bound_overtime()
        while self._is_settled() and not ledger.stop():
            below = ledger.value(search.stage) - 1
            if search.close(ended, below, tell):
                self._settle()
                return
            if not search.choose(ended, below):
                return

    def _bound_overtime(self) -> None:
        """Where there is overtime and the counts are settled: how much there must be."""
        ledger = self._ledger
        counts = [count for count in (self._required, self._optional) if count is not None]
        if ledger.objective.overtime and self._overtime is None and self._are_counts_settled():
            floors = [count.floor for count in counts]
            self._overtime = OvertimeBound(ledger, self._team, floors, seed=self._seed)
            self._overtime.settle()
            self._last_labels += self._overtime.labels
            ledger.prove(
                required_left_out=ledger.objective.required_left_out,
                optional_left_out=ledger.objective.optional_left_out,
                overtime=self._overtime.least,
            )

    def _is_enough(self, search: Search, bound: int, value: float) -> bool:
        proven = whole(bound / SCALE)
        return proven >= self._ledger.value(search.stage) or proven >= whole(value)

    def _note_cost(self, search: Search, ended: Converged) -> None:
        """What the bound of the last stage says about points, when every tier above is settled."""
        ledger = self._ledger
        reached = ledger.objective
        if self._is_settled():
            above = ledger.value(search.stage) - reached.cost
            self._prove_cost(-(-ended.bound // SCALE) - above)

    def _prove_cost(self, points: int) -> None:
        reached = self._ledger.objective
        if points > 0:
            self._ledger.prove(
                required_left_out=reached.required_left_out,
                optional_left_out=reached.optional_left_out,
                overtime=reached.overtime,
                cost=points,
            )

    def _is_settled(self) -> bool:
        """Whether every tier above points is proven: a better plan could only have fewer points."""
        is_in_time = self._ledger.objective.overtime == 0 or (self._overtime is not None and self._overtime.is_reached)
        return is_in_time and self._are_counts_settled()

    def _are_counts_settled(self) -> bool:
        if not self._required.is_reached:
            return False
        if self._optional is not None:
            return self._optional.is_reached
        return self._ledger.objective.optional_left_out == 0

    def _settle(self) -> None:
        """No better plan exists: all that the best one is, is proven."""
        reached = self._ledger.objective
        self._ledger.prove(
            required_left_out=reached.required_left_out,
            optional_left_out=reached.optional_left_out,
            overtime=reached.overtime,
            cost=reached.cost,
        )
