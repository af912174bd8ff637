"""The two promises: solve a problem, time an order. The doors of HTTP and of the command line both call these."""

from optimizer.solver.child import solve_in_child
from optimizer.solver.params import SolveParams

from api.stateless.build import Surroundings, build
from api.stateless.reading import Reading
from api.v1.schemas.plan import EvaluationOut, PlanOut, ViolationOut
from api.v1.schemas.problem import EvaluateOptionsIn
from optimizer.schedule.evaluate import evaluate


def solve_problem(reading: Reading, surroundings: Surroundings) -> PlanOut:
    """The best plan found in the time given.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        With every fault of the problem.
    optimizer.domain.errors.Unavailable
        When the search died, or a geocoding provider is down.
    """
    problem = build(reading, surroundings)
    options = reading.given.options
    result = solve_in_child(problem, SolveParams(time_limit=options.time_limit_seconds, seed=options.seed))
    return PlanOut.of(result.plan)


def evaluate_order(reading: Reading, surroundings: Surroundings) -> EvaluationOut:
    """The times of the order given, and everything wrong with it.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        With every fault of the problem and of the order.
    """
    problem = build(reading, surroundings)
    options = reading.given.options
    order = options.order if isinstance(options, EvaluateOptionsIn) else {}
    found = evaluate(problem, order)
    return EvaluationOut(
        plan=PlanOut.of(found.plan),
        violations=[
            ViolationOut(
                code=violation.code,
                therapist=violation.shift or None,
                visit=violation.visit or None,
                detail=violation.detail,
            )
            for violation in found.violations
        ],
    )
