"""The judge: recomputes a plan from its parts, naively, and lists everything that is wrong with it.

Slow and obvious on purpose. It shares no code with the timeline: it looks travel times up by itself, walks a day by
itself, and reads the clock in aware datetimes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from optimizer.domain.eligibility import obstacles
from optimizer.domain.itinerary import Break, Itinerary, Leg, Objective, Plan, Status, Stop
from optimizer.domain.time import Seconds
from optimizer.schedule.checker_walk import LaterWalk, drive_of
from optimizer.schedule.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One promise or rule that a plan breaks. `code` is public; `visit` is empty where the whole day is meant."""

    code: str
    shift: str
    visit: str = ""
    detail: str


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Everything wrong with a plan; an empty list means that every promise and rule is kept."""
    found = list(_accounts(problem, plan))
    for itinerary in plan.itineraries:
        if itinerary.shift in problem.shifts:
            found += _Judge(problem, itinerary).verdict()
        else:
            found.append(Violation(code="unknown_shift", shift=itinerary.shift.id, detail="is not part of the problem"))
    if not found:
        found += _objective(problem, plan)
    return found


def _accounts(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Every visit is served once or left out once, and is the visit that was asked for."""
    places = [(stop.visit, day.shift.id) for day in plan.itineraries for stop in day.stops]
    places += [(left.visit, "") for left in plan.unassigned]
    seen = Counter(visit.id for visit, _ in places)
    for visit in problem.visits:
        if seen[visit.id] != 1:
            yield Violation(code="visit_count", shift="", visit=visit.id, detail=f"occurs {seen[visit.id]} times")
    known = {visit.id: visit for visit in problem.visits}
    for visit, shift in places:
        if known.get(visit.id) != visit:
            yield Violation(code="unknown_visit", shift=shift, visit=visit.id, detail="is not the visit asked for")
    for shift, times in Counter(day.shift.id for day in plan.itineraries).items():
        if times > 1:
            yield Violation(code="shift_twice", shift=shift, detail=f"has {times} itineraries")


def _objective(problem: Problem, plan: Plan) -> Iterator[Violation]:
    weights, cost = problem.weights, 0
    for day in plan.itineraries:
        cost += sum(leg.travel + leg.buffer for leg in day.legs) * weights.road
        cost += (sum(stop.wait for stop in day.stops) + _idle_before_home(day)) * weights.waiting
        wishes = [stop.visit.choice.prefer for stop in day.stops]
        cost += sum(1 for prefer in wishes if prefer and day.shift.id not in prefer) * weights.preference
        for stop in day.stops:
            if stop.visit.id in problem.keep and problem.keep[stop.visit.id] != day.shift.id:
                cost += weights.stability
    counted = Objective(
        required_left_out=sum(left.visit.priority for left in plan.unassigned if left.visit.required),
        optional_left_out=sum(left.visit.priority for left in plan.unassigned if not left.visit.required),
        promises_moved=plan.certificate.objective.promises_moved,
        overtime=sum(day.overtime for day in plan.itineraries),
        cost=cost,
    )
    given, bound = plan.certificate.objective, plan.certificate.bound
    for tier in fields(Objective):
        adds_up, said = getattr(counted, tier.name), getattr(given, tier.name)
        if adds_up != said:
            detail = f"{tier.name.replace('_', ' ')} adds up to {adds_up}, not {said}"
            yield Violation(code="objective", shift="", detail=detail)
    if bound is not None and bound > given:
        yield Violation(code="certificate", shift="", detail="the plan is better than what is said to be the best")
    if plan.certificate.status is Status.OPTIMAL and bound != given:
        yield Violation(code="certificate", shift="", detail="is called optimal, and its bound does not say so")


def _meters(meters: int | None) -> str:
    return "of unknown length" if meters is None else f"{meters} m long"


def _idle_before_home(day: Itinerary) -> Seconds:
    """Between the last block and the drive home, breaks not counted."""
    if not day.stops or not day.legs or day.legs[-1].depart < day.stops[-1].depart:
        return 0
    begin, end = day.stops[-1].depart, day.legs[-1].depart
    taken = [step for step in day.steps if isinstance(step, Break) and begin <= step.start and step.finish <= end]
    return end - begin - sum(step.finish - step.start for step in taken)


class _Judge:
    """One itinerary before the court."""

    def __init__(self, problem: Problem, itinerary: Itinerary) -> None:
        self.problem = problem
        self.day = itinerary
        self.shift = itinerary.shift

    def verdict(self) -> list[Violation]:
        if not self.day.steps:
            return []
        found = [*self._route(), *self._legs(), *self._stops(), *self._hours(), *self._breaks(), *self._limits()]
        return found or [*self._slack()]

    def _wrong(self, code: str, detail: str, visit: str = "") -> Violation:
        return Violation(code=code, shift=self.shift.id, visit=visit, detail=detail)

    def _clock(self, seconds: Seconds) -> datetime:
        return self.problem.horizon.instant(seconds)

    def _said(self, moment: datetime) -> str:
        """As the wall clock shows it, with seconds only where there are any."""
        local = moment.astimezone(self.problem.horizon.zone)
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"

    def _route(self) -> Iterator[Violation]:
        """Steps follow each other in time and in space."""
        here, now = self.shift.start_place, None
        first = True
        for step in self.day.steps:
            match step:
                case Leg():
                    if here is None or step.origin.id != here.id:
                        yield self._wrong("route", f"drives off from {step.origin.id} without being there")
                    begin, end, here = step.depart, step.arrive, step.destination
                case Stop():
                    if step.visit.place.id != getattr(here, "id", None) and not (
                        first and self.shift.start_place is None
                    ):
                        yield self._wrong("route", f"is not at {step.visit.place.id}", step.visit.id)
                    begin, end, here, first = step.arrival, step.depart, step.visit.place, False
                    if now is not None and self._clock(begin) < now:
                        # A break at the door lies between the arrival and the block.
                        begin = step.start - step.parking - step.setup - step.consultation
                case Break():
                    begin, end = step.start, step.finish
            if now is not None and self._clock(begin) < now:
                began, ended = self._said(self._clock(begin)), self._said(now)
                yield self._wrong("overlap", f"begins at {began}, before the step before it ends at {ended}")
            now = self._clock(end)
        goal = self.shift.end_place
        if goal is not None and (here is None or here.id != goal.id):
            yield self._wrong("route", f"does not end at {goal.id}")

    def _legs(self) -> Iterator[Violation]:
        travel = self.problem.travel
        for leg in self.day.legs:
            row, column = travel.index[leg.origin.id], travel.index[leg.destination.id]
            seconds, driving = drive_of(travel, self.shift, leg.origin, leg.destination, leg.depart)
            drive, buffer = f"the drive from {leg.origin.id} to {leg.destination.id}", seconds - driving
            if leg.travel != driving:
                yield self._wrong("travel", f"{drive} takes {driving} s, not {leg.travel} s")
            if leg.buffer != buffer:
                yield self._wrong("travel", f"{drive} has a buffer of {buffer} s, not {leg.buffer} s")
            if self._clock(leg.arrive) != self._clock(leg.depart) + timedelta(seconds=seconds):
                given = leg.arrive - leg.depart
                yield self._wrong("travel", f"{drive} takes {seconds} s with its buffer, and {given} s are given")
            meters = None if travel.meters is None else int(travel.meters[row, column])
            if leg.meters != meters:
                yield self._wrong("distance", f"{drive} is {_meters(meters)}, not {_meters(leg.meters)}")

    def _stops(self) -> Iterator[Violation]:
        stops = self.day.stops
        free: Seconds | None = None
        for position, stop in enumerate(stops):
            visit = stop.visit
            before = position > 0 and stops[position - 1].visit.place.id == visit.place.id
            after = position + 1 < len(stops) and stops[position + 1].visit.place.id == visit.place.id
            owed = (
                0 if before else visit.parking,
                0 if before else visit.setup,
                visit.consultation,
                visit.wrap_up,
                0 if after else visit.tear_down,
            )
            if owed != (stop.parking, stop.setup, stop.consultation, stop.wrap_up, stop.tear_down):
                yield self._wrong("block", "the parts of the block are not as long as owed", visit.id)
            if self._clock(stop.start) < self._clock(stop.arrival) + timedelta(seconds=sum(owed[:3])):
                yield self._wrong("block", "the session starts before the therapist can be ready", visit.id)
            if stop.finish != stop.start + visit.session or stop.depart != stop.finish + sum(owed[3:]):
                yield self._wrong("block", "the session or what follows is cut short", visit.id)
            if not any(w.earliest <= stop.start <= w.latest for w in visit.windows) and (
                visit.pinned is None or visit.pinned.start is None
            ):
                yield self._wrong(
                    "time_window", f"starts at {self._said(self._clock(stop.start))}, outside its windows", visit.id
                )
            if visit.pinned is not None and visit.pinned.start not in (None, stop.start):
                yield self._wrong("pinned", f"starts at {self._said(self._clock(stop.start))}, not as pinned", visit.id)
            for reason in obstacles(self.shift, visit):
                yield self._wrong(reason.value, f"{self.shift.id} may not take this visit", visit.id)
            if stop.slack < 0:
                yield self._wrong("slack", "is negative", visit.id)
            idle = self._idle(stop, free)
            if stop.wait != idle:
                yield self._wrong("wait", f"waits {idle} s, not {stop.wait} s", visit.id)
            free = stop.depart

    def _idle(self, stop: Stop, free: Seconds | None) -> Seconds:
        """Time between two blocks that is neither driven nor rested; before the first block, since arriving."""
        begin = stop.arrival if free is None else free
        end = stop.start - stop.parking - stop.setup - stop.consultation
        spent = sum(leg.arrive - leg.depart for leg in self.day.legs if begin <= leg.depart and leg.arrive <= end)
        rested = sum(
            step.finish - step.start
            for step in self.day.steps
            if isinstance(step, Break) and begin <= step.start and step.finish <= end
        )
        return end - begin - (0 if free is None else spent) - rested

    def _slack(self) -> Iterator[Violation]:
        """Asked only of a day that is in order: what is broken already has no room to give."""
        for stop, detail in LaterWalk(problem=self.problem, day=self.day).wrong_slacks():
            yield self._wrong("slack", detail, stop.visit.id)

    def _hours(self) -> Iterator[Violation]:
        if self._clock(self.day.leave_at) < self._clock(self.shift.begins):
            yield self._wrong("shift", "begins before the shift")
        latest = self._clock(self.shift.ends) + timedelta(seconds=self.shift.limits.overtime)
        if self._clock(self.day.back_at) > latest:
            late = self._clock(self.day.back_at) - self._clock(self.shift.ends)
            yield self._wrong("shift", f"ends {late} after the shift")

    def _breaks(self) -> Iterator[Violation]:
        taken = [step for step in self.day.steps if isinstance(step, Break)]
        if tuple(step.rule for step in taken) != self.shift.breaks:
            yield self._wrong("break", f"{len(taken)} breaks taken, {len(self.shift.breaks)} owed, in their order")
        for step in taken:
            if not step.rule.window.earliest <= step.start <= step.rule.window.latest:
                yield self._wrong(
                    "break", f"a break starts at {self._said(self._clock(step.start))}, outside its window"
                )
            if self._clock(step.finish) - self._clock(step.start) != timedelta(seconds=step.rule.duration):
                yield self._wrong("break", "a break is cut short")

    def _limits(self) -> Iterator[Violation]:
        limits, stops, legs = self.shift.limits, self.day.stops, self.day.legs
        sums = (
            ("visit_limit", sum(not stop.visit.busy for stop in stops), limits.visits),
            ("hands_on_limit", sum(stop.visit.hands_on for stop in stops), limits.hands_on),
            ("heavy_limit", sum(stop.visit.heavy for stop in stops), limits.heavy_visits),
            ("driving_limit", sum(leg.travel for leg in legs), limits.driving),
            ("driving_limit", max((leg.travel for leg in legs), default=0), limits.longest_drive),
        )
        for code, total, limit in sums:
            if limit is not None and total > limit:
                yield self._wrong(code, f"{total} is over the limit of {limit}")
