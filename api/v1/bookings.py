"""Bookings by staff, and imports of another system's."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import Annotated

from flask import Blueprint, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.problem_details import UnsupportedMedia
from api.services import bookings
from api.services.importing import ImportFormat, ImportReport, ImportRequest, import_bookings
from api.services.receipt import Receipt
from api.v1.once import answer_once
from api.v1.schemas.base import LocalDate, Request
from api.v1.schemas.booking import BookingIn, BookingListOut, BookingOut, ImportOut
from api.v1.schemas.etag import etag_of, matches
from api.wiring import wiring
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Fault, InvalidRequest

blueprint = Blueprint("bookings", __name__)

STAFF = (Role.PLANNER, Role.ADMIN, Role.SERVICE)
UPLOADS = {"text/csv": ImportFormat.CSV, "text/calendar": ImportFormat.ICS}


class BookingsQuery(Request):
    """A page of bookings by date. `cursor` is the `next` of the page before."""

    first: Annotated[LocalDate | None, Field(alias="from")] = None
    last: Annotated[LocalDate | None, Field(alias="to")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, Field(max_length=500)] | None = None


@blueprint.get("/v1/bookings")
@require(*STAFF)
@operation(
    "Bookings of every status, by date", tag="bookings", query=BookingsQuery, answers={200: BookingListOut},
    problems=(422,),
)  # fmt: skip
def list_bookings(query: BookingsQuery) -> BookingListOut:
    with wiring().store.unit_of_work(caller().practice_id, write=False) as uow:
        zone = uow.practice().zone
        after = _read_cursor(query.cursor) if query.cursor else None
        # One more than asked for says whether there is another page.
        found = uow.bookings.list(after=after, limit=query.limit + 1, first=query.first, last=query.last)
    page = found[: query.limit]
    return BookingListOut(
        data=[BookingOut.of(booking, zone) for booking in page],
        next=_cursor(page[-1]) if len(found) > query.limit else None,
    )


@blueprint.get("/v1/bookings/<booking_id>")
@require(*STAFF)
@operation("One booking", tag="bookings", answers={200: BookingOut}, problems=(404,))
def get_booking(booking_id: str) -> Reply:
    with wiring().store.unit_of_work(caller().practice_id, write=False) as uow:
        found = BookingOut.of(uow.bookings.get(booking_id), uow.practice().zone)
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.post("/v1/bookings")
@require(*STAFF)
@operation(
    "Book a visit",
    tag="bookings",
    body=BookingIn,
    answers={201: BookingOut},
    problems=(409, 422, 428),
    idempotent=True,
)
def create_booking(body: BookingIn) -> AnyResponse:
    parts, who = wiring(), caller()

    def write(receipt: Receipt[Booking]) -> Booking:
        return bookings.book(
            body.request(practice_id=who.practice_id, actor=who.key_id),
            store=parts.store,
            geocoder=parts.geocoder,
            clock=parts.clock,
            receipt=receipt,
        )

    zone = parts.store.practices.get(who.practice_id).zone

    def shape(booking: Booking) -> Reply:
        found = BookingOut.of(booking, zone)
        headers = {"Location": f"/v1/bookings/{booking.id}", "ETag": etag_of(found)}
        return Reply(status=201, body=found, headers=headers)

    return answer_once(write, shape)


@blueprint.delete("/v1/bookings/<booking_id>")
@require(*STAFF)
@operation("Cancel a booking", tag="bookings", answers={200: BookingOut}, problems=(404, 409))
def cancel_booking(booking_id: str) -> Reply:
    parts, who = wiring(), caller()
    zone = parts.store.practices.get(who.practice_id).zone
    cancelled = bookings.cancel(
        who.practice_id,
        booking_id,
        actor=who.key_id,
        store=parts.store,
        clock=parts.clock,
        expected=lambda booking: matches(request.headers.get("If-Match"), BookingOut.of(booking, zone)),
    )
    found = BookingOut.of(cancelled, zone)
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.post("/v1/bookings/import")
@require(*STAFF)
@operation(
    "Take over another system's bookings, all or none",
    tag="bookings",
    uploads=tuple(UPLOADS),
    answers={200: ImportOut},
    problems=(415, 422, 428),
    idempotent=True,
)
def import_file() -> AnyResponse:
    parts, who = wiring(), caller()
    if request.mimetype not in UPLOADS:
        raise UnsupportedMedia(
            f"This door reads {' or '.join(UPLOADS)}, not {request.mimetype or 'a body without a type'}.",
            hint="Send the file itself as the body, with its Content-Type.",
        )
    upload = ImportRequest(
        practice_id=who.practice_id, actor=who.key_id, body=request.get_data(), format=UPLOADS[request.mimetype]
    )

    def write(receipt: Receipt[ImportReport]) -> ImportReport:
        return import_bookings(upload, store=parts.store, geocoder=parts.geocoder, clock=parts.clock, receipt=receipt)

    return answer_once(write, lambda report: Reply(body=ImportOut.of(report)))


def _cursor(booking: Booking) -> str:
    return urlsafe_b64encode(json.dumps([booking.date.isoformat(), booking.id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[date, str]:
    try:
        day, booking_id = json.loads(urlsafe_b64decode(cursor.encode()))
        return date.fromisoformat(day), str(booking_id)
    except (binascii.Error, ValueError, TypeError) as error:
        fault = Fault(
            pointer="?cursor", code="bad_cursor", detail="This cursor is not one of ours.", hint="Send back `next`."
        )
        raise InvalidRequest(fault.detail, code=fault.code, faults=[fault]) from error
