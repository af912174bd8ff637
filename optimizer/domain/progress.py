"""How far a therapist's day has come: what was done, where she is, from when she is free."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.domain.place import Place
from optimizer.domain.time import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """The visit that a therapist is at, or is driving to and will not be called back from.

    `start` is when its session started, or will; a delay of its end counts as one of its start.
    """

    visit: str
    start: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What of a day is behind a therapist.

    Attributes
    ----------
    free_at
        From when she can drive on. With a visit under way that is decided by its end.
    at
        Where she is then; None at the start of her day, before she has left.
    finished
        Visits that are over and count against the limits of the day.
    missed
        Visits that nobody opened the door for: over, and counting for nothing.
    rests
        How many breaks were taken, or are being taken; they are taken in the order of the shift.
    driven
        Seconds driven so far, without buffers.
    """

    free_at: Seconds
    at: Place | None = None
    finished: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()
    under_way: UnderWay | None = None
    rests: int = 0
    driven: Seconds = 0

    @property
    def over(self) -> frozenset[str]:
        return self.finished | self.missed

    @property
    def has_begun(self) -> bool:
        return self.at is not None or self.under_way is not None or bool(self.over) or self.rests > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a therapist, or somebody at a desk, says of her day; whatever is left open goes by the plan and the clock.

    Attributes
    ----------
    position
        Where she is now, free to be sent anywhere.
    finished
        These visits are over, and no others but the missed ones.
    missed
        At these nobody opened the door.
    current
        The visit she is at, with the start of its session where that is known.
    rests
        How many breaks she has taken.
    late
        How much later than planned she goes on from here.
    delay
        How far behind its plan the day was at the last thing that was said of it; the plan goes on that much later.
    last
        The visit whose door she left last; None where that is the last one in the plan that is over.
    waits
        How long she will have waited at the current visit's door before its session.
    leaves
        From when she can leave that door, where something was said of it.
    """

    position: Place | None = None
    finished: frozenset[str] | None = None
    missed: frozenset[str] | None = None
    current: str | None = None
    current_start: Seconds | None = None
    rests: int | None = None
    late: Seconds = 0
    delay: Seconds = 0
    last: str | None = None
    waits: Seconds = 0
    leaves: Seconds | None = None


Reports = Mapping[str, Report]
"""By therapist id."""

NOTHING_SAID = Report()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Now, and how far each therapist (by id) has come."""

    now: Seconds
    progress: Mapping[str, Progress] = field(default_factory=dict)
