"""The outcome of a screening: a visit on hold is on nobody's agenda until staff clear it."""

from flask import Blueprint

from api.auth import caller, require
from api.operation import Reply, operation
from api.services.clearing import set_clearance
from api.v1.schemas.booking import BookingOut
from api.v1.schemas.etag import etag_of
from api.v1.schemas.promise import ClearanceIn, MadeBookingOut
from api.v1.slots import STAFF
from api.wiring import wiring

blueprint = Blueprint("clearance", __name__)


@blueprint.put("/v1/bookings/<booking_id>/clearance")
@require(*STAFF)
@operation(
    "Say what came of a screening", tag="bookings", body=ClearanceIn, answers={200: MadeBookingOut},
    problems=(404, 409, 422),
)  # fmt: skip
def put_clearance(booking_id: str, body: ClearanceIn) -> Reply:
    """A visit that is cleared goes on the agenda of the therapist whose day it costs least; where nobody can keep its
    start any more, `warnings` say so. One put on hold comes off the agenda, and its place is free."""
    parts, who = wiring(), caller()
    zone = parts.store.practices.get(who.practice_id).zone
    told = set_clearance(who.practice_id, booking_id, body.clearance, actor=who.key_id, desk=parts.desk)
    headers = {"ETag": etag_of(BookingOut.of(told, zone))}
    return Reply(body=MadeBookingOut.of_made(told, zone, parts.clock()), headers=headers)
