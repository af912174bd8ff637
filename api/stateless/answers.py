"""What is promised of a problem: solve it, time an order, say who can take one visit more. All doors call these."""

from dataclasses import dataclass

from api.stateless.build import Surroundings, build
from api.stateless.reading import Reading
from api.v1.schemas.problem import EvaluateOptionsIn, InsertionIn
from optimizer.domain.itinerary import Plan
from optimizer.domain.reason import Rejection
from optimizer.domain.time import Horizon
from optimizer.schedule.evaluate import Evaluation, evaluate
from optimizer.solver.taking import Taker, takers


@dataclass(frozen=True, kw_only=True)
class Insertions:
    """Who can take a visit, the cheapest first, and why the others cannot."""

    visit: str
    horizon: Horizon
    takers: tuple[Taker, ...]
    refused: tuple[Rejection, ...]


def solve_problem(reading: Reading, surroundings: Surroundings) -> Plan:
    """The best plan found in the time given.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        With every fault of the problem.
    optimizer.domain.errors.Unavailable
        When the search died, or a geocoding provider is down.
    """
    from optimizer.solver.child import solve_in_child
    from optimizer.solver.params import SolveParams

    problem = build(reading, surroundings)
    options = reading.given.options
    return solve_in_child(problem, SolveParams(time_limit=options.time_limit_seconds, seed=options.seed)).plan


def evaluate_order(reading: Reading, surroundings: Surroundings) -> Evaluation:
    """The times of the order given, and everything wrong with it.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        With every fault of the problem and of the order.
    """
    problem = build(reading, surroundings)
    options = reading.given.options
    return evaluate(problem, options.order if isinstance(options, EvaluateOptionsIn) else {})


def find_insertions(reading: Reading, surroundings: Surroundings) -> Insertions:
    """Who of the problem can take the visit asked about, beside what they have.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        With every fault of the problem, of the order and of the visit.
    """
    problem = build(reading, surroundings)
    given = reading.given
    if not isinstance(given, InsertionIn):
        raise TypeError(f"{type(given).__name__} asks about no visit")
    found = takers(problem, given.options.order, given.visit)
    able = (each for each in found if isinstance(each, Taker))
    return Insertions(
        visit=given.visit,
        horizon=problem.horizon,
        takers=tuple(sorted(able, key=lambda taker: taker.rank)),
        refused=tuple(each for each in found if isinstance(each, Rejection)),
    )
