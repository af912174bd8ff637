"""When can someone come?"""

from dataclasses import replace

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation
from api.services import slot_search
from api.v1.asking import asker
from api.v1.schemas.slots import SlotsOut, SlotsQuery
from api.wiring import wiring
from optimizer.domain.errors import Fault, InvalidRequest

blueprint = Blueprint("slots", __name__)

STAFF = (Role.PLANNER, Role.ADMIN, Role.SERVICE)


@blueprint.get("/v1/slots")
@require(Role.BOOKING, *STAFF)
@operation(
    "Starts that the whole day can keep, by date", tag="booking", query=SlotsQuery, answers={200: SlotsOut},
    problems=(422, 429, 503),
)  # fmt: skip
def list_slots(query: SlotsQuery) -> SlotsOut:
    """Starts lie on the practice's grid of the wall clock. An offer is good for ten minutes and keeps nothing yet:
    hold it. Searches with a `booking` key know other clients' places only by their area; staff search exactly.
    A frontend names its visitor in the header `Rounds-Session`: each may ask about so many places an hour (429).
    With `include=refused` (staff) each start of the grid that is not offered comes with its reason: what stands in the
    way, and the smallest change that would open it, verified over every order of the day."""
    parts, who = wiring(), caller()
    if query.include is not None and who.role not in STAFF:
        raise staff_only()
    asked = query.request(practice_id=who.practice_id, exact=who.role in STAFF)
    return SlotsOut.of(slot_search.search(replace(asked, asker=asker()), desk=parts.desk))


def staff_only() -> InvalidRequest:
    """Reasons speak of other clients' visits."""
    fault = Fault(
        pointer="?include",
        code="staff_only",
        detail="Only staff are told why a start is not offered.",
        hint="Leave it out, or use a key of role planner, admin or service.",
    )
    return InvalidRequest(fault.detail, code=fault.code, faults=[fault])
