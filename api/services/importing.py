"""Take over a booking export: all of it, or nothing."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from api.feeds.booking_rows import BookingRow, Catalogue, ParsedFile
from api.feeds.bookings_csv import parse_csv
from api.services.distributing import distribute
from api.services.import_remarks import remarks_on, unkept_remarks
from api.services.receipt import Receipt, no_receipt
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.roads.source import TravelSource
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus, Client
from optimizer.domain.errors import Fault, InvalidRequest, Unavailable
from optimizer.domain.place import Place
from optimizer.domain.visit import TherapistChoice

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork


class ImportFormat(StrEnum):
    CSV = "csv"
    ICS = "ics"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """A file of bookings for a practice. `actor` is an API key's id, or `cli`."""

    practice_id: str
    actor: str
    body: bytes
    format: ImportFormat


MOST_QUESTIONS = 20
"""To a geocoding service for one file that somebody waits for, at one a second. Beyond, postal codes answer."""


class Questions:
    """A bound on how often a geocoding service is asked."""

    def __init__(self, most: int) -> None:
        self._left = most

    def ask(self) -> None:
        """Count one more. Raises Unavailable where it is one too many: an address with a postal code does without."""
        if self._left <= 0:
            raise Unavailable(
                "The file has more new addresses than are asked about at once.",
                code="too_many_addresses",
                hint="Give postal codes, send the file in parts, or use `rounds import`.",
                retry_after=60,
            )
        self._left -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, in numbers of bookings. `remarks` are what the reader should know and nobody must mend."""

    added: int
    updated: int
    unchanged: int
    cancelled: int
    remarks: tuple[Fault, ...]


def import_bookings(
    request: ImportRequest,
    *,
    store: "Store",
    geocoder: Geocoder,
    roads: TravelSource,
    clock: Callable[[], datetime],
    receipt: Receipt[ImportReport] = no_receipt,
    most_questions: int = MOST_QUESTIONS,
) -> ImportReport:
    """Read the file, find every place, then write every row in one transaction.

    A row whose UID is known updates that booking; the same file again changes nothing. New visits and those that have
    moved go on the agendas where they cost least.

    Raises
    ------
    InvalidRequest
        code `rows_refused` with a fault for every bad row, or what is wrong with the whole file. Nothing is stored.
    """
    parsed = _parse(request, store=store)
    places, lost = _locate(parsed.rows, geocoder, Questions(most_questions))
    faults = (*parsed.faults, *lost)
    if faults:
        count = len({fault.pointer.split(",")[0] for fault in faults})
        raise InvalidRequest(
            f"{count} row{'' if count == 1 else 's'} cannot be imported; nothing was stored",
            code="rows_refused",
            hint="mend them and send the whole file again",
            faults=sorted(faults, key=_line),
        )
    now = clock()
    noted = remarks_on(parsed.rows, places, now.date())
    parsed = replace(parsed, remarks=(*parsed.remarks, *noted))
    with store.unit_of_work(request.practice_id) as uow:
        report = _write(parsed, places, uow, roads, now)
        uow.audit.add(
            AuditEntry(
                id=uuid.uuid4().hex,
                at=now,
                actor=request.actor,
                action="bookings.import",
                subject=request.format.value,
                detail={"added": report.added, "updated": report.updated, "cancelled": report.cancelled},
            )
        )
        receipt(uow, report)
        uow.commit()
    return report


def _parse(request: ImportRequest, *, store: "Store") -> ParsedFile:
    with store.unit_of_work(request.practice_id, write=False) as uow:
        catalogue = Catalogue(
            zone=uow.practice().zone,
            services=uow.services.list(),
            therapists={p.therapist.id: p.therapist.name for p in uow.patterns.list()},
        )
    match request.format:
        case ImportFormat.CSV:
            return parse_csv(request.body, catalogue)
        case ImportFormat.ICS:
            # Imported here: the calendar library costs a tenth of a second that a CSV need not wait for.
            from api.feeds.bookings_ics import parse_ics

            return parse_ics(request.body, catalogue)


def _locate(
    rows: tuple[BookingRow, ...], geocoder: Geocoder, questions: Questions
) -> tuple[dict[PlaceQuery, Place], list[Fault]]:
    """Every place of the file, asked for once, before any transaction: a service may be far away."""
    places: dict[PlaceQuery, Place] = {}
    refused: dict[PlaceQuery, InvalidRequest] = {}
    faults: list[Fault] = []
    for row in rows:
        if row.where is None:
            continue
        if row.where not in places and row.where not in refused:
            try:
                places[row.where] = geocoder.locate(row.where, before_asking=questions.ask)
            except InvalidRequest as error:
                refused[row.where] = error
        if error_there := refused.get(row.where):
            faults.append(
                Fault(
                    pointer=f"line {row.line}, place",
                    code=error_there.code,
                    detail=error_there.detail,
                    hint=error_there.hint,
                )
            )
    return places, faults


def _write(
    parsed: ParsedFile, places: dict[PlaceQuery, Place], uow: "UnitOfWork", roads: TravelSource, now: datetime
) -> ImportReport:
    added = updated = unchanged = cancelled = 0
    remarks = list(parsed.remarks)
    stored: dict[str, Booking] = {}
    wanted: list[Booking] = []
    for row in parsed.rows:
        known = uow.bookings.by_uid(row.uid)
        booking = _booking(row, known, places)
        if booking is None:
            detail = f"uid {row.uid} is cancelled and was never booked"
            remarks.append(Fault(pointer=f"line {row.line}", code="nothing_to_cancel", detail=detail))
            continue
        wanted.append(booking)
        if known is not None:
            stored[known.id] = known
    homeless = [b for b in wanted if b.therapist is None and b.status is BookingStatus.CONFIRMED]
    changing = {b.id for b in wanted if b.id in stored and b != stored[b.id]}
    found = distribute(homeless, uow=uow, roads=roads, now=now, without=changing)
    placed = {booking.id: booking for booking in found.bookings}
    remarks += unkept_remarks(found, parsed.rows)
    for booking in (placed.get(b.id, b) for b in wanted):
        known = stored.get(booking.id)
        if known is None:
            uow.bookings.add(booking)
            added += 1
        elif booking == known:
            unchanged += 1
        else:
            uow.bookings.put(booking)
            cancelled += booking.status is BookingStatus.CANCELLED
            updated += booking.status is BookingStatus.CONFIRMED
    return ImportReport(added=added, updated=updated, unchanged=unchanged, cancelled=cancelled, remarks=tuple(remarks))


def _booking(row: BookingRow, known: Booking | None, places: dict[PlaceQuery, Place]) -> Booking | None:
    """What the row makes of the booking; None where it cancels what is not there.

    On nobody's agenda yet, unless the booking is known and still asks for the same.
    """
    if row.cancelled:
        return None if known is None else replace(known, status=BookingStatus.CANCELLED)
    if row.where is None or row.day is None:
        raise ValueError(f"line {row.line} was parsed without a place or a date")
    booking = Booking(
        id=known.id if known else f"booking_{uuid.uuid4().hex}",
        uid=row.uid,
        date=row.day,
        client=row.client or Client(ref=row.uid),
        place=places[row.where],
        service=row.service,
        session=row.session,
        windows=row.windows,
        first_visit=row.first_visit,
        priority=row.priority,
        required=row.required,
        choice=TherapistChoice(
            require=frozenset({row.therapist} if row.therapist else ()),
            gender=row.gender,
        ),
        notes=row.notes,
    )
    if known is not None and known.status is BookingStatus.CONFIRMED and _asked(known) == _asked(booking):
        return replace(booking, therapist=known.therapist, overridden=known.overridden)
    return booking


def _asked(booking: Booking) -> tuple[object, ...]:
    """Whatever decides on which agenda a visit fits."""
    return (
        booking.date, booking.place, booking.service, booking.session, booking.windows, booking.first_visit,
        booking.choice,
    )  # fmt: skip


def _line(fault: Fault) -> int:
    digits = fault.pointer.removeprefix("line ").split(",")[0]
    return int(digits) if digits.isdecimal() else 0
