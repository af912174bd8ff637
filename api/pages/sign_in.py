"""Signing in and out of the pages."""

import structlog
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api import page_session
from api.pages.shell import lock_down, message
from api.pages.signed_in import sign_in_page, signed_in
from api.pages.trouble import told_as_pages
from api.services.signing_in import HOME, mail_links, redeem
from api.wiring import wiring
from data.store.page_records import PageSession
from optimizer.domain.errors import NotFound, Unavailable

blueprint = Blueprint("sign_in", __name__)
blueprint.after_request(lock_down)
told_as_pages(blueprint)

ON_ITS_WAY = "If this address is known here, a link is on its way to it. It works once, within the hour."
ONE_LINE = 320
"""No e-mail address is longer."""


@blueprint.get("/sign-in")
def ask() -> AnyResponse:
    who = page_session.current()
    return sign_in_page(200) if who is None else redirect(HOME[who.role], 303)


@blueprint.post("/sign-in")
def send() -> AnyResponse:
    """The same answer whoever asks, and as quickly: whether the address is known is looked up afterwards."""
    parts = wiring()
    post_office, email = parts.post_office, request.form.get("email", "")[:ONE_LINE]
    if post_office is None:
        return sign_in_page(404)

    def errand() -> None:
        try:
            mail_links(
                email,
                origin=parts.settings.origin,
                links=parts.sign_in_links,
                post_office=post_office,
                store=parts.store,
                clock=parts.clock,
            )
        except Unavailable as error:
            structlog.get_logger().error("sign_in_mail", detail=error.detail)

    parts.errands.submit(errand)
    return sign_in_page(200, said=ON_ITS_WAY)


@blueprint.get("/sign-in/<token>")
def open_link(token: str) -> AnyResponse:
    """Only a button: mail programs and messengers open links before their readers do, and this one works once."""
    parts = wiring()
    invitation = parts.sign_in_links.read(token)
    if invitation is None:
        return _useless()
    who = invitation.person
    name = who.name
    if who.therapist is not None:
        try:
            with parts.store.unit_of_work(who.practice_id, write=False) as uow:
                name = uow.patterns.get(who.therapist).therapist.name or who.therapist
        except NotFound:
            return _useless()
    return Response(render_template("open_link.html", name=name or who.role))


@blueprint.post("/sign-in/<token>")
def use_link(token: str) -> AnyResponse:
    if not page_session.same_site():
        return message("This form is not from here", "Open the link itself to sign in.", 403)
    parts = wiring()
    invitation = parts.sign_in_links.read(token)
    if invitation is None:
        return _useless()
    secret = redeem(invitation, device=page_session.device(), store=parts.store, now=parts.clock())
    if secret is None:
        return _useless()
    return page_session.remember(redirect(invitation.page, 303), secret)


@blueprint.post("/sign-out")
def leave() -> AnyResponse:
    who = signed_in(*HOME)
    if not isinstance(who, PageSession):
        return who
    parts = wiring()
    parts.store.page_sessions.revoke(who.practice_id, who.id, parts.clock())
    return page_session.forget(message("You are signed out", "Nothing of your day is left in this browser.", 200))


@blueprint.post("/sign-out/elsewhere")
def end_others() -> AnyResponse:
    """Signs the same person out on every other device."""
    who = signed_in(*HOME)
    if not isinstance(who, PageSession):
        return who
    parts = wiring()
    count = parts.store.page_sessions.revoke_others(who, parts.clock())
    said = (
        "You were signed in nowhere else."
        if not count
        else f"Ended on {count} other device{'' if count == 1 else 's'}."
    )
    return message("Signed in here only", said, 200)


def _useless() -> Response:
    return message("This link does not work", "It has been used before, or it is too old. Ask for a new one.", 410)
