"""Hold what was offered: look at the whole day again under its lock, and keep the place for five minutes."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from api.services.boards import House, PracticeBoard
from api.services.desk import Desk
from api.services.doors import own_door
from api.services.offers import Offer
from api.services.placing import Costs, SlotLost, choose, costs_of_offer, held_visits, lost, question
from api.services.receipt import Receipt, no_receipt
from api.services.searching import roads_behind
from data.store.records import AuditEntry
from optimizer.domain.errors import Conflict, Fault, InvalidRequest, NotFound
from optimizer.domain.promise import HeldVisit, Hold, HoldStatus

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day
    from data.store.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """An offer taken up. `owner` is the id of the key that alone may confirm or release the hold."""

    practice_id: str
    owner: str
    offer: str
    client_ref: str = ""


def hold(request: HoldRequest, *, desk: Desk, receipt: Receipt[Hold] = no_receipt) -> Hold:
    """Keep every start of an offer, or none.

    Raises
    ------
    InvalidRequest
        code `offer_invalid`, or `offer_moves` for one that was searched for a booking to be moved.
    Conflict
        code `offer_expired`.
    SlotLost
        code `slot_taken` or `route_infeasible`, when the days have changed since the offer.
    """
    offer = _to_hold(desk.offers.read(request.offer, practice_id=request.practice_id, now=desk.clock()))
    # Without the lock first: what has to be prepared is prepared, and whoever is too late waits for nobody.
    best, everybody = candidate_days(offer, request.practice_id, desk=desk)
    try:
        return _hold(request, offer, best, desk, receipt)
    except SlotLost:
        if best == everybody:
            raise
    # What was best has gone meanwhile: somebody else may come.
    _, everybody = candidate_days(offer, request.practice_id, desk=desk)
    return _hold(request, offer, everybody, desk, receipt)


def _hold(request: HoldRequest, offer: Offer, days: "set[Day]", desk: Desk, receipt: Receipt[Hold]) -> Hold:
    """Keep an offer on some of these days. Raises SlotLost, and has changed nothing then."""
    with desk.store.unit_of_work(request.practice_id) as uow:
        now = lock(uow, days, desk, to_change=len(days) == len(offer.starts))
        view = look(uow, offer, now, desk, only={therapist for therapist, _ in days})
        kept = Hold(
            id=f"hold_{uuid.uuid4().hex}",
            owner=request.owner,
            client_ref=request.client_ref,
            created_at=now,
            expires_at=now + KEPT_FOR,
            visits=placed(view, offer, desk),
            series=f"series_{uuid.uuid4().hex}" if len(offer.starts) > 1 else None,
            roads=roads_behind(view, offer.terms.place, desk.roads),
        )
        uow.holds.add(kept)
        receipt(uow, kept)
        uow.commit()
    return kept


def release(practice_id: str, hold_id: str, *, owner: str, desk: Desk) -> Hold:
    """Give a hold up. One that is released already, or has lapsed, stays so.

    Raises
    ------
    NotFound
        When there is none, or it is another key's.
    Conflict
        code `hold_confirmed`, when it has become a booking.
    """
    found = owned_hold(practice_id, hold_id, owner=owner, desk=desk)
    with desk.store.unit_of_work(practice_id) as uow:
        now = lock(uow, {(visit.therapist, visit.date) for visit in found.visits}, desk)
        found = uow.holds.get(hold_id)
        if found.status is HoldStatus.CONFIRMED:
            raise Conflict("This hold has become a booking.", code="hold_confirmed", hint="Cancel the booking instead.")
        if found.status is HoldStatus.LIVE:
            found = replace(found, status=HoldStatus.RELEASED)
            uow.holds.put(found)
            uow.audit.add(AuditEntry(id=uuid.uuid4().hex, at=now, actor=owner, action="hold.release", subject=hold_id))
        uow.commit()
    return found


def owned_hold(practice_id: str, hold_id: str, *, owner: str, desk: Desk) -> Hold:
    """A hold of this key. Raises NotFound: what is another's does not exist."""
    with desk.store.glance(practice_id) as uow:
        found = uow.holds.get(hold_id)
    if found.owner != owner:
        raise NotFound(f"there is no hold {hold_id!r}")
    return found


def candidate_days(offer: Offer, practice_id: str, *, desk: Desk) -> "tuple[set[Day], set[Day]]":
    """The agendas that matter for an offer: whose would have taken it a moment ago, and whoever could keep a start.

    Raises
    ------
    SlotLost
        When nobody could.
    """
    # No transaction: versions are read before what they are of, so nothing newer is ever kept as what is now, and
    # bookings before the holds that become bookings, so nothing counts twice. Under the lock it is looked at again.
    with desk.store.glance(practice_id) as uow:
        house = desk.boards.house(uow)
        reading = desk.boards.read(uow, _dates(offer, house), desk.clock(), house=house)
    view = desk.boards.board(reading)
    able = costs_of_offer(view, offer, roads=desk.roads)
    chosen = choose(able, one_therapist=offer.terms.one_therapist)
    if chosen is None:
        raise _lost(view, offer, able)
    if view.practice.policies.visits_a_day is not None:
        # The cap is the whole practice's: nobody else may add a visit to the date meanwhile.
        return set(view.versions), set(view.versions)
    able_somewhere = {therapist for costs in able for therapist in costs}
    everybody = {(therapist, day) for therapist, day in view.versions if therapist in able_somewhere}
    return {(visit.therapist, visit.date) for visit in held_visits(offer, chosen, view)}, everybody


def lock(uow: "UnitOfWork", days: "Collection[Day]", desk: Desk, *, to_change: bool = False) -> datetime:
    """Take the days, then read the clock: who waited for the lock must not see an instant from before the wait."""
    uow.agendas.lock(days, to_change=to_change)
    now = desk.clock()
    uow.agendas.lapse(days, now)
    return now


def look(
    uow: "UnitOfWork",
    offer: Offer,
    now: datetime,
    desk: Desk,
    *,
    only: Collection[str],
    without: Collection[str] = (),
) -> PracticeBoard:
    """The days of an offer as they are under the lock. Nothing is fetched: drives are computed or stored."""
    house = desk.boards.house(uow)
    reading = desk.boards.read(uow, _dates(offer, house), now, house=house, therapists=only, without=without)
    return desk.boards.board(reading, keep=not without)


def placed(view: PracticeBoard, offer: Offer, desk: Desk) -> tuple[HeldVisit, ...]:
    """On whose agendas the starts of an offer go. Raises SlotLost."""
    able = costs_of_offer(view, offer, roads=desk.roads)
    chosen = choose(able, one_therapist=offer.terms.one_therapist)
    if chosen is None:
        raise _lost(view, offer, able)
    return held_visits(offer, chosen, view)


def _to_hold(offer: Offer) -> Offer:
    """The offer at a door of this hold's own, the same for every visit of a course: two clients may take up offers of
    one answer, and a postal code makes no house of their two."""
    if (moving := offer.terms.moving) is not None:
        detail, hint = "This offer moves a booking; it cannot be held.", f"Send it to PATCH /v1/bookings/{moving}."
        fault = Fault(pointer="/offer", code="offer_moves", detail=detail, hint=hint)
        raise InvalidRequest(detail, code=fault.code, hint=hint, faults=[fault])
    return replace(offer, terms=replace(offer.terms, place=own_door(offer.terms.place)))


def _lost(view: PracticeBoard, offer: Offer, able: Sequence[Costs]) -> SlotLost:
    day = offer.starts[0].astimezone(view.practice.zone).date()
    return lost(view, question(view, offer.terms, day), offer.starts, able)


def _dates(offer: Offer, house: House) -> set[date]:
    zone = house.practice.zone
    return {start.astimezone(zone).date() for start in offer.starts}
