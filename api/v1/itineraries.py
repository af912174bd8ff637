"""Days as planned. A therapist sees only their own; others' do not exist for them."""

from datetime import date

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation
from api.services.itineraries import practice_date
from api.v1.schemas.base import LocalDate, Request
from api.v1.schemas.planning import ItineraryListOut, StandingItineraryOut
from api.v1.schemas.reading import read_path
from api.wiring import wiring
from optimizer.domain.errors import NotFound

blueprint = Blueprint("itineraries", __name__)

READERS = (Role.PLANNER, Role.SERVICE, Role.ADMIN, Role.THERAPIST)


class DateQuery(Request):
    """A date on the practice's calendar."""

    date: LocalDate


@blueprint.get("/v1/itineraries")
@require(*READERS)
@operation(
    "Every therapist's day on a date", tag="planning", query=DateQuery, answers={200: ItineraryListOut}, problems=(422,)
)
def list_itineraries(query: DateQuery) -> ItineraryListOut:
    """As they stand: the plan of the date, or what is booked now where that differs. Staff are told in `unplaced` what
    is booked on the date and in nobody's day."""
    parts, who = wiring(), caller()
    only = who.therapist if who.role is Role.THERAPIST else None
    found = practice_date(
        who.practice_id, query.date, only=only, store=parts.store, roads=parts.roads, now=parts.clock()
    )
    return ItineraryListOut.of(found)


class DayPath(Request):
    """A date in the path."""

    day: LocalDate


@blueprint.get("/v1/itineraries/<therapist>/<day>")
@require(*READERS)
@operation("One therapist's day", tag="planning", answers={200: StandingItineraryOut}, problems=(404, 422))
def get_itinerary(therapist: str, day: str) -> StandingItineraryOut:
    """As it stands: the plan's day, or what is booked now where that differs."""
    parts, who = wiring(), caller()
    wanted: date = read_path(DayPath, {"day": day}).day
    if who.role is Role.THERAPIST and who.therapist != therapist:
        raise NotFound(f"nothing is planned for {therapist!r} on {wanted}")
    found = practice_date(
        who.practice_id, wanted, only=therapist, store=parts.store, roads=parts.roads, now=parts.clock()
    )
    for each in found.days:
        if each.itinerary is not None:
            return StandingItineraryOut.of_itinerary(each, each.itinerary)
    raise NotFound(f"nothing is planned for {therapist!r} on {wanted}")
