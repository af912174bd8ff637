"""On whose agenda: which therapists can keep a start, at what cost, and why nobody can."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from api.services.agendas import NEVER_LAPSES
from api.services.boards import PracticeBoard
from api.services.day_problem import visit_of
from api.services.offers import Offer, Terms
from api.services.starts import ask, limits_driving, padded
from data.roads.source import TravelSource
from optimizer.domain.booking import Booking, Client
from optimizer.domain.eligibility import is_eligible
from optimizer.domain.errors import Conflict
from optimizer.domain.promise import HeldVisit
from optimizer.domain.time import MINUTE, Horizon, Seconds, TimeWindow
from optimizer.domain.visit import TherapistChoice, Visit
from optimizer.schedule.slots import OpenDay, Spokes
from optimizer.schedule.world import NEVER, Ints

Costs = Mapping[str, Seconds]
"""What a start adds to driving and idling, by the id of each therapist who can keep it."""

PATIENCE: Seconds = MINUTE
"""When to look again where no hold stands in the way."""

OTHERS = "Choose one of the `slots`, or search again."


class SlotLost(Conflict):
    """A start that was offered cannot be kept any more: taken, or too far from what has been promised since."""

    code = "slot_taken"

    def __init__(self, detail: str, *, code: str, hint: str, retry_after: Seconds) -> None:
        super().__init__(detail, code=code, hint=hint)
        self.retry_after = retry_after


def question(view: PracticeBoard, terms: Terms, day: date, *, first_visit: bool | None = None) -> Visit:
    """The visit that terms are about, with the lengths at the door that service and practice decide."""
    asked = Booking(
        id="asked",
        date=day,
        client=Client(ref=""),
        place=terms.place,
        service=terms.service,
        session=terms.session,
        windows=(),
        first_visit=terms.first_visit if first_visit is None else first_visit,
        choice=terms.choice,
    )
    return question_of(view, asked)


def question_of(view: PracticeBoard, booking: Booking) -> Visit:
    """The visit of a booking that is about to be placed; its windows are not looked at."""
    open_ended = replace(booking, windows=(), pinned=None)
    return visit_of(open_ended, view.services, view.practice.policies, view.horizon(booking.date))


def costs_of_offer(
    view: PracticeBoard, offer: Offer, *, roads: TravelSource, only: Collection[str] | None = None
) -> tuple[Costs, ...]:
    """For each start of an offer who can keep it."""
    first, *others = offer.starts
    zone = view.practice.zone
    found = costs(view, question(view, offer.terms, first.astimezone(zone).date()), [first], roads=roads, only=only)
    if others:
        again = question(view, offer.terms, others[0].astimezone(zone).date(), first_visit=False)
        found += costs(view, again, others, roads=roads, only=only)
    return found


def costs(
    view: PracticeBoard,
    visit: Visit,
    starts: Sequence[datetime],
    *,
    roads: TravelSource,
    only: Collection[str] | None = None,
) -> tuple[Costs, ...]:
    """For each start, on dates of their own, who can keep it."""
    by_date = {start.astimezone(view.practice.zone).date(): start for start in starts}
    grids = [_grid(day, by_date) for day in view.days]
    found = ask(view, visit, grids, roads=roads, only=only)
    full = {day for day in by_date if is_full(view, day)}
    able: dict[date, dict[str, Seconds]] = {day: {} for day in by_date}
    for row in np.flatnonzero(found.possible[:, 0]) if view.days else ():
        day = view.days[row]
        if day.problem.horizon.date not in full:
            able[day.problem.horizon.date][day.shift.id] = int(found.added[row, 0])
    return tuple(able[start.astimezone(view.practice.zone).date()] for start in starts)


def costs_in_windows(
    view: PracticeBoard,
    visit: Visit,
    windows: Sequence[TimeWindow],
    *,
    roads: TravelSource,
    only: Collection[str] | None = None,
) -> Costs:
    """Who can start a visit somewhere in these windows of the board's only date, and the least it adds."""
    unlimited = [
        day.shift.id for day in view.days if not limits_driving(day.shift) and (only is None or day.shift.id in only)
    ]
    for step, asked in ((MINUTE, only), (1, unlimited)):
        # Hardly ever is there room for a second and none for a whole minute; limits on driving, which are checked
        # start by start, are not asked again for that.
        starts = {s for w in windows for s in (*range(w.earliest, w.latest, step), w.latest)}
        grid = np.array(sorted(starts), dtype=np.int64)
        found = ask(view, visit, padded([grid] * len(view.days)), roads=roads, only=asked)
        able = {
            day.shift.id: int(found.added[row].min()) for row, day in enumerate(view.days) if found.possible[row].any()
        }
        if able:
            return able
    return {}


def cheapest(able: Costs, choice: TherapistChoice) -> str:
    """Whose day a visit adds least to; first of all those whom the client prefers, of equals the first by id."""
    prefer = choice.prefer
    return min(able, key=lambda name: (bool(prefer) and name not in prefer, able[name], name))


def choose(able: Sequence[Costs], *, one_therapist: bool) -> tuple[str, ...] | None:
    """Who takes each start: the least added in all, of equals the first by id. None where nobody can."""
    if one_therapist:
        throughout = set(able[0]).intersection(*able[1:])
        if not throughout:
            return None
        best = min(throughout, key=lambda name: (sum(each[name] for each in able), name))
        return (best,) * len(able)
    if not all(able):
        return None
    return tuple(min(each, key=lambda name: (each[name], name)) for each in able)


def held_visits(offer: Offer, therapists: Sequence[str], view: PracticeBoard) -> tuple[HeldVisit, ...]:
    """The places of an offer on the agendas found for them."""
    terms = offer.terms
    return tuple(
        HeldVisit(
            therapist=therapist,
            date=start.astimezone(view.practice.zone).date(),
            start=start,
            service=terms.service,
            session=terms.session,
            place=terms.place,
            first_visit=terms.first_visit and position == 0,
            choice=terms.choice,
        )
        for position, (start, therapist) in enumerate(zip(offer.starts, therapists, strict=True))
    )


def is_full(view: PracticeBoard, day: date) -> bool:
    """Has the practice as many visits on that date as it will make?"""
    most = view.practice.policies.visits_a_day
    if most is None:
        return False
    days = [open.problem.visits for open in view.days if open.problem.horizon.date == day]
    return sum(not visit.busy for visits in days for visit in visits) >= most


def lost(
    view: PracticeBoard,
    visit: Visit,
    starts: Sequence[datetime],
    able: Sequence[Costs],
    *,
    hint: str = OTHERS,
    capped: bool = True,
) -> SlotLost:
    """The refusal for the first of these starts that nobody can keep (or, of a series, that no one can throughout).

    `capped` where the practice's visits a day bind who asks.
    """
    start = next((start for start, who in zip(starts, able, strict=True) if not who), starts[0])
    wait = PATIENCE if view.lapses_at == NEVER_LAPSES else max(1, _until(view.lapses_at, view.read_at))
    shown = start.astimezone(view.practice.zone)
    if capped and is_full(view, shown.date()):
        detail = f"No more visits are taken on {shown:%Y-%m-%d}."
        return SlotLost(detail, code="slot_taken", hint=hint, retry_after=wait)
    if _fits_without_driving(view, visit, start):
        return SlotLost(
            f"At {shown:%H:%M} on {shown:%Y-%m-%d} somebody is free, but cannot drive there in time.",
            code="route_infeasible",
            hint=hint,
            retry_after=wait,
        )
    return SlotLost(
        # Said of a place that is gone as of hours that nobody works: neither is called what it is not.
        f"Nobody is free at {shown:%H:%M} on {shown:%Y-%m-%d}.",
        code="slot_taken",
        hint=hint,
        retry_after=wait,
    )


def _fits_without_driving(view: PracticeBoard, visit: Visit, start: datetime) -> bool:
    """Would somebody's day keep this start if every drive took no time?"""
    board = view.stack.driveless(start.astimezone(view.practice.zone).date())
    nothing = np.zeros((board.bands.shape[1], len(board.stops)), dtype=np.int32)
    spokes = dict.fromkeys(board.kinds, Spokes(out=nothing, back=nothing))
    grids = [np.array([day.problem.horizon.seconds(start)], dtype=np.int64) for day in board.days]
    able = [is_eligible(day.shift, visit) for day in board.days]
    return bool(board.openings(visit, able, spokes, grids).possible.any())


def _grid(day: OpenDay, by_date: Mapping[date, datetime]) -> Ints:
    horizon: Horizon = day.problem.horizon
    start = by_date.get(horizon.date)
    return np.array([NEVER if start is None else horizon.seconds(start)], dtype=np.int64)


def _until(instant: datetime, now: datetime) -> Seconds:
    return -int((now - instant).total_seconds() // 1)
