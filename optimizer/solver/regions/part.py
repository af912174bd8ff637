"""Some therapists and visits of a day as a day of their own, small enough to be searched well or sent elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A part of a day. Pickles to little: it carries the travel between its own places only.

    Attributes
    ----------
    day
        The part by itself.
    shifts, visits
        `shifts[k]`, `visits[k]`: which row of the whole day the part's row k is.
    """

    day: Day
    shifts: tuple[int, ...]
    visits: tuple[int, ...]

    @classmethod
    def of(cls, whole: Problem, shifts: Iterable[int], visits: Iterable[int]) -> Self:
        """Cut some rows out of a day, in the order of the whole."""
        shift_rows, visit_rows = tuple(sorted(shifts)), tuple(sorted(visits))
        people = tuple(whole.shifts[row] for row in shift_rows)
        asked = tuple(whole.visits[row] for row in visit_rows)
        homes = [place for shift in people for place in (shift.start_place, shift.end_place) if place is not None]
        places = dict.fromkeys(place.id for place in (*homes, *(visit.place for visit in asked)))
        problem = replace(
            whole,
            shifts=people,
            visits=asked,
            travel=whole.travel.only(list(places)),
            keep={visit.id: whole.keep[visit.id] for visit in asked if visit.id in whole.keep},
        )
        return cls(day=Day.of(problem), shifts=shift_rows, visits=visit_rows)

    def inward(self, assignment: Assignment) -> Assignment:
        """The part's days of an assignment of the whole, in the part's rows.

        Raises
        ------
        KeyError
            When one of these days has a visit that is not in the part.
        """
        row = {visit: at for at, visit in enumerate(self.visits)}
        return tuple(tuple(row[visit] for visit in assignment[shift]) for shift in self.shifts)

    def outward(self, orders: Sequence[Sequence[int]]) -> dict[int, tuple[int, ...]]:
        """By shift of the whole, the orders of an assignment of the part."""
        return {
            shift: tuple(self.visits[visit] for visit in order)
            for shift, order in zip(self.shifts, orders, strict=True)
        }
