"""A plan that was answered, sent back to be checked: its ids are looked up in the problem that it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from api.stateless.faults import Faults, Path
from api.v1.schemas.plan import BreakOut, DriveOut, ItineraryOut, ObjectiveOut, PlanOut, UnassignedOut, VisitOut
from api.v1.schemas.reading import did_you_mean
from optimizer.domain.itinerary import Break, Certificate, Itinerary, Leg, Objective, Plan, Step, Stop, Unassigned
from optimizer.domain.place import Place
from optimizer.domain.reason import Rejection
from optimizer.domain.therapist import BreakRule, Shift
from optimizer.domain.time import Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem


def return_plan(given: PlanOut, problem: Problem) -> Plan:
    """The plan that was answered, in the words of its problem. Nothing in it is judged.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        When it names a therapist, visit or place that the problem does not have, or is of another date.
    """
    reader = _Reader(problem=problem, faults=Faults())
    if given.date != problem.horizon.date:
        reader.faults.add(("date",), "not_on_date", f"The problem is of {problem.horizon.date}.", "Send its own plan.")
    days = [reader.itinerary(("itineraries", row), day) for row, day in enumerate(given.itineraries)]
    left = [reader.unassigned(("unassigned", row), visit) for row, visit in enumerate(given.unassigned)]
    reader.faults.stop_if_any()
    certificate = given.certificate
    return Plan(
        horizon=problem.horizon,
        itineraries=tuple(day for day in days if day is not None),
        unassigned=tuple(visit for visit in left if visit is not None),
        certificate=Certificate(
            status=certificate.status,
            objective=_objective(certificate.objective),
            bound=_objective(certificate.bound) if certificate.bound else None,
            engine=certificate.engine,
            seed=certificate.seed,
            checked=certificate.checked,
            seconds=certificate.seconds,
        ),
        roads=given.roads,
    )


def _objective(given: ObjectiveOut) -> Objective:
    return Objective(
        required_left_out=given.required_left_out,
        optional_left_out=given.optional_left_out,
        promises_moved=given.promises_moved,
        overtime=given.overtime_seconds,
        cost=given.cost,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    problem: Problem
    faults: Faults

    def itinerary(self, path: Path, given: ItineraryOut) -> Itinerary | None:
        shift = self._shift((*path, "therapist"), given.therapist)
        if shift is None:
            return None
        steps = [self._step((*path, "steps", row), step, shift) for row, step in enumerate(given.steps)]
        return Itinerary(shift=shift, steps=tuple(step for step in steps if step is not None))

    def unassigned(self, path: Path, given: UnassignedOut) -> Unassigned | None:
        visit = self._visit((*path, "visit"), given.visit)
        rejections = tuple(
            Rejection(reason=why.code, shift=why.therapist or "", detail=why.detail, opens_if=dict(why.opens_if or {}))
            for why in given.reasons
        )
        return Unassigned(visit=visit, rejections=rejections) if visit is not None else None

    def _step(self, path: Path, given: DriveOut | VisitOut | BreakOut, shift: Shift) -> Step | None:
        match given:
            case DriveOut():
                return self._leg(path, given)
            case VisitOut():
                return self._stop(path, given)
            case BreakOut():
                return self._break(given, shift)

    def _leg(self, path: Path, given: DriveOut) -> Leg | None:
        origin = self._place((*path, "from_place"), given.from_place)
        destination = self._place((*path, "to_place"), given.to_place)
        if origin is None or destination is None:
            return None
        return Leg(
            origin=origin,
            destination=destination,
            depart=self._at(given.depart),
            arrive=self._at(given.arrive),
            travel=given.travel_seconds,
            buffer=given.buffer_seconds,
            meters=given.distance_meters,
        )

    def _stop(self, path: Path, given: VisitOut) -> Stop | None:
        visit = self._visit((*path, "visit"), given.visit)
        if visit is None:
            return None
        return Stop(
            visit=visit,
            arrival=self._at(given.arrival),
            start=self._at(given.start),
            finish=self._at(given.finish),
            depart=self._at(given.depart),
            wait=given.wait_seconds,
            slack=given.slack_seconds,
            parking=given.parking_seconds,
            setup=given.setup_seconds,
            consultation=given.consultation_seconds,
            wrap_up=given.wrap_up_seconds,
            tear_down=given.teardown_seconds,
        )

    def _break(self, given: BreakOut, shift: Shift) -> Break:
        """For the shift's rule with this window, else for one of its own, which the checker will refuse."""
        window = TimeWindow(self._at(given.earliest_start), self._at(given.latest_start))
        start, finish = self._at(given.start), self._at(given.finish)
        meant = [rule for rule in shift.breaks if rule.window == window]
        rule = next((rule for rule in meant if rule.duration == finish - start), None) or next(iter(meant), None)
        return Break(
            rule=rule or BreakRule(window=window, duration=finish - start),
            start=start,
            finish=finish,
            place=self._places.get(given.place.id) if given.place else None,
        )

    def _at(self, instant: datetime) -> Seconds:
        return self.problem.horizon.seconds(instant)

    @property
    def _places(self) -> Mapping[str, Place]:
        doors = [visit.place for visit in self.problem.visits]
        homes = [home for shift in self.problem.shifts for home in (shift.start_place, shift.end_place) if home]
        return {place.id: place for place in (*doors, *homes)}

    def _shift(self, path: Path, name: str) -> Shift | None:
        known = {shift.id: shift for shift in self.problem.shifts}
        if name not in known:
            self._unknown(path, "therapist", name, known)
        return known.get(name)

    def _visit(self, path: Path, name: str) -> Visit | None:
        known = {visit.id: visit for visit in self.problem.visits}
        if name not in known:
            self._unknown(path, "visit", name, known)
        return known.get(name)

    def _place(self, path: Path, name: str) -> Place | None:
        known = self._places
        if name not in known:
            self._unknown(path, "place", name, known)
        return known.get(name)

    def _unknown(self, path: Path, kind: str, name: str, known: Mapping[str, object]) -> None:
        detail = f"The problem has no {kind} {name!r}."
        self.faults.add(path, f"unknown_{kind}", detail, did_you_mean(name, known))
