"""One visit, close up: what was promised, where it could go instead, and what a proposal would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.feeds import whereabouts, words
from api.feeds.timetable import Captions
from api.feeds.words import Caption
from api.pages.board import wording
from api.services.board_day import BoardDay
from api.services.hand_moves import Added, Proposal
from api.services.options import Options
from optimizer.domain.booking import Booking
from optimizer.domain.itinerary import Stop
from optimizer.domain.time import Horizon, TimeWindow
from optimizer.domain.visit import Clearance


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A therapist who could take it: `start` where it adds least, `runs` when else it could start."""

    therapist: str
    name: str
    start: str
    cost: str
    runs: str
    is_present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A therapist who cannot, and the smallest change that would open the day."""

    name: str
    why: str
    opening: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPanel:
    """A visit and where it could go. `therapist` is who has it, empty where nobody does; `start` the wall time.

    One that `waits` is a request: nobody can have it before its screening is clear.
    """

    visit: str
    title: str
    what: str
    where: str
    phone: str
    notes: str
    promise: str
    therapist: str
    name: str
    start: str
    slack: str
    is_locked: bool
    waits: bool
    marks: tuple[str, ...]
    options: tuple[Option, ...]
    obstacles: tuple[Obstacle, ...]
    crew: tuple[tuple[str, str], ...]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a proposal, said. `start_field` is the start as the form sent it, empty for the best.

    `refusal` is empty where the day can keep it, `possible` when else that day could take it; `told` says what the
    client was promised where that would change.
    """

    visit: str
    title: str
    therapist: str
    name: str
    start: str
    start_field: str
    cost: str
    saves: bool
    refusal: str
    opening: str
    possible: str
    told: str
    telling: str
    phone: str
    shifted: tuple[str, ...]
    broken: tuple[str, ...]
    version: str
    changes_nothing: bool


def visit_panel(day: BoardDay, booking: Booking, found: Options) -> VisitPanel:
    """The panel of a visit of the date."""
    caption = day.captions.get(booking.id) or Caption(service=booking.service)
    zone, stop = day.practice.zone, _stop(day, booking)
    return VisitPanel(
        visit=booking.id,
        title=caption.client or caption.service,
        what=f"{caption.service}, {words.length(booking.session)}",
        where=whereabouts.in_words(caption.where, booking.place.precision),
        phone=caption.phone,
        notes=caption.notes,
        promise=wording.promise(booking, zone),
        therapist=booking.therapist or "",
        name=day.names.get(booking.therapist or "", booking.therapist or ""),
        start="" if stop is None else words.clock(day.horizon.local(stop.start)),
        slack="" if stop is None else words.slack(stop.slack),
        is_locked=booking.pinned is not None,
        waits=booking.clearance is not Clearance.CLEAR,
        marks=caption.marks,
        options=tuple(
            Option(
                therapist=each.taker.shift,
                name=day.names.get(each.taker.shift, each.taker.shift),
                start=words.clock(each.horizon.local(each.taker.start)),
                cost=wording.costs(
                    Added(
                        driving=each.taker.added_road,
                        waiting=each.taker.added_waiting,
                        overtime=each.taker.added_overtime,
                    )
                ),
                runs=_runs(each.taker.windows, each.horizon),
                is_present=each.taker.shift == booking.therapist,
            )
            for each in found.takers
        ),
        obstacles=tuple(
            Obstacle(
                name=day.names.get(each.therapist, "") or "Anybody",
                why=each.detail,
                opening=wording.opening(each.opens_if, zone),
            )
            for each in found.refused
        ),
        crew=tuple((row.day.therapist.id, day.names[row.day.therapist.id]) for row in day.rows if row.shift),
        version=day.pulse.version,
    )


def verdict(found: Proposal, seen: BoardDay, start_field: str, instead: Options | None = None) -> Verdict:
    """A proposal in sentences.

    Parameters
    ----------
    instead
        Where the visit could go with its promise kept, for a proposal that is refused.
    """
    captions, names = seen.captions, seen.names
    zone, caption = found.horizon.zone, captions.get(found.booking.id) or Caption(service=found.booking.service)
    refusal = found.refusal
    change = found.promise
    return Verdict(
        visit=found.booking.id,
        title=caption.client or caption.service,
        therapist=found.therapist.id,
        name=found.therapist.name or found.therapist.id,
        start=start_field or ("" if found.start is None or refusal else words.clock(found.start.astimezone(zone))),
        start_field=start_field,
        cost=wording.costs(found.added),
        saves=found.added.driving + found.added.waiting < 0,
        # The optimizer knows treatments by their codes.
        refusal="" if refusal is None else f"{refusal.detail}.".replace(found.booking.service, caption.service),
        opening="" if refusal is None else wording.opening(refusal.opens_if, zone),
        possible="" if instead is None else _possible(instead, found.therapist.id),
        told="" if change is None else wording.spans(change.before, zone),
        telling="" if change is None else words.clock(change.after.astimezone(zone)),
        phone=caption.phone,
        shifted=tuple(
            f"{_who(each.visit, captions)} with {names.get(each.therapist, each.therapist)} starts"
            f" {_wall(each.after, zone)} instead of {_wall(each.before, zone)}."
            for each in found.shifted
        ),
        broken=tuple(dict.fromkeys(f"{violation.detail}." for day in found.after for violation in day.broken)),
        version=found.version,
        changes_nothing=found.changes_nothing,
    )


def _stop(day: BoardDay, booking: Booking) -> Stop | None:
    stops = [
        stop
        for row in day.rows
        if row.day.therapist.id == booking.therapist and row.day.itinerary is not None
        for stop in row.day.itinerary.stops
    ]
    return next((stop for stop in stops if stop.visit.id == booking.id), None)


def _possible(instead: Options, therapist: str) -> str:
    taker = next((each for each in instead.takers if each.taker.shift == therapist), None)
    return "" if taker is None else _runs(taker.taker.windows, taker.horizon)


def _runs(windows: Sequence[TimeWindow], horizon: Horizon) -> str:
    """`10:00 to 11:15, 13:30`."""
    ends = ((words.clock(horizon.local(w.earliest)), words.clock(horizon.local(w.latest))) for w in windows)
    return ", ".join(first if first == last else f"{first} to {last}" for first, last in ends)


def _who(visit: str, captions: Captions) -> str:
    caption = captions.get(visit)
    return (caption.client or caption.service) if caption is not None else "Another visit"


def _wall(instant: datetime, zone: ZoneInfo) -> str:
    return words.clock(instant.astimezone(zone))
