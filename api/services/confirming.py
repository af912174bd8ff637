"""Turn a hold into bookings: all of its visits, once."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime

from api.services.agendas import booking_of, day_of
from api.services.boards import House
from api.services.desk import Desk
from api.services.holding import lock, owned_hold
from api.services.manage_token import hash_token
from api.services.placing import costs, question_of
from api.services.receipt import Receipt, no_receipt
from data.store.records import AuditEntry
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.booking import Booking, Client
from optimizer.domain.errors import Conflict
from optimizer.domain.promise import HeldVisit, Hold, HoldStatus
from optimizer.domain.therapist import Therapist
from optimizer.domain.visit import Clearance


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRequest:
    """A hold to be confirmed, and who it is for.

    `door` is what the client tells of the address beside what was searched for ("12 Main Street, unit 4"): it is
    written before the place. With a `clearance` that is not clear the hold becomes a request on nobody's agenda.
    """

    practice_id: str
    owner: str
    hold_id: str
    client: Client
    notes: str = ""
    door: str = ""
    clearance: Clearance = Clearance.CLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A booking, who comes, and the token by which the client may move or cancel it: it is told only here.

    Nobody comes yet (None) where the screening is not clear.
    """

    booking: Booking
    therapist: Therapist | None
    manage: str


def confirm(
    request: ConfirmRequest, *, desk: Desk, receipt: Receipt[tuple[Confirmed, ...]] = no_receipt
) -> tuple[Confirmed, ...]:
    """Book every visit of a hold; while the screening is not clear, on nobody's agenda: its places are free again.

    A hold counts while now is before `expires_at`. After that it has lapsed: where its places are still free it is
    taken up again and confirmed in one step, otherwise it is gone.

    Raises
    ------
    NotFound
        When there is no such hold, or it is another key's.
    Conflict
        code `hold_confirmed` when it has been confirmed before, `hold_released` when it was given up, `hold_expired`
        when it has lapsed and its places are taken.
    """
    found = owned_hold(request.practice_id, request.hold_id, owner=request.owner, desk=desk)
    with desk.store.unit_of_work(request.practice_id) as uow:
        house = desk.boards.house(uow)
        days = _days_of(found, house)
        now = lock(uow, days, desk, to_change=len(days) == len(found.visits))
        found = uow.holds.get(request.hold_id)
        _require_open(found)
        if found.has_lapsed(now):
            _require_free(uow, found, now, house, desk)
        uow.holds.confirm(found)
        names = {name: setting.pattern.therapist for name, setting in house.settings.items()}
        confirmed = tuple(_confirmed(request, found, visit, names, desk) for visit in found.visits)
        uow.bookings.add_all([each.booking for each in confirmed])
        uow.audit.add_all([_entry(request, each.booking, now) for each in confirmed])
        receipt(uow, confirmed)
        uow.commit()
    return confirmed


def _days_of(found: Hold, house: House) -> set[tuple[str, date]]:
    """The agendas of a hold; where the practice makes only so many visits a day, everybody's of these dates."""
    days = {day_of(visit) for visit in found.visits}
    if house.practice.policies.visits_a_day is None:
        return days
    return days | {(name, day) for _, day in days for name in house.settings}


def _require_open(found: Hold) -> None:
    match found.status:
        case HoldStatus.CONFIRMED:
            raise Conflict(
                "This hold has been confirmed already.",
                code="hold_confirmed",
                hint="Repeat a confirmation with its own Idempotency-Key to get its answer again.",
            )
        case HoldStatus.RELEASED:
            raise Conflict("This hold was given up.", code="hold_released", hint="Search again, and hold another slot.")


def _require_free(uow: UnitOfWork, found: Hold, now: datetime, house: House, desk: Desk) -> None:
    """Look at the days of a lapsed hold, each with the other visits of the hold that are on it."""
    for visit in found.visits:
        everybody = house.practice.policies.visits_a_day is not None  # the cap counts all of them
        asked = None if everybody else [visit.therapist]
        reading = desk.boards.read(uow, [visit.date], now, house=house, therapists=asked)
        view = desk.boards.board(reading)
        booking = booking_of(visit, id=found.id, client=Client(ref=""))
        (able,) = costs(view, question_of(view, booking), [visit.start], roads=desk.roads)
        if visit.therapist not in able or visit.start <= now:
            raise Conflict(
                "This hold has lapsed, and its place is taken.",
                code="hold_expired",
                hint="Search again, and confirm within five minutes.",
            )


def _confirmed(
    request: ConfirmRequest, found: Hold, visit: HeldVisit, names: dict[str, Therapist], desk: Desk
) -> Confirmed:
    name = f"booking_{uuid.uuid4().hex}"
    token = desk.manage_tokens.of(request.practice_id, name)
    booked, is_clear = booking_of(visit, id=name, client=request.client), request.clearance is Clearance.CLEAR
    label = f"{request.door}, {booked.place.label}" if request.door else booked.place.label
    booking = replace(
        booked,
        place=replace(booked.place, label=label),
        therapist=booked.therapist if is_clear else None,
        clearance=request.clearance,
        notes=request.notes,
        series=found.series,
        manage_hash=hash_token(token),
    )
    therapist = names.get(visit.therapist, Therapist(id=visit.therapist)) if is_clear else None
    return Confirmed(booking=booking, therapist=therapist, manage=token)


def _entry(request: ConfirmRequest, booking: Booking, now: datetime) -> AuditEntry:
    return AuditEntry(
        id=uuid.uuid4().hex,
        at=now,
        actor=request.owner,
        action="booking.confirm",
        subject=booking.id,
        detail={"hold": request.hold_id},
    )
