"""Who drives: therapists, their shifts, breaks and limits."""

from dataclasses import dataclass
from datetime import time

from optimizer.domain.driving import USUAL_PERCENT, LearnedRoads, require_travel_percent
from optimizer.domain.place import Place
from optimizer.domain.time import MINUTE, Horizon, Seconds, TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Therapist:
    """A person who gives treatments. `services` are the codes offered; None means every service."""

    id: str
    name: str = ""
    gender: str | None = None
    services: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRule:
    """A rest of `duration` that must *start* inside `window`, outside any block and any drive.

    Time before leaving the start place and after being back counts as rest. Several rules of a shift are taken in the
    order given; their windows must be in that order too.
    """

    window: TimeWindow
    duration: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a therapist will not exceed in one day; None means no limit.

    `driving` and `longest_drive` count driving without travel buffers. `overtime` is how long after the shift's end
    the therapist may be back; it is the last resort and costs a tier of its own.
    """

    visits: int | None = None
    hands_on: Seconds | None = None
    driving: Seconds | None = None
    longest_drive: Seconds | None = None
    heavy_visits: int | None = None
    overtime: Seconds = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One working span of one therapist: not away from `start_place` before `begins`, back at `end_place` by `ends`.

    A missing start place means that the day begins at the first client's door (the first block not before `begins`);
    a missing end place that it ends at the last one.

    `travel_percent` is how long a drive takes this therapist, in percent of what the travel times say; what is added
    to a drive on purpose is worked out from the time it takes the therapist. Parking is no drive.

    Raises
    ------
    ValueError
        When the percentage is none of the steps.
    """

    therapist: Therapist
    begins: Seconds
    ends: Seconds
    start_place: Place | None = None
    end_place: Place | None = None
    breaks: tuple[BreakRule, ...] = ()
    limits: Limits = Limits()
    travel_percent: int = USUAL_PERCENT

    def __post_init__(self) -> None:
        require_travel_percent(self.travel_percent)

    @property
    def id(self) -> str:
        """A therapist has one shift in a problem, so the therapist names it."""
        return self.therapist.id


@dataclass(frozen=True, slots=True, kw_only=True)
class WallBreak:
    """A break rule on the wall clock, the way a person says it: thirty minutes between 12 and 14."""

    earliest: time
    latest: time
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPattern:
    """A therapist's usual week. `hours[weekday]` (Monday is 0) is (from, to) on the wall clock, None for a day off.

    `travel_percent` is that of `Shift` where somebody has said it; None goes by what was learned of this therapist's
    drives, and by the roads alone where nothing was.

    Raises
    ------
    ValueError
        When the percentage is none of the steps.
    """

    therapist: Therapist
    hours: tuple[tuple[time, time] | None, ...]
    start_place: Place | None = None
    end_place: Place | None = None
    breaks: tuple[WallBreak, ...] = ()
    limits: Limits = Limits()
    travel_percent: int | None = None

    def __post_init__(self) -> None:
        if self.travel_percent is not None:
            require_travel_percent(self.travel_percent)

    def shift_on(self, horizon: Horizon, learned: LearnedRoads | None = None) -> Shift | None:
        """The shift worked on that date, None on a day off. Wall times stay wall times when the clocks change.

        Parameters
        ----------
        learned
            What the practice goes by now.
        """
        hours = self.hours[horizon.date.weekday()]
        if hours is None:
            return None
        return Shift(
            therapist=self.therapist,
            begins=horizon.at(hours[0]),
            ends=horizon.at(hours[1]),
            start_place=self.start_place,
            end_place=self.end_place,
            breaks=tuple(
                BreakRule(
                    window=TimeWindow(horizon.at(rule.earliest), horizon.at(rule.latest)),
                    duration=rule.minutes * MINUTE,
                )
                for rule in self.breaks
            ),
            limits=self.limits,
            travel_percent=self.percent_by(learned),
        )

    def percent_by(self, learned: LearnedRoads | None) -> int:
        """What this therapist's drives take: as said, else as learned, else as the roads say."""
        if self.travel_percent is not None:
            return self.travel_percent
        return USUAL_PERCENT if learned is None else learned.percent_of(self.therapist.id)
