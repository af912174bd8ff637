"""A visitor of the booking page, who has no key: one hold at a time, and a button pressed twice is pressed once.

Their holds belong to the random name that the page gave them. Whoever takes another name gains nothing that another
browser would not have, but for the budget of places: that is bounded by the practice's as well.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.address_budget import Asker
from api.services.confirming import Confirmed, ConfirmRequest, confirm
from api.services.desk import Desk
from api.services.holding import HoldRequest, hold, release
from api.services.offers import Offer
from data.store.records import IdempotencyRecord
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Conflict
from optimizer.domain.place import Place
from optimizer.domain.promise import Hold

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

PAGE = "booking-page"
"""Stands where a key's id would: the budget of places of one practice's page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody on the page. `session` is what their budget counts by: their name, or where they come from."""

    practice_id: str
    name: str
    session: str

    @property
    def owner(self) -> str:
        """Whose their holds are; no key is called so."""
        return f"visitor:{self.name}"

    @property
    def asker(self) -> Asker:
        return Asker(practice_id=self.practice_id, key_id=PAGE, session=self.session)


def keep(visitor: Visitor, offer: str, *, desk: Desk) -> Hold:
    """Hold an offer for a visitor, who lets go of what was held before; the same offer again is the same hold.

    Keeping costs as much of the budget as asking about a place: nobody empties a calendar by holding all of it.

    Raises
    ------
    optimizer.domain.errors.TooMany
    InvalidRequest, Conflict, SlotLost
        As `holding.hold`; what was held before is let go all the same.
    """
    asked = desk.offers.read(offer, practice_id=visitor.practice_id, now=desk.clock())
    with desk.store.turn_of(f"{visitor.practice_id}:{visitor.owner}"):
        with desk.store.unit_of_work(visitor.practice_id, write=False) as uow:
            held = uow.holds.live_of(visitor.owner, desk.clock())
        for each in held:
            if _is_for(each, asked):
                return each
        for each in held:
            release(visitor.practice_id, each.id, owner=visitor.owner, desk=desk)
        start = Place(id=f"held:{asked.starts[0].isoformat()}:{asked.terms.service}")
        desk.address_budget.spend(visitor.asker, start, store=desk.store, now=desk.clock())
        wanted = HoldRequest(
            practice_id=visitor.practice_id, owner=visitor.owner, offer=offer, client_ref=f"web-{visitor.name}"
        )
        return hold(wanted, desk=desk)


def held_for(visitor: Visitor, *, desk: Desk) -> Hold | None:
    """What is held for a visitor."""
    with desk.store.unit_of_work(visitor.practice_id, write=False) as uow:
        return next(iter(uow.holds.live_of(visitor.owner, desk.clock())), None)


def let_go(visitor: Visitor, *, desk: Desk) -> None:
    """Give up whatever is held for a visitor."""
    with desk.store.unit_of_work(visitor.practice_id, write=False) as uow:
        held = uow.holds.live_of(visitor.owner, desk.clock())
    for each in held:
        release(visitor.practice_id, each.id, owner=visitor.owner, desk=desk)


def book_once(request: ConfirmRequest, *, desk: Desk) -> tuple[str, ...]:
    """Confirm a hold, and say which bookings came of it: the same ones however often it is sent.

    Raises
    ------
    NotFound, Conflict
        As `confirming.confirm`, but for a hold that this has confirmed before.
    """
    key = f"{PAGE}:{request.hold_id}"

    def write_down(uow: "UnitOfWork", confirmed: tuple[Confirmed, ...]) -> None:
        names = [each.booking.id for each in confirmed]
        uow.idempotency.add(
            IdempotencyRecord(
                key=key, fingerprint=request.owner, status=303, body=json.dumps(names), created_at=desk.clock()
            )
        )

    with desk.store.turn_of(f"{request.practice_id}:{key}"):
        try:
            return tuple(each.booking.id for each in confirm(request, desk=desk, receipt=write_down))
        except Conflict:
            if before := booked_by(request.practice_id, request.hold_id, desk=desk):
                return before
            raise


def booked_by(practice_id: str, hold_id: str, *, desk: Desk) -> tuple[str, ...]:
    """Which bookings came of a hold; none where it has not been confirmed by `book_once` lately."""
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        found = uow.idempotency.find(f"{PAGE}:{hold_id}")
    return () if found is None else tuple(json.loads(found.body))


def bookings_of(practice_id: str, names: tuple[str, ...], *, desk: Desk) -> tuple[Booking, ...]:
    """The bookings with these ids, by their starts. Raises NotFound."""
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        found = [uow.bookings.get(name) for name in names]
    return tuple(sorted(found, key=_start))


def _start(booking: Booking) -> datetime:
    return booking.windows[0].earliest


def _is_for(held: Hold, asked: Offer) -> bool:
    first, terms = held.visits[0], asked.terms
    return tuple(visit.start for visit in held.visits) == asked.starts and (
        (first.service, first.session, first.first_visit, first.choice, first.place.label)
        == (terms.service, terms.session, terms.first_visit, terms.choice, terms.place.label)
    )
