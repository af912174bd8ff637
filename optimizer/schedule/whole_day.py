"""What has been done of a day and what was planned again of it, made one day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from optimizer.domain.itinerary import Break, Itinerary, Plan, Step, Stop
from optimizer.domain.progress import Progress, Remains
from optimizer.domain.therapist import BreakRule
from optimizer.domain.visit import Visit
from optimizer.schedule.day_so_far import steps_behind
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.problem import Problem
from optimizer.schedule.rest_of_day import drive_home


def whole_days(problem: Problem, rest: Plan, standing: Sequence[Itinerary], remains: Remains) -> Plan:
    """The plan of the whole date: days as they stand up to now, then what was planned again; others stay as they are.

    The certificate is that of what was left to plan.

    Parameters
    ----------
    problem
        The whole day of those planned again.
    standing
        Everybody's day as it stood.
    """
    again = {day.shift.id: day for day in rest}
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    days = [
        _whole(problem, replace(day, shift=shifts[day.shift.id]), again[day.shift.id], remains, visits)
        if day.shift.id in again
        else day
        for day in standing
    ]
    known = {day.shift.id for day in standing}
    days += [
        Itinerary(shift=shifts[name], steps=tuple(_as_promised(day.steps, visits, shifts[name].breaks)))
        for name, day in again.items()
        if name not in known
    ]
    left = tuple(replace(each, visit=visits.get(each.visit.id, each.visit)) for each in rest.unassigned)
    return replace(rest, itineraries=tuple(days), unassigned=left)


def _whole(
    problem: Problem, before: Itinerary, rest: Itinerary, remains: Remains, visits: Mapping[str, Visit]
) -> Itinerary:
    progress = remains.progress.get(before.shift.id, Progress(free_at=remains.now))
    behind = steps_behind(before, progress)
    ahead = tuple(_as_promised(rest.steps, visits, before.shift.breaks[progress.rests :]))
    day = replace(before, steps=(*behind, *(ahead or drive_home(problem, before, progress))))
    # What is left knows nothing of the slack of what is behind it; the day as a whole does, where it went as planned.
    again = evaluate(problem, {day.shift.id: day.order}).plan.itineraries[problem.shift_index[day.shift.id]]
    return again if _plain(again) == _plain(day) else day


def _plain(day: Itinerary) -> tuple[Step, ...]:
    return tuple(replace(step, slack=0) if isinstance(step, Stop) else step for step in day.steps)


def _as_promised(steps: Sequence[Step], visits: Mapping[str, Visit], breaks: Sequence[BreakRule]) -> Iterator[Step]:
    """A visit under way was pinned to what happens, a break cut to what is left of it: back to what was promised.

    Parameters
    ----------
    breaks
        Those still owed, in order.
    """
    owed = iter(breaks)
    for step in steps:
        match step:
            case Stop():
                yield replace(step, visit=visits.get(step.visit.id, step.visit))
            case Break():
                yield replace(step, rule=next(owed, step.rule))
            case _:
                yield step
