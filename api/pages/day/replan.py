"""What is left of today, planned again from where the therapist is: looked at first, then applied or dismissed."""

from dataclasses import dataclass

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.feeds import replan_words, words
from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.shell import message
from api.services.itineraries import TherapistDay
from api.services.publishing import publish
from api.services.replanning import Proposal, ReplanRequest, keep, propose
from api.wiring import wiring
from data.geocoding.geocoder import PlaceQuery
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.errors import Conflict, RoundsError
from optimizer.domain.itinerary import Stop
from optimizer.domain.place import Coordinate

SEARCH_SECONDS = 2.0


class OtherOrder(Exception):  # no error: the day went on while somebody read
    """What would be applied is not what was looked at."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self.proposal = proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A visit that the therapist may be at."""

    visit: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A visit of the new order: when it starts, and from when it moves (empty where it stays)."""

    at: str
    who: str
    what: str
    moved_from: str


@blueprint.get("/day/replan")
def ask() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    return Response(render_template("day/replan.html", doors=_doors(who.day(), who), proposal=None))


@blueprint.post("/day/replan")
def look() -> AnyResponse:
    """Where somebody is goes into the body, never into an address: addresses are logged and kept."""
    who = mine()
    if not isinstance(who, Mine):
        return who
    day, applying = who.day(), request.form.get("apply") == "yes"
    if applying and not day.is_published:
        return message("This day is a draft", "Your practice publishes it first; then it can be planned again.", 409)
    dispatcher, seen, changed = who.dispatcher(), request.form.get("order", ""), False
    search = _request(who, day)
    try:
        if not applying:
            return _proposal(propose(search, dispatcher=dispatcher), day, who)

        def agreed(uow: UnitOfWork, proposal: Proposal) -> None:  # noqa: ARG001  # a receipt
            if _order(proposal) != seen:
                raise OtherOrder(proposal)

        found = keep(search, actor=who.session.id, dispatcher=dispatcher, receipt=agreed)
        parts, plan = wiring(), found.stored
        if plan is not None:
            publish(
                who.practice_id,
                plan.id,
                actor=who.session.id,
                store=parts.store,
                roads=parts.roads,
                clock=parts.clock,
            )
    except OtherOrder as other:
        changed, found = True, other.proposal
    except Conflict as conflict:
        return message("The day has changed meanwhile", f"{conflict.detail} {conflict.hint}", 409)
    except RoundsError as error:
        said = " ".join(fault.detail for fault in error.faults) or error.detail
        return message("That cannot be planned again", said, 422)
    return _proposal(found, day, who, changed=True) if changed else redirect("/day", 303)


def _request(who: Mine, day: TherapistDay) -> ReplanRequest:
    asked = who.asked(late=who.late(day), position=_position(day))
    return ReplanRequest(
        practice_id=asked.practice_id,
        therapists=asked.therapists,
        said=asked.said,
        own=asked.own,
        time_limit=SEARCH_SECONDS,
    )


def _position(day: TherapistDay) -> PlaceQuery | None:
    """Where she says that she is; None is where the plan has her."""
    at = request.form.get("at", "plan")
    if at == "here":
        try:
            lat, lng = float(request.form.get("lat", "")), float(request.form.get("lng", ""))
        except ValueError:
            return None
        return PlaceQuery(coordinate=Coordinate(lat=lat, lng=lng), label="where you are")
    stops = day.itinerary.stops if day.itinerary is not None else ()
    stop = next((stop for stop in stops if f"door:{stop.visit.id}" == at), None)
    if stop is None or stop.visit.place.coordinate is None:
        return None
    return PlaceQuery(coordinate=stop.visit.place.coordinate, label=stop.visit.place.label)


def _proposal(found: Proposal, day: TherapistDay, who: Mine, *, changed: bool = False) -> AnyResponse:
    horizon, captions = found.day.horizon, found.day.captions
    moved = {change.visit: change for change in found.replanned.moved}
    lines = []
    for stop in _stops(found):
        caption, change = captions.get(stop.visit.id), moved.get(stop.visit.id)
        before = change.from_start if change is not None else None
        lines.append(
            Line(
                at=words.clock(horizon.local(stop.start)),
                who=words.first_name(caption.client) if caption is not None else stop.visit.id,
                what=caption.service if caption is not None else "",
                moved_from="" if before is None else words.clock(horizon.local(before)),
            )
        )
    back = [plan.back_at for plan in found.replanned.plan.itineraries if plan.stops]
    return Response(
        render_template(
            "day/replan.html",
            doors=_doors(day, who),
            proposal=lines,
            story=tuple(replan_words.story(found.replanned, horizon, captions)),
            back=words.clock(horizon.local(back[0])) if back else "",
            order=_order(found),
            said={name: request.form.get(name, "") for name in ("at", "lat", "lng")},
            changed=changed,
            nothing_moves=not found.replanned.moved and not found.replanned.added,
        )
    )


def _stops(found: Proposal) -> tuple[Stop, ...]:
    return tuple(stop for plan in found.replanned.plan.itineraries for stop in plan.stops)


def _order(found: Proposal) -> str:
    """What somebody agrees to: who comes after whom."""
    return " ".join(stop.visit.id for stop in _stops(found))


def _doors(day: TherapistDay, who: Mine) -> tuple[Door, ...]:
    """Where she may be standing: at the next visit, or still at the one before it."""
    stops = [stop for stop in (day.itinerary.stops if day.itinerary is not None else ()) if not stop.visit.busy]
    following = day.next_stop(who.now)
    here = stops.index(following) if following in stops else len(stops)
    near = stops[max(0, here - 1) : here + 1]
    named = ((stop.visit.id, day.captions.get(stop.visit.id)) for stop in near if stop.visit.place.coordinate)
    return tuple(
        Door(visit=visit, who=words.first_name(caption.client) if caption is not None else visit)
        for visit, caption in named
    )
