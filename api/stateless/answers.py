"""The two promises: solve a problem, time an order. The doors of HTTP and of the command line both call these."""

from api.stateless.build import Surroundings, build
from api.stateless.reading import Reading
from api.v1.schemas.problem import EvaluateOptionsIn
from optimizer.domain.itinerary import Plan
from optimizer.schedule.evaluate import Evaluation, evaluate


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
