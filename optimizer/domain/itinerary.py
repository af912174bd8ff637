"""What comes out: stops, drives and breaks of a day, and the plan that holds them.

All instants are seconds from the plan's horizon.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.domain.place import Place
from optimizer.domain.reason import Rejection
from optimizer.domain.therapist import BreakRule, Shift
from optimizer.domain.time import Horizon, Seconds
from optimizer.domain.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The drive between two different places: `arrive - depart == travel + buffer`.

    `meters` is None where the source of travel times knows no distances. `roads` names where this drive's time comes
    from; empty where it is the plan's.
    """

    origin: Place
    destination: Place
    depart: Seconds
    arrive: Seconds
    travel: Seconds
    buffer: Seconds
    meters: int | None = None
    roads: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A visit with its times.

    `arrival` is when the therapist reaches the door. A break taken there is a step of its own that stands before this
    one and lies between `arrival` and the block, so
    `arrival + breaks at the door + wait + parking + setup + consultation == start` and
    `start + session + wrap_up + tear_down == depart`, where the parts shared with a neighbour at the same place are
    zero. `wait` is all idle time since the stop before: where a break before the drive waits for its window, that part
    passes before `arrival`. `slack` is how much later this session may start with every later promise kept.
    """

    visit: Visit
    arrival: Seconds
    start: Seconds
    finish: Seconds
    depart: Seconds
    wait: Seconds
    slack: Seconds
    parking: Seconds
    setup: Seconds
    consultation: Seconds
    wrap_up: Seconds
    tear_down: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A rest placed in the day, for the rule it serves. `place` is where; None where nobody knows."""

    rule: BreakRule
    start: Seconds
    finish: Seconds
    place: Place | None = None


Step = Leg | Stop | Break


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """One therapist's day in the order it happens. A day without visits has no steps."""

    shift: Shift
    steps: tuple[Step, ...] = ()

    @property
    def stops(self) -> tuple[Stop, ...]:
        return tuple(step for step in self.steps if isinstance(step, Stop))

    @property
    def legs(self) -> tuple[Leg, ...]:
        return tuple(step for step in self.steps if isinstance(step, Leg))

    @property
    def order(self) -> tuple[str, ...]:
        """Visit ids as served."""
        return tuple(stop.visit.id for stop in self.stops)

    @property
    def leave_at(self) -> Seconds:
        """When the first drive (or, without one, the first block) begins; the shift's begin on an empty day."""
        first = next((step for step in self.steps if not isinstance(step, Break)), None)
        match first:
            case Leg():
                return first.depart
            case Stop():
                return first.arrival
            case _:
                return self.shift.begins

    @property
    def back_at(self) -> Seconds:
        """When the last drive (or block) ends; the shift's begin on an empty day."""
        last = next((step for step in reversed(self.steps) if not isinstance(step, Break)), None)
        match last:
            case Leg():
                return last.arrive
            case Stop():
                return last.depart
            case _:
                return self.shift.begins

    @property
    def waiting(self) -> Seconds:
        """Idle time between leaving home and being back: every wait, and what passes before the drive home."""
        waits, home = sum(stop.wait for stop in self.stops), self.steps[self._last_stop + 1 :]
        rested = 0
        for step in home:
            match step:
                case Leg():
                    return waits + step.depart - self.stops[-1].depart - rested
                case Break():
                    rested += step.finish - step.start
        return waits

    @property
    def _last_stop(self) -> int:
        """Index of the last stop among the steps, the end of an empty day."""
        return max((k for k, step in enumerate(self.steps) if isinstance(step, Stop)), default=len(self.steps))

    @property
    def overtime(self) -> Seconds:
        return max(0, self.back_at - self.shift.ends) if self.steps else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A visit left out, with one rejection per therapist; none where no reason was looked for."""

    visit: Visit
    rejections: tuple[Rejection, ...]


class Status(StrEnum):
    """What is proven of a plan."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Objective:
    """What a plan minimises, most important first; plans compare as these tuples do.

    `required_left_out` and `optional_left_out` add up priorities of visits left out; `overtime` is in seconds; `cost`
    is the weighted sum of time on the road, waiting, missed preferences and therapists changed (see `Weights`).
    """

    required_left_out: int
    optional_left_out: int
    promises_moved: int
    overtime: Seconds
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is known of a plan's quality, and who says so.

    `bound` is a proven lower limit of `objective`, None where nothing is proven. `checked` is the verdict of the
    independent checker. `seconds` is how long it took, None where nobody looked at the clock; plans that differ in
    nothing else are equal.
    """

    status: Status
    objective: Objective
    bound: Objective | None
    engine: str
    seed: int
    checked: bool = False
    seconds: float | None = field(default=None, compare=False)

    @property
    def gap(self) -> float | None:
        """Relative distance of the costs, 0.0 when optimal; None where the bound leaves a higher tier open."""
        if self.bound is None:
            return None
        if self.bound == self.objective:
            return 0.0
        ours, best = self.objective, self.bound
        if (ours.required_left_out, ours.optional_left_out, ours.promises_moved, ours.overtime) != (
            best.required_left_out,
            best.optional_left_out,
            best.promises_moved,
            best.overtime,
        ):
            return None
        return (ours.cost - best.cost) / max(1, ours.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A plan in figures."""

    visits: int
    unassigned: int
    travel: Seconds
    buffer: Seconds
    wait: Seconds
    hands_on: Seconds
    meters: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All itineraries of a run, what was left out, and the certificate. `roads` names the source of travel times."""

    horizon: Horizon
    itineraries: tuple[Itinerary, ...]
    unassigned: tuple[Unassigned, ...]
    certificate: Certificate
    roads: str

    def __iter__(self) -> Iterator[Itinerary]:
        return iter(self.itineraries)

    @property
    def totals(self) -> Totals:
        stops = [stop for day in self.itineraries for stop in day.stops]
        legs = [leg for day in self.itineraries for leg in day.legs]
        known = [leg.meters for leg in legs if leg.meters is not None]
        return Totals(
            visits=sum(not stop.visit.busy for stop in stops),
            unassigned=len(self.unassigned),
            travel=sum(leg.travel for leg in legs),
            buffer=sum(leg.buffer for leg in legs),
            wait=sum(day.waiting for day in self.itineraries),
            hands_on=sum(stop.visit.hands_on for stop in stops),
            meters=sum(known) if len(known) == len(legs) else None,
        )
