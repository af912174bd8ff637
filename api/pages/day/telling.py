"""What a therapist taps: told without a script by plain forms. Scripts use `/v1/me/events`, which queues."""

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.shell import message
from api.services.events import Event, record_event, undo_event
from api.wiring import wiring
from optimizer.domain.errors import Conflict, InvalidRequest, NotFound
from optimizer.domain.visit_event import EventKind


@blueprint.post("/day/events")
def tell() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    parts, kind = wiring(), request.form.get("type", "")
    if kind not in set(EventKind):
        return message("That cannot be told", "Go back and try once more.", 422)
    event = Event(visit=request.form.get("visit", ""), kind=EventKind(kind), source="page")
    try:
        record_event(who.practice_id, who.therapist, event, store=parts.store, clock=parts.clock, actor=who.session.id)
    except (Conflict, InvalidRequest, NotFound) as error:
        said = " ".join(f"{fault.detail}" for fault in error.faults) or f"{error.detail[:1].upper()}{error.detail[1:]}."
        return message("That was not kept", f"{said} Undo what was told before, if it was wrong.", 409)
    return redirect("/day", 303)


@blueprint.post("/day/events/undo")
def undo() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    parts = wiring()
    try:
        undo_event(
            who.practice_id,
            who.therapist,
            request.form.get("event", ""),
            store=parts.store,
            clock=parts.clock,
            actor=who.session.id,
        )
    except NotFound:
        return message("There is nothing to undo", "It may have been undone already.", 404)
    return redirect("/day", 303)
