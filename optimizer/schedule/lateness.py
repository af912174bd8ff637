"""Running late: what becomes of the order as it is, who is hit first, by how much, and when to leave at the latest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.itinerary import Break, Itinerary, Leg, Status, Stop, Unassigned
from optimizer.domain.time import HOUR, Seconds
from optimizer.schedule.checker import Violation, check
from optimizer.schedule.checker_walk import look_up
from optimizer.schedule.evaluate import Evaluation, assemble
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day, Timeline, unbounded
from optimizer.travel.times import TravelTimes

FARTHEST: Seconds = 24 * HOUR
"""Later than any day gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A visit that starts later than it would on time. `late` is by how much it breaks its promise, 0 where that is
    kept."""

    visit: str
    on_time: Seconds
    start: Seconds
    late: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """When to leave for a visit: as planned, and at the latest with every promise from there on kept."""

    visit: str
    planned: Seconds
    latest: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """What a delay does to a day whose order stays as it is.

    `delays` in the order of the day; `departures` are safe ones of the day as it is on time, none behind a promise
    that is broken even then; `broken` is everything wrong with the late day.
    """

    on_time: Itinerary
    late: Itinerary
    delays: tuple[Delay, ...]
    departures: tuple[Departure, ...]
    broken: tuple[Violation, ...]

    @property
    def hit_first(self) -> Delay | None:
        """The first visit whose promise is broken."""
        return next((delay for delay in self.delays if delay.late > 0), None)


def lateness(day: Problem, on_time: Problem, late: Problem, order: Sequence[str], now: Seconds) -> Lateness:
    """Compare the rest of one therapist's day on time and late.

    Parameters
    ----------
    day
        The whole day, with what was promised.
    on_time, late
        What is left of it; each has the therapist's shift only.
    order
        The visits of the day as planned.
    """
    before, after = _in_order(on_time, order), _in_order(late, order)
    punctual, delayed = before.plan.itineraries[0], after.plan.itineraries[0]
    planned = {stop.visit.id: stop.start for stop in punctual.stops}
    promised = {visit.id: visit.starts[-1].latest for visit in day.visits}
    coming = [stop for stop in delayed.stops if planned.get(stop.visit.id, now) > now]
    return Lateness(
        on_time=punctual,
        late=delayed,
        delays=tuple(
            Delay(
                visit=stop.visit.id,
                on_time=planned[stop.visit.id],
                start=stop.start,
                late=max(0, stop.start - promised[stop.visit.id]),
            )
            for stop in coming
            if stop.start > planned[stop.visit.id]
        ),
        departures=() if before.violations else tuple(_departures(on_time, punctual)),
        broken=after.violations,
    )


def _in_order(problem: Problem, order: Sequence[str]) -> Evaluation:
    (shift,) = problem.shifts
    return least_late(problem, {shift.id: [visit for visit in order if visit in problem.visit_index]})


def least_late(problem: Problem, orders: Mapping[str, Sequence[str]]) -> Evaluation:
    """The given orders, timed so that where promises are broken the worst of a day is broken by as little as can be.

    Clients, breaks and the end of the shift all give way by the same; limits are not asked.

    Raises
    ------
    KeyError
        When an id is not part of the problem.
    """
    strict = Day.of(problem)
    days = [_eased(strict, strict.timeline(shift.id, orders.get(shift.id, ()))) for shift in problem.shifts]
    named = {visit for order in orders.values() for visit in order}
    left = tuple(Unassigned(visit=visit, rejections=()) for visit in problem.visits if visit.id not in named)
    plan = assemble(problem, [day.itinerary() for day in days], left, engine="least late")
    broken = check(problem, plan)
    status = Status.INFEASIBLE if broken else Status.FEASIBLE
    proof = replace(plan.certificate, status=status, checked=not broken)
    return Evaluation(plan=replace(plan, certificate=proof), violations=tuple(broken))


def _eased(day: Day, timeline: Timeline) -> Timeline:
    """The timeline in a world that gives way just enough for it."""
    if timeline.is_feasible:
        return timeline
    too_little, enough = -1, 2 * FARTHEST
    while enough - too_little > 1:
        grace = (too_little + enough) // 2
        if _with_grace(day, timeline, grace).is_feasible:
            enough = grace
        else:
            too_little = grace
    return _with_grace(day, timeline, enough)


def _with_grace(day: Day, timeline: Timeline, grace: Seconds) -> Timeline:
    return Timeline.of(replace(day, world=unbounded(day.world, grace)), timeline.shift, timeline.order)


def _departures(problem: Problem, day: Itinerary) -> Iterator[Departure]:
    travel = problem.travel.at_percent(day.shift.travel_percent)
    free, leg = day.shift.begins, None
    rests: list[Break] = []
    for step in day.steps:
        match step:
            case Leg():
                leg = step
            case Break():
                rests.append(step)
            case Stop():
                if leg is not None:
                    latest = _leave_by(travel, leg, rests, step, free)
                    yield Departure(visit=step.visit.id, planned=leg.depart, latest=latest)
                free, leg, rests = step.depart, None, []


def _leave_by(travel: TravelTimes, leg: Leg, rests: Sequence[Break], stop: Stop, free: Seconds) -> Seconds:
    """The latest departure with which the session starts while there is slack, breaks before or behind the drive."""
    latest = leg.depart
    for ahead in range(len(rests) + 1):
        safe, too_late = latest, leg.depart + FARTHEST
        while too_late - safe > 1:
            middle = (safe + too_late) // 2
            if _is_in_time(travel, leg, rests[ahead:], stop, middle):
                safe = middle
            else:
                too_late = middle
        over = _rested(rests[:ahead], free)
        if over is not None and over <= safe:
            latest = safe
    return latest


def _is_in_time(travel: TravelTimes, leg: Leg, rests: Sequence[Break], stop: Stop, depart: Seconds) -> bool:
    i, j = travel.index[leg.origin.id], travel.index[leg.destination.id]
    ready = _rested(rests, depart + look_up(travel, travel.seconds, i, j, depart))
    prepared = stop.parking + stop.setup + stop.consultation
    return ready is not None and ready + prepared <= stop.start + stop.slack


def _rested(rests: Sequence[Break], now: Seconds) -> Seconds | None:
    """When these breaks are over, taken one after the other; None where one would begin too late."""
    for rest in rests:
        if now > rest.rule.window.latest:
            return None
        now = max(now, rest.rule.window.earliest) + rest.rule.duration
    return now
