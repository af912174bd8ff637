"""The cookie of the pages: who is signed in, and whether a form really came from a page of ours.

The cookie is `SameSite=Lax`, so another site's form does not carry it; and each form carries a token made for the
session, which another site cannot know. The token looks different in each page, so that its length when compressed
beside other text tells nobody what it is.
"""

import hashlib
import hmac
import secrets

from flask import g, request
from werkzeug.wrappers import Response as AnyResponse

from api.services.signing_in import SESSION_LASTS, session_of
from api.wiring import wiring
from data.store.page_records import PageSession

COOKIE = "rounds_session"
TOKEN_FIELD = "token"  # noqa: S105  # the name of a field
TOKEN_HEADER = "X-Rounds-Token"  # noqa: S105
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def current() -> PageSession | None:
    """Who is signed in, looked up once a request."""
    if "page_session" not in g:
        secret, parts = request.cookies.get(COOKIE, ""), wiring()
        g.page_session = session_of(secret, store=parts.store, now=parts.clock()) if secret else None
    found: PageSession | None = g.page_session
    return found


def remember(response: AnyResponse, secret: str) -> AnyResponse:
    """Sign this browser in."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_LASTS,
        secure=request.is_secure or wiring().settings.origin.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: AnyResponse) -> AnyResponse:
    """Sign this browser out, with everything that the pages keep in it."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def form_token(session: PageSession) -> str:
    """A fresh token for the forms and scripts of one page."""
    salt = secrets.token_hex(8)
    return f"{salt}.{_mac(salt, session)}"


def is_ours(session: PageSession) -> bool:
    """Does this request only read, or does it carry a token of the session?"""
    if request.method in SAFE_METHODS:
        return True
    if not same_site():
        return False
    given = request.headers.get(TOKEN_HEADER) or (request.form.get(TOKEN_FIELD, "") if not request.is_json else "")
    salt, _, mac = given.partition(".")
    return mac.isascii() and hmac.compare_digest(mac, _mac(salt, session))


def same_site() -> bool:
    """False where the browser says that another site sends this; old browsers say nothing."""
    return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin", "same-site"}


def device() -> str:
    """The browser in words, as far as it tells: `Safari on iPhone`."""
    agent = request.headers.get("User-Agent", "")
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (("Android",) * 2, ("iPhone",) * 2, ("iPad",) * 2, ("Windows",) * 2, ("Mac OS", "Mac"), ("Linux",) * 2)
    found = [next((name for mark, name in known if mark in agent), "") for known in (browsers, systems)]
    return " on ".join(part for part in found if part) or "a browser"


def _mac(salt: str, session: PageSession) -> str:
    key = wiring().settings.signing_key.encode()
    return hmac.new(key, f"page form {salt} {session.practice_id} {session.id}".encode(), hashlib.sha256).hexdigest()
