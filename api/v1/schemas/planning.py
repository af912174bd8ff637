"""Runs, stored plans and days, in and out."""

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from api.feeds import words
from api.services.day_now import Behind
from api.services.itineraries import PracticeDate, TherapistDay
from api.services.unplaced import Unplaced
from api.v1.schemas.base import Answer, Identifier, Instant, LocalDate, Request
from api.v1.schemas.booking import WindowOut
from api.v1.schemas.plan import CertificateOut, ItineraryOut, PlanOut, ViolationOut
from data.store.records import StoredPlan
from optimizer.domain.booking import PlanRun, RunStatus
from optimizer.domain.itinerary import Itinerary


class RunOptionsIn(Request):
    """How to search. The same day with the same seed gives the same plan."""

    time_limit_seconds: Annotated[int, Field(strict=True, gt=0, le=3600)] = 2
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 1


class PlanRunIn(Request):
    """Plan a date; without `therapists` with everyone who works that day."""

    date: LocalDate
    therapists: Annotated[tuple[Identifier, ...], Field(max_length=400)] = ()
    options: RunOptionsIn = RunOptionsIn()


class PlanRunOut(Answer):
    """A run. `plan_id` is there when it is done; `problem` says what went wrong when it failed.

    `progress` runs from 0 to 1 by the time the search may take: it tells a caller when to ask again. `best` says how
    good the best plan is while the search runs, about once a second. A run that was stopped while it was searched is
    `cancelled` at once and has its best plan when `finished_at` is there.
    """

    id: str
    date: LocalDate
    status: RunStatus
    progress: float
    requested_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    attempts: int
    therapists: list[str]
    time_limit_seconds: int
    seed: int
    plan_id: str | None
    problem: str | None
    best: CertificateOut | None

    @classmethod
    def of(cls, run: PlanRun, *, zone: ZoneInfo, now: datetime) -> Self:
        return cls(
            id=run.id,
            date=run.date,
            status=run.status,
            progress=_progress(run, now),
            requested_at=run.requested_at.astimezone(zone),
            started_at=run.started_at.astimezone(zone) if run.started_at else None,
            finished_at=run.finished_at.astimezone(zone) if run.finished_at else None,
            attempts=run.attempts,
            therapists=list(run.therapists),
            time_limit_seconds=run.time_limit,
            seed=run.seed,
            plan_id=run.plan_id,
            problem=run.problem or None,
            best=CertificateOut.of(run.best) if run.best is not None else None,
        )


class StoredPlanOut(PlanOut):
    """A plan with its history. `published_at` is null unless everyone works by it."""

    id: str
    run_id: str | None
    created_at: Instant
    published_at: Instant | None

    @classmethod
    def of_stored(cls, stored: StoredPlan) -> Self:
        zone = stored.plan.horizon.zone
        return cls(
            id=stored.id,
            run_id=stored.run_id,
            created_at=stored.created_at.astimezone(zone),
            published_at=stored.published_at.astimezone(zone) if stored.published_at else None,
            **dict(PlanOut.of(stored.plan)),
        )


class BehindOut(Answer):
    """What the plan does not know: bookings `added` to the agenda since (or left out of the plan), bookings that are
    promised otherwise now (`changed`), and those `gone`: cancelled, or moved to another day or therapist."""

    added: list[str]
    changed: list[str]
    gone: list[str]

    @classmethod
    def of(cls, behind: Behind) -> Self:
        return cls(added=list(behind.added), changed=list(behind.changed), gone=list(behind.gone))


class StandingOut(Answer):
    """How far a day may be relied on. While `behind` is null the day is the plan's; otherwise it was timed anew over
    what is booked now, in the plan's order where that can be kept. `broken` names what no order keeps, `overridden`
    the visits that were accepted against the day's check. `warnings` say which calendars kept elsewhere have not been
    read lately, and that there are visits on a day off."""

    behind: BehindOut | None
    broken: list[ViolationOut]
    overridden: list[str]
    warnings: list[str]

    @classmethod
    def of_day(cls, day: TherapistDay) -> Self:
        return cls(
            behind=BehindOut.of(day.behind) if day.behind else None,
            broken=[ViolationOut.of(violation) for violation in day.broken],
            overridden=list(day.overridden),
            warnings=[*((words.DAY_OFF,) if day.off else ()), *day.warnings],
        )


class StandingItineraryOut(ItineraryOut, StandingOut):
    """One therapist's day as it stands. `published` says whether everyone works by its plan; without `plan_id`
    nothing is planned yet, and the day is what has been booked."""

    plan_id: str | None
    published: bool

    @classmethod
    def of_itinerary(cls, day: TherapistDay, itinerary: Itinerary) -> Self:
        return cls(
            plan_id=day.plan.id if day.plan is not None else None,
            published=day.is_published,
            **dict(ItineraryOut.of(itinerary, horizon=day.horizon, roads=day.roads)),
            **dict(StandingOut.of_day(day)),
        )


class UnplacedOut(Answer):
    """A booking that is on nobody's agenda, so that nobody drives to it yet, and why. `start` is there when it is
    fixed."""

    booking_id: str
    service: str
    start: Instant | None
    windows: list[WindowOut]
    why: str

    @classmethod
    def of(cls, found: Unplaced, zone: ZoneInfo) -> Self:
        booking, start = found.booking, found.booking.fixed_start
        return cls(
            booking_id=booking.id,
            service=booking.service,
            start=None if start is None else start.astimezone(zone),
            windows=[
                WindowOut(earliest_start=w.earliest.astimezone(zone), latest_start=w.latest.astimezone(zone))
                for w in booking.windows
            ],
            why=found.why,
        )


class ItineraryListOut(Answer):
    """Every day of a date; `warnings` say which calendars kept elsewhere have not been read lately. `unplaced` are the
    bookings of the date that are in nobody's day, by time: for staff, always empty for a therapist."""

    data: list[StandingItineraryOut]
    unplaced: list[UnplacedOut]
    warnings: list[str]

    @classmethod
    def of(cls, found: PracticeDate) -> Self:
        days = found.days
        return cls(
            data=[StandingItineraryOut.of_itinerary(day, day.itinerary) for day in days if day.itinerary is not None],
            unplaced=[UnplacedOut.of(each, found.practice.zone) for each in found.unplaced],
            warnings=list(found.warnings),
        )


class StopNoteOut(Answer):
    """What the therapist reads at a visit: whom, where, and how late it may become. `marks` are what nobody may
    overlook: that it was booked since the plan, that the day could not keep it."""

    visit: str
    service: str
    client: str
    where: str
    phone: str
    notes: str
    start: Instant
    slack: str
    marks: list[str]


class MyDayOut(StandingOut):
    """A therapist's own date as it stands. `itinerary` is null where nothing is planned or booked."""

    therapist: str
    date: LocalDate
    timezone: str
    published: bool
    itinerary: ItineraryOut | None
    visits: list[StopNoteOut]

    @classmethod
    def of(cls, day: TherapistDay) -> Self:
        mine = day.itinerary
        return cls(
            therapist=day.therapist.id,
            date=day.date,
            timezone=day.practice.zone.key,
            published=day.is_published,
            itinerary=ItineraryOut.of(mine, horizon=day.horizon, roads=day.roads) if mine else None,
            visits=_notes(day, mine) if mine else [],
            **dict(StandingOut.of_day(day)),
        )


def _progress(run: PlanRun, now: datetime) -> float:
    if run.finished_at is not None:
        return 1.0
    if run.started_at is None:
        return 0.0
    return round(min(0.99, max(0.0, (now - run.started_at).total_seconds() / run.time_limit)), 2)


def _notes(day: TherapistDay, itinerary: Itinerary) -> list[StopNoteOut]:
    notes = []
    for stop in itinerary.stops:
        caption = day.captions.get(stop.visit.id) or words.Caption(service=stop.visit.service)
        notes.append(
            StopNoteOut(
                visit=stop.visit.id,
                service=caption.service,
                client=caption.client,
                where=caption.where,
                phone=caption.phone,
                notes=caption.notes,
                start=day.horizon.local(stop.start),
                slack=words.slack(stop.slack),
                marks=list(caption.marks),
            )
        )
    return notes
