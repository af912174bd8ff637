"""What a plan's JSON says besides its parts (sums, ends of days, points of places), held against those parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from api.v1.schemas.plan import BreakOut, DriveOut, ItineraryOut, PlanOut, UnassignedOut, VisitOut
from optimizer.domain.itinerary import Plan
from optimizer.schedule.checker import Violation
from optimizer.schedule.problem import Problem

CODE = "derived"
"""The code of a figure that its own parts contradict."""


def contradictions(given: PlanOut, plan: Plan, problem: Problem) -> Iterator[Violation]:
    """Every figure of a plan's JSON that is not what its parts add up to.

    Parameters
    ----------
    plan
        What the JSON was read as: its parts.
    """
    if given.roads != problem.travel.source:
        detail = f"roads is {_said(given.roads)}, the problem says {_said(problem.travel.source)}"
        yield Violation(code=CODE, shift="", detail=detail)
    yield from _compared(_Whose(), given, PlanOut.of(plan))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """Where in the plan: whose day, which visit, and the field in words."""

    shift: str = ""
    visit: str = ""
    field: str = ""

    def within(self, part: object) -> "_Whose":
        """The same for something inside of `part`."""
        match part:
            case ItineraryOut():
                return _Whose(shift=part.therapist)
            case VisitOut() | UnassignedOut():
                return _Whose(shift=self.shift, visit=part.visit)
            case DriveOut():
                return _Whose(shift=self.shift, field=f"on the drive from {part.from_place} to {part.to_place}")
            case BreakOut():
                return _Whose(shift=self.shift, field="of the break")
            case _:
                return self

    def named(self, field: str) -> "_Whose":
        words = f"{self.field} {field.replace('_', ' ')}".strip()
        return _Whose(shift=self.shift, visit=self.visit, field=words)


def _compared(whose: _Whose, given: object, meant: object) -> Iterator[Violation]:
    match given, meant:
        case BaseModel(), BaseModel():
            inside = whose.within(meant)
            for name in type(meant).model_fields:
                yield from _compared(inside.named(name), getattr(given, name), getattr(meant, name))
        case list(), list() if len(given) == len(meant):
            for one, other in zip(given, meant, strict=True):
                yield from _compared(_Whose(shift=whose.shift, visit=whose.visit), one, other)
        case _ if given != meant:
            detail = f"{whose.field} is {_said(given)}, by its parts {_said(meant)}"
            yield Violation(code=CODE, shift=whose.shift, visit=whose.visit, detail=detail)


def _said(value: object) -> str:
    match value:
        case datetime():
            return f"{value:%H:%M:%S}".removesuffix(":00") + ("" if value.tzinfo is None else f" ({value:%z})")
        case None:
            return "nothing"
        case BaseModel():
            return value.model_dump_json()
        case _:
            return str(value)
