"""What the practice offers."""

from flask import Blueprint, request

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import practices
from api.v1.schemas.etag import etag_of, matches
from api.v1.schemas.practice import ServiceIn, ServiceListOut, ServiceOut
from api.wiring import wiring

blueprint = Blueprint("services", __name__)


@blueprint.get("/v1/services")
@require(*Role)
@operation("Every service, with the lengths it is offered for", tag="practice", answers={200: ServiceListOut})
def list_services() -> ServiceListOut:
    with wiring().store.unit_of_work(caller().practice_id, write=False) as uow:
        return ServiceListOut(data=[ServiceOut.of(service) for service in uow.services.list()])


@blueprint.get("/v1/services/<code>")
@require(*Role)
@operation("One service", tag="practice", answers={200: ServiceOut}, problems=(404,))
def get_service(code: str) -> Reply:
    with wiring().store.unit_of_work(caller().practice_id, write=False) as uow:
        found = ServiceOut.of(uow.services.get(code))
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.put("/v1/services/<code>")
@require(Role.ADMIN, Role.PLANNER)
@operation(
    "Offer a service, or change it", tag="practice", body=ServiceIn, answers={200: ServiceOut}, problems=(409, 422)
)
def put_service(code: str, body: ServiceIn) -> Reply:
    stored = practices.put_service(
        caller().practice_id,
        body.service(code),
        store=wiring().store,
        expected=lambda known: matches(request.headers.get("If-Match"), ServiceOut.of(known) if known else None),
    )
    found = ServiceOut.of(stored)
    return Reply(body=found, headers={"ETag": etag_of(found)})


@blueprint.delete("/v1/services/<code>")
@require(Role.ADMIN, Role.PLANNER)
@operation("Offer a service no longer; its bookings stay", tag="practice", answers={204: None}, problems=(404,))
def remove_service(code: str) -> Reply:
    practices.remove_service(caller().practice_id, code, store=wiring().store)
    return Reply(status=204)
