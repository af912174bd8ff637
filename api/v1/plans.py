"""Stored plans."""

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services.dismissing import dismiss
from api.services.plan_comparison import compare
from api.services.publishing import publish
from api.services.receipt import Receipt
from api.v1.once import answer_once
from api.v1.schemas.by_hand import ComparisonOut
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


@blueprint.get("/v1/plans/<plan_id>/comparison")
@require(*PLANNERS)
@operation(
    "What publishing it would change of the date as it stands: who moves, and what that saves",
    tag="planning",
    answers={200: ComparisonOut},
    problems=(404, 503),
)
def compare_plan(plan_id: str) -> ComparisonOut:
    parts = wiring()
    return ComparisonOut.of(
        compare(caller().practice_id, plan_id, store=parts.store, roads=parts.roads, now=parts.clock())
    )


@blueprint.delete("/v1/plans/<plan_id>")
@require(*PLANNERS)
@operation("Drop a plan that nobody works by", tag="planning", answers={204: None}, problems=(404, 409))
def dismiss_plan(plan_id: str) -> Reply:
    parts, who = wiring(), caller()
    dismiss(who.practice_id, plan_id, actor=who.key_id, store=parts.store, clock=parts.clock)
    return Reply(status=204)


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
