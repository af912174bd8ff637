"""Days as planned. A therapist sees only their own; others' do not exist for them."""

from datetime import date

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation
from api.services import itineraries
from api.v1.schemas.base import LocalDate, Request
from api.v1.schemas.planning import ItineraryListOut, StoredItineraryOut
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
    who = caller()
    found = itineraries.itineraries_on(who.practice_id, query.date, store=wiring().store)
    seen = [day for day in found if who.role is not Role.THERAPIST or day.itinerary.shift.id == who.therapist]
    return ItineraryListOut(data=[StoredItineraryOut.of_stored(day) for day in seen])


class DayPath(Request):
    """A date in the path."""

    day: LocalDate


@blueprint.get("/v1/itineraries/<therapist>/<day>")
@require(*READERS)
@operation("One therapist's day", tag="planning", answers={200: StoredItineraryOut}, problems=(404, 422))
def get_itinerary(therapist: str, day: str) -> StoredItineraryOut:
    who = caller()
    wanted: date = read_path(DayPath, {"day": day}).day
    if who.role is Role.THERAPIST and who.therapist != therapist:
        raise NotFound(f"nothing is planned for {therapist!r} on {wanted}")
    with wiring().store.unit_of_work(who.practice_id, write=False) as uow:
        return StoredItineraryOut.of_stored(uow.itineraries.get(therapist, wanted))
