"""A plan as text: what `rounds plan` prints, and what fits on paper."""

from collections.abc import Iterator, Mapping, Sequence

from api.feeds import whereabouts, words
from api.feeds.words import Caption
from optimizer.domain.itinerary import Break, Itinerary, Leg, Plan, Stop, Unassigned
from optimizer.domain.place import Place
from optimizer.domain.reason import Reason
from optimizer.domain.time import Horizon, Seconds

Captions = Mapping[str, Caption]
"""Caption of each visit, by visit id."""

GUTTER = " " * 9


def plan_text(plan: Plan, captions: Captions | None = None, warnings: Sequence[str] = ()) -> str:
    """The whole plan: what to be wary of, every itinerary, then who was left out and why, totals and certificate.

    Without captions visits go by their ids.
    """
    captions = captions or {}
    blocks = [f"{words.long_date(plan.horizon.date)} · {plan.horizon.zone.key}"]
    if warnings:
        blocks.append("\n".join(f"! {warning}" for warning in warnings))
    blocks += [itinerary_text(day, plan.horizon, captions) for day in plan.itineraries]
    if plan.unassigned:
        blocks.append("\n".join(_left_out(plan, captions)))
    blocks.append("\n".join(_summary(plan)))
    return "\n\n".join(blocks) + "\n"


def itinerary_text(day: Itinerary, horizon: Horizon, captions: Captions) -> str:
    """One therapist's day, without a newline at its end."""
    return "\n".join([_headline(day, horizon), *_steps(day, horizon, captions)])


def _headline(day: Itinerary, horizon: Horizon) -> str:
    name = day.shift.therapist.name or day.shift.therapist.id
    if not day.stops:
        return f"{name}: no visits"
    count = sum(not stop.visit.busy for stop in day.stops)
    hands_on = sum(stop.visit.hands_on for stop in day.stops)
    driving = sum(leg.travel for leg in day.legs)
    line = (
        f"{name}: {count} visit{'' if count == 1 else 's'}, leave {_clock(horizon, day.leave_at)},"
        f" back {_clock(horizon, day.back_at)}, {words.length(hands_on)} hands-on, {words.length(driving)} driving"
    )
    return f"{line}, {words.length(day.overtime)} overtime" if day.overtime else line


def _steps(day: Itinerary, horizon: Horizon, captions: Captions) -> Iterator[str]:
    for step in day.steps:
        match step:
            case Leg():
                to = _where(step.destination, day, captions)
                arrive = _clock(horizon, step.arrive)
                yield f"  {_clock(horizon, step.depart)}  {words.drive(step)} to {to}, arrive {arrive}"
            case Stop():
                yield from _visit(step, horizon, captions)
            case Break():
                yield f"  {_clock(horizon, step.start)}  break, {words.length(step.finish - step.start)}"


def _visit(stop: Stop, horizon: Horizon, captions: Captions) -> Iterator[str]:
    caption = captions.get(stop.visit.id) or Caption(service=stop.visit.service, client=stop.visit.id)
    if before := words.before_the_session(stop, horizon):
        yield f"{GUTTER}{before}"
    title = ", ".join(part for part in (caption.service, words.length(stop.visit.session), caption.client) if part)
    yield f"  {_clock(horizon, stop.start)}  {title}"
    yield from (f"{GUTTER}! {mark}" for mark in caption.marks)
    until = f"until {_clock(horizon, stop.finish)}, leave {_clock(horizon, stop.depart)}"
    yield f"{GUTTER}{until}; {words.slack(stop.slack)}"


def _where(place: Place, day: Itinerary, captions: Captions) -> str:
    """The caption of a visit at that place, else what the place calls itself, else home."""
    for stop in day.stops:
        if stop.visit.place.id == place.id and (caption := captions.get(stop.visit.id)) and caption.where:
            return whereabouts.in_words(caption.where, place.precision)
    if place.label:
        return whereabouts.in_words(place.label, place.precision)
    return "home" if place == day.shift.end_place else place.id


def _left_out(plan: Plan, captions: Captions) -> Iterator[str]:
    yield "Left out"
    for entry in plan.unassigned:
        caption = captions.get(entry.visit.id) or Caption(service=entry.visit.service)
        title = [caption.service, words.length(entry.visit.session), caption.client, caption.where]
        yield f"  {entry.visit.id}  {', '.join(part for part in title if part)}"
        whys = _reasons(entry) if plan.itineraries else ("nobody works on this day",)
        yield from (f"{GUTTER}{why}" for why in whys)


def _reasons(entry: Unassigned) -> Iterator[str]:
    """A line for each reason with all whom it holds for."""
    if not entry.rejections:
        yield "no reason was looked for in the time given"
    whose: dict[tuple[str, Reason], list[str]] = {}
    for rejection in entry.rejections:
        whose.setdefault((rejection.detail, rejection.reason), []).append(rejection.shift)
    for (detail, reason), shifts in whose.items():
        yield f"{', '.join(shifts)}: {detail} ({reason})".removeprefix(": ")


def _summary(plan: Plan) -> Iterator[str]:
    totals = plan.totals
    plural = "" if totals.visits == 1 else "s"
    left = f", {totals.unassigned} left out" if totals.unassigned else ""
    distance = "" if totals.meters is None else f", {words.kilometres(totals.meters)}"
    yield (
        f"Total: {totals.visits} visit{plural}{left}, {words.length(totals.hands_on)} hands-on,"
        f" {words.length(totals.travel)} driving + {words.length(totals.buffer)} buffer{distance},"
        f" {words.length(totals.wait)} waiting"
    )
    yield f"Plan:  {words.certificate(plan.certificate)}; roads: {plan.roads}"


def _clock(horizon: Horizon, instant: Seconds) -> str:
    return words.clock(horizon.local(instant))
