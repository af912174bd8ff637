"""A visit that staff would put on somebody's day by hand: what comes of it, or what stands in the way.

Whether a day can keep the visit is asked where every booking asks it (`placing`), what the days look like afterwards
where everybody reads them (`itineraries`), and why not of the refusals. Nothing is decided here a second time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from api.feeds import words
from api.services.boards import PracticeBoard
from api.services.cancelling import Authority
from api.services.day_problem import windows_of
from api.services.day_version import day_version
from api.services.desk import Desk
from api.services.forced import why_forced, why_nowhere
from api.services.itineraries import DateReading, TherapistDay
from api.services.moving import require_standing
from api.services.placing import costs, costs_in_windows, is_full, question_of
from api.v1.schemas.reading import did_you_mean
from optimizer.domain.booking import Booking, StartWindow
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.itinerary import Itinerary
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.therapist import Therapist
from optimizer.domain.time import MINUTE, Horizon, Seconds, TimeWindow
from optimizer.domain.visit import Pin
from optimizer.domain.visit_event import EventKind

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork


BEGUN = (EventKind.STARTED, EventKind.FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMove:
    """Put a booked visit on a therapist's day, at a start or (None) wherever it adds least within its promise.

    `new_promise` says that the client will be told of another start than promised; `override` puts it there although
    the day cannot keep it.
    """

    practice_id: str
    actor: str
    booking_id: str
    therapist: str
    start: datetime | None = None
    new_promise: bool = False
    override: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseChange:
    """What the client was told, and what the client has to be told now."""

    before: tuple[StartWindow, ...]
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """Another visit that starts at another time because of it."""

    visit: str
    therapist: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What it adds to the days it concerns, in seconds; negative where it saves. Drives are with buffers."""

    driving: Seconds
    waiting: Seconds
    overtime: Seconds


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What would come of it. `wanted` is the booking as it would be stored, `start` when its session would begin.

    `before` and `after` are the days it concerns. `refusal` says why the day cannot keep it, None where it can; then
    `after` shows what overriding would break. `version` is that of the date the proposal was made on.
    """

    booking: Booking
    wanted: Booking
    therapist: Therapist
    horizon: Horizon
    start: datetime | None
    promise: PromiseChange | None
    refusal: Rejection | None
    before: tuple[TherapistDay, ...]
    after: tuple[TherapistDay, ...]
    shifted: tuple[Shifted, ...]
    added: Added
    version: str

    @property
    def changes_nothing(self) -> bool:
        return self.booking == self.wanted


def check(uow: "UnitOfWork", asked: HandMove, now: datetime, desk: Desk, *, booking: Booking | None = None) -> Proposal:
    """Look at the days as they are in this transaction.

    Parameters
    ----------
    booking
        What the visit is taken to be; what is booked where None.

    Raises
    ------
    NotFound
        When there is no such booking.
    InvalidRequest
        code `unknown_therapist`, `date_differs`, or `busy` for time that is no visit.
    Conflict
        code `booking_cancelled`.
    """
    booking = booking or uow.bookings.get(asked.booking_id)
    require_standing(booking, Authority(actor=asked.actor), now)
    house = desk.boards.house(uow)
    horizon = Horizon(booking.date, house.practice.zone)
    _require_sense(asked, booking, horizon, known=house.settings)
    reading = DateReading.of(uow, booking.date, now, drafts=False)
    wide = house.practice.policies.visits_a_day is not None and booking.therapist is None
    some = None if wide else {asked.therapist}
    board = desk.boards.read(uow, [booking.date], now, house=house, therapists=some, without={booking.id})
    view = desk.boards.board(board, keep=False)
    refusal = _begun(uow, asked, booking, horizon) or _refusal(
        view, asked, booking, house.settings[asked.therapist].pattern.therapist, now, desk
    )
    wanted = replace(_wanted(asked, booking, horizon), overridden=refusal is not None)
    names = dict.fromkeys([*([booking.therapist] if booking.therapist else []), asked.therapist])
    before = tuple(reading.day(name, desk.roads) for name in names)
    after = tuple(reading.day(name, desk.roads, bookings=_agenda(reading, name, wanted)) for name in names)
    starts = {visit: (name, start) for day in after for visit, (name, start) in _starts(day).items()}
    return Proposal(
        booking=booking,
        wanted=wanted,
        therapist=house.settings[asked.therapist].pattern.therapist,
        horizon=horizon,
        start=starts[booking.id][1] if booking.id in starts else None,
        promise=_promise(asked, booking),
        refusal=refusal,
        before=before,
        after=after,
        shifted=_shifted(before, starts, without=booking.id),
        added=_added(before, after),
        version=day_version(uow, booking.date),
    )


def _require_sense(asked: HandMove, booking: Booking, horizon: Horizon, *, known: Collection[str]) -> None:
    faults = []
    if asked.therapist not in known:
        hint = did_you_mean(asked.therapist, known)
        detail = f"there is no therapist {asked.therapist!r}"
        faults.append(Fault(pointer="/therapist", code="unknown_therapist", detail=detail, hint=hint))
    if asked.start is not None and asked.start.astimezone(horizon.zone).date() != booking.date:
        detail = f"this visit is booked on {booking.date}"
        hint = "to move it to another date, search with `moving` and take an offer"
        faults.append(Fault(pointer="/start", code="date_differs", detail=detail, hint=hint))
    if booking.busy:
        detail = "this is time that a therapist has given to something else, not a visit"
        faults.append(Fault(pointer="/booking_id", code="busy", detail=detail, hint="change it where it comes from"))
    if faults:
        raise InvalidRequest("the visit cannot be moved as asked", code=faults[0].code, faults=faults)


def keeps_promise(booking: Booking, start: datetime | None) -> bool:
    """Is this a start that the client was told of?"""
    if start is None or not booking.windows:
        return True
    return any(window.earliest <= start <= window.latest for window in booking.windows)


def _promise(asked: HandMove, booking: Booking) -> PromiseChange | None:
    if asked.start is None or keeps_promise(booking, asked.start):
        return None
    return PromiseChange(before=booking.windows, after=asked.start)


def _wanted(asked: HandMove, booking: Booking, horizon: Horizon) -> Booking:
    """What is put somewhere by hand stays there: it is pinned, until somebody unlocks it."""
    windows = booking.windows
    if asked.start is not None and not keeps_promise(booking, asked.start):
        windows = (StartWindow(earliest=asked.start, latest=asked.start),)
    fixed = replace(booking, windows=windows).fixed_start is not None
    start = None if fixed or asked.start is None else horizon.seconds(asked.start)
    return replace(
        booking, therapist=asked.therapist, windows=windows, pinned=Pin(therapist=asked.therapist, start=start)
    )


def _begun(uow: "UnitOfWork", asked: HandMove, booking: Booking, horizon: Horizon) -> Rejection | None:
    """What has begun is not moved."""
    events = uow.visit_events.on(booking.date, booking.therapist) if booking.therapist is not None else ()
    begun = next((event for event in events if event.visit == booking.id and event.kind in BEGUN), None)
    if begun is None:
        return None
    detail = f"this session has {begun.kind} at {words.clock(begun.at.astimezone(horizon.zone))}"
    return Rejection(reason=Reason.TIME_WINDOW, shift=asked.therapist, detail=detail)


def _refusal(
    view: PracticeBoard, asked: HandMove, booking: Booking, therapist: Therapist, now: datetime, desk: Desk
) -> Rejection | None:
    """Why the therapist's day cannot keep it; None where some order of the whole day can."""
    name, on = therapist.name or therapist.id, booking.date
    day = next((day for day in view.days if day.shift.id == asked.therapist), None)
    if day is None:
        detail = f"{name} does not work on {words.long_date(on)}"
        return Rejection(reason=Reason.SHIFT, shift=asked.therapist, detail=detail)
    if booking.therapist is None and is_full(view, on):
        detail = f"the practice makes {view.practice.policies.visits_a_day} visits a day, and they are promised"
        return Rejection(reason=Reason.VISIT_LIMIT, shift=asked.therapist, detail=detail)
    visit, policies = question_of(view, booking), view.practice.policies
    if asked.start is not None:
        if asked.start < now:
            detail = f"{words.clock(asked.start.astimezone(view.practice.zone))} has passed"
            return Rejection(reason=Reason.TIME_WINDOW, shift=asked.therapist, detail=detail)
        if costs(view, visit, [asked.start], roads=desk.roads, only={asked.therapist})[0]:
            return None
        start = day.problem.horizon.seconds(asked.start)
        return why_forced(day, visit, start, roads=desk.roads, policies=policies)
    windows = open_windows(booking, day.problem.horizon, day.shift.begins, day.shift.ends, now)
    if not windows:
        detail = "the promised start has passed"
        return Rejection(reason=Reason.TIME_WINDOW, shift=asked.therapist, detail=detail)
    if costs_in_windows(view, visit, windows, roads=desk.roads, only={asked.therapist}):
        return None
    return why_nowhere(day, visit, windows, roads=desk.roads, policies=policies)


def open_windows(
    booking: Booking, horizon: Horizon, begins: Seconds, ends: Seconds, now: datetime
) -> tuple[TimeWindow, ...]:
    """The promised starts still to come; of a visit promised for any time those within the hours of a shift."""
    instant = horizon.seconds(now)
    windows = windows_of(booking, horizon) or (TimeWindow(begins, max(begins, ends)),)
    return tuple(TimeWindow(max(w.earliest, instant), w.latest) for w in windows if w.latest >= instant)


def _agenda(reading: DateReading, therapist: str, wanted: Booking) -> tuple[Booking, ...]:
    others = tuple(booking for booking in reading.agenda(therapist) if booking.id != wanted.id)
    return (*others, wanted) if wanted.therapist == therapist else others


def _starts(day: TherapistDay) -> dict[str, tuple[str, datetime]]:
    stops = day.itinerary.stops if day.itinerary is not None else ()
    return {stop.visit.id: (day.therapist.id, day.horizon.instant(stop.start)) for stop in stops}


def _shifted(
    before: Sequence[TherapistDay], after: dict[str, tuple[str, datetime]], *, without: str
) -> tuple[Shifted, ...]:
    known = {visit: start for day in before for visit, (_, start) in _starts(day).items()}
    moved = [
        Shifted(visit=visit, therapist=name, before=known[visit], after=start)
        for visit, (name, start) in after.items()
        if visit != without and visit in known and abs((start - known[visit]).total_seconds()) >= MINUTE
    ]
    return tuple(sorted(moved, key=lambda each: (each.after, each.visit)))


def _added(before: Sequence[TherapistDay], after: Sequence[TherapistDay]) -> Added:
    then, now = ([day.itinerary for day in days if day.itinerary is not None] for days in (before, after))
    return Added(
        driving=sum(map(driving, now)) - sum(map(driving, then)),
        waiting=sum(day.waiting for day in now) - sum(day.waiting for day in then),
        overtime=sum(day.overtime for day in now) - sum(day.overtime for day in then),
    )


def driving(day: Itinerary) -> Seconds:
    """Time on the road, buffers included."""
    return sum(leg.travel + leg.buffer for leg in day.legs)
