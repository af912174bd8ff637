"""Why a visit does not fit a day, verified: each rule is relaxed alone, and named only if the visit then fits.

The amount is the smallest that opens the day: relaxing exactly that much makes the visit fit, relaxing less does not.
"""

from collections.abc import Callable, Iterator

import numpy as np

from optimizer.domain.eligibility import obstacles
from optimizer.domain.place import Place
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.time import HOUR, MINUTE, Seconds
from optimizer.schedule.insertion_kernel import fits_somewhere
from optimizer.schedule.kernels import passes, starts_between
from optimizer.schedule.timeline import Timeline
from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    ENDS,
    HOME,
    LIMITS,
    LOAD,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    RESTS,
    WINDOWS,
    World,
)

FARTHEST: Seconds = 24 * HOUR
"""No rule is asked to give way by more than this."""


def explain(timeline: Timeline, visit: int) -> tuple[Rejection, ...]:
    """Every single rule that keeps a visit (its row) out of a feasible day, the one to change least first.

    Never empty: where no single rule is to blame the answer is one `CAPACITY` rejection.
    """
    case = _Case(timeline, visit)
    found = sorted(case.relaxations(), key=lambda pair: pair[0])
    if found:
        return tuple(rejection for _, rejection in found)
    return (case.rejection(Reason.CAPACITY, f"no single change would open {case.name}'s day"),)


class _Case:
    """One visit, one day. The world is cut down to the places of the two, so that relaxing it is cheap."""

    def __init__(self, timeline: Timeline, visit: int) -> None:
        problem = timeline.day.problem
        self.horizon = problem.horizon
        self.shift = problem.shifts[timeline.shift]
        self.visit = problem.visits[visit]
        self.name = self.shift.therapist.name or self.shift.id
        self.row = timeline.shift
        self.v = visit
        self.order = timeline.order
        self.world, self.places = _focus(timeline, visit)

    def rejection(self, reason: Reason, detail: str, **opens_if: int | str) -> Rejection:
        return Rejection(reason=reason, shift=self.shift.id, detail=detail, opens_if=opens_if)

    def relaxations(self) -> Iterator[tuple[Seconds, Rejection]]:
        """Rules that alone would let the visit in, each with what it costs to change (zero: not a matter of time)."""
        barred = list(obstacles(self.shift, self.visit))
        if barred:
            if len(barred) == 1 and self.fits(self.world):
                yield 0, self._barred(barred[0])
            return
        yield from self._limits()
        # Of equals the first is named: what the practice can change before what the client has to.
        yield from self._breaks()
        yield from self._hours()
        yield from self._travel()
        yield from self._windows()

    def fits(self, world: World) -> bool:
        return bool(fits_somewhere(world, self.row, self.order, self.v))

    def least(self, relaxed: Callable[[Seconds], World], most: Seconds = FARTHEST) -> Seconds | None:
        """The smallest amount that lets the visit in, None when even `most` does not. More never closes the day."""
        if most < 1 or not self.fits(relaxed(most)):
            return None
        too_little, enough = 0, most
        while enough - too_little > 1:
            middle = (too_little + enough) // 2
            if self.fits(relaxed(middle)):
                enough = middle
            else:
                too_little = middle
        return enough

    def _barred(self, reason: Reason) -> Rejection:
        choice = self.visit.choice
        match reason:
            case Reason.SKILL:
                detail = f"{self.name} does not offer {self.visit.service}"
            case Reason.GENDER:
                detail = f"a {choice.gender} therapist was asked for"
            case Reason.CLEARANCE:
                detail = f"the screening is {self.visit.clearance.value}"
            case _:
                wanted = [self.visit.pinned.therapist] if self.visit.pinned else sorted(choice.require)
                detail = f"{' or '.join(wanted)} was asked for" if wanted else f"{self.name} was refused by the client"
        return self.rejection(reason, detail)

    def _limits(self) -> Iterator[tuple[Seconds, Rejection]]:
        rules = (
            (0, Reason.VISIT_LIMIT, "visits", 1),
            (1, Reason.HANDS_ON_LIMIT, "hands_on_minutes", MINUTE),
            (2, Reason.HEAVY_LIMIT, "heavy_visits", 1),
        )
        for column, reason, name, unit in rules:
            allowed = int(self.world.shifts[self.row, LIMITS + column])
            total = int(self.world.visits[[*self.order, self.v], LOAD + column].sum())
            if total > allowed and self.fits(self._limited(column, total)):
                needed = -(-total // unit)
                detail = f"{self.name} would reach {needed} {name.replace('_', ' ')}, the limit is {allowed // unit}"
                yield 0, self.rejection(reason, detail, **{name: needed})
        for column, name in ((3, "driving_minutes"), (4, "longest_drive_minutes")):
            allowed = int(self.world.shifts[self.row, LIMITS + column])
            if allowed == NEVER:
                continue
            more = self.least(lambda by, column=column, allowed=allowed: self._limited(column, allowed + by))  # type: ignore[misc]
            if more is not None:
                needed = -(-(allowed + more) // MINUTE)
                detail = f"{self.name} would need {needed} {name.replace('_', ' ')}, the limit is {allowed // MINUTE}"
                yield 0, self.rejection(Reason.DRIVING_LIMIT, detail, **{name: needed})

    def _limited(self, column: int, allowed: int) -> World:
        return self._with_shift(LIMITS + column, allowed)

    def _windows(self) -> Iterator[tuple[Seconds, Rejection]]:
        """The nearest start outside the client's windows."""
        free = self._windowed(1 - NEVER, NEVER - 1)
        breaks = len(self.shift.breaks)
        shape = (len(self.order), breaks + 1)
        earliest, latest = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        if not passes(free, self.row, self.order, earliest, latest):
            return
        room = np.empty((breaks + 1, 2), dtype=np.int64)
        starts: set[tuple[Seconds, Seconds]] = set()
        for at in range(len(self.order) + 1):
            if starts_between(free, self.row, self.order, earliest, latest, self.v, at, room):
                for first, last in room.tolist():
                    if first <= last:
                        for window in self.visit.starts:
                            starts.add((abs(first - window.latest), first))
                            starts.add((abs(window.earliest - last), last))
        for distance, start in sorted(starts):
            # The pass knows no driving limits; the whole day does.
            if self.fits(self._windowed(start, start)):
                local = self.horizon.local(start)
                detail = f"{self.name} could start at {local:%H:%M}"
                yield distance, self.rejection(Reason.TIME_WINDOW, detail, start=local.isoformat())
                return

    def _windowed(self, earliest: Seconds, latest: Seconds) -> World:
        visits = self.world.visits.copy()
        visits[self.v, WINDOWS::2], visits[self.v, WINDOWS + 1 :: 2] = NEVER, -NEVER
        visits[self.v, WINDOWS : WINDOWS + 2] = (earliest, latest)
        return self.world._replace(visits=visits)

    def _travel(self) -> Iterator[tuple[Seconds, Rejection]]:
        """The one drive to or from the visit that is too long."""
        world, here = self.world, int(self.world.visits[self.v, PLACE])
        start, end = world.shifts[self.row, HOME : HOME + 2].tolist()
        stops = [start, *world.visits[self.order, PLACE].tolist(), end]
        drives = {(i, here) for i in stops[:-1]} | {(here, j) for j in stops[1:]}
        best: tuple[Seconds, int, int] | None = None
        for i, j in sorted(drives):
            if i in (j, NOWHERE) or j == NOWHERE:
                continue
            longest = int(world.road[:, i, j].max())
            most = longest if best is None else min(longest, best[0] - 1)
            shorter = self.least(lambda by, i=i, j=j: self._shortened(i, j, by), most)  # type: ignore[misc]
            if shorter is not None:
                best = (shorter, i, j)
        if best is not None:
            seconds, i, j = best
            origin, destination = self._named(i), self._named(j)
            yield (
                seconds,
                self.rejection(
                    Reason.TRAVEL,
                    f"needs {_minutes(seconds)} more between {origin} and {destination}",
                    travel_shorter_seconds=seconds,
                    origin=origin,
                    destination=destination,
                ),
            )

    def _shortened(self, i: int, j: int, seconds: Seconds) -> World:
        road, drive = self.world.road.copy(), self.world.drive.copy()
        road[:, i, j] = np.maximum(0, road[:, i, j] - seconds)
        drive[:, i, j] = np.minimum(drive[:, i, j], road[:, i, j])
        return self.world._replace(road=road, drive=drive)

    def _named(self, row: int) -> str:
        place = self.places[row]
        return place.label or place.id

    def _hours(self) -> Iterator[tuple[Seconds, Rejection]]:
        later = self.least(lambda by: self._extended(0, by))
        earlier = self.least(lambda by: self._extended(by, 0))
        if later is not None and (earlier is None or later <= earlier):
            until = self.horizon.local(self.shift.ends + self.shift.limits.overtime + later)
            detail = f"{self.name}'s day would end {_minutes(later)} later, at {until:%H:%M}"
            yield later, self.rejection(Reason.SHIFT, detail, shift_ends_later_seconds=later)
        elif earlier is not None:
            since = self.horizon.local(self.shift.begins - earlier)
            detail = f"{self.name}'s day would begin {_minutes(earlier)} earlier, at {since:%H:%M}"
            yield earlier, self.rejection(Reason.SHIFT, detail, shift_begins_earlier_seconds=earlier)

    def _extended(self, earlier: Seconds, later: Seconds) -> World:
        shifts = self.world.shifts.copy()
        shifts[self.row, [BEGINS, ENDS, BACK_BY]] += (-earlier, later, later)
        return self.world._replace(shifts=shifts)

    def _breaks(self) -> Iterator[tuple[Seconds, Rejection]]:
        for k, rule in enumerate(self.shift.breaks):
            without = self._without_break(k)
            if self.fits(without):
                detail = f"{self.name}'s break of {_minutes(rule.duration)} stands in the way"
                yield rule.duration, self.rejection(Reason.BREAK, detail, without_break_seconds=rule.duration)

    def _without_break(self, k: int) -> World:
        shifts = self.world.shifts.copy()
        row = shifts[self.row]
        row[RESTS + 3 * k : -3] = row[RESTS + 3 * (k + 1) :].copy()
        row[REST_COUNT] -= 1
        return self.world._replace(shifts=shifts)

    def _with_shift(self, column: int, value: int) -> World:
        shifts = self.world.shifts.copy()
        shifts[self.row, column] = value
        return self.world._replace(shifts=shifts)


def _focus(timeline: Timeline, visit: int) -> tuple[World, tuple[Place, ...]]:
    """The world with only the places of this day, and those places by their new rows."""
    world, problem = timeline.day.world, timeline.day.problem
    homes = world.shifts[timeline.shift, HOME : HOME + 2].tolist()
    doors = world.visits[[*timeline.order, visit], PLACE].tolist()
    kept = list(dict.fromkeys(row for row in (*homes, *doors) if row != NOWHERE))
    known = {visit.place.id: visit.place for visit in problem.visits}
    for shift in problem.shifts:
        known |= {place.id: place for place in (shift.start_place, shift.end_place) if place is not None}
    new_row = {old: new for new, old in enumerate(kept)}
    # Rows that this day never visits point at the first place: nobody asks for them.
    visits, shifts = world.visits.copy(), world.shifts.copy()
    visits[:, PLACE] = [new_row.get(old, 0) for old in world.visits[:, PLACE].tolist()]
    for column in (HOME, HOME + 1):
        shifts[:, column] = [new_row.get(old, NOWHERE) for old in world.shifts[:, column].tolist()]
    cut = np.ix_(range(len(world.band_starts)), kept, kept)
    focused = world._replace(
        visits=visits,
        shifts=shifts,
        road=np.ascontiguousarray(world.road[cut]),
        drive=np.ascontiguousarray(world.drive[cut]),
    )
    return focused, tuple(known[problem.travel.places[old]] for old in kept)


def _minutes(seconds: Seconds) -> str:
    """Rounded up: a promise of eleven minutes must not need eleven and a half."""
    return f"{-(-seconds // MINUTE)} min"
