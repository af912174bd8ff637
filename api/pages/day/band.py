"""The day at a glance: a band of time with drives, set-up, sessions and breaks, and slack under it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.feeds import words
from api.services.itineraries import TherapistDay
from optimizer.domain.itinerary import Break, Itinerary, Leg, Stop
from optimizer.domain.time import HOUR, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the band: `x` and `width` in thousandths of it. `kind` is drive, block, session, break or slack."""

    kind: str
    x: float
    width: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """`hours` are where full hours stand, with their names; `now` is where the present is, None on another day."""

    pieces: tuple[Piece, ...]
    hours: tuple[tuple[float, str], ...]
    now: float | None
    summary: str


def band(day: TherapistDay, itinerary: Itinerary, now: datetime) -> Band:
    begin, end = itinerary.leave_at, max(itinerary.back_at, itinerary.leave_at + HOUR)
    begin, end = begin - begin % (HOUR // 2), end + -end % (HOUR // 2)

    def place(instant: Seconds) -> float:
        return round(1000 * (instant - begin) / (end - begin), 1)

    step = HOUR if end - begin <= 8 * HOUR else 2 * HOUR
    first = begin + -begin % step
    present = day.horizon.seconds(now)
    return Band(
        pieces=tuple(
            Piece(kind=kind, x=place(start), width=round(place(finish) - place(start), 1), label=label)
            for kind, start, finish, label in _stretches(itinerary)
            if finish > start
        ),
        hours=tuple((place(at), f"{day.horizon.local(at):%H}") for at in range(first, end + 1, step)),
        now=place(present) if begin <= present <= end else None,
        summary=_summary(day, itinerary),
    )


def _stretches(itinerary: Itinerary) -> Iterator[tuple[str, Seconds, Seconds, str]]:
    number = 0
    for step in itinerary.steps:
        match step:
            case Leg():
                yield "drive", step.depart, step.arrive, ""
            case Break():
                yield "break", step.start, step.finish, ""
            case Stop():
                number += not step.visit.busy
                begins = step.start - step.parking - step.setup - step.consultation
                yield "block", begins, step.depart, ""
                yield "busy" if step.visit.busy else "session", step.start, step.finish, str(number)
                yield "slack", step.start, step.start + min(step.slack, 3 * HOUR), ""


def _summary(day: TherapistDay, itinerary: Itinerary) -> str:
    visits = [stop for stop in itinerary.stops if not stop.visit.busy]
    hands_on = words.length(sum(stop.visit.session for stop in visits))
    driving = words.length(sum(leg.travel for leg in itinerary.legs))
    leave, back = (words.clock(day.horizon.local(at)) for at in (itinerary.leave_at, itinerary.back_at))
    return f"From {leave} to {back}: {hands_on} hands-on, {driving} driving. The list below says the same."
