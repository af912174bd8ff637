"""A practice's days as the public may know them: every other client's door and every therapist's home is a cell.

Whatever is computed from them is the same for each home of a cell, and whatever fits fits on the real roads.
"""

from dataclasses import replace

from api.services.boards import MOST_BOARDS, MOST_DAYS, PracticeBoard, Shelf, Stack
from api.services.day_problem import buffer_of
from data.roads.source import TravelSource
from optimizer.schedule.slots import OpenDay
from optimizer.schedule.timeline import Day
from optimizer.travel.times import BufferPolicy


class PublicView:
    """Draws days again with the public's roads, each once."""

    def __init__(self, roads: TravelSource, *, most_days: int = MOST_DAYS, most_boards: int = MOST_BOARDS) -> None:
        self._roads = roads
        # Each value holds what its key is the id of, so that the id is its alone for as long as the value is kept.
        self._days: Shelf[tuple[int, BufferPolicy], tuple[OpenDay, OpenDay]] = Shelf(most_days)
        self._stacks: Shelf[tuple[int, BufferPolicy], tuple[Stack, Stack]] = Shelf(most_boards)

    def of(self, view: PracticeBoard) -> PracticeBoard:
        """The same board without anybody's door."""
        policy = buffer_of(view.practice.policies)
        key = (id(view.stack), policy)
        found = self._stacks.get(key)
        if found is None:
            found = view.stack, Stack([self._day(day, policy) for day in view.days])
            self._stacks.put(key, found)
        return replace(view, stack=found[1])

    def _day(self, day: OpenDay, policy: BufferPolicy) -> OpenDay:
        key = (id(day), policy)
        found = self._days.get(key)
        if found is None:
            found = day, blurred(day, self._roads, policy)
            self._days.put(key, found)
        return found[1]


def blurred(day: OpenDay, roads: TravelSource, policy: BufferPolicy) -> OpenDay:
    """One day with the public's roads.

    Where every promise is a fixed start, the cuts of the real day tell no drive: what comes before and after each of
    them is known from the starts. They are kept, so that a tight day stays open. Where a visit may move, the cuts are
    drawn again, and a day too tight for the public's roads offers nothing.
    """
    shift = day.shift
    homes = [place for place in (shift.start_place, shift.end_place) if place is not None]
    places = {place.id: place for place in (*homes, *(visit.place for visit in day.problem.visits))}
    travel = roads.travel_times(tuple(places.values()), day.problem.horizon, policy)
    problem = replace(day.problem, travel=travel)
    if all(len(visit.starts) == 1 and visit.starts[0].is_fixed for visit in problem.visits):
        return replace(day, problem=problem, world=Day.of(problem).world)
    in_order = sorted(range(len(problem.visits)), key=lambda row: problem.visits[row].starts)
    return OpenDay.of(problem, day.kind, in_order)
