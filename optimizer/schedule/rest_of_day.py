"""What is left of a day, from where everybody is now, as a problem of its own.

A visit under way stays, pinned to its start, and the day begins at its door. Hours, breaks and limits are those of the
shift, less what has been used up.
"""

from collections.abc import Mapping
from dataclasses import replace

from optimizer.domain.itinerary import Itinerary, Leg
from optimizer.domain.progress import Progress, Remains, UnderWay
from optimizer.domain.therapist import BreakRule, Limits, Shift
from optimizer.domain.time import HOUR, Seconds, TimeWindow
from optimizer.domain.visit import Clearance, Pin, TherapistChoice, Visit
from optimizer.schedule.checker_walk import look_up
from optimizer.schedule.problem import Problem

OVERDUE: Seconds = HOUR
"""How soon a break must begin whose time is over and that nobody has taken."""


def rest_of_day(problem: Problem, remains: Remains) -> Problem:
    """The problem of what is left: visits that are over are gone, and nobody starts before now.

    Parameters
    ----------
    problem
        The whole day; its travel knows the places of `remains`, too.
    """
    over = {visit for progress in remains.progress.values() for visit in progress.over}
    known = problem.visit_index
    pinned = {
        progress.under_way.visit: (shift, progress.under_way)
        for shift, progress in remains.progress.items()
        if progress.under_way is not None and progress.under_way.visit in known
    }
    heaviest = 1 + sum(visit.priority for visit in problem.visits)
    by_id = {visit.id: visit for visit in problem.visits}
    return replace(
        problem,
        shifts=tuple(_shift(shift, remains, by_id) for shift in problem.shifts),
        visits=tuple(
            _fixed(visit, *pinned[visit.id], heaviest) if visit.id in pinned else visit
            for visit in problem.visits
            if visit.id not in over
        ),
    )


def _fixed(visit: Visit, shift: str, under_way: UnderWay, priority: int) -> Visit:
    """A visit that is happening: nobody asks any more whether it may, and nothing outweighs it."""
    return replace(
        visit,
        windows=(TimeWindow(under_way.start, under_way.start),),
        pinned=Pin(therapist=shift, start=under_way.start),
        choice=TherapistChoice(),
        clearance=Clearance.CLEAR,
        required=True,
        priority=priority,
    )


def _shift(shift: Shift, remains: Remains, visits: Mapping[str, Visit]) -> Shift:
    progress = remains.progress.get(shift.id)
    if progress is None or not progress.has_begun:
        # At home until she leaves, which counts as rest; but nobody leaves in the past.
        free_at = remains.now if progress is None else progress.free_at
        return replace(shift, begins=max(shift.begins, free_at))
    begins = free_at = progress.free_at
    place = progress.at or shift.start_place
    if progress.under_way is not None and progress.under_way.visit in visits:
        here, start = visits[progress.under_way.visit], progress.under_way.start
        begins, place, free_at = start - here.lead, here.place, start + here.tail
    return replace(
        shift,
        begins=begins,
        start_place=place,
        breaks=_breaks(shift, progress, free_at),
        limits=_limits(shift.limits, progress, visits),
    )


def _breaks(shift: Shift, progress: Progress, free_at: Seconds) -> tuple[BreakRule, ...]:
    """The breaks still owed. One whose time is over is owed soon."""
    owed: list[BreakRule] = []
    for rule in shift.breaks[progress.rests :]:
        window = rule.window
        latest = window.latest if window.latest >= free_at else free_at + OVERDUE
        if owed:
            latest = max(latest, owed[-1].window.latest)
        owed.append(replace(rule, window=TimeWindow(max(window.earliest, free_at), latest)))
    return tuple(owed)


def _limits(limits: Limits, progress: Progress, visits: Mapping[str, Visit]) -> Limits:
    done = [visits[name] for name in progress.finished if name in visits]
    return replace(
        limits,
        visits=_less(limits.visits, sum(not visit.busy for visit in done)),
        hands_on=_less(limits.hands_on, sum(visit.hands_on for visit in done)),
        heavy_visits=_less(limits.heavy_visits, sum(visit.heavy for visit in done)),
        driving=_less(limits.driving, progress.driven),
    )


def _less(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(0, limit - used)


def drive_home(problem: Problem, day: Itinerary, progress: Progress) -> tuple[Leg, ...]:
    """The drive home of a therapist whose day is over; nothing where she is there, or has no home to go to."""
    home, here = day.shift.end_place, progress.at
    if here is None or home is None or here.id == home.id:
        return ()
    travel, depart = problem.travel.at_percent(day.shift.travel_percent), progress.free_at
    i, j = travel.index[here.id], travel.index[home.id]
    seconds, driving = (look_up(travel, table, i, j, depart) for table in (travel.seconds, travel.drive))
    return (
        Leg(
            origin=here,
            destination=home,
            depart=depart,
            arrive=depart + seconds,
            travel=driving,
            buffer=seconds - driving,
            meters=None if travel.meters is None else int(travel.meters[i, j]),
        ),
    )
