"""Bookings in and out, and what an import did."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from api.services.bookings import NewBooking
from api.services.importing import ImportReport
from api.v1.schemas.base import (
    DAY_MINUTES,
    Answer,
    Flag,
    Identifier,
    Instant,
    LocalDate,
    Minutes,
    Request,
    Text,
    refuse,
)
from api.v1.schemas.etag import etag_of
from api.v1.schemas.place import PlaceIn, PlaceOut
from api.v1.schemas.problem import ChoiceIn, WindowIn
from data.geocoding.geocoder import PlaceQuery, written
from optimizer.domain.booking import Booking, BookingStatus, Client, StartWindow
from optimizer.domain.errors import Fault
from optimizer.domain.place import Coordinate
from optimizer.domain.time import MINUTE, Seconds
from optimizer.domain.visit import Clearance, TherapistChoice


class ClientIn(Request):
    """Who is visited; `ref` is the caller's own key of the client."""

    ref: Identifier
    name: Text = ""
    phone: Text = ""
    email: Text = ""


class BookedVisitIn(Request):
    """What is promised: a fixed `start`, or windows to be decided by the plan. Lengths at the door that are left out
    come from the service and the practice."""

    id: Identifier | None = None
    place: PlaceIn
    service: Identifier
    session_minutes: Annotated[int, Field(strict=True, gt=0, le=DAY_MINUTES)]
    start: Instant | None = None
    windows: Annotated[tuple[WindowIn, ...], Field(max_length=50)] = ()
    first_visit: Flag = False
    priority: Annotated[int, Field(strict=True, ge=1, le=100)] = 50
    required: Flag = True
    therapist: ChoiceIn = ChoiceIn()
    clearance: Clearance = Clearance.CLEAR
    parking_minutes: Minutes | None = None
    setup_minutes: Minutes | None = None
    teardown_minutes: Minutes | None = None

    @model_validator(mode="after")
    def says_when(self) -> Self:
        if (self.start is None) == (not self.windows):
            raise refuse("start_or_windows", "A visit has either a start or windows.", "Send one of the two.")
        for window in self.windows:
            if window.latest_start < window.earliest_start:
                raise refuse("window_reversed", "A window ends before it begins.", "Swap its two ends.")
        return self


class BookingIn(Request):
    """A visit booked by staff. With `override` it is booked even where no day can keep it."""

    client: ClientIn
    visit: BookedVisitIn
    override: Flag = False
    notes: Annotated[str, Field(max_length=2000)] = ""

    def request(self, *, practice_id: str, actor: str) -> NewBooking:
        visit, choice = self.visit, self.visit.therapist
        windows = (
            (StartWindow(earliest=visit.start, latest=visit.start),)
            if visit.start is not None
            else tuple(StartWindow(earliest=w.earliest_start, latest=w.latest_start) for w in visit.windows)
        )
        return NewBooking(
            practice_id=practice_id,
            actor=actor,
            id=visit.id,
            client=Client(ref=self.client.ref, name=self.client.name, phone=self.client.phone, email=self.client.email),
            where=place_query(visit.place, owner=self.client.ref),
            service=visit.service,
            session=visit.session_minutes * MINUTE,
            windows=windows,
            first_visit=visit.first_visit,
            priority=visit.priority,
            required=visit.required,
            choice=TherapistChoice(
                require=frozenset(choice.require),
                prefer=frozenset(choice.prefer),
                refuse=frozenset(choice.refuse),
                gender=choice.gender,
            ),
            clearance=visit.clearance,
            parking=_seconds(visit.parking_minutes),
            setup=_seconds(visit.setup_minutes),
            tear_down=_seconds(visit.teardown_minutes),
            notes=self.notes,
            override=self.override,
        )


class ClientOut(Answer):
    ref: str
    name: str
    phone: str
    email: str


class WindowOut(Answer):
    """When the session may start, both ends included, on the practice's clocks."""

    earliest_start: Instant
    latest_start: Instant


class ChoiceOut(Answer):
    require: list[str]
    prefer: list[str]
    refuse: list[str]
    gender: str | None


class BookingOut(Answer):
    """A booking. `start` and `end` are there when the start is fixed; `agenda` is the therapist on whose day it lies,
    null while it is nobody's; `overridden` says that staff booked it against the check."""

    booking_id: str
    uid: str | None
    date: LocalDate
    status: BookingStatus
    client: ClientOut
    place: PlaceOut
    service: str
    session_minutes: int
    start: Instant | None
    end: Instant | None
    windows: list[WindowOut]
    first_visit: bool
    priority: int
    required: bool
    therapist: ChoiceOut
    clearance: Clearance
    notes: str
    agenda: str | None
    series: str | None
    overridden: bool

    @classmethod
    def of(cls, booking: Booking, zone: ZoneInfo) -> Self:
        windows = [
            WindowOut(earliest_start=w.earliest.astimezone(zone), latest_start=w.latest.astimezone(zone))
            for w in booking.windows
        ]
        start = windows[0].earliest_start if _is_fixed(booking.windows) else None
        # Through UTC: a session over a clock change lasts as long as it lasts.
        end = None if start is None else start.astimezone(UTC) + timedelta(seconds=booking.session)
        choice = booking.choice
        return cls(
            booking_id=booking.id,
            uid=booking.uid,
            date=booking.date,
            status=booking.status,
            client=ClientOut(
                ref=booking.client.ref, name=booking.client.name, phone=booking.client.phone, email=booking.client.email
            ),
            place=PlaceOut.of(booking.place),
            service=booking.service,
            session_minutes=booking.session // MINUTE,
            start=start,
            end=None if end is None else end.astimezone(zone),
            windows=windows,
            first_visit=booking.first_visit,
            priority=booking.priority,
            required=booking.required,
            therapist=ChoiceOut(
                require=sorted(choice.require),
                prefer=sorted(choice.prefer),
                refuse=sorted(choice.refuse),
                gender=choice.gender,
            ),
            clearance=booking.clearance,
            notes=booking.notes,
            agenda=booking.therapist,
            series=booking.series,
            overridden=booking.overridden,
        )

    @property
    def etag(self) -> str:
        """Changes with anything in the booking."""
        return etag_of(self)


class BookingListOut(Answer):
    """One page. `next` is the `cursor` of the page after it, null on the last."""

    data: list[BookingOut]
    next: str | None


class RemarkOut(Answer):
    """Something to know about a row that was imported all the same."""

    pointer: str
    code: str
    detail: str
    hint: str

    @classmethod
    def of(cls, remark: Fault) -> Self:
        return cls(pointer=remark.pointer, code=remark.code, detail=remark.detail, hint=remark.hint)


class ImportOut(Answer):
    """How many bookings a file added, changed, left as they were and cancelled."""

    added: int
    updated: int
    unchanged: int
    cancelled: int
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, report: ImportReport) -> Self:
        return cls(
            added=report.added,
            updated=report.updated,
            unchanged=report.unchanged,
            cancelled=report.cancelled,
            remarks=[RemarkOut.of(remark) for remark in report.remarks],
        )


def place_query(place: PlaceIn, *, owner: str) -> PlaceQuery:
    """What to look up. A postal code alone is nobody's door, so its owner (a client, a therapist) makes it one."""
    point = Coordinate(lat=place.lat, lng=place.lng) if place.lat is not None and place.lng is not None else None
    alone = point is None and not place.address and place.postal_code
    return PlaceQuery(
        id=place.id or (f"{owner}/{place.postal_code}" if alone else None),
        coordinate=point,
        address=place.address or None,
        postal_code=place.postal_code or None,
        label=place.label or written(place.address or "", place.postal_code or ""),
    )


def _is_fixed(windows: Sequence[StartWindow]) -> bool:
    return len(windows) == 1 and windows[0].earliest == windows[0].latest


def _seconds(minutes: int | None) -> Seconds | None:
    return None if minutes is None else minutes * MINUTE
