"""How the practice likes to work."""

from flask import Blueprint, request

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import practices
from api.v1.schemas.etag import etag_of, matches
from api.v1.schemas.policies import PoliciesIn, PracticeOut
from api.wiring import wiring

blueprint = Blueprint("practice", __name__)


@blueprint.get("/v1/practice")
@require(Role.ADMIN, Role.PLANNER, Role.SERVICE)
@operation("The practice and its policies", tag="practice", answers={200: PracticeOut})
def get_practice() -> Reply:
    found = PracticeOut.of(wiring().store.practices.get(caller().practice_id))
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.put("/v1/practice/policies")
@require(Role.ADMIN, Role.PLANNER)
@operation(
    "Change how the practice likes to work; promises made before stay",
    tag="practice",
    body=PoliciesIn,
    answers={200: PracticeOut},
    problems=(409, 422),
)
def put_policies(body: PoliciesIn) -> Reply:
    stored = practices.put_policies(
        caller().practice_id,
        body.policies(),
        store=wiring().store,
        expected=lambda known: matches(request.headers.get("If-Match"), PracticeOut.of(known)),
    )
    found = PracticeOut.of(stored)
    return Reply(body=found, headers={"ETag": etag_of(found)})
