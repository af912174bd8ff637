"""A day to plan as a caller sends it, complete: `POST /v1/solve` and `POST /v1/evaluate`."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import FailFast, Field

from api.v1.schemas.base import (
    DAY_MINUTES,
    WALL_CLOCK,
    Count,
    Flag,
    Identifier,
    Instant,
    LocalDate,
    Minutes,
    Request,
    Text,
)
from api.v1.schemas.place import PlaceIn
from optimizer.domain.driving import LEAST_PERCENT, MOST_PERCENT, PERCENT_STEP, USUAL_PERCENT
from optimizer.domain.visit import Clearance

MAX_THERAPISTS = 400
MAX_VISITS = 2_000

Gender = Annotated[Identifier, Field(description="Any word; a visit's wish is compared with it letter by letter.")]
TravelPercent = Annotated[
    int, Field(strict=True, ge=LEAST_PERCENT, le=MOST_PERCENT, multiple_of=PERCENT_STEP, examples=[110])
]
"""How long drives take a therapist, in percent."""

DriveSeconds = Annotated[int, Field(strict=True, ge=0, le=7 * DAY_MINUTES * 60)]
DriveMeters = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]

Cell = TypeVar("Cell")


class FirstFault(FailFast):
    """Of a long list only the first fault is told. Hashable, as Python 3.11 wants of what stands in a union."""

    def __hash__(self) -> int:
        return hash(type(self))


Matrix = Annotated[list[Annotated[list[Cell], FirstFault()]], FirstFault()]
"""`matrix[i][j]`. Only its first fault is told: a table in strings would have millions."""


Names = Annotated[tuple[Identifier, ...], Field(max_length=MAX_THERAPISTS), FirstFault()]


class ShiftIn(Request):
    """From when the therapist may be away from the start place, to when they are back at the end place."""

    start: Instant
    end: Instant


class BreakIn(Request):
    """A rest of so many minutes that begins inside its window, outside any drive and any block."""

    earliest_start: Instant
    latest_start: Instant
    minutes: Annotated[int, Field(strict=True, gt=0, le=DAY_MINUTES)]


class LimitsIn(Request):
    """What a therapist does not exceed in a day. Driving counts without travel buffers."""

    visits: Count | None = None
    hands_on_minutes: Minutes | None = None
    driving_minutes: Minutes | None = None
    longest_drive_minutes: Minutes | None = None
    heavy_visits: Count | None = None
    overtime_minutes: Minutes = 0


class TherapistIn(Request):
    """A therapist and their shift. Without `services` every service is offered; without a start place the day begins
    at the first door, without an end place it ends at the last. Drives take `travel_percent` of the time that the
    travel times say; limits on driving and the travel buffer count what they take."""

    id: Identifier
    name: Text = ""
    gender: Gender | None = None
    services: Annotated[tuple[Identifier, ...], Field(max_length=500), FirstFault()] | None = None
    start: PlaceIn | None = None
    end: PlaceIn | None = None
    shift: ShiftIn
    breaks: Annotated[tuple[BreakIn, ...], Field(max_length=20)] = ()
    limits: LimitsIn = LimitsIn()
    travel_percent: TravelPercent = USUAL_PERCENT


class WindowIn(Request):
    """When the session may start, both ends included; it may end later."""

    earliest_start: Instant
    latest_start: Instant


class ChoiceIn(Request):
    """Whom the client wants. `prefer` is a wish; the others are rules."""

    require: Names = ()
    prefer: Names = ()
    refuse: Names = ()
    gender: Gender | None = None


class PinIn(Request):
    """Fixed by hand: this therapist, and this start where one is given."""

    therapist: Identifier
    start: Instant | None = None


class VisitIn(Request):
    """One treatment at a client's door.

    Without windows and without a pinned start, any time of the day will do. The consultation is added on a first visit
    only. `heavy` counts against `limits.heavy_visits`.
    """

    id: Identifier
    place: PlaceIn
    service: Identifier
    session_minutes: Annotated[int, Field(strict=True, gt=0, le=DAY_MINUTES)]
    first_visit: Flag = False
    windows: Annotated[tuple[WindowIn, ...], Field(min_length=1, max_length=50)] | None = None
    priority: Annotated[int, Field(strict=True, ge=1, le=100)] = 50
    required: Flag = True
    therapist: ChoiceIn = ChoiceIn()
    parking_minutes: Minutes = 0
    setup_minutes: Minutes = 0
    consultation_minutes: Minutes = 0
    wrap_up_minutes: Minutes = 0
    teardown_minutes: Minutes = 0
    pinned: PinIn | None = None
    heavy: Flag = False
    clearance: Clearance = Clearance.CLEAR


class BandIn(Request):
    """Travel when leaving at `from`: `seconds[i][j]` from place i to place j. In between it is interpolated."""

    start: Annotated[str, Field(alias="from", strict=True, pattern=WALL_CLOCK)]
    seconds: Matrix[DriveSeconds]
    meters: Matrix[DriveMeters] | None = None


class TravelIn(Request):
    """The caller's own travel times. Places are then `{"id": "p1"}` and need no point."""

    places: Annotated[tuple[Identifier, ...], Field(max_length=MAX_VISITS + 2 * MAX_THERAPISTS), FirstFault()]
    bands: Annotated[tuple[BandIn, ...], Field(min_length=1, max_length=96)]


class BufferIn(Request):
    """Time added to every drive on purpose: so many minutes and so many per cent of it."""

    minutes: Annotated[int, Field(strict=True, ge=0, le=240)] = 0
    percent: Annotated[int, Field(strict=True, ge=0, le=500)] = 0


class WeightsIn(Request):
    """The last tier of the objective, in points: a second on the road, a second waited, a wish missed."""

    road: Count = 10
    waiting: Count = 1
    preference: Count = 6_000


class OptionsIn(Request):
    """How to search. The same problem with the same seed gives the same plan."""

    time_limit_seconds: Annotated[float, Field(strict=True, gt=0, le=3600)] = 2.0
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 1
    travel_buffer: BufferIn = BufferIn()
    objective: WeightsIn = WeightsIn()


class EvaluateOptionsIn(OptionsIn):
    """As for solving, and the order to time: visit ids by therapist."""

    order: Annotated[
        Mapping[Identifier, Annotated[tuple[Identifier, ...], Field(max_length=MAX_VISITS), FirstFault()]],
        Field(max_length=MAX_THERAPISTS),
    ]


class ProblemIn(Request):
    """A day to plan."""

    date: LocalDate
    timezone: Annotated[Identifier, Field(examples=["America/Toronto"])]
    therapists: Annotated[tuple[TherapistIn, ...], Field(max_length=MAX_THERAPISTS)]
    visits: Annotated[tuple[VisitIn, ...], Field(max_length=MAX_VISITS)]
    travel: TravelIn | None = None
    options: OptionsIn = OptionsIn()


class EvaluationIn(ProblemIn):
    """A day, and the order in which it is to be driven."""

    options: EvaluateOptionsIn


class InsertionIn(EvaluationIn):
    """A day, who serves whom in it (`options.order`; of a short day the order itself does not matter), and one of its
    visits that nobody has yet."""

    visit: Identifier
