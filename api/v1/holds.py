"""Keep an offered place for a few minutes, or let it go."""

from datetime import datetime

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from api import problem_details
from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import holding
from api.services.holding import HoldRequest
from api.services.moving import Moving
from api.services.offers import Terms
from api.services.placing import SlotLost
from api.services.receipt import Receipt
from api.services.slot_search import near
from api.v1.once import answer_once
from api.v1.schemas.slots import HoldIn, HoldOut, SlotLostOut, SlotOut
from api.v1.slots import STAFF
from api.wiring import wiring
from optimizer.domain.promise import Hold

blueprint = Blueprint("holds", __name__)

ANOTHER_SERIES = "Ask `POST /v1/series/offers` again."


@blueprint.post("/v1/holds")
@require(Role.BOOKING, *STAFF)
@operation(
    "Keep an offered place for five minutes",
    tag="booking",
    body=HoldIn,
    answers={201: HoldOut},
    problems=(409, 410, 422, 428),
    idempotent=True,
)
def create_hold(body: HoldIn) -> AnyResponse:
    """A series is kept whole or not at all. When the place is gone (409) the problem carries `slots`: fresh ones on
    the same terms, nearest to it. Of a series it carries none, as each would be one visit: ask for its offers again."""
    parts, who = wiring(), caller()
    zone = who.zone
    asked = HoldRequest(
        practice_id=who.practice_id,
        owner=who.key_id,
        offer=body.offer,
        client_ref=body.client.ref if body.client else "",
    )

    def write(receipt: Receipt[Hold]) -> Hold:
        return holding.hold(asked, desk=parts.desk, receipt=receipt)

    try:
        return answer_once(write, lambda hold: Reply(status=201, body=HoldOut.of(hold, zone)))
    except SlotLost as lost:
        return answer_lost(lost, body.offer)


@blueprint.delete("/v1/holds/<hold_id>")
@require(Role.BOOKING, *STAFF)
@operation("Let a held place go", tag="booking", answers={204: None}, problems=(404, 409))
def release_hold(hold_id: str) -> Reply:
    """Only the key that holds it may; letting go twice is no fault."""
    who = caller()
    holding.release(who.practice_id, hold_id, owner=who.key_id, desk=wiring().desk)
    return Reply(status=204)


def answer_lost(lost: SlotLost, offer: str, *, moving: Moving | None = None) -> Response:
    """The problem of an offered start that is gone, with fresh ones near it; for a series without."""
    parts = wiring()
    was = parts.offers.read(offer, practice_id=caller().practice_id, now=parts.clock())
    if len(was.starts) > 1:
        problem = problem_details.describe(lost).model_copy(update={"hint": ANOTHER_SERIES})
        return problem_details.answer(problem, {"Retry-After": str(lost.retry_after)})
    return answer_lost_near(lost, was.terms, was.starts[0], moving=moving)


def answer_lost_near(lost: SlotLost, terms: Terms, start: datetime, *, moving: Moving | None = None) -> Response:
    """The problem of a start that is gone, with fresh ones on these terms, or for a booking that is to be moved."""
    parts, who = wiring(), caller()
    zone = who.zone
    fresh = near(terms, start, zone=zone, exact=who.role in STAFF, desk=parts.desk, moving=moving)
    problem = SlotLostOut(
        **problem_details.describe(lost).model_dump(),
        slots=[SlotOut.of(slot, zone) for slot in fresh],
    )
    return problem_details.answer(problem, {"Retry-After": str(lost.retry_after)})
