"""Several engines on one day, in turns: whatever one finds is where the next begins.

Insertion answers at once. Short days (a few visits each) are closed by column generation within seconds, long ones by
nothing, so how long ruin and recreate works before it goes by the size of the day and the time there is. A generation
that has a bound and no plan to meet it asks ruin and recreate, starting from the best plan; in turn, its better plans
are where that goes on. On days of 60 visits one without the other left open what both together proved.

A region of hundreds of therapists is planned in groups (`regions`) instead: neither works on it as a whole.

The turns are counted in iterations and steps, never by the clock, so that their order is the same every time.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day
from optimizer.solver.annealing import COLD, HOT, affordable, cool
from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.columns.generation import HELPED_FROM, News, generate
from optimizer.solver.long_days import ANNEALING, Round, search
from optimizer.solver.params import SolveParams
from optimizer.solver.progress import Cancelled
from optimizer.solver.regions.region import solve_region
from optimizer.solver.regions.schedule import is_region, rounds_for
from optimizer.solver.regions.turn import work
from optimizer.solver.ruin import Ruin
from optimizer.solver.starts import known_orders

INSERTION, KNOWN, GENERATION, GROUPS = "insertion", "known plan", "column generation", "groups of neighbours"
ASSIGNMENT = "assignment problem"

THREADS = 2
"""Groups of a region that are planned at the same time; each has tables of some hundred megabytes."""

LONG_SEARCH = 0.5
"""From this share of the time on, the search before generation is the whole one, with routing and set partitioning."""
LONG_DAY = 7.0
"""So is the one before a large day of more visits a shift: dives may never begin there, and nothing else goes on."""
MOST_SHARE = 0.9
"""The rest, however long the days are, is for a bound."""
TURNS = 40
"""How often generation may ask for help and begin anew; each time in vain, help is cut short by half."""
BESIDE, MOST_BESIDE = Round(share=1.0, hot=1.0, cold=0.2), 12
"""A turn beside a dive, and how many of them the time pays for at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The best plan and bound at a moment, and which engines they are due to ("" before anything is proven)."""

    assignment: Assignment
    bound: Objective | None
    finder: str
    prover: str

    @property
    def engine(self) -> str:
        return self.finder if self.prover in ("", self.finder) else f"{self.finder}, bound by {self.prover}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a portfolio ended; the counts are those of `Stats`."""

    standing: Standing
    is_optimal: bool
    iterations: int
    searched: int
    routes: int
    cut_short: bool


class Portfolio:
    """The engines at work on one day; run it once."""

    def __init__(
        self,
        day: Day,
        params: SolveParams,
        *,
        until: float,
        tell: Callable[[Standing], None],
        cancelled: Cancelled,
    ) -> None:
        self._day, self._params, self._until = day, params, until
        self._tell, self._cancelled = tell, cancelled
        self._ruin = Ruin.of(day, params.seed)
        self._best: Standing | None = None
        self._help, self._enough = 0, affordable(day, params.time_limit)
        self._patience = self._enough
        self._searched = self._columns = self._iterations = 0
        self._cut_short = self._is_optimal = False

    def run(self) -> Outcome:
        """Work until proven, or until the work that the time limit pays for is done.

        The first plan is made whatever the clock says.
        """
        for number, is_better in enumerate(self._ruin.insert_all()):
            if is_better or number == 0:
                self._found(self._ruin.assignment, INSERTION)
            if self._stop():
                break
        known = known_orders(self._day.problem, self._params.start)
        if known is not None and self._ruin.offer(known):
            self._found(self._ruin.assignment, KNOWN)
        if is_region(self._day):
            self._plan_in_groups()
        elif not self._stop():
            self._search()
            if not self._stop():
                self._generate_in_turns()
        return Outcome(
            standing=self._standing,
            is_optimal=self._is_optimal,
            iterations=self._ruin.iterations + self._iterations,
            searched=self._searched,
            routes=self._ruin.days_seen + self._columns,
            cut_short=self._cut_short,
        )

    @property
    def _standing(self) -> Standing:
        if self._best is None:
            raise RuntimeError("no plan before the first")
        return self._best

    def _search(self) -> None:
        """What generation begins from: the longer, the less there is to expect from it."""
        size, limit, usual = len(self._day.problem.visits), self._params.time_limit, self._usual_day()
        expected = generation_seconds(size, usual)
        share = min(MOST_SHARE, expected / (expected + limit))
        if share > LONG_SEARCH or (self._is_beside and usual > LONG_DAY):
            self._searched = search(self._ruin, limit * share, self._found, until=self._until, stop=self._stop)
        else:
            # Little where it goes on beside the dives: until they begin, one of two cores has nothing to do.
            first = size**2 // 4 if self._is_beside else 2 * size**2
            self._cool(min(first, affordable(self._day, limit * share)))
        self._help = max(1, min(size**2, self._enough // (MOST_BESIDE if self._is_beside else TURNS)))

    def _plan_in_groups(self) -> None:
        """A day of hundreds of therapists: what of it is near each other, and then in other groups.

        The limit is one of the whole day, and weak: what it proves as a rule is that no more could have been served.
        """
        if self._stop():
            return
        # Imported here: it brings a part of OR-Tools that no other day needs.
        from optimizer.solver.regions.least import least_objective

        self._proven(least_objective(self._day), ASSIGNMENT)
        threads = ThreadPoolExecutor(THREADS)
        try:
            ended = solve_region(
                self._day,
                self._standing.assignment,
                rounds=rounds_for(self._day, self._params.time_limit),
                seconds=max(0.0, self._until - monotonic()),
                seed=self._params.seed,
                executor=threads,
                tell=lambda news: self._found(news.assignment, GROUPS),
                cancelled=self._stop,
                whole=self._ruin.completed,
                worker=partial(work, stop=self._stop),
            )
        finally:
            # Not waited for: a group that hangs must not keep the plan that there is.
            threads.shutdown(wait=False, cancel_futures=True)
        self._iterations, self._columns = ended.iterations, ended.days
        self._cut_short = self._cut_short or ended.cut_short

    def _generate_in_turns(self) -> None:
        """Generation, helped; where it ends open, help until that finds something, and another one from there."""

        def hear(news: News) -> None:
            self._found(news.assignment, GENERATION)
            self._proven(news.bound, GENERATION)

        for _ in range(TURNS):
            generated = generate(
                self._day,
                self._standing.assignment,
                self._ruin.columns(),
                seed=self._params.seed,
                seconds=max(0.0, self._until - monotonic()),
                tell=hear,
                cancelled=self._cancelled,
                helper=self._aid,
            )
            self._found(generated.assignment, GENERATION)
            self._proven(generated.bound, GENERATION)
            self._columns += generated.columns
            self._is_optimal = generated.is_optimal
            if generated.is_optimal or generated.cut_short or self._stop():
                self._cut_short = self._cut_short or generated.cut_short
                return
            if not self._cool_on():
                return

    def _cool_on(self) -> bool:
        """Ruin and recreate from the best plan, again and again until it finds a better one; all together not longer
        than the time pays for."""
        while self._patience > 0 and not self._stop():
            turn = min(self._patience, self._help * TURNS)
            self._patience -= turn
            self._ruin.offer(self._standing.assignment)
            if self._cool(turn):
                return True
        return False

    def _aid(self, best: Assignment, start: Assignment) -> tuple[Assignment, Sequence[Column]]:
        """A turn of ruin and recreate with the days met; longer while it finds something."""
        self._ruin.offer(best)
        if start != best:
            self._ruin.offer(start)
        if self._is_beside:
            # Nobody waits for it: each turn as long as a dive, near the plan that it is given.
            self._cool(self._help, hot=BESIDE.hot, cold=BESIDE.cold)
        elif self._cool(self._help):
            self._help = min(self._help * 2, self._enough)
        else:
            self._help = max(1, self._help // 2)
        return self._ruin.assignment, self._ruin.columns()

    @property
    def _is_beside(self) -> bool:
        """Whether generation lets ruin and recreate work beside its dives."""
        return len(self._day.problem.visits) >= HELPED_FROM

    def _cool(self, iterations: int, *, hot: float = HOT, cold: float = COLD) -> bool:
        """Ruin and recreate, cooling from hot to cold; whether it found something better."""
        return cool(self._ruin, iterations, lambda best: self._found(best, ANNEALING), self._stop, hot=hot, cold=cold)

    def _usual_day(self) -> float:
        """Visits of a shift that is worked, in the plan that there is."""
        days = [len(order) for order in self._ruin.assignment if order]
        return sum(days) / max(1, len(days))

    def _found(self, assignment: Assignment, engine: str) -> None:
        best = self._best
        if best is None or assignment != best.assignment:
            bound, prover = (None, "") if best is None else (best.bound, best.prover)
            self._best = Standing(assignment=assignment, bound=bound, finder=engine, prover=prover)
            self._tell(self._best)

    def _proven(self, bound: Objective | None, prover: str) -> None:
        best = self._standing
        if bound is not None and (best.bound is None or bound > best.bound):
            self._best = Standing(assignment=best.assignment, bound=bound, finder=best.finder, prover=prover)
            self._tell(self._best)

    def _stop(self) -> bool:
        self._cut_short = self._cut_short or self._cancelled() or monotonic() > self._until
        return self._cut_short


def generation_seconds(visits: int, usual_day: float) -> float:
    """What column generation is expected to need on a slow core.

    As measured: bounds and a first dive take 4 s with 180 visits, six a day; labels multiply with longer days.
    """
    return float(0.02 * (visits / 30) ** 3 * 3.0 ** min(20.0, max(0.0, usual_day - 6)))
