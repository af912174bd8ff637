"""What the events of a day say of how far it has come, put against its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.itinerary import Itinerary, Leg, Stop
from optimizer.domain.progress import NOTHING_SAID, Report
from optimizer.domain.time import HOUR, Horizon, Seconds
from optimizer.domain.visit_event import EventKind, VisitEvent
from optimizer.schedule.day_so_far import still_there

PATIENCE: Seconds = HOUR
"""How long a visit that should be over by now, and was not said to be, counts as open; then it went as planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event in the plan's own seconds."""

    visit: str
    kind: EventKind
    at: Seconds


def happened(events: Sequence[VisitEvent], horizon: Horizon) -> tuple[Happened, ...]:
    """The events that stand, in the order they happened."""
    found = [
        Happened(visit=event.visit, kind=event.kind, at=horizon.seconds(event.at))
        for event in events
        if event.undone_at is None
    ]
    return tuple(sorted(found, key=lambda event: (event.at, event.kind.rank)))


def reported(day: Itinerary, events: Sequence[Happened], now: Seconds) -> Report:
    """What is said of a planned day by its events; nothing where there are none of its visits.

    What was said to be over is over, and so is what was begun before something else was, or planned before it: whoever
    presses a button at the fourth door has left the third. From the last event on the plan goes on as much later as
    that was. A visit that should be over and was not said to be is open for an hour (`PATIENCE`).

    Parameters
    ----------
    events
        Of this therapist's day, in the order they happened.
    now
        Events behind it are not known yet.
    """
    stops = {stop.visit.id: stop for stop in day.stops}
    known = [event for event in events if event.visit in stops and event.at <= now]
    if not known:
        return NOTHING_SAID
    last = known[-1]
    missed = frozenset(event.visit for event in known if event.kind is EventKind.NO_SHOW)
    delay = max(0, last.at - _planned(day, stops[last.visit], last.kind))
    over = _left_behind(stops, known) | {event.visit for event in known if event.kind.ends}
    current = None if last.kind.ends or last.visit in over else last.visit
    ready = 0 if current is None else _ready(day, stops[current], last)
    start = 0 if current is None else _start(stops[current], last, ready)
    ends = {name: stop.depart + delay for name, stop in stops.items()}
    if current is not None:
        ends[current] = start + stops[current].depart - stops[current].start
    over |= {name for name, stop in stops.items() if name not in over and _is_long_over(stop, ends[name], now)}
    if current in over:
        current = None
    door = _left_door(stops, known, over)
    return Report(
        finished=frozenset(over - missed),
        missed=missed,
        current=current,
        current_start=None if current is None else still_there(stops[current], start, now),
        waits=0 if current is None else max(0, start - max(ready, now)),
        delay=delay,
        last=None if door is None else door.visit,
        leaves=None if door is None else door.at,
    )


def _planned(day: Itinerary, stop: Stop, kind: EventKind) -> Seconds:
    """When the plan has it happen."""
    match kind:
        case EventKind.DEPARTED:
            return min(_drive(day, stop)[0], stop.arrival)
        case EventKind.ARRIVED:
            return stop.arrival
        case EventKind.STARTED:
            return stop.start
        case EventKind.FINISHED:
            return stop.finish
        case EventKind.NO_SHOW:
            return stop.depart


def _drive(day: Itinerary, stop: Stop) -> tuple[Seconds, Seconds]:
    """When the plan sets off for a visit and how long it drives; nothing at all where it is next door."""
    before = day.steps[: day.steps.index(stop)]
    for step in reversed(before):
        match step:
            case Leg():
                return step.depart, step.arrive - step.depart
            case Stop():
                break
    return stop.arrival, 0


def _ready(day: Itinerary, stop: Stop, last: Happened) -> Seconds:
    """When its session can start at the earliest, by what was said of it last."""
    before = stop.start - stop.arrival - stop.wait
    match last.kind:
        case EventKind.DEPARTED:
            return last.at + _drive(day, stop)[1] + before
        case EventKind.ARRIVED:
            return last.at + before
        case _:
            return last.at


def _start(stop: Stop, last: Happened, ready: Seconds) -> Seconds:
    """When it starts, or started. Nobody starts before the plan without saying so: the client is told that time."""
    return ready if last.kind is EventKind.STARTED else max(stop.start, ready)


def _left_behind(stops: Mapping[str, Stop], known: Sequence[Happened]) -> set[str]:
    """Visits that were begun before another was, or that the plan has behind it and nobody spoke of."""
    last = known[-1]
    begun = {event.visit for event in known if event.kind is not EventKind.DEPARTED}
    spoken_of = {event.visit for event in known}
    order = list(stops)
    earlier = order[: order.index(last.visit)]
    silent = {name for name in earlier if name not in spoken_of and stops[name].depart <= last.at}
    return (begun - {last.visit}) | silent


def _is_long_over(stop: Stop, end: Seconds, now: Seconds) -> bool:
    """Time given to something else ends when it ends: nobody presses a button for it."""
    return stop.depart <= now if stop.visit.busy else end + PATIENCE <= now


def _left_door(stops: Mapping[str, Stop], known: Sequence[Happened], over: set[str]) -> Happened | None:
    """The door she came from last, by what was said, with the time from which she can leave it."""
    last = next((event for event in reversed(known) if event.visit in over), None)
    if last is None or not last.kind.ends:
        return last
    stop = stops[last.visit]
    return replace(last, at=last.at + (stop.depart - stop.finish if last.kind is EventKind.FINISHED else 0))
