"""The week in seven cards."""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  # a field is called so, too
from datetime import timedelta

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.feeds import words
from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.day.page import date_of, no_such_date
from api.pages.day.view import headline
from api.services.itineraries import TherapistDay
from optimizer.domain.time import HOUR, Seconds

FULL: Seconds = 6 * HOUR
"""Hands-on time that fills a card's bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A day of the week. `share` is hands-on time in per cent of a full day."""

    date: Date
    name: str
    lines: tuple[str, ...]
    share: int
    is_today: bool
    is_draft: bool


@blueprint.get("/day/week")
def week() -> AnyResponse:
    """Monday to Sunday around today, or around `?of=2026-11-23`."""
    who = mine()
    if not isinstance(who, Mine):
        return who
    wanted = date_of(request.args.get("of", who.today.isoformat()))
    if wanted is None:
        return no_such_date()
    monday = wanted - timedelta(days=wanted.weekday())
    dates = [monday + timedelta(days=row) for row in range(7)]
    before, after = monday - timedelta(days=7), monday + timedelta(days=7)
    cards = [_card(who.day(on), who.today) for on in dates]
    return Response(
        render_template("day/week.html", cards=cards, before=before, after=after, title=_title(dates[0], dates[-1]))
    )


def _title(first: Date, last: Date) -> str:
    """`23 to 29 November`, `30 November to 6 December`."""
    begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{begins} to {last.day} {last:%B}"


def _card(day: TherapistDay, today: Date) -> Card:
    itinerary = day.itinerary
    stops = [stop for stop in itinerary.stops if not stop.visit.busy] if itinerary is not None else []
    hands_on = sum(stop.visit.session for stop in stops)
    said = headline(day, itinerary).split(", ") if itinerary is not None and stops else []
    return Card(
        date=day.date,
        name=f"{day.date:%A} {day.date.day} {day.date:%B}",
        lines=(said[0], ", ".join(said[1:3]), f"{words.length(hands_on)} hands-on, {said[3]}") if said else (),
        share=min(100, 100 * hands_on // FULL),
        is_today=day.date == today,
        is_draft=day.plan is not None and not day.is_published,
    )
