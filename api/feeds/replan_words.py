"""How a plan made again, and running late, are said: what moves, what keeping costs, who is hit first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.feeds import words
from api.feeds.timetable import Captions
from optimizer.domain.time import Horizon, Seconds

if TYPE_CHECKING:
    from optimizer.schedule.lateness import Delay, Lateness
    from optimizer.solver.replanning import Cost, Moved, Replanned


def moved(change: "Moved", horizon: Horizon, captions: Captions) -> str:
    """`Casey Cedar moves from taylor to robin, from 10:36 to 11:00`."""
    who = name(change.visit, captions)
    if change.from_shift is None:
        return f"{who} is new with {change.to_shift} at {_clock(horizon, change.to_start)}"
    if change.to_shift is None:
        return f"{who} at {_clock(horizon, change.from_start)} finds no place any more"
    parts = []
    if change.from_shift != change.to_shift:
        parts.append(f"from {change.from_shift} to {change.to_shift}")
    if change.from_start != change.to_start:
        parts.append(f"from {_clock(horizon, change.from_start)} to {_clock(horizon, change.to_start)}")
    return f"{who} moves {', '.join(parts)}"


def story(found: "Replanned", horizon: Horizon, captions: Captions) -> Iterator[str]:
    """A sentence on each thing that matters before anybody agrees."""
    for change in (*found.moved, *found.added):
        yield f"{moved(change, horizon, captions)}."
    if not found.moved and not found.added:
        yield "Nothing moves."
    count = found.unchanged
    if count:
        yield f"{count} visit{' stays as it is' if count == 1 else 's stay as they are'}."
    if found.cost_of_keeping is None:
        yield "The present order cannot be kept: promises would be broken."
    else:
        yield f"Keeping the order {costs(found.cost_of_keeping)}."
    if found.cost_of_stability.points or found.cost_of_stability.overtime:
        yield f"Moving so little {costs(found.cost_of_stability)}, against the plan that moves freely."


def costs(cost: "Cost") -> str:
    """`costs 9 min (9 min driving)`; what counts most first."""
    if cost.required_left_out > 0 or cost.optional_left_out > 0:
        return "leaves out more visits"
    spent = [
        (cost.overtime, "overtime"),
        (cost.road, "driving"),
        (cost.waiting, "waiting"),
    ]
    total = sum(seconds for seconds, _ in spent[1:])
    parts = [f"{words.length(seconds)} {what}" for seconds, what in spent if words.minutes(seconds) > 0]
    if cost.overtime > 0 or words.minutes(total) > 0:
        return f"costs {words.length(max(total, cost.overtime))} ({', '.join(parts)})"
    return "costs nothing" if cost.points <= 0 else "costs less than a minute"


def late_story(found: "Lateness", horizon: Horizon, captions: Captions) -> Iterator[str]:
    """Who is hit first and by how much, then everybody else to warn, then the way home."""
    hit = [delay for delay in found.delays if delay.late > 0]
    if not hit:
        yield "Every promise is still kept."
    for row, delay in enumerate(hit):
        yield _hit(delay, horizon, captions, is_first=row == 0)
    overtime = found.late.overtime
    if overtime:
        yield f"Back at {_clock(horizon, found.late.back_at)}, {words.length(overtime)} after the end of the shift."


def _hit(delay: "Delay", horizon: Horizon, captions: Captions, *, is_first: bool) -> str:
    late = -(-delay.late // 60)
    when = f"{_clock(horizon, delay.start)} instead of {_clock(horizon, delay.on_time)}"
    who = name(delay.visit, captions)
    return f"{who} is hit first: {late} min late, {when}." if is_first else f"Then {who}: {late} min late, {when}."


def name(visit: str, captions: Captions) -> str:
    caption = captions.get(visit)
    return (caption.client or caption.service) if caption is not None else visit


def _clock(horizon: Horizon, instant: Seconds | None) -> str:
    return "an unknown time" if instant is None else words.clock(horizon.local(instant))
