"""One group's turn: its days planned anew by themselves. A pure function of picklable records, for any executor."""

from dataclasses import dataclass

from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.regions.part import Part
from optimizer.solver.ruin import Ruin

PIECES = 8
"""Steps in which a turn cools."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annealing:
    """Ruin and recreate: how many iterations, and between which temperatures (in usual legs, see `Ruin.usual_leg`)."""

    iterations: int
    hot: float
    cold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Column generation: after how many of its steps it ends, and after how many seconds at the latest.

    With `is_for_more_visits` it ends as soon as no plan of the group serves more: cheaper plans are left to annealing.
    """

    steps: int
    seconds: float
    is_for_more_visits: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """What a group is asked: start from `start` (rows of the part), anneal, then generate unless that is None.

    `columns` are days known before, in rows of the part.
    """

    part: Part
    start: Assignment
    columns: tuple[Column, ...]
    annealing: Annealing
    generation: Generation | None
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """The best orders found, never worse than the start, and days met, in rows of the whole.

    `cut_short` says that the clock ended it, so that a second run may end elsewhere.
    """

    orders: dict[int, tuple[int, ...]]
    columns: tuple[Column, ...]
    iterations: int
    cut_short: bool


def work(turn: Turn) -> Answer:
    """Do what a turn asks."""
    part = turn.part
    ruin = Ruin.of(part.day, turn.seed)
    ruin.offer(turn.start)
    annealing = turn.annealing
    hot, step = annealing.hot * ruin.usual_leg, (annealing.cold / annealing.hot) ** (1 / PIECES)
    for piece in range(PIECES if annealing.iterations else 0):
        ruin.anneal(max(1, annealing.iterations // PIECES), hot=hot * step**piece, cold=hot * step ** (piece + 1))
    best, met, cut_short = ruin.assignment, ruin.columns(), False
    if turn.generation is not None:
        best, met, cut_short = _generate(turn, turn.generation, best, (*turn.columns, *met))
    return Answer(
        orders=part.outward(best),
        columns=tuple(part.column(column) for column in met),
        iterations=ruin.iterations,
        cut_short=cut_short,
    )


def _generate(
    turn: Turn, work_limit: Generation, start: Assignment, columns: tuple[Column, ...]
) -> tuple[Assignment, list[Column], bool]:
    # Imported here: GLOP and CP-SAT take a second to load.
    from optimizer.solver.columns.generation import News, generate

    asked, is_settled = 0, False

    def hear(news: News) -> None:
        nonlocal is_settled
        bound, reached = news.bound, news.objective
        is_settled = (
            work_limit.is_for_more_visits
            and bound is not None
            and (bound.required_left_out, bound.optional_left_out)
            == (
                reached.required_left_out,
                reached.optional_left_out,
            )
        )

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > work_limit.steps or is_settled

    found = generate(
        turn.part.day, start, columns, seed=turn.seed, seconds=work_limit.seconds, tell=hear, cancelled=enough
    )
    return found.assignment, list(found.pool), found.cut_short and not enough()
