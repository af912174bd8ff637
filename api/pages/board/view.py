"""What the board shows of a date, in words, clock times and places on the scale."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from api.feeds import whereabouts, words
from api.feeds.words import Caption
from api.pages.board import scale, wording
from api.services.board_day import BoardDay, BoardRow, Loose, is_under_way
from api.services.day_notices import notices
from api.services.day_now import Behind
from api.services.hand_moves import driving
from api.services.itineraries import TherapistDay
from optimizer.domain.itinerary import Break, Itinerary, Leg, Stop
from optimizer.domain.place import Place
from optimizer.domain.promise import HeldVisit
from optimizer.domain.time import HOUR, Horizon, Seconds
from optimizer.domain.visit_event import EventKind

TONES = 8
"""Colours of the map's routes; with more therapists they come again."""


TOLD = {
    EventKind.DEPARTED: "set off",
    EventKind.ARRIVED: "at the door",
    EventKind.STARTED: "begun",
    EventKind.FINISHED: "done",
    EventKind.NO_SHOW: "nobody there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the map."""

    lat: float
    lng: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Something on a therapist's line: kind is `visit`, `drive`, `rest`, `busy` or `held`.

    `position` are classes of the scale. `start` is when the session begins, on the practice's clock; `states` are
    classes and `marks` words for what nobody may overlook.
    """

    kind: str
    position: str
    begins: str
    ends: str
    title: str = ""
    visit: str = ""
    start: str = ""
    what: str = ""
    where: str = ""
    promise: str = ""
    slack: str = ""
    told: str = ""
    states: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    point: Point | None = None
    number: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A therapist's line. `closed` are stretches outside the hours; `home` is where the day begins."""

    therapist: str
    name: str
    tone: int
    hours: str
    summary: str
    blocks: tuple[Block, ...]
    closed: tuple[str, ...]
    notices: tuple[str, ...]
    home: Point | None
    end: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """A visit on nobody's line, and why in words: the reasons of each therapist with what would open their day."""

    visit: str
    title: str
    what: str
    where: str
    promise: str
    why: str
    reasons: tuple[str, ...]
    point: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """The page of a date. `first` and `last` are the hours of the axis, `ticks` what stands at each of them."""

    day: date
    title: str
    yesterday: date
    tomorrow: date
    is_past: bool
    lines: tuple[Line, ...]
    spare: tuple[Spare, ...]
    first: int
    last: int
    ticks: tuple[str, ...]
    now: str
    figures: tuple[tuple[str, str], ...]
    state: str
    version: str
    events: int
    draft: str
    run: str
    read_at: str
    zone: str

    @property
    def concerns(self) -> tuple[Line, ...]:
        """The lines of which something has to be said."""
        return tuple(line for line in self.lines if line.notices)

    @property
    def is_empty(self) -> bool:
        """Is nothing booked on the date?"""
        return not self.spare and not any(line.blocks for line in self.lines)


def board_page(day: BoardDay) -> BoardPage:
    """The page as it stands."""
    first, last = scale.axis(_spans(day))
    horizon, moment = day.horizon, day.horizon.seconds(day.read_at)
    under_way = day.pulse.run if is_under_way(day.pulse.run) else None
    return BoardPage(
        day=day.date,
        title=words.long_date(day.date),
        yesterday=day.date - timedelta(days=1),
        tomorrow=day.date + timedelta(days=1),
        is_past=moment >= horizon.length,
        lines=tuple(line(row, day, tone) for tone, row in enumerate(day.rows)),
        spare=tuple(_spare(each, day) for each in day.loose),
        first=first,
        last=last,
        ticks=tuple(words.clock(horizon.local(hour * HOUR)) for hour in range(first, last)),
        now=scale.stretch(moment, moment) if first * HOUR <= moment < last * HOUR else "",
        figures=_figures(day),
        state=_state(day),
        version=day.pulse.version,
        events=day.pulse.events,
        draft=day.pulse.draft_id or "",
        run=under_way.id if under_way is not None else "",
        read_at=day.read_at.isoformat(),
        zone=day.practice.zone.key,
    )


def line(row: BoardRow, board: BoardDay, tone: int) -> Line:
    """One therapist's line."""
    day, shift, mine = row.day, row.shift, row.day.itinerary
    horizon = day.horizon
    hours, closed = "day off", tuple[str, ...]()
    if shift is not None:
        hours = f"{_clock(horizon, shift.begins)} to {_clock(horizon, shift.ends)}"
        closed = (scale.stretch(0, shift.begins), scale.stretch(shift.ends, scale.HOURS[-1] * HOUR))
    return Line(
        therapist=day.therapist.id,
        name=day.therapist.name or day.therapist.id,
        tone=tone % TONES,
        hours=hours,
        summary=_summary(mine) if mine is not None and mine.stops else "no visits",
        blocks=(
            *(blocks(day, mine, board) if mine is not None and mine.stops else ()),
            *(_held(visit, until, horizon) for visit, until in row.held),
        ),
        closed=closed,
        notices=_notices(day),
        home=_point(shift.start_place) if shift is not None else None,
        end=_point(shift.end_place) if shift is not None else None,
    )


def blocks(day: TherapistDay, mine: Itinerary, board: BoardDay) -> list[Block]:
    """What a day consists of, in its order."""
    broken = {violation.visit for violation in day.broken}
    found: list[Block] = []
    number = 0
    for step in mine.steps:
        match step:
            case Leg():
                found.append(_drive(step, day.horizon))
            case Break():
                found.append(_plain("rest", "Break", step.start, step.finish, day.horizon))
            case Stop() if step.visit.busy:
                found.append(_plain("busy", "Busy elsewhere", step.start, step.finish, day.horizon))
            case Stop():
                number += 1
                caption = day.captions.get(step.visit.id) or board.captions.get(step.visit.id)
                found.append(_visit(step, caption, board, number, is_broken=step.visit.id in broken))
    return found


def _visit(stop: Stop, caption: Caption | None, board: BoardDay, number: int, *, is_broken: bool) -> Block:
    horizon, booking, told = board.horizon, board.bookings.get(stop.visit.id), board.told.get(stop.visit.id)
    said = caption or Caption(service=stop.visit.service)
    begins = stop.start - stop.parking - stop.setup - stop.consultation
    is_locked = booking is not None and booking.pinned is not None
    is_fixed = booking is None or booking.fixed_start is not None
    flags = {
        "locked": is_locked,
        "fixed": is_fixed,
        "overridden": booking is not None and booking.overridden,
        "broken": is_broken,
        "tight": stop.slack < words.TIGHT and not is_locked,
        str(told.kind) if told is not None else "": told is not None,
    }
    return Block(
        kind="visit",
        position=f"{scale.stretch(begins, stop.depart)} {scale.around(stop.start - begins, stop.depart - stop.finish)}",
        begins=_clock(horizon, begins),
        ends=_clock(horizon, stop.finish),
        title=said.client or said.service,
        visit=stop.visit.id,
        start=_clock(horizon, stop.start),
        what=f"{said.service}, {words.length(stop.visit.session)}",
        where=whereabouts.in_words(said.where, stop.visit.place.precision),
        promise=wording.promise(booking, horizon.zone) if booking is not None else "",
        slack=words.slack(stop.slack),
        states=tuple(name for name, is_on in flags.items() if is_on),
        told="" if told is None else f"{TOLD[told.kind]} {words.clock(told.at.astimezone(horizon.zone))}",
        marks=(*(("locked",) if is_locked else ()), *(("cannot be kept",) if is_broken else ()), *said.marks),
        point=_point(stop.visit.place),
        number=number,
        minutes=scale.minutes(stop.depart - begins),
    )


def _drive(leg: Leg, horizon: Horizon) -> Block:
    return Block(
        kind="drive",
        position=scale.stretch(leg.depart, leg.arrive),
        begins=_clock(horizon, leg.depart),
        ends=_clock(horizon, leg.arrive),
        title=words.drive(leg),
        minutes=words.minutes(leg.arrive - leg.depart),
    )


def _held(visit: HeldVisit, until: datetime, horizon: Horizon) -> Block:
    begins = horizon.seconds(visit.start)
    title = f"Held for a client until {words.clock(until.astimezone(horizon.zone))}"
    return _plain("held", title, begins, begins + visit.session, horizon)


def _plain(kind: str, title: str, begins: Seconds, ends: Seconds, horizon: Horizon) -> Block:
    return Block(
        kind=kind,
        position=scale.stretch(begins, ends),
        begins=_clock(horizon, begins),
        ends=_clock(horizon, ends),
        title=title,
        minutes=words.minutes(ends - begins),
    )


def _notices(day: TherapistDay) -> tuple[str, ...]:
    """What has to be said of a day. That nothing is planned yet is said once, of the whole date."""
    return notices(replace(day, behind=Behind()) if day.plan is None else day)


def _spare(each: Loose, day: BoardDay) -> Spare:
    booking, caption = each.booking, day.captions[each.booking.id]
    # What a single change would open comes first: that is what somebody can do something about.
    reasons = [
        " ".join(part for part in (f"{said.detail}.", wording.opening(said.opens_if, day.practice.zone)) if part)
        for said in sorted(each.rejections, key=lambda said: not said.opens_if)
    ]
    return Spare(
        visit=booking.id,
        title=caption.client or caption.service,
        what=f"{caption.service}, {words.length(booking.session)}",
        where=whereabouts.in_words(caption.where, booking.place.precision),
        promise=wording.promise(booking, day.practice.zone),
        why=each.why,
        reasons=tuple(reasons),
        point=_point(booking.place),
    )


def _spans(day: BoardDay) -> list[tuple[Seconds, Seconds]]:
    shifts = [(row.shift.begins, row.shift.ends) for row in day.rows if row.shift is not None]
    driven = [row.day.itinerary for row in day.rows if row.day.itinerary is not None and row.day.itinerary.stops]
    return [*shifts, *((mine.leave_at, mine.back_at) for mine in driven)]


def _figures(day: BoardDay) -> tuple[tuple[str, str], ...]:
    """The date in a line of figures."""
    driven = [row.day.itinerary for row in day.rows if row.day.itinerary is not None]
    visits = sum(not stop.visit.busy for mine in driven for stop in mine.stops)
    return (
        ("visits", str(visits)),
        ("on nobody's day", str(len(day.loose))),
        ("hands-on", wording.hours(sum(stop.visit.hands_on for mine in driven for stop in mine.stops))),
        ("driving", wording.hours(sum(map(driving, driven)))),
        ("waiting", wording.hours(sum(mine.waiting for mine in driven))),
    )


def _state(day: BoardDay) -> str:
    if day.plan is not None and day.plan.published_at is not None:
        at: datetime = day.plan.published_at.astimezone(day.practice.zone)
        when = words.clock(at) if at.date() == day.read_at.astimezone(day.practice.zone).date() else f"{at:%d %b %H:%M}"
        return f"Published {when}"
    return "Not planned yet: shown as booked"


def _summary(mine: Itinerary) -> str:
    count = sum(not stop.visit.busy for stop in mine.stops)
    return f"{count} visit{'' if count == 1 else 's'}, {wording.hours(driving(mine))} driving"


def _point(place: Place | None) -> Point | None:
    if place is None or place.coordinate is None:
        return None
    return Point(lat=round(place.coordinate.lat, 5), lng=round(place.coordinate.lng, 5))


def _clock(horizon: Horizon, instant: Seconds) -> str:
    return words.clock(horizon.local(instant))
