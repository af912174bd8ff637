"""Visits put somewhere by hand: what would come of it, what has, and who did it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from api.problem_details import ProblemOut
from api.services.board_day import Pulse
from api.services.day_changes import Change
from api.services.hand_moves import Added, HandMove, Proposal
from api.services.options import Options
from api.services.plan_comparison import Comparison, Figures
from api.v1.schemas.base import Answer, Flag, Identifier, Instant, LocalDate, Request
from api.v1.schemas.booking import WindowOut
from api.v1.schemas.plan import ReasonOut, UnassignedOut, ViolationOut
from api.v1.schemas.planning import PlanRunOut
from api.v1.schemas.slots import RefusedOut
from api.v1.schemas.takers import InsertionOut
from optimizer.domain.booking import Booking, StartWindow
from optimizer.domain.time import Horizon

if TYPE_CHECKING:  # the solver takes long to import, and only comparing needs it
    from optimizer.solver.replanning import Moved


class PlacementIn(Request):
    """Whose day, and from when: without `start` wherever it adds least within what was promised.

    `new_promise` says that the client will be told of another start than promised; `override` puts it there although
    the day cannot keep it: stored, audited, flagged."""

    therapist: Identifier
    start: Instant | None = None
    new_promise: Flag = False
    override: Flag = False

    def request(self, practice_id: str, booking_id: str, *, actor: str) -> HandMove:
        return HandMove(
            practice_id=practice_id,
            actor=actor,
            booking_id=booking_id,
            therapist=self.therapist,
            start=self.start,
            new_promise=self.new_promise,
            override=self.override,
        )


class ProposalIn(Request):
    """What if this visit went to that therapist, at that start?"""

    booking_id: Identifier
    therapist: Identifier
    start: Instant | None = None

    def request(self, practice_id: str, *, actor: str) -> HandMove:
        return HandMove(
            practice_id=practice_id, actor=actor, booking_id=self.booking_id, therapist=self.therapist, start=self.start
        )


class PromiseChangeOut(Answer):
    """What the client was told, and what the client would have to be told."""

    before: list[WindowOut]
    after: Instant


class ShiftedOut(Answer):
    """Another visit that starts at another time because of it."""

    visit: str
    therapist: str
    before: Instant
    after: Instant


class AddedOut(Answer):
    """What it adds to the days it concerns; negative where it saves. Drives are with buffers."""

    travel_seconds: int
    wait_seconds: int
    overtime_seconds: int

    @classmethod
    def of(cls, added: Added) -> Self:
        return cls(travel_seconds=added.driving, wait_seconds=added.waiting, overtime_seconds=added.overtime)


class ProposalOut(Answer):
    """What would come of it (or has). `refused` says why the day cannot keep it, null where it can, and `broken` what
    overriding would break. `promise` is there where the client was promised another time. `version` is that of the
    date: send it as `If-Match`."""

    booking_id: str
    therapist: str
    date: LocalDate
    start: Instant | None
    fits: bool
    refused: ReasonOut | None
    broken: list[ViolationOut]
    promise: PromiseChangeOut | None
    shifted: list[ShiftedOut]
    added: AddedOut
    locked: bool
    overridden: bool
    version: str

    @classmethod
    def of(cls, found: Proposal) -> Self:
        zone = found.horizon.zone
        return cls(
            booking_id=found.booking.id,
            therapist=found.therapist.id,
            date=found.booking.date,
            start=None if found.start is None else found.start.astimezone(zone),
            fits=found.refusal is None,
            refused=None if found.refusal is None else ReasonOut.of(found.refusal),
            broken=[ViolationOut.of(violation) for day in found.after for violation in day.broken],
            promise=None
            if found.promise is None
            else PromiseChangeOut(
                before=windows_out(found.promise.before, zone), after=found.promise.after.astimezone(zone)
            ),
            shifted=[
                ShiftedOut(
                    visit=each.visit,
                    therapist=each.therapist,
                    before=each.before.astimezone(zone),
                    after=each.after.astimezone(zone),
                )
                for each in found.shifted
            ],
            added=AddedOut.of(found.added),
            locked=found.wanted.pinned is not None,
            overridden=found.wanted.overridden,
            version=found.version,
        )


class HandMoveRefusedOut(ProblemOut):
    """A visit that was not put there, and what would have come of it."""

    proposal: ProposalOut


class PlacedOut(Answer):
    """Where a booked visit lies now. `locked` means that no plan moves it. `version` is that of its date."""

    booking_id: str
    therapist: str | None
    locked: bool
    locked_start: Instant | None
    version: str

    @classmethod
    def of(cls, booking: Booking, version: str, zone: ZoneInfo) -> Self:
        pin = booking.pinned
        start = None if pin is None or pin.start is None else Horizon(booking.date, zone).local(pin.start)
        return cls(
            booking_id=booking.id,
            therapist=booking.therapist,
            locked=pin is not None,
            locked_start=start,
            version=version,
        )


class BookingTakersOut(Answer):
    """Who could take a booked visit on its date with its promise kept, the cheapest first (it stands in `order` as
    `asked`), and what stands in the way of the others."""

    booking_id: str
    data: list[InsertionOut]
    refused: list[RefusedOut]

    @classmethod
    def of(cls, found: Options) -> Self:
        return cls(
            booking_id=found.booking.id,
            data=[InsertionOut.of_day(each) for each in found.takers],
            refused=[RefusedOut.of(each, found.horizon.zone) for each in found.refused],
        )


class PulseOut(Answer):
    """What tells that there is news of a date. `version` changes with every promise of it; `plan_id` is the plan that
    everyone works by, `draft_id` one that waits to be published; `run` is the last request to plan it, `events` how
    much therapists have told of it."""

    version: str
    plan_id: str | None
    draft_id: str | None
    run: PlanRunOut | None
    events: int

    @classmethod
    def of(cls, pulse: Pulse, *, zone: ZoneInfo, now: datetime) -> Self:
        run = None if pulse.run is None else PlanRunOut.of(pulse.run, zone=zone, now=now)
        return cls(version=pulse.version, plan_id=pulse.plan_id, draft_id=pulse.draft_id, run=run, events=pulse.events)


class SinceQuery(Request):
    """What was done from an instant on; in the last two weeks without one."""

    since: Instant | None = None


class ChangeOut(Answer):
    """One thing done about a date. `subject` is the booking or plan it was done to."""

    at: Instant
    actor: str
    action: str
    subject: str
    detail: dict[str, str | int]

    @classmethod
    def of(cls, change: Change, zone: ZoneInfo) -> Self:
        return cls(
            at=change.at.astimezone(zone),
            actor=change.actor,
            action=change.action,
            subject=change.subject,
            detail=dict(change.detail),
        )


class ChangesOut(Answer):
    """Who did what about a date, newest first."""

    data: list[ChangeOut]


class FiguresOut(Answer):
    """A date in figures. `left_out` counts visits on nobody's day."""

    visits: int
    left_out: int
    hands_on_seconds: int
    travel_seconds: Annotated[int, Field(description="With buffers.")]
    wait_seconds: int
    overtime_seconds: int

    @classmethod
    def of(cls, figures: Figures) -> Self:
        return cls(
            visits=figures.visits,
            left_out=figures.left_out,
            hands_on_seconds=figures.hands_on,
            travel_seconds=figures.driving,
            wait_seconds=figures.waiting,
            overtime_seconds=figures.overtime,
        )


class ComparedMoveOut(Answer):
    """A visit that the plan has elsewhere. Null for therapist and start of one that is on nobody's day."""

    visit: str
    from_therapist: str | None
    to_therapist: str | None
    from_start: Instant | None
    to_start: Instant | None

    @classmethod
    def of(cls, moved: "Moved", horizon: Horizon) -> Self:
        return cls(
            visit=moved.visit,
            from_therapist=moved.from_shift,
            to_therapist=moved.to_shift,
            from_start=None if moved.from_start is None else horizon.local(moved.from_start),
            to_start=None if moved.to_start is None else horizon.local(moved.to_start),
        )


class ComparisonOut(Answer):
    """What publishing a plan would change of its date as it stands. `difference` is after minus before."""

    plan_id: str
    date: LocalDate
    version: str
    before: FiguresOut
    after: FiguresOut
    difference: AddedOut
    moved: list[ComparedMoveOut]
    added: list[ComparedMoveOut]
    unchanged: int
    left_out: list[UnassignedOut]

    @classmethod
    def of(cls, found: Comparison) -> Self:
        horizon = found.plan.plan.horizon
        return cls(
            plan_id=found.plan.id,
            date=found.plan.date,
            version=found.day.pulse.version,
            before=FiguresOut.of(found.before),
            after=FiguresOut.of(found.after),
            difference=AddedOut.of(found.difference),
            moved=[ComparedMoveOut.of(each, horizon) for each in found.moved],
            added=[ComparedMoveOut.of(each, horizon) for each in found.added],
            unchanged=found.unchanged,
            left_out=[UnassignedOut.of(each) for each in found.left_out],
        )


def windows_out(windows: tuple[StartWindow, ...], zone: ZoneInfo) -> list[WindowOut]:
    return [
        WindowOut(earliest_start=window.earliest.astimezone(zone), latest_start=window.latest.astimezone(zone))
        for window in windows
    ]
