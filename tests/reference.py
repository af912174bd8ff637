"""Slow second opinions about one day, sharing nothing with the timeline: for tiny worlds only.

`reachable` walks every whole second of a day (wait, drive, rest, treat) and knows nothing of earliest or latest.
`cheapest` tries every place for the breaks by hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import ceil, floor

from optimizer.domain.itinerary import Objective
from optimizer.domain.therapist import Shift
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem

HALF = Fraction(1, 2)

Event = tuple[int, int, int]
"""(position, breaks taken before, start)."""


def drive(
    problem: Problem, shift: Shift, origin: str | None, destination: str | None, depart: int, *, buffered: bool = True
) -> int:
    """Seconds of a therapist's drive, looked up in exact fractions."""
    if origin is None or destination is None or origin == destination:
        return 0
    travel = problem.travel
    starts, row, column = [int(s) for s in travel.starts], travel.index[origin], travel.index[destination]
    values = [int(v) for v in (travel.seconds if buffered else travel.drive)[:, row, column]]
    if shift.travel_percent != 100:
        usual = [int(v) for v in travel.drive[:, row, column]]
        values = _never_overtaken(starts, [floor(Fraction(v * shift.travel_percent, 100) + HALF) for v in usual])
        if buffered:
            share = Fraction(travel.buffer.percent, 100)
            values = _never_overtaken(starts, [v + 60 * travel.buffer.minutes + ceil(v * share) for v in values])
    if depart <= starts[0]:
        return values[0]
    for (a, x), (b, y) in zip(zip(starts, values, strict=True), zip(starts[1:], values[1:], strict=True), strict=False):
        if depart < b:
            return x + floor(Fraction(depart - a, b - a) * (y - x))
    return values[-1]


def _never_overtaken(starts: Sequence[int], values: Sequence[int]) -> list[int]:
    """Whoever leaves at a band is there no sooner than who left at any band before."""
    there = [start + value for start, value in zip(starts, values, strict=True)]
    return [max(there[: k + 1]) - start for k, start in enumerate(starts)]


@dataclass(frozen=True)
class Walk:
    """One day in one order, ready to be walked."""

    problem: Problem
    shift: Shift
    visits: Sequence[Visit]

    @property
    def doors(self) -> list[str | None]:
        ends = (self.shift.start_place, self.shift.end_place)
        start, end = (None if place is None else place.id for place in ends)
        return [start, *(visit.place.id for visit in self.visits), end]

    def lead(self, position: int) -> int:
        visit = self.visits[position]
        shared = position > 0 and self.visits[position - 1].place.id == visit.place.id
        return visit.consultation if shared else visit.parking + visit.setup + visit.consultation

    def tail(self, position: int) -> int:
        visit = self.visits[position]
        shared = position + 1 < len(self.visits) and self.visits[position + 1].place.id == visit.place.id
        return visit.session + visit.wrap_up + (0 if shared else visit.tear_down)


State = tuple[int, bool, int, int]
"""(gap, drive done, time, breaks taken)."""


def reachable(walk: Walk, since: int, until: int) -> set[Event]:
    """Every (position, breaks taken, start) that lies on some schedule keeping every time of the day."""
    ends = walk.shift.ends + walk.shift.limits.overtime
    n, rules = len(walk.visits), walk.shift.breaks
    seen: dict[State, list[tuple[State, Event | None]]] = {}
    goals: set[State] = set()
    stack: list[State] = [(0, False, since, 0)]
    while stack:
        state = stack.pop()
        if state in seen:
            continue
        gap, driven, now, taken = state
        follow: list[tuple[State, Event | None]] = []
        if now < until:
            follow.append(((gap, driven, now + 1, taken), None))
        if taken < len(rules) and rules[taken].window.earliest <= now <= rules[taken].window.latest:
            follow.append(((gap, driven, now + rules[taken].duration, taken + 1), None))
        if not driven and now >= walk.shift.begins:
            there = now + drive(walk.problem, walk.shift, walk.doors[gap], walk.doors[gap + 1], now)
            if gap < n or there <= ends:
                follow.append(((gap, True, there, taken), None))
        if driven and gap < n:
            start = now + walk.lead(gap)
            if any(start in window for window in walk.visits[gap].starts):
                follow.append(((gap + 1, False, start + walk.tail(gap), taken), (gap, taken, start)))
        if driven and gap == n and taken == len(rules):
            goals.add(state)
        seen[state] = [(s, e) for s, e in follow if s[2] <= until]
        stack += [s for s, _ in seen[state]]
    back: dict[State, list[State]] = {}
    for state, follow in seen.items():
        for after, _ in follow:
            back.setdefault(after, []).append(state)
    alive, stack = set(goals), list(goals)
    while stack:
        for before in back.get(stack.pop(), ()):
            if before not in alive:
                alive.add(before)
                stack.append(before)
    return {event for state in alive for after, event in seen[state] if event is not None and after in alive}


def cheapest(walk: Walk) -> tuple[int, int] | None:
    """The least (overtime, points) over all places for the breaks, None when none keeps every time and limit."""
    n, breaks = len(walk.visits), len(walk.shift.breaks)
    slots = range(2 * (n + 1))
    days = (_write(walk, placed) for placed in combinations_with_replacement(slots, breaks))
    return min((day for day in days if day is not None), default=None)


def _write(walk: Walk, slots: Sequence[int]) -> tuple[int, int] | None:
    shift, weights, problem = walk.shift, walk.problem.weights, walk.problem
    limits, doors = shift.limits, walk.doors
    if not _within_sums(walk):
        return None

    def rest(now: int, slot: int) -> int | None:
        for k, at in enumerate(slots):
            if at == slot:
                now = max(now, shift.breaks[k].window.earliest)
                if now > shift.breaks[k].window.latest:
                    return None
                now += shift.breaks[k].duration
        return now

    def rested(*gaps: int) -> int:
        return sum(rule.duration for rule, at in zip(shift.breaks, slots, strict=True) if at in gaps)

    free, road, waits, drives = -(10**9), 0, 0, []
    for gap in range(len(walk.visits) + 1):
        leave = rest(free, 2 * gap)
        if leave is None:
            return None
        leave = max(leave, shift.begins) if gap == 0 else leave
        arrive = leave + drive(problem, shift, doors[gap], doors[gap + 1], leave)
        ready = rest(arrive, 2 * gap + 1)
        if ready is None:
            return None
        if gap == len(walk.visits):
            if arrive > shift.ends + limits.overtime:
                return None
            waits += leave - free - rested(2 * gap)
            road += arrive - leave
            drives.append(drive(problem, shift, doors[gap], doors[gap + 1], leave, buffered=False))
            over = max(0, arrive - shift.ends)
            break
        start = _first_start(walk.visits[gap], ready + walk.lead(gap))
        if start is None:
            return None
        if gap == 0:
            # Leave home as late as this start allows.
            while True:
                later = leave + 1
                then = rest(later + drive(problem, shift, doors[0], doors[1], later), 1)
                if then is None or then + walk.lead(0) > start:
                    break
                leave = later
            free = leave - rested(0)
        seconds = drive(problem, shift, doors[gap], doors[gap + 1], leave)
        waits += start - walk.lead(gap) - free - seconds - rested(2 * gap, 2 * gap + 1)
        road += seconds
        drives.append(drive(problem, shift, doors[gap], doors[gap + 1], leave, buffered=False))
        free = start + walk.tail(gap)
    if limits.driving is not None and sum(drives) > limits.driving:
        return None
    if limits.longest_drive is not None and max(drives) > limits.longest_drive:
        return None
    missed = sum(bool(v.choice.prefer) and shift.id not in v.choice.prefer for v in walk.visits)
    taken = sum(problem.keep.get(v.id, shift.id) != shift.id for v in walk.visits)
    points = weights.road * road + weights.waiting * waits
    return over, points + weights.preference * missed + weights.stability * taken


def _first_start(visit: Visit, ready: int) -> int | None:
    return min((max(ready, w.earliest) for w in visit.starts if ready <= w.latest), default=None)


def _within_sums(walk: Walk) -> bool:
    limits = walk.shift.limits
    sums = (
        (len(walk.visits), limits.visits),
        (sum(v.session for v in walk.visits), limits.hands_on),
        (sum(v.heavy for v in walk.visits), limits.heavy_visits),
    )
    return all(limit is None or total <= limit for total, limit in sums)


def splits(items: Sequence[int], parts: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every way to hand some of the items to `parts` people, in every order; what nobody gets is left out."""
    if not items:
        yield ((),) * parts
        return
    for rest in splits(items[1:], parts):
        yield rest
        for person, order in enumerate(rest):
            for at in range(len(order) + 1):
                longer = (*order[:at], items[0], *order[at:])
                yield (*rest[:person], longer, *rest[person + 1 :])


def best_objective(problem: Problem) -> Objective:
    """The least objective over every assignment and order, by trying them all."""
    found: list[Objective] = []
    for orders in splits(range(len(problem.visits)), len(problem.shifts)):
        over = points = 0
        for shift, order in zip(problem.shifts, orders, strict=True):
            visits = [problem.visits[row] for row in order]
            day = (0, 0) if not visits else cheapest(Walk(problem, shift, visits))
            if day is None or not all(_may(shift, visit) for visit in visits):
                break
            over, points = over + day[0], points + day[1]
        else:
            left = [v for k, v in enumerate(problem.visits) if not any(k in order for order in orders)]
            found.append(
                Objective(
                    required_left_out=sum(v.priority for v in left if v.required),
                    optional_left_out=sum(v.priority for v in left if not v.required),
                    promises_moved=0,
                    overtime=over,
                    cost=points,
                )
            )
    return min(found)


def _may(shift: Shift, visit: Visit) -> bool:
    choice, who = visit.choice, shift.therapist
    if visit.pinned is not None and visit.pinned.therapist != who.id:
        return False
    wanted = (not choice.require or who.id in choice.require) and who.id not in choice.refuse
    skilled = who.services is None or visit.service in who.services
    return wanted and skilled and choice.gender in (None, who.gender) and visit.clearance.value == "clear"
