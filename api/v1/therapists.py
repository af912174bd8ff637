"""Who works for the practice, and when. A therapist sees nobody but themselves."""

from dataclasses import replace

from flask import Blueprint, request

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import practices
from api.v1.schemas.booking import place_query
from api.v1.schemas.etag import etag_of, matches
from api.v1.schemas.practice import HomeIn, StaffIn, StaffListOut, StaffOut
from api.wiring import wiring
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.errors import Fault, InvalidRequest, NotFound

blueprint = Blueprint("therapists", __name__)

READERS = (Role.PLANNER, Role.ADMIN, Role.SERVICE, Role.THERAPIST)


@blueprint.get("/v1/therapists")
@require(*READERS)
@operation("Every therapist and their usual week", tag="practice", answers={200: StaffListOut})
def list_therapists() -> StaffListOut:
    who = caller()
    with wiring().store.unit_of_work(who.practice_id, write=False) as uow:
        learned = uow.practice().policies.learned
        seen = [p for p in uow.patterns.list() if who.role is not Role.THERAPIST or p.therapist.id == who.therapist]
    return StaffListOut(data=[StaffOut.of(pattern, learned) for pattern in seen])


@blueprint.get("/v1/therapists/<therapist>")
@require(*READERS)
@operation("One therapist", tag="practice", answers={200: StaffOut}, problems=(404,))
def get_therapist(therapist: str) -> Reply:
    who = caller()
    if who.role is Role.THERAPIST and who.therapist != therapist:
        raise NotFound(f"there is no therapist {therapist!r}")
    with wiring().store.unit_of_work(who.practice_id, write=False) as uow:
        found = StaffOut.of(uow.patterns.get(therapist), uow.practice().policies.learned)
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.put("/v1/therapists/<therapist>")
@require(Role.ADMIN, Role.PLANNER)
@operation(
    "Add a therapist, or change their week",
    tag="practice",
    body=StaffIn,
    answers={200: StaffOut},
    problems=(409, 422),
)
def put_therapist(therapist: str, body: StaffIn) -> Reply:
    """What was read can be sent back: it changes nothing."""
    parts = wiring()
    if body.id not in (None, therapist):
        raise _differs(therapist)
    learned = parts.store.practices.get(caller().practice_id).policies.learned
    stored = practices.put_therapist(
        caller().practice_id,
        body.pattern(therapist),
        start=_home(body.start, therapist),
        end=_home(body.end, therapist),
        store=parts.store,
        geocoder=parts.geocoders.of(caller().practice_id),
        expected=lambda known: matches(request.headers.get("If-Match"), StaffOut.of(known, learned) if known else None),
    )
    found = StaffOut.of(stored, learned)
    return Reply(body=found, headers={"ETag": etag_of(found)})


def _home(place: HomeIn | None, therapist: str) -> PlaceQuery | None:
    if place is None:
        return None
    query = place_query(place, owner=f"home-{therapist}")
    return replace(query, precision=place.precision, source=place.source, radius_meters=place.radius_meters)


def _differs(therapist: str) -> InvalidRequest:
    fault = Fault(
        pointer="/id",
        code="id_differs",
        detail=f"The path says {therapist!r}.",
        hint="Leave the id out, or send it to its own path.",
    )
    return InvalidRequest(fault.detail, code=fault.code, faults=[fault])
