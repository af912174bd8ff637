"""A plan as it is answered: by `POST /v1/solve`, and for every stored plan."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field

from api.feeds.proof import explanation
from api.v1.schemas.base import Answer, Instant, LocalDate
from api.v1.schemas.place import PlaceOut
from optimizer.domain.itinerary import Break, Certificate, Itinerary, Leg, Objective, Plan, Status, Step, Stop, Totals
from optimizer.domain.itinerary import Unassigned as LeftOut
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.time import Horizon

if TYPE_CHECKING:  # the timeline's kernels take long to import, and only evaluating needs them
    from optimizer.schedule.checker import Violation
    from optimizer.schedule.evaluate import Evaluation


class ObjectiveOut(Answer):
    """What was minimised, most important first. Left-out tiers add up priorities; `cost` is in points."""

    required_left_out: int
    optional_left_out: int
    promises_moved: int
    overtime_seconds: int
    cost: int

    @classmethod
    def of(cls, objective: Objective) -> Self:
        return cls(
            required_left_out=objective.required_left_out,
            optional_left_out=objective.optional_left_out,
            promises_moved=objective.promises_moved,
            overtime_seconds=objective.overtime,
            cost=objective.cost,
        )


class CertificateOut(Answer):
    """What is proven: no plan is better than `bound`; `gap` compares the costs, null where a higher tier is open.
    `seconds` is how long the search took, null where nothing was searched."""

    status: Status
    objective: ObjectiveOut
    bound: ObjectiveOut | None
    gap: float | None
    checked: bool
    engine: str
    seed: int
    seconds: float | None

    @classmethod
    def of(cls, certificate: Certificate) -> Self:
        return cls(
            status=certificate.status,
            objective=ObjectiveOut.of(certificate.objective),
            bound=ObjectiveOut.of(certificate.bound) if certificate.bound else None,
            gap=certificate.gap,
            checked=certificate.checked,
            engine=certificate.engine,
            seed=certificate.seed,
            seconds=None if certificate.seconds is None else round(certificate.seconds, 3),
        )


class SummaryOut(Answer):
    """The plan in figures. `travel_seconds` is without buffers."""

    visits: int
    unassigned: int
    travel_seconds: int
    buffer_seconds: int
    wait_seconds: int
    hands_on_seconds: int
    distance_meters: int | None

    @classmethod
    def of(cls, totals: Totals) -> Self:
        return cls(
            visits=totals.visits,
            unassigned=totals.unassigned,
            travel_seconds=totals.travel,
            buffer_seconds=totals.buffer,
            wait_seconds=totals.wait,
            hands_on_seconds=totals.hands_on,
            distance_meters=totals.meters,
        )


class DriveOut(Answer):
    """From door to door: `arrive` is `depart` plus travel plus buffer. `roads` names where the time of
    this drive comes from: of a plan by `osrm+estimate` some are `osrm`, and those it did not know are `estimate`."""

    type: Literal["drive"] = "drive"
    from_place: str
    to_place: str
    depart: Instant
    arrive: Instant
    travel_seconds: int
    buffer_seconds: int
    distance_meters: int | None
    roads: str


class VisitOut(Answer):
    """A visit with its times. `arrival` is when the therapist reaches the door; breaks at the door are steps before
    this one and lie between `arrival` and the block: arrival + breaks at the door + wait + parking + set-up +
    consultation = `start`, and `finish` + wrap-up + tear-down = `depart`. `wait_seconds` is all idle time since the
    visit before; where a break before the drive waits for its window, that part passes before `arrival`.
    `slack_seconds` is how much later the session may start with every later promise kept."""

    type: Literal["visit"] = "visit"
    visit: str
    place: PlaceOut
    arrival: Instant
    start: Instant
    finish: Instant
    depart: Instant
    wait_seconds: int
    slack_seconds: int
    parking_seconds: int
    setup_seconds: int
    consultation_seconds: int
    session_seconds: int
    wrap_up_seconds: int
    teardown_seconds: int


class BreakOut(Answer):
    """A rest, and the window it had to begin in."""

    type: Literal["break"] = "break"
    place: PlaceOut | None
    start: Instant
    finish: Instant
    earliest_start: Instant
    latest_start: Instant


StepOut = Annotated[DriveOut | VisitOut | BreakOut, Field(discriminator="type")]


class ItineraryOut(Answer):
    """One therapist's day in the order it happens. An empty day has no steps."""

    therapist: str
    date: LocalDate
    start_place: PlaceOut | None
    end_place: PlaceOut | None
    leave_at: Instant
    back_at: Instant
    overtime_seconds: int
    steps: list[StepOut]

    @classmethod
    def of(cls, day: Itinerary, *, horizon: Horizon, roads: str) -> Self:
        shift = day.shift
        return cls(
            therapist=shift.id,
            date=horizon.date,
            start_place=PlaceOut.of(shift.start_place) if shift.start_place else None,
            end_place=PlaceOut.of(shift.end_place) if shift.end_place else None,
            leave_at=horizon.local(day.leave_at),
            back_at=horizon.local(day.back_at),
            overtime_seconds=day.overtime,
            steps=[_step(step, horizon=horizon, roads=roads) for step in day.steps],
        )


class ReasonOut(Answer):
    """Why one therapist (null: anyone) could not take the visit, and the smallest change that would let it fit."""

    code: Reason
    therapist: str | None
    detail: str
    opens_if: Mapping[str, int | str] | None

    @classmethod
    def of(cls, rejection: Rejection) -> Self:
        return cls(
            code=rejection.reason,
            therapist=rejection.shift or None,
            detail=rejection.detail,
            opens_if=dict(rejection.opens_if) or None,
        )


class UnassignedOut(Answer):
    """A visit left out, and why: a reason for each therapist, none where the time limit left no time to look."""

    visit: str
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, left_out: LeftOut) -> Self:
        return cls(
            visit=left_out.visit.id,
            reasons=[ReasonOut.of(rejection) for rejection in left_out.rejections],
        )


class PlanOut(Answer):
    """All itineraries of a day, what was left out, and what is proven of it. `explanation` says the certificate in
    sentences."""

    date: LocalDate
    timezone: str
    roads: str
    certificate: CertificateOut
    explanation: list[str]
    summary: SummaryOut
    itineraries: list[ItineraryOut]
    unassigned: list[UnassignedOut]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(
            date=plan.horizon.date,
            timezone=plan.horizon.zone.key,
            roads=plan.roads,
            certificate=CertificateOut.of(plan.certificate),
            explanation=list(explanation(plan)),
            summary=SummaryOut.of(plan.totals),
            itineraries=[ItineraryOut.of(day, horizon=plan.horizon, roads=plan.roads) for day in plan],
            unassigned=[UnassignedOut.of(left_out) for left_out in plan.unassigned],
        )


class ViolationOut(Answer):
    """One promise that a day breaks; without a visit the whole day does."""

    code: str
    therapist: str | None
    visit: str | None
    detail: str

    @classmethod
    def of(cls, violation: "Violation") -> Self:
        return cls(
            code=violation.code,
            therapist=violation.shift or None,
            visit=violation.visit or None,
            detail=violation.detail,
        )


class EvaluationOut(Answer):
    """The times of a given order, and everything wrong with it."""

    plan: PlanOut
    violations: list[ViolationOut]

    @classmethod
    def of(cls, evaluation: "Evaluation") -> Self:
        return cls(
            plan=PlanOut.of(evaluation.plan), violations=[ViolationOut.of(broken) for broken in evaluation.violations]
        )


def _step(step: Step, *, horizon: Horizon, roads: str) -> DriveOut | VisitOut | BreakOut:
    local = horizon.local
    match step:
        case Leg():
            return DriveOut(
                from_place=step.origin.id,
                to_place=step.destination.id,
                depart=local(step.depart),
                arrive=local(step.arrive),
                travel_seconds=step.travel,
                buffer_seconds=step.buffer,
                distance_meters=step.meters,
                roads=step.roads or roads,
            )
        case Stop():
            return VisitOut(
                visit=step.visit.id,
                place=PlaceOut.of(step.visit.place),
                arrival=local(step.arrival),
                start=local(step.start),
                finish=local(step.finish),
                depart=local(step.depart),
                wait_seconds=step.wait,
                slack_seconds=step.slack,
                parking_seconds=step.parking,
                setup_seconds=step.setup,
                consultation_seconds=step.consultation,
                session_seconds=step.visit.session,
                wrap_up_seconds=step.wrap_up,
                teardown_seconds=step.tear_down,
            )
        case Break():
            return BreakOut(
                place=PlaceOut.of(step.place) if step.place else None,
                start=local(step.start),
                finish=local(step.finish),
                earliest_start=local(step.rule.window.earliest),
                latest_start=local(step.rule.window.latest),
            )
