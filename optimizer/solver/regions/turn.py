"""One group's turn: its days planned anew by themselves. A pure function of picklable records, for any executor."""

from dataclasses import dataclass

from optimizer.solver.assignment import Assignment
from optimizer.solver.progress import Cancelled, never
from optimizer.solver.regions.part import Part
from optimizer.solver.ruin import Ruin

PIECES = 8
"""Steps in which a turn cools."""
MOST_LABELS = 1 << 14
"""Partial days of one therapist: a group that needs more would hold up the round, for a bound that nobody asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annealing:
    """Ruin and recreate: how many iterations, and between which temperatures (in usual legs, see `Ruin.usual_leg`)."""

    iterations: int
    hot: float
    cold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Column generation: after how many of its steps it ends.

    With `is_for_more_visits` it ends as soon as no plan of the group serves more: cheaper plans are left to annealing.
    """

    steps: int
    is_for_more_visits: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """What a group is asked: start from `start` (rows of the part), anneal, then generate unless that is None.

    `seconds` is when to end at the latest.
    """

    part: Part
    start: Assignment
    annealing: Annealing
    generation: Generation | None
    seed: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """The best orders found, never worse than the start, by shift and in rows of the whole; and what it took.

    `days` counts the days met, `cut_short` says that the clock ended it, so that a second run may end elsewhere.
    """

    orders: dict[int, tuple[int, ...]]
    iterations: int
    days: int
    cut_short: bool


def work(turn: Turn, stop: Cancelled = never) -> Answer:
    """Do what a turn asks; `stop` is asked between two steps."""
    part = turn.part
    ruin = Ruin.of(part.day, turn.seed)
    ruin.offer(turn.start)
    annealing = turn.annealing
    hot, step = annealing.hot * ruin.usual_leg, (annealing.cold / annealing.hot) ** (1 / PIECES)
    for piece in range(PIECES if annealing.iterations else 0):
        if stop():
            break
        ruin.anneal(max(1, annealing.iterations // PIECES), hot=hot * step**piece, cold=hot * step ** (piece + 1))
        ruin.serve_more()
    best, days, cut_short = ruin.assignment, ruin.days_seen, stop()
    if turn.generation is not None and not cut_short:
        best, days, cut_short = _generate(turn, turn.generation, ruin, stop)
    return Answer(orders=part.outward(best), iterations=ruin.iterations, days=days, cut_short=cut_short)


def _generate(turn: Turn, generation: Generation, ruin: Ruin, stop: Cancelled) -> tuple[Assignment, int, bool]:
    # Imported here: CP-SAT brings pandas along.
    from optimizer.solver.columns.generation import News, generate

    asked, is_enough = 0, False

    def hear(news: News) -> None:
        nonlocal is_enough
        bound, reached = news.bound, news.objective
        if generation.is_for_more_visits and bound is not None:
            proven = (bound.required_left_out, bound.optional_left_out)
            is_enough = proven == (reached.required_left_out, reached.optional_left_out)

    def cancelled() -> bool:
        nonlocal asked, is_enough
        asked += 1
        is_enough = is_enough or asked > generation.steps
        return is_enough or stop()

    found = generate(
        turn.part.day,
        ruin.assignment,
        ruin.columns(),
        seed=turn.seed,
        seconds=turn.seconds,
        tell=hear,
        cancelled=cancelled,
        most_labels=MOST_LABELS,
    )
    return found.assignment, found.columns, found.cut_short and not is_enough
