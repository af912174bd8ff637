"""How the practice likes to work."""

from flask import Blueprint, request

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import practices
from api.services.served_areas import area_from
from api.v1.schemas.etag import etag_of, matches
from api.v1.schemas.policies import PoliciesIn, PracticeOut
from api.v1.schemas.service_area import AreaDocument
from api.wiring import wiring
from data.geocoding.area_geojson import read_area
from data.geocoding.service_area import ServiceArea
from optimizer.domain.practice import Practice

blueprint = Blueprint("practice", __name__)


@blueprint.get("/v1/practice")
@require(Role.ADMIN, Role.PLANNER, Role.SERVICE)
@operation("The practice and its policies", tag="practice", answers={200: PracticeOut})
def get_practice() -> Reply:
    found = PracticeOut.of(wiring().store.practices.get(caller().practice_id))
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.put("/v1/practice/policies")
@require(Role.ADMIN, Role.PLANNER)
@operation(
    "Change how the practice likes to work; promises made before stay",
    tag="practice",
    body=PoliciesIn,
    answers={200: PracticeOut},
    problems=(409, 422),
)
def put_policies(body: PoliciesIn) -> Reply:
    stored = practices.put_policies(
        caller().practice_id,
        body.policies(),
        store=wiring().store,
        expected=lambda known: matches(request.headers.get("If-Match"), PracticeOut.of(known)),
    )
    found = PracticeOut.of(stored)
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.get("/v1/practice/service-area")
@require(Role.ADMIN, Role.PLANNER, Role.SERVICE)
@operation("Where the practice drives, as GeoJSON", tag="practice", answers={200: AreaDocument})
def get_service_area() -> Reply:
    return _area_of(wiring().store.practices.get(caller().practice_id))


@blueprint.put("/v1/practice/service-area")
@require(Role.ADMIN, Role.PLANNER)
@operation(
    "Say where the practice drives; promises made before stay",
    tag="practice",
    body=AreaDocument,
    read=read_area,
    answers={200: AreaDocument},
    problems=(409, 422),
)
def put_service_area(body: ServiceArea) -> Reply:
    """What was read can be changed and sent back. Another process follows within half a minute."""
    return _changed(body)


@blueprint.delete("/v1/practice/service-area")
@require(Role.ADMIN, Role.PLANNER)
@operation("Drive to the ten places of Rounds again", tag="practice", answers={200: AreaDocument}, problems=(409,))
def delete_service_area() -> Reply:
    return _changed(None)


def _changed(area: ServiceArea | None) -> Reply:
    practice_id, tag = caller().practice_id, request.headers.get("If-Match")
    stored = practices.put_service_area(
        practice_id,
        area,
        store=wiring().store,
        expected=lambda known: matches(tag, AreaDocument.of(area_from(known.policies.service_area))),
    )
    wiring().geocoders.forget(practice_id)
    return _area_of(stored)


def _area_of(practice: Practice) -> Reply:
    found = AreaDocument.of(area_from(practice.policies.service_area))
    return Reply(body=found, headers={"ETag": etag_of(found)})
