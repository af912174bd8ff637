"""A date as it stands and how far it has come: what planning again and running late both begin with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.feeds.timetable import Captions
from api.services.day_problem import StoredDay, day_problem
from api.services.itineraries import TherapistDay, practice_date
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.roads.source import TravelSource
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.itinerary import Itinerary
from optimizer.domain.place import Place
from optimizer.domain.practice import Practice
from optimizer.domain.progress import NOTHING_SAID, Remains, Report, Reports
from optimizer.domain.time import Horizon, Seconds

if TYPE_CHECKING:
    from data.store.store import Store
    from optimizer.schedule.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a therapist's day; see `Report`. `pointer` begins the pointer of a fault."""

    therapist: str
    pointer: str = ""
    position: PlaceQuery | None = None
    finished: tuple[str, ...] | None = None
    no_show: tuple[str, ...] = ()
    current: str | None = None
    started_at: datetime | None = None
    breaks_taken: int | None = None
    late: Seconds = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of a date: these therapists, all who work without any. `on` is today where left open.

    With `own` nobody else's visits come in, not even those that nobody has. `faults` are what the door has found wrong
    already: they are told with everything else.
    """

    practice_id: str
    on: date | None = None
    therapists: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    own: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DayUnderWay:
    """The day as it stands: `days` of everybody, `problem` the whole day of those asked for (`names`), what was said of
    it (`reports`) and how far it is."""

    practice: Practice
    horizon: Horizon
    days: tuple[TherapistDay, ...]
    problem: "Problem"
    reports: Reports
    remains: Remains
    names: tuple[str, ...]

    @property
    def standing(self) -> tuple[Itinerary, ...]:
        """Everybody's day."""
        return tuple(day.itinerary for day in self.days if day.itinerary is not None)

    @property
    def mine(self) -> tuple[Itinerary, ...]:
        """The days of those asked for."""
        return tuple(day for day in self.standing if day.shift.id in self.names)

    @property
    def captions(self) -> Captions:
        return {visit: caption for day in self.days for visit, caption in day.captions.items()}

    @property
    def rest(self) -> "Problem":
        """What is left to plan."""
        from optimizer.schedule.rest_of_day import rest_of_day

        return rest_of_day(self.problem, self.remains)


def read_day(asked: Asked, *, store: "Store", roads: TravelSource, geocoder: Geocoder, now: datetime) -> DayUnderWay:
    """Read a date as it stands and work out how far it has come.

    Raises
    ------
    InvalidRequest
        With every fault: a date that is over, therapists, visits and places that are not known, a report on a day
        that has not begun.
    """
    practice = store.practices.get(asked.practice_id)
    today = now.astimezone(practice.zone).date()
    on = asked.on or today
    with store.unit_of_work(asked.practice_id, write=False) as uow:
        patterns, services, bookings = uow.patterns.list(), uow.services.list(), uow.bookings.on(on)
    days = practice_date(asked.practice_id, on, store=store, roads=roads, now=now).days
    known = {pattern.therapist.id for pattern in patterns}
    names = asked.therapists or tuple(sorted(known))
    faults = [*asked.faults, *_date_faults(asked, on, today), *_name_faults(asked, known)]
    standing = {day.therapist.id: day.itinerary for day in days if day.itinerary is not None}
    horizon = Horizon(on, practice.zone)
    told = {day.therapist.id: day.report(now) for day in days} if on == today else {}
    reports = told | _reports(asked, standing, horizon, geocoder, faults, told)
    if faults:
        raise InvalidRequest("the day cannot be planned again as asked", code="replan_refused", faults=faults)
    day = StoredDay(
        practice=practice,
        date=on,
        services=services,
        patterns=tuple(pattern for pattern in patterns if pattern.therapist.id in names),
        bookings=_bookings(bookings, standing, names, own=asked.own),
    )
    positions = [report.position for report in reports.values() if report.position is not None]
    return DayUnderWay(
        practice=practice,
        horizon=horizon,
        days=days,
        problem=day_problem(day, roads, positions),
        reports=reports,
        remains=_remains({name: standing[name] for name in names if name in standing}, reports, horizon, now, today),
        names=names,
    )


def _remains(
    standing: Mapping[str, Itinerary], reports: Mapping[str, Report], horizon: Horizon, now: datetime, today: date
) -> Remains:
    # Imported here: it brings the timeline's kernels.
    from optimizer.schedule.day_so_far import day_so_far

    if horizon.date != today:
        return Remains(now=0)
    instant = horizon.seconds(now)
    progress = {name: day_so_far(day, instant, reports.get(name, Report())) for name, day in standing.items()}
    return Remains(now=instant, progress=progress)


def _bookings(
    bookings: Sequence[Booking], standing: Mapping[str, Itinerary], names: Collection[str], *, own: bool
) -> tuple[Booking, ...]:
    """What those asked for have, and what nobody has. Time that they are busy elsewhere is theirs anyway."""
    has = {visit: name for name, day in standing.items() for visit in day.order}
    return tuple(
        booking
        for booking in bookings
        if (booking.therapist in names if booking.busy else has.get(booking.id) in names)
        or (not own and not booking.busy and booking.id not in has)
    )


def _date_faults(asked: Asked, on: date, today: date) -> list[Fault]:
    faults = []
    if on < today:
        faults.append(Fault(pointer="/date", code="date_over", detail=f"{on} is over.", hint="Name today or later."))
    elif on > today:
        faults += [
            Fault(
                pointer=said.pointer,
                code="not_begun",
                detail=f"{on} has not begun: nothing can be said of how far it is.",
                hint="Leave the report out, or plan today again.",
            )
            for said in asked.said
        ]
    return faults


def _name_faults(asked: Asked, known: Collection[str]) -> list[Fault]:
    hint = f"Known: {', '.join(sorted(known))}."
    named = [(f"/therapists/{row}", name) for row, name in enumerate(asked.therapists)]
    named += [(f"{said.pointer}/therapist", said.therapist) for said in asked.said]
    return [
        Fault(pointer=pointer, code="unknown_therapist", detail=f"There is no therapist {name!r}.", hint=hint)
        for pointer, name in named
        if name not in known
    ]


def _reports(
    asked: Asked,
    standing: Mapping[str, Itinerary],
    horizon: Horizon,
    geocoder: Geocoder,
    faults: list[Fault],
    told: Mapping[str, Report],
) -> dict[str, Report]:
    """What is said now stands over what was `told` by events."""
    reports: dict[str, Report] = {}
    for said in asked.said:
        day = standing.get(said.therapist)
        faults += _visit_faults(said, set(day.order) if day is not None else set())
        before = told.get(said.therapist, NOTHING_SAID)
        position = _position(said, geocoder, faults)
        if (
            position is not None
            or said.current is not None
            or before.current in {*(said.finished or ()), *said.no_show}
        ):
            before = replace(before, current=None, current_start=None, waits=0, leaves=None)
        reports[said.therapist] = replace(
            before,
            position=position,
            finished=before.finished if said.finished is None else frozenset(said.finished),
            missed=(before.missed or frozenset()) | frozenset(said.no_show),
            current=said.current or before.current,
            current_start=horizon.seconds(said.started_at) if said.started_at is not None else before.current_start,
            rests=said.breaks_taken,
            late=said.late,
        )
    return reports


def _visit_faults(said: Said, mine: Collection[str]) -> list[Fault]:
    named = [(f"/finished/{row}", visit) for row, visit in enumerate(said.finished or ())]
    named += [(f"/no_show/{row}", visit) for row, visit in enumerate(said.no_show)]
    named += [("/current/visit", said.current)] if said.current is not None else []
    return [
        Fault(
            pointer=f"{said.pointer}{pointer}",
            code="unknown_visit",
            detail=f"{said.therapist} has no visit {visit!r} on this day.",
            hint=f"Theirs: {', '.join(sorted(mine)) or 'none'}.",
        )
        for pointer, visit in named
        if visit not in mine
    ]


def _position(said: Said, geocoder: Geocoder, faults: list[Fault]) -> Place | None:
    if said.position is None:
        return None
    try:
        found = geocoder.locate(replace(said.position, id=None))
    except InvalidRequest as error:
        pointer = f"{said.pointer}/position"
        faults.append(Fault(pointer=pointer, code=error.code, detail=error.detail, hint=error.hint))
        return None
    return replace(found, id=f"position:{said.therapist}", label=found.label or "where she is")
