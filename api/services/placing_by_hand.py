"""Staff put a visit where they want it: checked under the day's lock, stored with who did it, never silently."""

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.services.cancelling import agendas_of, changed
from api.services.day_version import day_version
from api.services.desk import Desk
from api.services.hand_moves import HandMove, Proposal, check
from api.services.holding import lock
from api.services.receipt import Receipt, no_receipt
from api.services.remembering import as_before, audit_entry
from api.services.searching import LEARNING_SECONDS
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Conflict
from optimizer.domain.reason import Reason

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork


class HandMoveRefused(Conflict):
    """The day cannot keep it, or the client was promised another time; `proposal` says what would have come of it."""

    def __init__(self, detail: str, *, code: str, hint: str, proposal: Proposal) -> None:
        super().__init__(detail, code=code, hint=hint)
        self.proposal = proposal


def propose(asked: HandMove, *, desk: Desk) -> Proposal:
    """What would come of it; nothing is stored.

    Raises
    ------
    NotFound, InvalidRequest, Conflict
        As `hand_moves.check` does; a day that cannot keep it is an answer.
    """
    with desk.store.unit_of_work(asked.practice_id, write=False) as uow:
        _learn(uow, asked, desk)
        return check(uow, asked, desk.clock(), desk)


def place(
    asked: HandMove, *, desk: Desk, expected: str | None = None, receipt: Receipt[Proposal] = no_receipt
) -> Proposal:
    """Put the visit there; the answer is what has come of it, with the version of the date from now on.

    Parameters
    ----------
    expected
        The version of the date that the caller has seen; None for whichever it is.

    Raises
    ------
    NotFound, InvalidRequest
        As `hand_moves.check` does.
    Conflict
        code `version_conflict`, when the date is another by now.
    HandMoveRefused
        code `slot_taken` or `route_infeasible` where nothing overrides the check, `promise_change` where another time
        was promised and nobody says that the client will be told.
    """
    propose(asked, desk=desk)  # what has to be prepared is prepared before anybody waits
    with desk.store.unit_of_work(asked.practice_id, write=False) as uow:
        before = uow.bookings.get(asked.booking_id)
        is_capped = uow.practice().policies.visits_a_day is not None
        others = {(pattern.therapist.id, before.date) for pattern in uow.patterns.list()} if is_capped else set()
    with desk.store.unit_of_work(asked.practice_id) as uow:
        now = lock(uow, {(asked.therapist, before.date), *agendas_of(before), *others}, desk)
        _require_unmoved(uow, before)
        require_version(uow, before.date, expected)
        found = check(uow, asked, now, desk)
        _require_allowed(found, asked)
        if not found.changes_nothing:
            uow.bookings.put(found.wanted)
            uow.audit.add(_entry(found, asked, now))
        done = replace(found, version=day_version(uow, before.date))
        receipt(uow, done)
        uow.commit()
    return done


def park(
    practice_id: str, booking_id: str, *, actor: str, desk: Desk, expected: str | None = None
) -> tuple[Booking, str]:
    """Take a visit off its agenda, to be put somewhere else: its promise stands, and nobody keeps it meanwhile.

    Raises
    ------
    NotFound
    Conflict
        code `version_conflict`; `busy` for time that is no visit.
    """
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        before = uow.bookings.get(booking_id)
    if before.busy:
        raise Conflict("This is no visit: it is in the therapist's own calendar.", code="busy")
    with desk.store.unit_of_work(practice_id) as uow:
        now = lock(uow, agendas_of(before), desk)
        _require_unmoved(uow, before)
        require_version(uow, before.date, expected)
        parked = replace(before, therapist=None, pinned=None, overridden=False)
        if parked != before:
            uow.bookings.put(parked)
            detail = {
                "date": before.date.isoformat(),
                "from_therapist": before.therapist or "",
                **as_before(before),
            }
            uow.audit.add(audit_entry(actor, "visit.park", booking_id, now, detail))
        version = day_version(uow, before.date)
        uow.commit()
    return parked, version


def require_version(uow: "UnitOfWork", day: date, expected: str | None) -> None:
    """Raises Conflict, code `version_conflict`, where the date is not the one the caller has seen."""
    if expected is not None and day_version(uow, day) != expected:
        raise Conflict(
            f"{day} has changed since you looked at it.",
            hint="Look at what has changed, and propose it again on the day as it is now.",
        )


def _learn(uow: "UnitOfWork", asked: HandMove, desk: Desk) -> None:
    """Ask the roads for what they do not know yet, while nobody waits for a lock."""
    booking = uow.bookings.get(asked.booking_id)
    others = [other.place for other in uow.bookings.on_agendas({(asked.therapist, booking.date)})]
    homes = [
        place
        for pattern in uow.patterns.list()
        if pattern.therapist.id == asked.therapist
        for place in (pattern.start_place, pattern.end_place)
        if place is not None
    ]
    desk.roads.learn([booking.place], [*homes, *others], within=LEARNING_SECONDS)


def _require_unmoved(uow: "UnitOfWork", before: Booking) -> None:
    """Whoever moved it to another day or therapist meanwhile has it on an agenda that is not locked."""
    current = uow.bookings.get(before.id)
    if (current.date, current.therapist) != (before.date, before.therapist):
        raise changed(before.id)


def _require_allowed(found: Proposal, asked: HandMove) -> None:
    if found.promise is not None and not asked.new_promise:
        told = f"{found.promise.after.astimezone(found.horizon.zone):%H:%M}"
        raise HandMoveRefused(
            f"The client was promised another time than {told}.",
            code="promise_change",
            hint="Keep the promised time, or send `new_promise: true` and tell the client.",
            proposal=found,
        )
    if found.refusal is not None and not asked.override:
        raise HandMoveRefused(
            found.refusal.detail,
            code="slot_taken" if found.refusal.reason is Reason.TAKEN else "route_infeasible",
            hint="Choose another time or therapist, or send `override: true` to put it there anyway.",
            proposal=found,
        )


def _entry(found: Proposal, asked: HandMove, now: datetime) -> AuditEntry:
    zone = found.horizon.zone
    detail: dict[str, str | int] = {
        "date": found.booking.date.isoformat(),
        "from_therapist": found.booking.therapist or "",
        "to_therapist": asked.therapist,
        **as_before(found.booking),
    }
    if found.start is not None:
        detail["start"] = found.start.astimezone(zone).isoformat()
    if found.promise is not None:
        detail["promised_before"] = " ".join(
            f"{window.earliest.astimezone(zone):%H:%M}-{window.latest.astimezone(zone):%H:%M}"
            for window in found.promise.before
        )
        detail["promised"] = found.promise.after.astimezone(zone).isoformat()
    if found.refusal is not None:
        detail["against"] = found.refusal.reason.value
    action = "visit.override" if found.refusal is not None else "visit.place"
    return audit_entry(asked.actor, action, found.booking.id, now, detail)
