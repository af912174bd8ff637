"""What the day page shows, in words and clock times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812  # a field is called so, too
from datetime import datetime, timedelta

from api.feeds import whereabouts, words
from api.feeds.words import Caption
from api.pages.day.band import Band, band
from api.pages.day.stages import WORDS, Stages, stages
from api.services.day_notices import notices
from api.services.itineraries import TherapistDay
from optimizer.domain.itinerary import Break, Itinerary, Leg, Stop
from optimizer.domain.time import Seconds

TELLS_FROM: Seconds = 120
"""A visit that starts this much later than planned is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the day. `kind` is drive, visit or break; `at` is when it begins (a visit: its session).

    Only a visit has more than `lines`: its `number` of the day, `who` by first name, `where` with what a map is asked
    for (`destination`, empty where there is nothing to ask), `marks` that nobody may overlook, when it is `expected`
    where that is not as planned, and what was told of it (`stages`).
    """

    kind: str
    at: str
    title: str
    until: str = ""
    lines: tuple[str, ...] = ()
    id: str = ""
    number: int = 0
    who: str = ""
    what: str = ""
    where: str = ""
    notes: str = ""
    spare: str = ""
    is_tight: bool = False
    phone: str = ""
    destination: str = ""
    marks: tuple[str, ...] = ()
    expected: str = ""
    stages: Stages | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStop:
    """What to do now: `call` and `at` are the large words ("Leave by", "08:12"), `beside` stands under them."""

    call: str
    at: str
    beside: str
    visit: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """The whole page. `rows` is empty on a day without visits; `notices` come before everything else."""

    date: Date
    zone: str
    is_today: bool
    title: str
    day_name: str
    therapist: str
    headline: str
    draft: bool
    notices: tuple[str, ...]
    upcoming: NextStop | None
    is_done: bool
    rows: tuple[Row, ...]
    band: Band | None
    left_out: int
    last_told: str
    last_event: str

    @property
    def zone_words(self) -> str:
        """`Toronto` for America/Toronto."""
        return self.zone.rpartition("/")[2].replace("_", " ")

    @property
    def yesterday(self) -> Date:
        return self.date - timedelta(days=1)

    @property
    def tomorrow(self) -> Date:
        return self.date + timedelta(days=1)


def day_page(day: TherapistDay, now: datetime, expected: Mapping[str, Seconds] = {}) -> DayPage:
    """The page as of `now` (aware).

    Parameters
    ----------
    expected
        When visits will start, going by what was told; those not named start as planned.
    """
    itinerary = day.itinerary if day.itinerary is not None and day.itinerary.stops else None
    is_today = day.horizon.local(day.horizon.seconds(now)).date() == day.date
    rows = _rows(day, itinerary, now, expected) if itinerary is not None else ()
    upcoming = _upcoming(day, itinerary, now, rows, expected) if itinerary is not None else None
    told, event = _last_told(day)
    return DayPage(
        date=day.date,
        zone=day.practice.zone.key,
        is_today=is_today,
        title=words.long_date(day.date),
        day_name=f"{day.date:%A} {day.date.day} {day.date:%B}",
        therapist=day.therapist.name or day.therapist.id,
        headline=headline(day, itinerary) if itinerary is not None else "",
        draft=day.plan is not None and not day.is_published,
        notices=notices(day),
        upcoming=upcoming,
        is_done=itinerary is not None and is_today and upcoming is None,
        rows=rows,
        band=band(day, itinerary, now) if itinerary is not None else None,
        left_out=len(day.plan.left_out) if day.plan is not None else 0,
        last_told=told,
        last_event=event,
    )


def headline(day: TherapistDay, itinerary: Itinerary) -> str:
    """`6 visits, leave 08:12, back 19:29, 3 h 31 min driving`."""
    count = sum(not stop.visit.busy for stop in itinerary.stops)
    leave, back = clock(day, itinerary.leave_at), clock(day, itinerary.back_at)
    driving = words.length(sum(leg.travel for leg in itinerary.legs))
    return f"{count} visit{'' if count == 1 else 's'}, leave {leave}, back {back}, {driving} driving"


def clock(day: TherapistDay, instant: Seconds) -> str:
    return words.clock(day.horizon.local(instant))


def caption_of(day: TherapistDay, stop: Stop) -> Caption:
    return day.captions.get(stop.visit.id) or Caption(service=stop.visit.service)


def _rows(day: TherapistDay, itinerary: Itinerary, now: datetime, expected: Mapping[str, Seconds]) -> tuple[Row, ...]:
    following = day.next_stop(now)
    ahead = itinerary.stops if following is None else itinerary.stops[itinerary.stops.index(following) :]
    over = {stop.visit.id for stop in itinerary.stops} - ({stop.visit.id for stop in ahead} if following else set())
    number, rows = 0, []
    for step in itinerary.steps:
        match step:
            case Leg():
                arrive = clock(day, step.arrive)
                on_the_road = f"{words.length(step.arrive - step.depart)} on the road"
                far = "" if step.meters is None else f", {words.kilometres(step.meters)}"
                row = Row(kind="drive", at=clock(day, step.depart), until=arrive, title=on_the_road + far)
                rows.append(replace(row, lines=(words.drive(step),)))
            case Break():
                length = words.length(step.finish - step.start)
                until = clock(day, step.finish)
                rows.append(Row(kind="break", at=clock(day, step.start), until=until, title=f"Break, {length}"))
            case Stop():
                number += not step.visit.busy
                rows.append(_visit(step, day, number, expected, is_over=step.visit.id in over))
    return tuple(rows)


def _visit(stop: Stop, day: TherapistDay, number: int, expected: Mapping[str, Seconds], *, is_over: bool) -> Row:
    caption = caption_of(day, stop)
    late = expected.get(stop.visit.id, stop.start) - stop.start
    who = words.first_name(caption.client)
    what = ", ".join(part for part in (caption.service, words.length(stop.visit.session)) if part)
    before = words.before_the_session(stop, day.horizon)
    leave = f"leave {clock(day, stop.depart)}"
    return Row(
        kind="busy" if stop.visit.busy else "visit",
        at=clock(day, stop.start),
        until=clock(day, stop.finish),
        title=f"{who}, {what}" if who else what,
        lines=tuple(line for line in (before, leave) if line),
        id=stop.visit.id,
        number=number,
        who=who,
        what=what,
        where=whereabouts.in_words(caption.where, stop.visit.place.precision),
        notes=caption.notes,
        spare=words.to_spare(stop.slack),
        is_tight=stop.slack < words.TIGHT,
        phone=caption.phone,
        destination=whereabouts.destination(caption.where, stop.visit.place),
        marks=caption.marks,
        expected=clock(day, stop.start + late) if late >= TELLS_FROM else "",
        stages=None if stop.visit.busy else stages(day, stop.visit.id),
        is_over=is_over,
    )


def _upcoming(
    day: TherapistDay, itinerary: Itinerary, now: datetime, rows: Sequence[Row], expected: Mapping[str, Seconds]
) -> NextStop | None:
    stop = day.next_stop(now)
    if stop is None:
        return None
    row = next(row for row in rows if row.id == stop.visit.id)
    late = max(0, expected.get(stop.visit.id, stop.start) - stop.start)
    before = itinerary.steps[: itinerary.steps.index(stop)]
    leg = next((step for step in reversed(before) if isinstance(step, Leg)), None)
    comes = leg is not None and leg.destination.id == stop.visit.place.id
    told = row.stages
    if told is not None and told.has("started"):
        call, at, beside = "In session until", clock(day, stop.finish + late), f"Leave {clock(day, stop.depart + late)}"
    elif told is not None and told.has("arrived"):
        call, at, beside = "Start at", clock(day, stop.start + late), words.before_the_session(stop, day.horizon)
    elif leg is not None and comes and day.horizon.seconds(now) < leg.arrive + late:
        on_the_way = told is not None and told.has("departed")
        arrive = clock(day, leg.arrive + late)
        call, at = ("Arrive", arrive) if on_the_way else ("Leave by", clock(day, leg.depart + late))
        beside = words.drive(leg) if on_the_way else f"{words.drive(leg)}, arrive {arrive}"
    else:
        call, at, beside = "Session at", clock(day, stop.start + late), words.before_the_session(stop, day.horizon)
    return NextStop(call=call, at=at, beside=beside, visit=row)


def _last_told(day: TherapistDay) -> tuple[str, str]:
    """The last thing told in words, and its id."""
    if not day.events:
        return "", ""
    event = max(day.events, key=lambda each: (each.recorded_at, each.kind.rank))
    caption = day.captions.get(event.visit)
    who = words.first_name(caption.client) if caption is not None else ""
    said = WORDS.get(event.kind, "No-show").lower()
    return f"{who + ': ' if who else ''}{said} at {clock(day, day.horizon.seconds(event.at))}", event.id
