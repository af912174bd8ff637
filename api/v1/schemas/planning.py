"""Runs, stored plans and days, in and out."""

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from api.feeds import words
from api.services.itineraries import TherapistDay
from api.v1.schemas.base import Answer, Identifier, Instant, LocalDate, Request
from api.v1.schemas.plan import ItineraryOut, PlanOut
from data.store.records import StoredItinerary, StoredPlan
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

    `progress` runs from 0 to 1 by the time the search may take: it tells a caller when to ask again.
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


class StoredItineraryOut(ItineraryOut):
    """One therapist's day out of a stored plan. `published` says whether everyone works by it."""

    plan_id: str
    published: bool

    @classmethod
    def of_stored(cls, stored: StoredItinerary) -> Self:
        day = ItineraryOut.of(stored.itinerary, horizon=stored.horizon, roads=stored.roads)
        return cls(plan_id=stored.plan_id, published=stored.published_at is not None, **dict(day))


class ItineraryListOut(Answer):
    data: list[StoredItineraryOut]


class StopNoteOut(Answer):
    """What the therapist reads at a visit: whom, where, and how late it may become."""

    visit: str
    service: str
    client: str
    where: str
    phone: str
    notes: str
    start: Instant
    slack: str


class MyDayOut(Answer):
    """A therapist's own date. `itinerary` is null where nothing is planned."""

    therapist: str
    date: LocalDate
    timezone: str
    published: bool
    itinerary: ItineraryOut | None
    visits: list[StopNoteOut]

    @classmethod
    def of(cls, day: TherapistDay) -> Self:
        mine = day.itinerary
        roads = day.plan.plan.roads if day.plan else ""
        return cls(
            therapist=day.therapist.id,
            date=day.date,
            timezone=day.practice.zone.key,
            published=day.plan is not None and day.plan.published_at is not None,
            itinerary=ItineraryOut.of(mine, horizon=day.horizon, roads=roads) if mine else None,
            visits=_notes(day, mine) if mine else [],
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
            )
        )
    return notes
