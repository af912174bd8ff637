"""The count bound: how much must be left out at the least, proven before anything is said about costs.

The programme that only counts visits left out is small in value and easy to round up: on over-subscribed days it
closes most of the gap that the programme of costs leaves open.
"""

from math import ceil, gcd

from optimizer.solver.columns.ledger import Ledger
from optimizer.solver.columns.master import Floor
from optimizer.solver.columns.pricing import SCALE
from optimizer.solver.columns.rounds import Converged, Goal, Team
from optimizer.solver.columns.search import Search
from optimizer.solver.columns.stages import count_stage, weights_of

CUT_ROUNDS = 4
"""Rounds of cuts in each attempt to lift the bound."""


class CountBound:
    """The bound of one tier. `floor` is what is proven so far."""

    def __init__(self, ledger: Ledger, team: Team, tier: int, above: tuple[Floor, ...], *, seed: int) -> None:
        self._ledger, self._team, self._seed = ledger, team, seed
        self._weights = weights_of(ledger.day.world, tier)
        self._grid = gcd(*self._weights.astype(int).tolist())
        self._stage = count_stage(ledger.day.world, tier, above)
        price = float(self._stage.left.max(initial=0.0))
        self._base = sum(round((1.0 + float(self._weights.sum())) * floor.least) for floor in above) if price else 0
        self._search: Search | None = None
        self._ended: Converged | None = None
        self.least = 0
        self.labels = 0

    @property
    def floor(self) -> Floor:
        return Floor(weights=self._weights, least=float(self.least))

    @property
    def is_reached(self) -> bool:
        """Whether the best plan leaves out no more than must be."""
        return self._ledger.left_out(self._weights) <= self.least

    def begin(self) -> None:
        """The bound of the linear programme, rounded up."""
        if not self.is_reached:
            self._search = Search(self._ledger, self._team, self._stage, seed=self._seed)
            self._converge(self._search, self._is_enough)

    def lift(self) -> bool:
        """Cut, then try all days that could be part of a plan at the bound; whether the bound or the plan moved."""
        search, before = self._search, (self.least, self._ledger.objective)
        if search is None or self.least == 0:
            # Fractionally everything can be served, and then cuts do not help for long.
            return False
        for _ in range(CUT_ROUNDS):
            if self._ended is None or self.is_reached or self._ledger.stop() or not search.cut(self._ended):
                break
            self._converge(search, self._is_higher)
        if self._ended is not None and not self.is_reached and not self._ledger.stop():
            if not search.look(self._ended, self._base + self.least):
                search.choose(self._ended, self._base + self.least)
            if not self.is_reached and search.enumerate(self._ended, self._base + self.least) and not self.is_reached:
                self.least += self._grid
        return (self.least, self._ledger.objective) != before

    def _converge(self, search: Search, goal: Goal) -> None:
        labels = search.labels
        self._ended = search.converge(goal)
        self.labels += search.labels - labels
        self.least = max(self.least, self._rounded(self._ended.bound / SCALE))

    def _rounded(self, value: float) -> int:
        return ceil((value - self._base) / self._grid - 1e-6) * self._grid

    def _is_higher(self, bound: int, value: float) -> bool:
        return value > 0 and self._rounded(bound / SCALE) > self.least

    def _is_enough(self, bound: int, value: float) -> bool:
        proven = max(self.least, self._rounded(bound / SCALE))
        return proven >= self._ledger.left_out(self._weights) or proven >= self._rounded(value)
