"""Plan a day that arrives whole, or time an order of it. Nothing is stored."""

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation
from api.stateless.build import Surroundings
from api.stateless.reading import Reading, read_evaluation, read_problem
from api.v1.schemas.plan import EvaluationOut, PlanOut
from api.v1.schemas.problem import EvaluationIn, ProblemIn
from api.wiring import wiring

blueprint = Blueprint("solve", __name__)


@blueprint.post("/v1/solve")
@require(Role.PLANNER, Role.SERVICE)
@operation("Plan a day", tag="planning", body=ProblemIn, read=read_problem, answers={200: PlanOut}, problems=(422, 503))
def solve(body: Reading) -> PlanOut:
    from api.stateless.answers import solve_problem

    return PlanOut.of(solve_problem(body, Surroundings.of(wiring(), caller().practice_id)))


@blueprint.post("/v1/evaluate")
@require(Role.PLANNER, Role.SERVICE)
@operation(
    "Time a given order and name every broken promise; nothing is moved",
    tag="planning",
    body=EvaluationIn,
    read=read_evaluation,
    answers={200: EvaluationOut},
    problems=(422, 503),
)
def evaluate(body: Reading) -> EvaluationOut:
    from api.stateless.answers import evaluate_order

    return EvaluationOut.of(evaluate_order(body, Surroundings.of(wiring(), caller().practice_id)))
