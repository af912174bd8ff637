"""Column generation: better plans and a proven lower limit, until they meet or the time is over.

The plan is one choice among all days that each therapist could have (a column a day; Dantzig and Wolfe 1960;
Desaulniers, Desrosiers and Solomon 2005, "Column Generation"). A linear programme over the days known so far gives each
visit a price, labelling finds the days that are worth more than they cost at those prices, and when no such day is
left the programme's value is a lower limit of every plan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment, Column

MOST_LABELS = 1 << 20
"""Labels of one thread: 130 MB with 180 visits."""
HELPED_FROM = 100
"""Visits from which on the helper works beside each dive: on smaller days all that price are needed for the proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is known at a moment; told whenever the assignment or the bound gets better.

    `objective` is the assignment's, `bound` a proven lower limit of every assignment's, None before anything is proven.
    """

    assignment: Assignment
    objective: Objective
    bound: Objective | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """How a generation ended.

    Attributes
    ----------
    is_optimal
        Whether nothing better exists: `bound` equals the assignment's objective.
    pool
        The days met, as other searches may use them.
    columns, labels
        How many days the programme has had, and how many partial days were looked at.
    seconds
        How long it took.
    cut_short
        Whether the clock or a cancellation ended it, so that a second run may end elsewhere.
    """

    assignment: Assignment
    bound: Objective | None
    is_optimal: bool
    pool: tuple[Column, ...]
    columns: int
    labels: int
    seconds: float
    cut_short: bool


def nothing_more() -> Sequence[Column]:
    """The `incoming` of a generation that works alone."""
    return ()


def alone(best: Assignment, _start: Assignment) -> tuple[Assignment, Sequence[Column]]:
    """The `helper` of a generation that has none."""
    return best, ()


def never() -> bool:
    """The `cancelled` of a generation that nobody stops."""
    return False


def generate(
    day: Day,
    start: Assignment,
    columns: Sequence[Column] = (),
    *,
    seed: int,
    seconds: float,
    tell: Callable[[News], None],
    cancelled: Callable[[], bool] = never,
    incoming: Callable[[], Sequence[Column]] = nothing_more,
    helper: Callable[[Assignment, Assignment], tuple[Assignment, Sequence[Column]]] = alone,
    most_labels: int = MOST_LABELS,
) -> Generated:
    """Improve `start` and prove how good it is.

    Parameters
    ----------
    start
        A feasible assignment, every order timed and within its limits.
    columns
        Days met elsewhere.
    seconds
        When to stop at the latest.
    tell
        Hears of the first and of every better assignment or bound.
    cancelled
        Asked between two steps; true ends the generation.
    incoming
        Asked between two steps for days that another search has met since; a better assignment comes as its days.
    helper
        Asked where no dive finds a better plan: given the best assignment and the one to go on from, it answers the
        best that it knows, and days met. From `HELPED_FROM` visits on it works beside each dive, in its own thread.
    most_labels
        Partial days that pricing keeps for one therapist: with fewer less is proven, and hard days take less long.
    """
    from optimizer.solver.columns.ledger import Ledger
    from optimizer.solver.columns.proof import prove

    begun = monotonic()

    def told(ledger: Ledger) -> None:
        tell(News(assignment=ledger.assignment, objective=ledger.objective, bound=ledger.bound))

    ledger = Ledger(day, start, until=begun + seconds, cancelled=cancelled, incoming=incoming, helper=helper, told=told)
    labels = prove(ledger, columns, seed=seed, most_labels=most_labels)
    return Generated(
        assignment=ledger.assignment,
        bound=ledger.bound,
        is_optimal=ledger.is_proven,
        pool=tuple(
            Column(
                shift=ledger.classes[route.number].row,
                visits=route.visits,
                overtime=route.overtime,
                points=route.points,
            )
            for route in ledger.routes.all
        ),
        columns=len(ledger.routes),
        labels=labels,
        seconds=monotonic() - begun,
        cut_short=ledger.is_stopped,
    )
