"""Why a day cannot keep a promise made elsewhere: what it overlaps, or which rule it breaks."""

from collections.abc import Sequence
from dataclasses import replace

from api.services.day_problem import buffer_of
from data.roads.source import TravelSource
from optimizer.domain.practice import Policies
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.time import Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.schedule.refusal import RULES, START_RULES, Case, no_single_change, relaxations
from optimizer.schedule.slots import OpenDay
from optimizer.schedule.timeline import Day, Timeline

HELD = "hold_"
"""How the id of a held place begins."""


def why_forced(day: OpenDay, visit: Visit, start: Seconds, *, roads: TravelSource, policies: Policies) -> Rejection:
    """The reason, with a sentence for staff: it names times and places, and nobody."""
    case = _case(day, visit, start, roads, policies)
    overlapped = _overlapped(case.visits, visit, start)
    if overlapped is not None:
        begins = overlapped.starts[0].earliest
        what = "time busy elsewhere" if overlapped.busy else "a visit"
        what = "a place held for somebody" if overlapped.id.startswith(HELD) else what
        detail = (
            f"{case.clock(start)} to {case.clock(start + visit.session)} overlaps {what} of {case.name}'s"
            f" from {case.clock(begins)} to {case.clock(begins + overlapped.session)}"
        )
        return Rejection(reason=Reason.TAKEN, shift=day.shift.id, detail=detail)
    found = relaxations(case, START_RULES)
    return found[0].rejection if found else no_single_change(case)


def why_nowhere(
    day: OpenDay, visit: Visit, windows: Sequence[TimeWindow], *, roads: TravelSource, policies: Policies
) -> Rejection:
    """Why the day has no place for it anywhere in these windows."""
    case = _case(day, replace(visit, windows=tuple(windows)), None, roads, policies)
    found = relaxations(case, RULES)
    return found[0].rejection if found else no_single_change(case)


def _case(day: OpenDay, visit: Visit, start: Seconds | None, roads: TravelSource, policies: Policies) -> Case:
    """The day with the visit in it: at one start, or within its windows."""
    # A window of its own even where the start is set below: a world without windows has no room for one.
    windows = visit.windows if start is None else (TimeWindow(start, start),)
    homes = [place for place in (day.shift.start_place, day.shift.end_place) if place is not None]
    doors = [*homes, *(other.place for other in day.problem.visits), visit.place]
    places = tuple({place.id: place for place in doors}.values())
    problem = Problem(
        horizon=day.problem.horizon,
        shifts=(day.shift,),
        visits=(*day.problem.visits, replace(visit, windows=windows, pinned=None)),
        travel=roads.travel_times(places, day.problem.horizon, buffer_of(policies)),
    )
    others = range(len(day.problem.visits))
    order = sorted(others, key=lambda row: problem.visits[row].starts)
    case = Case.of(Timeline.of(Day.of(problem), 0, order), len(others))
    return case if start is None else case.at(start)


def _overlapped(visits: Sequence[Visit], visit: Visit, start: Seconds) -> Visit | None:
    """The first promise of a fixed start whose session shares time with this one."""
    for other in visits:
        fixed = len(other.starts) == 1 and other.starts[0].is_fixed
        begins = other.starts[0].earliest
        if fixed and begins < start + visit.session and start < begins + other.session:
            return other
    return None
