"""What a therapist chooses: maps, calendar, what this device keeps, where she is signed in."""

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.day.page import MAPS, MAPS_COOKIE, chosen_maps
from api.services import calendar_feed
from api.wiring import wiring

A_YEAR = 365 * 24 * 3600


@blueprint.get("/day/me")
def choices() -> AnyResponse:
    who = mine()
    return who if not isinstance(who, Mine) else _choices(who)


@blueprint.post("/day/me/maps")
def choose_maps() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    answer = redirect("/day/me", 303)
    if (maps := request.form.get("maps", "")) in MAPS:
        answer.set_cookie(MAPS_COOKIE, maps, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


@blueprint.post("/day/me/calendar")
def reset_calendar() -> AnyResponse:
    """The address is on this one answer only: the store keeps its hash."""
    who = mine()
    if not isinstance(who, Mine):
        return who
    parts = wiring()
    path = calendar_feed.reset(who.practice_id, who.therapist, store=parts.store, clock=parts.clock)
    return _choices(who, calendar=f"{parts.settings.origin}{path}")


@blueprint.post("/day/me/calendar/close")
def close_calendar() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    parts = wiring()
    calendar_feed.close(who.practice_id, who.therapist, store=parts.store, clock=parts.clock)
    return redirect("/day/me", 303)


def _choices(who: Mine, calendar: str = "") -> Response:
    parts = wiring()
    with parts.store.unit_of_work(who.practice_id, write=False) as uow:
        name = uow.patterns.get(who.therapist).therapist.name or who.therapist
    mine_too = [
        each
        for each in parts.store.page_sessions.list(who.practice_id, who.now)
        if each.therapist == who.therapist and each.id != who.session.id
    ]
    return Response(
        render_template(
            "day/me.html",
            name=name,
            maps=chosen_maps(),
            calendar=calendar,
            has_calendar=calendar_feed.is_open(who.practice_id, who.therapist, store=parts.store),
            here=who.session,
            elsewhere=[(each.device, each.seen_at.astimezone(who.zone)) for each in mine_too],
        )
    )
