"""When can someone come?"""

from dataclasses import replace

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation
from api.services import slot_search
from api.services.cancelling import Authority
from api.services.moving import Moving, booking_to_move
from api.v1.asking import asker
from api.v1.beside import beside_query
from api.v1.schemas.slots import SlotsOut, SlotsQuery
from api.wiring import wiring
from optimizer.domain.errors import Fault, InvalidRequest, NotFound

blueprint = Blueprint("slots", __name__)

STAFF = (Role.PLANNER, Role.ADMIN, Role.SERVICE)


@blueprint.get("/v1/slots")
@require(Role.BOOKING, *STAFF, or_token=True)
@operation(
    "Starts that the whole day can keep, by date", tag="booking", query=SlotsQuery, beside=beside_query,
    answers={200: SlotsOut},
    problems=(404, 409, 422, 429, 503),
)  # fmt: skip
def list_slots(query: SlotsQuery) -> SlotsOut:
    """Starts lie on the practice's grid of the wall clock. An offer is good for ten minutes and keeps nothing yet:
    hold it. Searches with a `booking` key know other clients' places only by their area; staff search exactly.
    A frontend names its visitor in the header `Rounds-Session`: each may ask about so many places an hour (429).
    With `include=refused` (staff) each start of the grid that is not offered comes with its reason: what stands in the
    way, and the smallest change that would open it, verified over every order of the day.
    `moving` looks for another start of a booking, with its client's token or a staff key: the booking does not stand in
    its own way, and the offers move it and nothing else."""
    parts, who = wiring(), caller()
    moving = _moving(query)
    if query.include is not None and who.role not in STAFF:
        raise staff_only()
    asked = query.request(practice_id=who.practice_id, exact=who.role in STAFF, moving=moving)
    if moving is None:
        asked = replace(asked, asker=asker())  # the place of a booking has been asked about before
    return SlotsOut.of(slot_search.search(asked, desk=parts.desk))


def _moving(query: SlotsQuery) -> Moving | None:
    """The booking to be moved. Whoever may not move it finds none, and a client's token opens nothing else."""
    parts, who = wiring(), caller()
    if query.moving is None:
        if who.manage is not None:
            raise NotFound("This token opens one booking.", hint="Name it: `moving=<booking_id>`.")
        return None
    if who.manage is None and who.role not in STAFF:
        raise NotFound(f"there is no booking {query.moving!r}")
    authority = Authority(actor=who.key_id, token=who.manage)
    return booking_to_move(who.practice_id, query.moving, authority=authority, desk=parts.desk)


def staff_only() -> InvalidRequest:
    """Reasons speak of other clients' visits."""
    fault = Fault(
        pointer="?include",
        code="staff_only",
        detail="Only staff are told why a start is not offered.",
        hint="Leave it out, or use a key of role planner, admin or service.",
    )
    return InvalidRequest(fault.detail, code=fault.code, faults=[fault])
