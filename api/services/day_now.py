"""A therapist's date as it stands: the plan while it says what is booked, else what is booked, timed anew.

A plan is a snapshot. Whoever is booked, moved or cancelled after it was made would be missing from it, or be visited
for nothing; so the day is timed again over what its agenda holds now, by the timeline that times plans, and whatever
no order can keep is named by the judge.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import TYPE_CHECKING

from api.services.day_problem import StoredDay, day_problem
from data.roads.source import TravelSource
from optimizer.domain.itinerary import Itinerary, Stop
from optimizer.domain.visit import Visit

if TYPE_CHECKING:
    from optimizer.schedule.checker import Violation
    from optimizer.schedule.problem import Problem

ALL_DAY = (time(0), time(23, 59))


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a plan does not know of a therapist's date, as sorted ids of bookings.

    `added` lie on the agenda and are not in the plan; `changed` are promised another start, length or place than it
    says; `gone` are in the plan and on this agenda no more: cancelled, or moved to another day or therapist.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


@dataclass(frozen=True, kw_only=True)
class DayNow:
    """The day to drive. `broken` is what it cannot keep, empty where it was not timed anew or keeps everything.

    `itinerary` is None on a day without a shift and without visits. `off` says that there are visits on a day off.
    """

    itinerary: Itinerary | None
    roads: str
    behind: Behind = Behind()
    broken: "tuple[Violation, ...]" = ()
    off: bool = False


def day_now(agenda: StoredDay, planned: Itinerary | None, *, planned_with: str, roads: TravelSource) -> DayNow:
    """The plan's day while it is what the agenda holds, else the agenda's own.

    Parameters
    ----------
    agenda
        One therapist's date with the confirmed bookings on it.
    planned
        The therapist's day in the plan; None where there is none.
    planned_with
        The roads of the plan.
    """
    (pattern,) = agenda.patterns
    off = pattern.hours[agenda.date.weekday()] is None
    if off:
        # Nobody works, yet somebody waits: whatever was booked is shown, without breaks that nobody promised.
        hours = tuple(ALL_DAY if day == agenda.date.weekday() else span for day, span in enumerate(pattern.hours))
        kept = tuple(booking for booking in agenda.bookings if not booking.busy)
        agenda = replace(agenda, patterns=(replace(pattern, hours=hours, breaks=()),), bookings=kept)
    if planned is None and not agenda.bookings:
        return DayNow(itinerary=None, roads=planned_with)
    problem = day_problem(agenda, roads)
    behind = _behind({visit.id: visit for visit in problem.visits}, planned)
    off = off and bool(agenda.bookings)
    if planned is not None and not behind:
        return DayNow(itinerary=planned, roads=planned_with, off=off)
    itinerary, broken = _timed(problem, planned, behind)
    return DayNow(itinerary=itinerary, roads=problem.travel.source, behind=behind, broken=broken, off=off)


def _behind(visits: Mapping[str, Visit], planned: Itinerary | None) -> Behind:
    known = {stop.visit.id: stop for stop in planned.stops} if planned is not None else {}
    both = visits.keys() & known.keys()
    return Behind(
        added=tuple(sorted(visits.keys() - known.keys())),
        changed=tuple(sorted(name for name in both if not _is_as_planned(visits[name], known[name]))),
        gone=tuple(sorted(known.keys() - visits.keys())),
    )


def _is_as_planned(visit: Visit, stop: Stop) -> bool:
    """Is it promised, or fixed by hand, as the plan has it?"""
    then = stop.visit
    same = (visit.place.id, visit.place.coordinate, visit.session) == (
        then.place.id, then.place.coordinate, then.session,
    )  # fmt: skip
    stays = visit.pinned is not None and visit.pinned.start == stop.start and visit.windows == then.windows
    return same and (stays or visit.starts == then.starts)


def _timed(problem: "Problem", planned: Itinerary | None, behind: Behind) -> "tuple[Itinerary, tuple[Violation, ...]]":
    # Imported here: the timeline's kernels take long to import, and most days are as they were planned.
    from optimizer.schedule.evaluate import evaluate

    stops = planned.stops if planned is not None else ()
    starts = {stop.visit.id: stop.start for stop in stops}
    kept = [name for name in starts if name not in {*behind.gone, *behind.changed}]
    starts |= {visit.id: visit.starts[0].earliest for visit in problem.visits if visit.id not in kept}
    coming = sorted(problem.visit_index.keys() - set(kept), key=lambda name: (starts[name], name))
    order = _order(problem, kept, coming) or sorted([*kept, *coming], key=lambda name: (starts[name], name))
    found = evaluate(problem, {problem.shifts[0].id: order})
    itinerary = found.plan.itineraries[0]
    return (_without_slack(itinerary) if found.violations else itinerary), found.violations


def _without_slack(day: Itinerary) -> Itinerary:
    """Where a promise is broken already, nobody may start later."""
    return replace(day, steps=tuple(replace(s, slack=0) if isinstance(s, Stop) else s for s in day.steps))


def _order(problem: "Problem", kept: Sequence[str], coming: Collection[str]) -> list[str]:
    """The plan's order with each newcomer where it costs least, else the best order of all; empty where none keeps
    every promise."""
    from optimizer.schedule.insertion import insert
    from optimizer.schedule.timeline import Day, Timeline
    from optimizer.solver.exact import polish

    day = Day.of(problem)
    timeline = day.timeline(problem.shifts[0].id, kept)
    for name in coming:
        found = insert(timeline, problem.visit_index[name]) if timeline.is_feasible else None
        if found is None:
            timeline = Timeline.of(day, 0, polish(day, 0, range(len(problem.visits))))
            break
        timeline = found.timeline
    return [problem.visits[row].id for row in timeline.order] if timeline.is_feasible else []
