"""A therapist's published days as an iCalendar feed (RFC 5545).

A phone's calendar is synchronised through other people's servers, so the text is minimal: service, initials, where to
go. Instants are written in UTC, which stays right when the clocks change and needs no VTIMEZONE.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC

from icalendar import Calendar, Event

from api.feeds import whereabouts, words
from api.feeds.feed_day import FeedDay
from api.feeds.words import Caption
from optimizer.domain.itinerary import Break, Leg, Stop
from optimizer.domain.time import Seconds

PRODUCT = "-//Rounds//Itinerary//EN"


def calendar(days: Iterable[FeedDay], *, name: str, namespace: str) -> bytes:
    """The feed. `name` is shown by the phone, `namespace` (the practice's id) keeps the UIDs apart from others'."""
    feed = Calendar()
    feed.add("prodid", PRODUCT)
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", name)
    for day in days:
        for event in _events(day, namespace):
            feed.add_component(event)
    return bytes(feed.to_ical())


def _events(day: FeedDay, namespace: str) -> Iterator[Event]:
    """A visit's events carry its id; the last drive and the breaks carry therapist and date, one each a day."""
    ahead = list(day.itinerary.stops)
    today = f"{day.itinerary.shift.id}-{day.horizon.date.isoformat()}"
    breaks = 0
    for step in day.itinerary.steps:
        match step:
            case Leg():
                key = f"drive-{ahead[0].visit.id}" if ahead else f"drive-home-{today}"
                yield _drive(step, ahead[0] if ahead else None, day, f"{key}@{namespace}")
            case Stop():
                ahead.pop(0)
                if step.visit.busy:
                    continue  # it is in the calendar that it came from
                yield _visit(step, day, f"visit-{step.visit.id}@{namespace}")
            case Break():
                breaks += 1
                event = _event(day, f"break-{breaks}-{today}@{namespace}", step.start, step.finish)
                event.add("summary", "Break")
                yield event


def _visit(stop: Stop, day: FeedDay, uid: str) -> Event:
    caption = _caption(stop, day)
    event = _event(day, uid, stop.start, stop.finish)
    event.add("summary", " ".join(part for part in (caption.service, words.initials(caption.client)) if part))
    if caption.where:
        event.add("location", caption.where)
    arrive, leave = (words.clock(day.horizon.local(at)) for at in (stop.arrival, stop.depart))
    vague = whereabouts.vagueness(caption.where, stop.visit.place.precision)
    told = [f"Arrive {arrive}, leave {leave}", words.slack(stop.slack), f"place: {vague}" if vague else ""]
    event.add("description", "; ".join(part for part in told if part))
    return event


def _drive(leg: Leg, to: Stop | None, day: FeedDay, uid: str) -> Event:
    where = _caption(to, day).where if to is not None else ""
    event = _event(day, uid, leg.depart, leg.arrive)
    event.add("summary", f"Drive to {where or 'the next visit'}" if to is not None else "Drive back")
    event.add("description", words.drive(leg))
    event.add("transp", "TRANSPARENT")
    return event


def _event(day: FeedDay, uid: str, start: Seconds, end: Seconds) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", day.published_at.astimezone(UTC))
    event.add("sequence", day.sequence)
    event.add("dtstart", day.horizon.instant(start))
    event.add("dtend", day.horizon.instant(end))
    return event


def _caption(stop: Stop, day: FeedDay) -> Caption:
    return day.captions.get(stop.visit.id) or Caption(service=stop.visit.service)
