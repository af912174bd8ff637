"""Whose page this is: what a view of the pages asks first."""

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api import page_session
from api.pages.shell import message
from api.wiring import wiring
from data.store.page_records import PageSession
from data.store.records import Role


def signed_in(*roles: Role) -> PageSession | AnyResponse:
    """The session of somebody who may see this page, else the page that says what to do instead.

    Of a form it is asked, too, whether it comes from a page of ours; a view that writes needs nothing else::

        who = signed_in(Role.PLANNER, Role.ADMIN)
        if not isinstance(who, PageSession):
            return who
    """
    who = page_session.current()
    if who is None:
        return sign_in_page(401)
    if who.role not in roles:
        return message("Not your page", f"You are signed in as {who.name or who.therapist or who.role}.", 403)
    if not page_session.is_ours(who):
        return message(
            "This form is not from here", "Nothing was changed. Go back, load the page again, and try once more.", 403
        )
    return who


def sign_in_page(status: int, *, said: str = "") -> Response:
    """How to sign in. `said` is what came of the visitor's last request."""
    by_mail = wiring().post_office is not None
    # Where somebody had to be turned away from, they are not told whether there is anything.
    return Response(
        render_template("sign_in.html", by_mail=by_mail, said=said, turned_away=status == 401, here=request.path),
        status=status,
    )
