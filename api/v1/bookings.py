"""Bookings: holds confirmed, visits booked by staff, moved and cancelled by either, and another system's imported."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from pydantic import Field, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation, send, whole_body
from api.problem_details import UnsupportedMedia
from api.services import bookings
from api.services.bookings import NewBooking
from api.services.cancelling import Authority, cancel
from api.services.confirming import Confirmed, confirm
from api.services.importing import ImportFormat, ImportReport, ImportRequest, import_bookings
from api.services.manage_token import put_away
from api.services.moving import booking_to_move
from api.services.offers import Terms
from api.services.placing import SlotLost
from api.services.receipt import Receipt
from api.services.rescheduling import RescheduleRequest, reschedule
from api.v1.holds import answer_lost, answer_lost_near
from api.v1.once import answer_once
from api.v1.schemas.base import LocalDate, Request
from api.v1.schemas.booking import BookingIn, BookingListOut, BookingOut, ImportOut
from api.v1.schemas.etag import etag_of, matches
from api.v1.schemas.promise import (
    BookedOut,
    BookIn,
    ChangedOut,
    ConfirmedOut,
    ConfirmIn,
    MadeBookingOut,
    MovedBookingOut,
    MovedOut,
    MoveOut,
    PromisedOut,
    RescheduleIn,
)
from api.v1.schemas.reading import invalid, read_model
from api.v1.slots import STAFF
from api.wiring import wiring
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Fault, InvalidRequest

blueprint = Blueprint("bookings", __name__)

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


def read_booking(document: object) -> ConfirmIn | BookingIn:
    """Staff may send a visit; whoever sends a `hold_id`, and everybody else, confirms a hold."""
    is_confirmation = caller().role not in STAFF or (isinstance(document, dict) and "hold_id" in document)
    if is_confirmation:
        return read_model(ConfirmIn, document)
    try:
        return read_model(BookingIn, document)
    except InvalidRequest as refused:
        raise invalid([*refused.faults, *_faults_of_the_visit(document)]) from None


def _faults_of_the_visit(document: object) -> list[Fault]:
    """What is wrong with a visit that can be read although the rest of its booking cannot."""
    visit = document.get("visit") if isinstance(document, dict) else None
    try:
        readable = BookingIn.model_validate({"client": {"ref": "unread"}, "visit": visit})
    except ValidationError:
        return []
    who = caller()
    return bookings.faults_in(readable.request(practice_id=who.practice_id, actor=who.key_id), wiring().desk)


@blueprint.post("/v1/bookings")
@require(Role.BOOKING, *STAFF)
@operation(
    "Confirm a hold; or, as staff, book a visit",
    tag="bookings",
    body=BookIn,
    read=read_booking,
    answers={201: BookedOut},
    problems=(409, 410, 422, 428),
    idempotent=True,
)
def create_booking(body: ConfirmIn | BookingIn) -> AnyResponse:
    """A hold counts until the second of its `expires_at`; after that it is confirmed only while its places are still
    free. A visit by staff goes on the agenda of the therapist whose day it costs least. A window that no day can keep
    is booked on nobody's agenda, which `warnings` say; a fixed start is refused (409, fresh `slots`), and so is a time
    that has passed (422), unless `override` says otherwise: it is flagged then."""
    return _confirm(body) if isinstance(body, ConfirmIn) else _book(body)


def _confirm(body: ConfirmIn) -> AnyResponse:
    parts, who = wiring(), caller()
    zone = who.zone

    def write(receipt: Receipt[tuple[Confirmed, ...]]) -> tuple[Confirmed, ...]:
        asked = body.request(practice_id=who.practice_id, owner=who.key_id)
        return confirm(asked, desk=parts.desk, receipt=receipt)

    def shape(confirmed: tuple[Confirmed, ...]) -> Reply:
        headers = {"Location": f"/v1/bookings/{confirmed[0].booking.id}"}
        return Reply(status=201, body=ConfirmedOut.of_all(confirmed, zone), headers=headers)

    def kept(confirmed: tuple[Confirmed, ...]) -> Reply:
        return shape(tuple(replace(each, manage=put_away(each.booking.id)) for each in confirmed))

    return answer_once(write, shape, kept=kept, told=lambda body: parts.manage_tokens.written_in(body, who.practice_id))


def _book(body: BookingIn) -> AnyResponse:
    parts, who = wiring(), caller()
    zone = who.zone
    asked = body.request(practice_id=who.practice_id, actor=who.key_id)

    def write(receipt: Receipt[Booking]) -> Booking:
        return bookings.book(asked, desk=parts.desk, receipt=receipt)

    def shape(booking: Booking) -> Reply:
        # Its tag is that of the booking as it is read later, without what is said only now.
        headers = {"Location": f"/v1/bookings/{booking.id}", "ETag": etag_of(BookingOut.of(booking, zone))}
        return Reply(status=201, body=MadeBookingOut.of_made(booking, zone, parts.clock()), headers=headers)

    try:
        return answer_once(write, shape)
    except SlotLost as lost:
        return answer_lost_near(lost, _terms(asked), asked.windows[0].earliest)


def _terms(asked: NewBooking) -> Terms:
    """What fresh starts are searched for in place of one that no day can keep."""
    parts = wiring()
    return Terms(
        practice_id=asked.practice_id,
        place=parts.geocoders.of(asked.practice_id).locate(asked.where),
        service=asked.service,
        session=asked.session,
        expires_at=parts.clock(),
        first_visit=asked.first_visit,
        choice=asked.choice,
    )


class TokenQuery(Request):
    """The client's token, where a link cannot carry it in the Authorization header."""

    manage: Annotated[str, Field(max_length=500)] | None = None


@blueprint.patch("/v1/bookings/<booking_id>")
@require(*STAFF, or_token=True)
@operation(
    "Move a booking to another offer", tag="bookings", body=RescheduleIn, query=TokenQuery, answers={200: MoveOut},
    problems=(404, 409, 410, 422),
)  # fmt: skip
def move_booking(booking_id: str, body: RescheduleIn, query: TokenQuery) -> AnyResponse:  # noqa: ARG001
    """With the client's token or a staff key. The new place is found before the old one is given up, in one step; its
    old place does not stand in its way: search with `moving`. Treatment, length, first visit and client stay as they
    are booked. Whom the client wants changes where the offer was searched for somebody by name or gender. The place
    changes only for staff: with the token an offer for another home is refused (422, `place_differs`), and the booked
    home told again, as exactly or less, stays as it is booked. With the token nothing moves once the promised start has
    passed (409, `visit_began`). `changed` in the answer says what is new."""
    parts, who = wiring(), caller()
    zone = who.zone
    asked = RescheduleRequest(
        practice_id=who.practice_id, booking_id=booking_id, offer=body.offer, authority=_authority()
    )
    try:
        moved = reschedule(asked, desk=parts.desk, expected=lambda booking: _is_as_seen(booking, zone))
    except SlotLost as lost:
        moving = booking_to_move(who.practice_id, booking_id, authority=_authority(), desk=parts.desk)
        return answer_lost(lost, body.offer, moving=moving)
    whole = BookingOut.of(moved.booking, zone)
    shown = MovedBookingOut.of_moved(moved, zone) if who.manage is None else MovedOut.of_moved(moved, zone)
    return send(Reply(body=shown, headers={"ETag": etag_of(whole)}))


@blueprint.delete("/v1/bookings/<booking_id>")
@require(*STAFF, or_token=True)
@operation(
    "Cancel a booking", tag="bookings", query=TokenQuery, answers={200: ChangedOut}, problems=(404, 409)
)  # fmt: skip
def cancel_booking(booking_id: str, query: TokenQuery) -> Reply:  # noqa: ARG001
    """With the client's token, until the promised start has passed (409, `visit_began`), or a staff key. One that is
    cancelled stays so."""
    parts, who = wiring(), caller()
    zone = who.zone
    cancelled = cancel(
        who.practice_id,
        booking_id,
        authority=_authority(),
        desk=parts.desk,
        expected=lambda booking: _is_as_seen(booking, zone),
    )
    return _changed(cancelled, zone)


def _authority() -> Authority:
    return Authority(actor=caller().key_id, token=caller().manage)


def _changed(booking: Booking, zone: ZoneInfo) -> Reply:
    """A client is told what was promised, staff the whole booking."""
    whole = BookingOut.of(booking, zone)
    shown = whole if caller().manage is None else PromisedOut.of(booking, zone)
    return Reply(body=shown, headers={"ETag": etag_of(whole)})


def _is_as_seen(booking: Booking, zone: ZoneInfo) -> bool:
    return matches(request.headers.get("If-Match"), BookingOut.of(booking, zone))


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
        practice_id=who.practice_id, actor=who.key_id, body=whole_body(), format=UPLOADS[request.mimetype]
    )

    def write(receipt: Receipt[ImportReport]) -> ImportReport:
        return import_bookings(
            upload,
            store=parts.store,
            geocoder=parts.geocoders.of(upload.practice_id),
            roads=parts.roads,
            clock=parts.clock,
            receipt=receipt,
        )

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
