"""Planning again and running late, in and out."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from api.feeds import replan_words
from api.feeds.timetable import Captions
from api.services.day_under_way import Said
from api.services.replanning import Late, Proposal, ReplanRequest
from api.v1.schemas.base import Answer, Count, Flag, Identifier, Instant, LocalDate, Minutes, Request
from api.v1.schemas.place import PlaceIn
from api.v1.schemas.plan import CertificateOut, PlanOut
from api.v1.schemas.problem import MAX_THERAPISTS
from data.geocoding.geocoder import PlaceQuery, written
from optimizer.domain.errors import Fault
from optimizer.domain.place import Coordinate
from optimizer.domain.time import MINUTE, Horizon, Seconds

if TYPE_CHECKING:
    from optimizer.solver.replanning import Cost, Moved

Visits = Annotated[tuple[Identifier, ...], Field(max_length=200)]


class CurrentIn(Request):
    """The visit that she is at. Without `started_at` its session began, or begins, as planned."""

    visit: Identifier
    started_at: Instant | None = None


class SoFarIn(Request):
    """How far a day has come. Whatever is left out goes by the plan and the clock: without `finished` the visits that
    should be over are; without `position` and `current` she is where the plan has her, or on her way there."""

    position: PlaceIn | None = None
    finished: Visits | None = None
    no_show: Visits = ()
    current: CurrentIn | None = None
    breaks_taken: Annotated[int, Field(strict=True, ge=0, le=20)] | None = None
    late_minutes: Minutes = 0

    def said(self, therapist: str, pointer: str) -> Said:
        return Said(
            therapist=therapist,
            pointer=pointer,
            position=None if self.position is None else _query(self.position),
            finished=self.finished,
            no_show=self.no_show,
            current=None if self.current is None else self.current.visit,
            started_at=None if self.current is None else self.current.started_at,
            breaks_taken=self.breaks_taken,
            late=self.late_minutes * MINUTE,
        )


class ReportIn(SoFarIn):
    """The same of one therapist."""

    therapist: Identifier


class SearchIn(Request):
    """How to search, for each of the two plans."""

    time_limit_seconds: Annotated[float, Field(strict=True, gt=0, le=3600)] = 2.0
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 1


class StabilityIn(Request):
    """What moving costs: `points` for each visit that changes its therapist (10 are a second on the road). A start
    that nobody was told counts as moved beyond the tolerance."""

    points: Count = 12_000
    tolerance_minutes: Minutes = 5


class ReplanIn(Request):
    """Plan a date again, today without one: with everyone who works, or with these therapists and the visits that they
    have or that nobody has. Nothing is stored unless `apply` says so."""

    date: LocalDate | None = None
    therapists: Annotated[tuple[Identifier, ...], Field(max_length=MAX_THERAPISTS)] = ()
    reports: Annotated[tuple[ReportIn, ...], Field(max_length=MAX_THERAPISTS)] = ()
    stability: StabilityIn = StabilityIn()
    options: SearchIn = SearchIn()
    apply: Flag = False

    def request(self, practice_id: str, faults: tuple[Fault, ...]) -> ReplanRequest:
        return ReplanRequest(
            practice_id=practice_id,
            faults=faults,
            on=self.date,
            therapists=self.therapists,
            said=tuple(report.said(report.therapist, f"/reports/{row}") for row, report in enumerate(self.reports)),
            points=self.stability.points,
            tolerance=self.stability.tolerance_minutes * MINUTE,
            time_limit=self.options.time_limit_seconds,
            seed=self.options.seed,
        )


class MyReplanIn(SoFarIn):
    """Plan again what is left of my day."""

    tolerance_minutes: Minutes = 5
    options: SearchIn = SearchIn()

    def request(self, practice_id: str, therapist: str, faults: tuple[Fault, ...]) -> ReplanRequest:
        return ReplanRequest(
            practice_id=practice_id,
            faults=faults,
            therapists=(therapist,),
            said=(self.said(therapist, ""),),
            own=True,
            tolerance=self.tolerance_minutes * MINUTE,
            time_limit=self.options.time_limit_seconds,
            seed=self.options.seed,
        )


class MovedOut(Answer):
    """A visit planned otherwise than it stood. Without `to_therapist` it has no place any more; without
    `from_therapist` it had none."""

    visit: str
    from_therapist: str | None
    to_therapist: str | None
    from_start: Instant | None
    to_start: Instant | None
    detail: str

    @classmethod
    def of(cls, change: "Moved", horizon: Horizon, captions: Captions) -> Self:
        return cls(
            visit=change.visit,
            from_therapist=change.from_shift,
            to_therapist=change.to_shift,
            from_start=_local(horizon, change.from_start),
            to_start=_local(horizon, change.to_start),
            detail=replan_words.moved(change, horizon, captions),
        )


class CostOut(Answer):
    """How much more one plan costs than another, tier by tier. `travel_seconds` is with buffers; points of stability
    are not counted."""

    required_left_out: int
    optional_left_out: int
    overtime_seconds: int
    travel_seconds: int
    wait_seconds: int
    points: int
    detail: str

    @classmethod
    def of(cls, cost: "Cost") -> Self:
        return cls(
            required_left_out=cost.required_left_out,
            optional_left_out=cost.optional_left_out,
            overtime_seconds=cost.overtime,
            travel_seconds=cost.road,
            wait_seconds=cost.waiting,
            points=cost.points,
            detail=replan_words.costs(cost),
        )


class BrokenOut(Answer):
    """A visit that would start behind its promise if the present order went on."""

    visit: str
    late_seconds: int


class ReplanOut(Answer):
    """What is left of the date, planned again. `plan` moves little, `free` is the certificate of the plan that moves
    freely. `cost_of_stability` is the one minus the other; `cost_of_keeping` the present order minus `plan`, null where
    the present order breaks promises: `late_as_planned` says which of them and by how much. `explanation` says all of
    it in sentences. `plan_id` is the stored plan of the whole date, null where nothing was stored."""

    date: LocalDate
    timezone: str
    now: Instant
    plan: PlanOut
    free: CertificateOut
    moved: list[MovedOut]
    added: list[MovedOut]
    unchanged: int
    cost_of_stability: CostOut
    cost_of_keeping: CostOut | None
    late_as_planned: list[BrokenOut]
    explanation: list[str]
    plan_id: str | None

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        from optimizer.solver.replanning import late_starts

        found, day = proposal.replanned, proposal.day
        horizon, captions = day.horizon, day.captions
        return cls(
            date=horizon.date,
            timezone=horizon.zone.key,
            now=proposal.now.astimezone(horizon.zone),
            plan=PlanOut.of(found.plan),
            free=CertificateOut.of(found.free.certificate),
            moved=[MovedOut.of(change, horizon, captions) for change in found.moved],
            added=[MovedOut.of(change, horizon, captions) for change in found.added],
            unchanged=found.unchanged,
            cost_of_stability=CostOut.of(found.cost_of_stability),
            cost_of_keeping=None if found.cost_of_keeping is None else CostOut.of(found.cost_of_keeping),
            late_as_planned=[BrokenOut(visit=visit, late_seconds=late) for visit, late in late_starts(found.kept)],
            explanation=list(replan_words.story(found, horizon, captions)),
            plan_id=proposal.stored.id if proposal.stored is not None else None,
        )


class LateQuery(Request):
    """How many minutes later than planned I go on from here."""

    minutes: Annotated[int, Field(ge=0, le=600)]


class DelayedOut(Answer):
    """A visit that starts later than it would. `late_seconds` is how far behind its promise, 0 where that is kept;
    `phone` and `client` are whom to warn."""

    visit: str
    client: str
    phone: str
    planned_start: Instant
    start: Instant
    late_seconds: int


class DepartureOut(Answer):
    """When to leave for a visit: as planned, and at the latest with every promise from there on kept."""

    visit: str
    leave_at: Instant
    leave_by: Instant


class LateOut(Answer):
    """What a delay does while the order stays. `hit_first` is the first visit whose promise breaks, `warn` everybody
    whose does, `later` all who start later; `departures` are the latest safe ones of the day as it is now, none where
    promises are broken already. `explanation` says it in sentences."""

    date: LocalDate
    timezone: str
    late_minutes: int
    hit_first: DelayedOut | None
    warn: list[DelayedOut]
    later: list[DelayedOut]
    departures: list[DepartureOut]
    back_at: Instant | None
    explanation: list[str]

    @classmethod
    def of(cls, late: Late) -> Self:
        day, found = late.day, late.lateness
        horizon, captions = day.horizon, day.captions
        delays = [] if found is None else list(found.delays)
        told = {delay.visit: captions.get(delay.visit) for delay in delays}
        later = [
            DelayedOut(
                visit=delay.visit,
                client=caption.client if (caption := told[delay.visit]) else "",
                phone=caption.phone if caption else "",
                planned_start=horizon.local(delay.on_time),
                start=horizon.local(delay.start),
                late_seconds=delay.late,
            )
            for delay in delays
        ]
        warn = [delay for delay in later if delay.late_seconds > 0]
        return cls(
            date=horizon.date,
            timezone=horizon.zone.key,
            late_minutes=late.by // MINUTE,
            hit_first=warn[0] if warn else None,
            warn=warn,
            later=later,
            departures=[
                DepartureOut(
                    visit=leaving.visit,
                    leave_at=horizon.local(leaving.planned),
                    leave_by=horizon.local(leaving.latest),
                )
                for leaving in (found.departures if found is not None else ())
            ],
            back_at=horizon.local(found.late.back_at) if found is not None and found.late.steps else None,
            explanation=[] if found is None else list(replan_words.late_story(found, horizon, captions)),
        )


def _local(horizon: Horizon, instant: Seconds | None) -> datetime | None:
    return None if instant is None else horizon.local(instant)


def _query(place: PlaceIn) -> PlaceQuery:
    point = Coordinate(lat=place.lat, lng=place.lng) if place.lat is not None and place.lng is not None else None
    return PlaceQuery(
        coordinate=point,
        address=place.address or None,
        postal_code=place.postal_code or None,
        label=place.label or written(place.address or "", place.postal_code or ""),
    )
