"""Confirming, moving and cancelling, as the booking frontend and the client see it."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, RootModel

from api.services.confirming import Confirmed, ConfirmRequest
from api.services.moving import Change
from api.services.rescheduling import Moved
from api.services.unplaced import warnings_of
from api.v1.schemas.base import Answer, Identifier, Instant, Request
from api.v1.schemas.booking import BookingIn, BookingOut, ClientIn, WindowOut
from api.v1.schemas.place import PlaceOut
from api.v1.schemas.slots import OfferText
from optimizer.domain.booking import Booking, BookingStatus, Client
from optimizer.domain.visit import Clearance


class ConfirmIn(Request):
    """A hold to be confirmed by the key that holds it. A hold that has lapsed is confirmed all the same while its
    place is free. With `clearance: hold` it becomes a request: nobody has it on their agenda, and its place is free
    again, until staff clear it."""

    hold_id: Identifier
    client: ClientIn
    notes: Annotated[str, Field(max_length=2000)] = ""
    clearance: Clearance = Clearance.CLEAR

    def request(self, *, practice_id: str, owner: str) -> ConfirmRequest:
        who = self.client
        return ConfirmRequest(
            practice_id=practice_id,
            owner=owner,
            hold_id=self.hold_id,
            client=Client(ref=who.ref, name=who.name, phone=who.phone, email=who.email),
            notes=self.notes,
            clearance=self.clearance,
        )


class BookIn(RootModel[ConfirmIn | BookingIn]):
    """A hold to be confirmed; or, from staff, a visit booked without one."""


class RescheduleIn(Request):
    """Another offer for the same treatment."""

    offer: OfferText


class ClearanceIn(Request):
    """What came of a screening; nothing else of it is kept."""

    clearance: Clearance


class PersonOut(Answer):
    """Who comes."""

    name: str


class PromisedOut(Answer):
    """What the client was told. `promise` bounds the start: for a fixed start both ends are the same."""

    booking_id: str
    start: Instant | None
    end: Instant | None
    promise: list[WindowOut]
    status: BookingStatus

    @classmethod
    def of(cls, booking: Booking, zone: ZoneInfo) -> Self:
        start = booking.fixed_start
        end = None if start is None else start + timedelta(seconds=booking.session)
        return cls(
            booking_id=booking.id,
            start=None if start is None else start.astimezone(zone),
            end=None if end is None else end.astimezone(zone),
            promise=[
                WindowOut(earliest_start=w.earliest.astimezone(zone), latest_start=w.latest.astimezone(zone))
                for w in booking.windows
            ],
            status=booking.status,
        )


class ConfirmedVisitOut(PromisedOut):
    """A booking of its own. `manage` is the client's key to move or cancel it; it is told only in this answer.
    `therapist` is null while the screening is not clear: nobody comes yet."""

    manage: str
    therapist: PersonOut | None
    clearance: Clearance

    @classmethod
    def of_confirmed(cls, confirmed: Confirmed, zone: ZoneInfo) -> Self:
        promised = PromisedOut.of(confirmed.booking, zone)
        who = confirmed.therapist
        return cls(
            **dict(promised),
            manage=confirmed.manage,
            therapist=None if who is None else PersonOut(name=who.name or who.id),
            clearance=confirmed.booking.clearance,
        )


class ConfirmedOut(ConfirmedVisitOut):
    """The booking; of a series the first, with all of them in `visits`."""

    series: str | None
    visits: list[ConfirmedVisitOut]

    @classmethod
    def of_all(cls, confirmed: tuple[Confirmed, ...], zone: ZoneInfo) -> Self:
        visits = [ConfirmedVisitOut.of_confirmed(each, zone) for each in confirmed]
        return cls(**dict(visits[0]), series=confirmed[0].booking.series, visits=visits)


class MadeBookingOut(BookingOut):
    """The booking as staff have left it. `warnings` say so when it is on nobody's agenda."""

    warnings: list[str]

    @classmethod
    def of_made(cls, booking: Booking, zone: ZoneInfo, now: datetime) -> Self:
        return cls(**dict(BookingOut.of(booking, zone)), warnings=list(warnings_of(booking, now)))


class BookedOut(RootModel[ConfirmedOut | MadeBookingOut]):
    """A confirmed hold; or, for staff, the booking they made."""


class MovedOut(PromisedOut):
    """What the client is told of a move. `changed` names what is new: `start`, `therapist` (whom the client asks for),
    `who_comes` (another therapist than before); nothing where the booking was there already. `therapist` is who
    comes."""

    place: PlaceOut
    therapist: PersonOut | None
    changed: list[Change]

    @classmethod
    def of_moved(cls, moved: Moved, zone: ZoneInfo) -> Self:
        who = moved.therapist
        return cls(
            **dict(PromisedOut.of(moved.booking, zone)),
            place=PlaceOut.of(moved.booking.place),
            therapist=None if who is None else PersonOut(name=who.name or who.id),
            changed=list(moved.changed),
        )


class MovedBookingOut(BookingOut):
    """The booking as staff see it after a move. `changed` names what is new: `start`, `place`, `therapist` (whom the
    client asks for), `who_comes` (another therapist than before). `promise` bounds the
    start, as clients are told it."""

    promise: list[WindowOut]
    changed: list[Change]

    @classmethod
    def of_moved(cls, moved: Moved, zone: ZoneInfo) -> Self:
        whole = BookingOut.of(moved.booking, zone)
        return cls(**dict(whole), promise=whole.windows, changed=list(moved.changed))


class MoveOut(RootModel[MovedOut | MovedBookingOut]):
    """The booking where it is now: for a client what was promised, for staff all of it."""


class ChangedOut(RootModel[PromisedOut | BookingOut]):
    """The booking as it is now: for a client what was promised, for staff all of it."""
