"""Turn a hold into bookings: all of its visits, once."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRequest:
    """A hold to be confirmed, and who it is for."""

    practice_id: str
    owner: str
    hold_id: str
    client: Client
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A booking, who comes, and the token by which the client may move or cancel it: it is told only here."""

    booking: Booking
    therapist: Therapist
    manage: str


def confirm(
    request: ConfirmRequest, *, desk: Desk, receipt: Receipt[tuple[Confirmed, ...]] = no_receipt
) -> tuple[Confirmed, ...]:
    """Book every visit of a hold.

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
        now = lock(uow, {day_of(visit) for visit in found.visits}, desk)
        found, house = uow.holds.get(request.hold_id), desk.boards.house(uow)
        _require_open(found)
        if found.has_lapsed(now):
            _require_free(uow, found, now, house, desk)
        uow.holds.put(replace(found, status=HoldStatus.CONFIRMED))
        names = {name: setting.pattern.therapist for name, setting in house.settings.items()}
        confirmed = tuple(_confirmed(request, found, visit, names, desk) for visit in found.visits)
        for each in confirmed:
            uow.bookings.add(each.booking)
            uow.audit.add(_entry(request, each.booking, now))
        receipt(uow, confirmed)
        uow.commit()
    return confirmed


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
    booking = replace(
        booking_of(visit, id=name, client=request.client),
        notes=request.notes,
        series=found.series,
        manage_hash=hash_token(token),
    )
    return Confirmed(booking=booking, therapist=names.get(visit.therapist, Therapist(id=visit.therapist)), manage=token)


def _entry(request: ConfirmRequest, booking: Booking, now: datetime) -> AuditEntry:
    return AuditEntry(
        id=uuid.uuid4().hex,
        at=now,
        actor=request.owner,
        action="booking.confirm",
        subject=booking.id,
        detail={"hold": request.hold_id},
    )
