"""`/day`: the day on the phone."""

from datetime import date, timedelta

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.feeds import words
from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.day.offline import kept_headers
from api.pages.day.route import route
from api.pages.day.view import caption_of, day_page, headline
from api.pages.shell import message
from api.services.itineraries import TherapistDay
from optimizer.domain.time import MINUTE

MAPS = ("google", "apple", "waze")
FIRST_YEAR, LAST_YEAR = 2000, 2099
MAPS_COOKIE = "rounds_maps"


@blueprint.get("/day")
def today() -> AnyResponse:
    return _day(None)


@blueprint.get("/day/<wanted>")
def one_day(wanted: str) -> AnyResponse:
    found = date_of(wanted)
    return no_such_date() if found is None else _day(found)


def date_of(wanted: str) -> date | None:
    """A date of this century; others have no day before or after, or no clock."""
    try:
        found = date.fromisoformat(wanted)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def no_such_date() -> Response:
    return message("There is no such date", "Dates look like /day/2026-11-23.", 404)


def chosen_maps() -> str:
    """Whose maps navigate: as chosen, else Apple's on an iPhone and Google's elsewhere."""
    chosen = request.cookies.get(MAPS_COOKIE, "")
    if chosen in MAPS:
        return chosen
    return "apple" if "iPhone" in request.headers.get("User-Agent", "") else "google"


def initials(day: TherapistDay, *, full_names: bool = False) -> dict[str, str]:
    """What clients are called on paper, by visit."""
    stops = day.itinerary.stops if day.itinerary is not None else ()
    named = {stop.visit.id: caption_of(day, stop).client for stop in stops}
    return {visit: name if full_names else words.initials(name) for visit, name in named.items()}


def _day(wanted: date | None) -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    found = who.day(wanted)
    late = who.late(found)
    shown = day_page(found, who.now, who.expected(found, late))
    answer = Response(
        render_template(
            "day/day.html",
            day=shown,
            route=route(found, frozenset(row.id for row in shown.rows if row.is_over)),
            initials=initials(found),
            maps=chosen_maps(),
            late=late // MINUTE,
            tomorrow=_tomorrow(who) if found.date == who.today else "",
        )
    )
    if found.date == who.today:
        answer.headers.update(kept_headers(who))
    return answer


def _tomorrow(who: Mine) -> str:
    """Tomorrow in a line."""
    day = who.day(who.today + timedelta(days=1))
    if day.itinerary is None or not day.itinerary.stops:
        return "No visits."
    said = headline(day, day.itinerary)
    return f"{said[:1].upper()}{said[1:]}{'' if day.is_published else ' (a draft)'}."
