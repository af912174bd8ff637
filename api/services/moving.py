"""What stays of a booking that moves, and what an offer may change about it.

What was booked stays: treatment, length, first visit, client and lengths at the door. An offer gives the new start, and

- whom the client wants, only where it was searched for somebody by name or gender: for anyone it changes nothing;
- the place, only by staff. A client's visit stays at the home that is booked, and an offer for another one is refused.
  Whoever told the booked home again, as exactly or less exactly, keeps it as it is booked.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from api.services.cancelling import Authority
from api.services.desk import Desk
from api.services.doors import is_same_home, own_door
from api.services.offers import Offer
from optimizer.domain.booking import Booking, BookingStatus, StartWindow
from optimizer.domain.errors import Conflict, Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.visit import TherapistChoice


class Change(StrEnum):
    """What a move has changed; public, never renamed.

    `therapist` is whom the client asks for, `who_comes` the one who does: another one may, where anyone will do.
    """

    START = "start"
    PLACE = "place"
    THERAPIST = "therapist"
    WHO_COMES = "who_comes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A booking that is looking for another start, and whether its place may change: staff may change it."""

    booking: Booking
    may_leave_home: bool

    def place(self, told: Place, *, pointer: str) -> Place:
        """Where the visit will be, when it was searched for at `told`.

        Raises
        ------
        InvalidRequest
            code `place_differs`, when that is another home and the visit may not go there.
        """
        if is_same_home(self.booking.place, told):
            return self.booking.place
        if self.may_leave_home:
            return told
        raise differs(
            "place_differs",
            "This is not the place that is booked.",
            pointer=pointer,
            hint=f"Search with `moving={self.booking.id}` and without a place; for another place ask the practice.",
        )

    def choice(self, asked: TherapistChoice) -> TherapistChoice:
        """Whom the client wants: those named now, else those who were named before. Who was refused stays refused."""
        if not asked.require and asked.gender is None:
            return self.booking.choice
        return replace(self.booking.choice, require=asked.require, gender=asked.gender)

    def to(self, offer: Offer, zone: ZoneInfo) -> Booking:
        """The booking at the start of an offer, on nobody's agenda yet.

        Raises
        ------
        InvalidRequest
            code `offer_differs`, when it was searched for something else; `place_differs`.
        """
        self._require_to_be_meant(offer)
        (start,) = offer.starts
        place = self.place(offer.terms.place, pointer="/offer")
        return replace(
            self.booking,
            date=start.astimezone(zone).date(),
            windows=(StartWindow(earliest=start, latest=start),),
            therapist=None,
            choice=self.choice(offer.terms.choice),
            place=own_door(place),
            pinned=None,
            overridden=False,
        )

    def _require_to_be_meant(self, offer: Offer) -> None:
        booking, terms = self.booking, offer.terms
        if terms.moving not in (None, booking.id):
            raise differs("offer_differs", "This offer was searched for another booking.", pointer="/offer")
        if len(offer.starts) > 1 or (terms.service, terms.session) != (booking.service, booking.session):
            raise differs(
                "offer_differs",
                f"This offer is not for {booking.service}, {booking.session // 60} minutes, once.",
                pointer="/offer",
                hint=f"Search with `moving={booking.id}`; to change the treatment, cancel and book anew.",
            )


def booking_to_move(practice_id: str, booking_id: str, *, authority: Authority, desk: Desk) -> Moving:
    """The booking for which another start is looked for.

    Raises
    ------
    NotFound
        When there is none, or the caller may not move it.
    Conflict
        code `booking_cancelled`, or `visit_began` for a client who comes after the promised start.
    """
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        booking = uow.bookings.get(booking_id)
    authority.require(booking)
    require_standing(booking, authority, desk.clock())
    return Moving(booking=booking, may_leave_home=authority.token is None)


def require_standing(booking: Booking, authority: Authority, now: datetime) -> None:
    """Raises Conflict for what does not move: what is cancelled, and for a client what has begun."""
    if booking.status is not BookingStatus.CONFIRMED:
        raise Conflict("This booking is cancelled.", code="booking_cancelled", hint="Make a new one.")
    authority.require_ahead(booking, now)


def changes(before: Booking, after: Booking) -> tuple[Change, ...]:
    """What differs, in the order of `Change`; who comes differs only where somebody has been found."""
    told = {
        Change.START: before.windows != after.windows,
        Change.PLACE: before.place != after.place,
        Change.THERAPIST: before.choice != after.choice,
        Change.WHO_COMES: after.therapist not in (None, before.therapist),
    }
    return tuple(change for change, is_new in told.items() if is_new)


def differs(code: str, detail: str, *, pointer: str, hint: str = "Search again for this booking.") -> InvalidRequest:
    """The refusal of a search or an offer that is for something else than what is booked."""
    fault = Fault(pointer=pointer, code=code, detail=detail, hint=hint)
    return InvalidRequest(detail, code=code, hint=hint, faults=[fault])
