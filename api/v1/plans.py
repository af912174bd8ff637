"""Stored plans."""

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services.publishing import publish
from api.services.receipt import Receipt
from api.v1.once import answer_once
from api.v1.schemas.planning import StoredPlanOut
from api.wiring import wiring
from data.store.records import StoredPlan

blueprint = Blueprint("plans", __name__)

PLANNERS = (Role.PLANNER, Role.SERVICE, Role.ADMIN)


@blueprint.get("/v1/plans/<plan_id>")
@require(*PLANNERS)
@operation("A plan, with what was left out and why", tag="planning", answers={200: StoredPlanOut}, problems=(404,))
def get_plan(plan_id: str) -> StoredPlanOut:
    with wiring().store.unit_of_work(caller().practice_id, write=False) as uow:
        return StoredPlanOut.of_stored(uow.plans.get(plan_id))


@blueprint.post("/v1/plans/<plan_id>/publish")
@require(*PLANNERS)
@operation(
    "Make it the plan that everyone works by",
    tag="planning",
    answers={200: StoredPlanOut},
    problems=(404, 409, 428),
    idempotent=True,
)
def publish_plan(plan_id: str) -> AnyResponse:
    parts, who = wiring(), caller()

    def write(receipt: Receipt[StoredPlan]) -> StoredPlan:
        return publish(
            who.practice_id,
            plan_id,
            actor=who.key_id,
            store=parts.store,
            roads=parts.roads,
            clock=parts.clock,
            receipt=receipt,
        )

    return answer_once(write, lambda stored: Reply(body=StoredPlanOut.of_stored(stored)))
