"""What the booking promise means: two dictionaries, and a walk over every order of a day.

Slow and obvious on purpose. Of the product it takes the words and the travel tables, nothing else: what a day can keep
is found by walking it, drive by drive and rest by rest, in every order there is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import permutations

from optimizer.domain.therapist import Shift
from optimizer.domain.time import Horizon, Seconds
from optimizer.travel.times import TravelTimes

NEXT, HOUSE = " next", " house"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A session at a door that starts exactly then.

    From arriving at a new door to the start it takes `arriving`, where the therapist is at that door already only
    `staying`; from the start to leaving for another door `leaving`, and `freeing` when the next client is at this one.
    """

    therapist: str
    date: date
    start: datetime
    door: str
    arriving: Seconds
    staying: Seconds
    leaving: Seconds
    freeing: Seconds


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A hold. `status` is live, confirmed or released; `gives_way` the booking it will replace."""

    promise: Promise
    owner: str
    expires_at: datetime
    status: str = "live"
    gives_way: str = ""

    def stands(self, now: datetime) -> bool:
        return self.status == "live" and now < self.expires_at


@dataclass(frozen=True, kw_only=True)
class World:
    """What the model takes for granted: who works when, and how long drives take."""

    shift: Callable[[str, date], Shift | None]
    horizon: Callable[[date], Horizon]
    travel: Callable[[date], TravelTimes]


@dataclass(kw_only=True)
class Model:
    """Everything promised so far, by id. Bookings that were cancelled are gone from `bookings`."""

    world: World
    holds: dict[str, Kept] = field(default_factory=dict)
    bookings: dict[str, Promise] = field(default_factory=dict)

    def standing(self, therapist: str, day: date, now: datetime, *, without: Iterable[str] = ()) -> list[Promise]:
        """What lies on an agenda: bookings and live holds, but not those named."""
        out = set(without)
        found = [promise for name, promise in self.bookings.items() if name not in out]
        found += [kept.promise for name, kept in self.holds.items() if kept.stands(now) and name not in out]
        return [promise for promise in found if (promise.therapist, promise.date) == (therapist, day)]

    def fits(self, wanted: Promise, now: datetime, *, without: Iterable[str] = ()) -> bool:
        """Whether some order of the whole day keeps every promise, this one too."""
        shift = self.world.shift(wanted.therapist, wanted.date)
        if shift is None:
            return False
        promises = [*self.standing(wanted.therapist, wanted.date, now, without=without), wanted]
        if shift.limits.visits is not None and len(promises) > shift.limits.visits:
            return False
        horizon, travel = self.world.horizon(wanted.date), self.world.travel(wanted.date)
        return any(keeps(shift, order, horizon, travel) for order in permutations(promises))

    def has_begun(self, booking: str, now: datetime) -> bool:
        """Whether a visit that stands should have started: its client changes nothing about it any more."""
        return booking in self.bookings and self.bookings[booking].start < now

    def confirm(self, hold: str, booking: str) -> None:
        kept = self.holds[hold]
        self.holds[hold] = replace(kept, status="confirmed")
        self.bookings.pop(kept.gives_way, None)
        self.bookings[booking] = kept.promise

    def move(self, booking: str, promise: Promise) -> None:
        self.bookings[booking] = promise

    def release(self, hold: str) -> None:
        self.holds[hold] = replace(self.holds[hold], status="released")


def keeps(shift: Shift, order: Sequence[Promise], horizon: Horizon, travel: TravelTimes) -> bool:
    """Whether a shift can be worked in this order: leave home, serve on time, rest when owed, be back."""
    assert shift.start_place is not None
    assert shift.end_place is not None
    doors = [shift.start_place.id, *(promise.door for promise in order), shift.end_place.id]

    def onward(served: int, now: Seconds, rested: int, *, arrived: bool) -> bool:
        if rested < len(shift.breaks):
            rule = shift.breaks[rested]
            begins = max(now, rule.window.earliest)
            if begins <= rule.window.latest and onward(served, begins + rule.duration, rested + 1, arrived=arrived):
                return True
        if not arrived:
            leave = max(now, shift.begins) if served == 0 else now
            there = leave + drive(travel, doors[served], doors[served + 1], leave)
            return (served < len(order) or there <= shift.ends) and onward(served, there, rested, arrived=True)
        if served == len(order):
            return rested == len(shift.breaks)
        promise, start = order[served], horizon.seconds(order[served].start)
        was_here, stays_here = (doors[served + k] == doors[served + k + 1] for k in (0, 1))
        ready = now + (promise.staying if was_here else promise.arriving)
        free = start + (promise.freeing if stays_here else promise.leaving)
        return ready <= start and onward(served + 1, free, rested, arrived=False)

    # Before the day begins the therapist is at home: a rest may lie there too.
    return onward(0, -horizon.length, 0, arrived=False)


def drive(travel: TravelTimes, origin: str, destination: str, leave: Seconds) -> Seconds:
    """The seconds of a drive with its buffer, between two bands on a straight line.

    A door is a postal code and a number, `L9T 2R1#3`, or the one house of a code whose point is known, `L9T 2R1 house`.
    Two numbered doors of one code are as far apart as the code is from NEXT.
    """
    if origin == destination:
        return 0
    here, there = point_of(origin), point_of(destination)
    row, column = travel.index[here], travel.index[there + NEXT if here == there else there]
    starts, values = travel.starts.tolist(), travel.seconds[:, row, column].tolist()
    for k in range(len(starts) - 1):
        if leave < starts[k + 1]:
            since = max(leave - starts[k], 0)
            return values[k] + since * (values[k + 1] - values[k]) // (starts[k + 1] - starts[k])
    return values[-1]


def point_of(door: str) -> str:
    """What a door is found by: its postal code, or a house by its own point."""
    return door.partition("#")[0]


def is_home(door: str, told: str) -> bool:
    """Whether a place that is told (a postal code, a door or a house) means a door, no more exactly than it is known.

    A house in the postal code of a numbered door may be that door or another: nobody knows.
    """
    return told == door or point_of(told) == point_of(door).removesuffix(HOUSE)
