"""The overtime bound: how much there must be at the least when no visit more is left out than must be."""

from collections.abc import Sequence

from optimizer.solver.columns.ledger import Ledger
from optimizer.solver.columns.master import Floor
from optimizer.solver.columns.pricing import SCALE
from optimizer.solver.columns.rounds import Converged, Team
from optimizer.solver.columns.search import Search, whole
from optimizer.solver.columns.stages import overtime_stage

CUT_ROUNDS = 4


class OvertimeBound:
    """Only meaningful while the best plan leaves out what `floors` say and no more."""

    def __init__(self, ledger: Ledger, team: Team, floors: Sequence[Floor], *, seed: int) -> None:
        self._ledger = ledger
        self._stage = overtime_stage(ledger.day.world, floors)
        self._search = Search(ledger, team, self._stage, seed=seed)
        self.least = 0

    @property
    def labels(self) -> int:
        return self._search.labels

    @property
    def is_reached(self) -> bool:
        return self._ledger.objective.overtime <= self.least

    def settle(self) -> None:
        """Raise the bound to what the best plan reaches, taking better plans on the way, if that can be done."""
        ledger, search = self._ledger, self._search
        for left in range(CUT_ROUNDS, -1, -1):
            ended = search.converge(self._is_enough)
            self._note(ended)
            if self.is_reached or ledger.stop():
                return
            search.look(ended, ledger.value(self._stage) - 1)
            if self.is_reached or ledger.stop():
                return
            if left == 0 or not search.cut(ended):
                break
        if search.close(ended, ledger.value(self._stage) - 1, self._none_below):
            self.least = ledger.objective.overtime

    @property
    def _base(self) -> int:
        return self._ledger.value(self._stage) - self._ledger.objective.overtime

    def _note(self, ended: Converged) -> None:
        self.least = max(self.least, -(-ended.bound // SCALE) - self._base)

    def _none_below(self, value: int) -> None:
        self.least = max(self.least, value + 1 - self._base)

    def _is_enough(self, bound: int, value: float) -> bool:
        proven = whole(bound / SCALE)
        return proven >= self._ledger.value(self._stage) or proven >= whole(value)
