"""How far a day has come by now: what was reported of it, and for the rest what its plan says of the hour."""

from collections.abc import Iterator, Sequence

from optimizer.domain.itinerary import Break, Itinerary, Leg, Step, Stop
from optimizer.domain.place import Place
from optimizer.domain.progress import NOTHING_SAID, Progress, Report, UnderWay
from optimizer.domain.time import Seconds


def day_so_far(day: Itinerary, now: Seconds, report: Report = NOTHING_SAID) -> Progress:
    """How far a planned day has come.

    Visits are over when they were reported so or, where nothing was reported, when the plan says that they are. A
    therapist who should be on a drive to a client, and has not said where she is, is taken to go there. Who is late
    is where the plan says, and goes on from there that much later.
    """
    over = _over(day, now, report)
    under_way = _under_way(day, now, over, report)
    free_at, at = _free(day, now, over, report)
    missed = report.missed or frozenset()
    return Progress(
        free_at=free_at,
        at=at,
        finished=over - missed,
        missed=missed,
        under_way=under_way,
        rests=min(_rests(day, now, under_way, report), len(day.shift.breaks)),
        driven=sum(_driven(leg, stop, now - report.delay, over, under_way) for leg, stop in _drives(day)),
    )


def steps_behind(day: Itinerary, progress: Progress) -> tuple[Step, ...]:
    """The steps that are behind a therapist: up to the last visit that is over, or the door of the one under way.

    What was passed over on the way is not among them.
    """
    steps = day.steps
    if progress.under_way is not None:
        cut = next((k for k, step in enumerate(steps) if _is(step, {progress.under_way.visit})), 0)
    else:
        cut = max((k + 1 for k, step in enumerate(steps) if _is(step, progress.over)), default=0)
    behind = [step for step in steps[:cut] if not isinstance(step, Stop) or step.visit.id in progress.over]
    taken = sum(isinstance(step, Break) for step in behind)
    rested = [step for step in steps[cut:] if isinstance(step, Break)][: max(0, progress.rests - taken)]
    return (*behind, *rested)


def _is(step: Step, visits: frozenset[str] | set[str]) -> bool:
    return isinstance(step, Stop) and step.visit.id in visits


def _over(day: Itinerary, now: Seconds, report: Report) -> frozenset[str]:
    finished = report.finished
    if finished is None:
        finished = frozenset(stop.visit.id for stop in day.stops if stop.depart <= now)
    return (finished | (report.missed or frozenset())) - {report.current}


def _rests(day: Itinerary, now: Seconds, under_way: UnderWay | None, report: Report) -> int:
    """Breaks begun by now; those on the way to the visit under way are taken as planned."""
    if report.rests is not None:
        return report.rests
    begun = sum(isinstance(step, Break) and step.start + report.delay <= now for step in day.steps)
    if under_way is None:
        return begun
    cut = next((k for k, step in enumerate(day.steps) if _is(step, {under_way.visit})), 0)
    return max(begun, sum(isinstance(step, Break) for step in day.steps[:cut]))


def _drives(day: Itinerary) -> Iterator[tuple[Leg, Stop | None]]:
    """Each drive with the visit it leads to; None on the way home."""
    for k, step in enumerate(day.steps):
        if isinstance(step, Leg):
            yield step, next((after for after in day.steps[k + 1 :] if isinstance(after, Stop)), None)


def _driven(leg: Leg, stop: Stop | None, now: Seconds, over: frozenset[str], under_way: UnderWay | None) -> Seconds:
    there = stop is not None and (stop.visit.id in over or (under_way is not None and under_way.visit == stop.visit.id))
    if there:
        return leg.travel
    return min(leg.travel, max(0, now - leg.depart))


def _under_way(day: Itinerary, now: Seconds, over: frozenset[str], report: Report) -> UnderWay | None:
    ahead = [stop for stop in day.stops if stop.visit.id not in over]
    if report.current is not None:
        at = next((stop for stop in ahead if stop.visit.id == report.current), None)
        return None if at is None else UnderWay(visit=at.visit.id, start=_current_start(at, now, report))
    if report.position is not None or not ahead:
        return None
    first = ahead[0]
    drive = next((leg for leg, stop in _drives(day) if stop is first), None)
    left = first.arrival if drive is None else drive.depart
    if left + report.delay > now:
        return None
    # Who arrives late starts late only by what she would not have waited anyway.
    behind = max(0, report.delay - first.wait)
    waited = max(0, first.wait - report.delay) if now < first.arrival + report.delay else 0
    start = first.start + behind + max(0, report.late - waited)
    return UnderWay(visit=first.visit.id, start=still_there(first, start, now))


def _current_start(at: Stop, now: Seconds, report: Report) -> Seconds:
    """As reported; else as planned, or late enough to be still there."""
    if report.current_start is not None:
        return report.current_start + max(0, report.late - report.waits)
    return still_there(at, at.start + report.delay + report.late, now)


def still_there(stop: Stop, start: Seconds, now: Seconds) -> Seconds:
    """A visit that is not over by its time ends now at the earliest: a delay of its end counts as one of its start."""
    return max(start, now - (stop.depart - stop.start))


def _free(day: Itinerary, now: Seconds, over: frozenset[str], report: Report) -> tuple[Seconds, Place | None]:
    """From when she can drive on, and where from."""
    if report.position is not None:
        return now + report.late, report.position
    begun = (step for step in day.steps if isinstance(step, Break) and step.start + report.delay <= now)
    resting = max((step.finish + report.delay for step in begun), default=now)
    done = [stop for stop in day.stops if stop.visit.id in over]
    last = next((stop for stop in done if stop.visit.id == report.last), done[-1] if done else None)
    # Late is later than planned, not later than now.
    behind = report.late or report.delay
    planned = now if not behind else (day.leave_at if last is None else _goes_on(day.steps, last)) + report.delay
    return max(now, resting, planned, report.leaves or 0) + report.late, None if last is None else last.visit.place


def _goes_on(steps: Sequence[Step], last: Stop) -> Seconds:
    """When the plan leaves the door of a visit."""
    after = steps[steps.index(last) + 1 :]
    return next((step.depart for step in after if isinstance(step, Leg)), last.depart)
