"""What the day page shows, in words and clock times."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.feeds import whereabouts, words
from api.feeds.words import Caption
from api.services.day_notices import notices
from api.services.itineraries import TherapistDay
from optimizer.domain.itinerary import Break, Itinerary, Leg, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the day. `kind` is drive, visit or break; `at` is the time it begins (a visit: the session).

    `destination` is what a map is asked for, empty where there is nothing to ask; `marks` are what nobody may overlook.
    """

    kind: str
    at: str
    title: str
    lines: tuple[str, ...] = ()
    slack: str = ""
    phone: str = ""
    destination: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStop:
    """What to do now: when to leave, and where for. `leave_by` is empty when the therapist is there already."""

    leave_by: str
    visit: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """The whole page. `rows` is empty on a day without visits; `notices` come before everything else."""

    title: str
    therapist: str
    yesterday: date
    tomorrow: date
    headline: str
    draft: bool
    upcoming: NextStop | None
    notices: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int


def day_page(day: TherapistDay, now: datetime) -> DayPage:
    """The page as of `now` (aware)."""
    mine = day.itinerary
    visited = mine is not None and bool(mine.stops)
    return DayPage(
        title=words.long_date(day.date),
        therapist=day.therapist.name or day.therapist.id,
        yesterday=day.date - timedelta(days=1),
        tomorrow=day.date + timedelta(days=1),
        headline=_headline(day, mine) if mine is not None and visited else "",
        draft=day.plan is not None and not day.is_published,
        notices=notices(day),
        upcoming=_upcoming(day, mine, now) if mine is not None else None,
        rows=tuple(_row(step, day) for step in mine.steps) if mine is not None and visited else (),
        left_out=len(day.plan.left_out) if day.plan is not None else 0,
    )


def _headline(day: TherapistDay, mine: Itinerary) -> str:
    count = sum(not stop.visit.busy for stop in mine.stops)
    leave, back = _clock(day, mine.leave_at), _clock(day, mine.back_at)
    driving = words.length(sum(leg.travel for leg in mine.legs))
    return f"{count} visit{'' if count == 1 else 's'}, leave {leave}, back {back}, {driving} driving"


def _upcoming(day: TherapistDay, mine: Itinerary, now: datetime) -> NextStop | None:
    stop = day.next_stop(now)
    if stop is None:
        return None
    before = mine.steps[: mine.steps.index(stop)]
    leg = next((step for step in reversed(before) if isinstance(step, Leg)), None)
    on_the_way = leg is not None and leg.destination.id == stop.visit.place.id and day.horizon.seconds(now) < leg.arrive
    return NextStop(leave_by=_clock(day, leg.depart) if leg is not None and on_the_way else "", visit=_visit(stop, day))


def _row(step: Leg | Stop | Break, day: TherapistDay) -> Row:
    match step:
        case Leg():
            arrive = f"arrive {_clock(day, step.arrive)}"
            return Row(kind="drive", at=_clock(day, step.depart), title=words.drive(step), lines=(arrive,))
        case Stop():
            return _visit(step, day)
        case Break():
            return Row(
                kind="break", at=_clock(day, step.start), title=f"Break, {words.length(step.finish - step.start)}"
            )


def _visit(stop: Stop, day: TherapistDay) -> Row:
    caption = day.captions.get(stop.visit.id) or Caption(service=stop.visit.service)
    until = f"until {_clock(day, stop.finish)}, leave {_clock(day, stop.depart)}"
    where = whereabouts.in_words(caption.where, stop.visit.place.precision)
    lines = (where, words.before_the_session(stop, day.horizon), until, caption.notes)
    return Row(
        kind="visit",
        at=_clock(day, stop.start),
        title=", ".join(part for part in (caption.client, caption.service, words.length(stop.visit.session)) if part),
        lines=tuple(line for line in lines if line),
        slack=words.slack(stop.slack),
        phone=caption.phone,
        destination=whereabouts.destination(caption.where, stop.visit.place),
        marks=caption.marks,
    )


def _clock(day: TherapistDay, instant: int) -> str:
    return words.clock(day.horizon.local(instant))
