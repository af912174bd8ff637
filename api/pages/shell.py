"""What every page shares: its style, Leaflet out of its package, and what the browser may do with it."""

import hashlib
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template, send_from_directory, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from api import compression, page_session
from api.page_session import TOKEN_FIELD
from api.wiring import wiring

STATIC = Path(__file__).parent / "static"

# Static files and templates are found here by every page, whichever blueprint it belongs to.
blueprint = Blueprint(
    "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages/static"
)

FILES = ("pages.static", "pages.stamped", "pages.leaflet")
A_YEAR, A_WEEK = 365 * 24 * 3600, 7 * 24 * 3600


def page_policy(*, framed_by: Sequence[str] = (), tiles: str = "") -> str:
    """The Content-Security-Policy of a page: its own scripts, styles, pictures and answers, and nobody else's.

    Parameters
    ----------
    framed_by
        Origins that may show the page inside theirs; nobody where empty.
    tiles
        The address pattern of a map's tiles, whose origin may be asked for pictures.
    """
    pictures = ["'self'", "data:"]
    if tiles:
        parts = urlsplit(tiles.replace("{s}.", "*."))
        pictures.append(f"{parts.scheme}://{parts.netloc}")
    rules = {
        "default-src": ("'none'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "img-src": pictures,
        "connect-src": ("'self'",),
        "manifest-src": ("'self'",),
        "worker-src": ("'self'",),
        "base-uri": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": tuple(framed_by) or ("'none'",),
    }
    return "; ".join(f"{rule} {' '.join(sources)}" for rule, sources in rules.items())


def lock_down(response: Response, *, framed_by: Sequence[str] = ()) -> Response:
    """Nothing from elsewhere, nothing left behind but what says that it may be kept; all is packed."""
    response.headers["Content-Security-Policy"] = page_policy(framed_by=framed_by, tiles=wiring().settings.tile_url)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    return compression.packed(response)


blueprint.after_request(partial(lock_down))


@blueprint.app_context_processor
def words_for_templates() -> dict[str, object]:
    """`asset(name)`, the address of a static file; `visitor()`, who is signed in; `form_token()`, a form's hidden
    field; `bare_token()` the same for scripts; `tile_url()` and `tile_attribution()` of maps."""
    settings = wiring().settings
    return {
        "asset": asset,
        "visitor": page_session.current,
        "form_token": form_token,
        "bare_token": bare_token,
        "tile_url": lambda: settings.tile_url,
        "tile_attribution": lambda: settings.tile_attribution,
    }


def asset(name: str) -> str:
    """The address of a static file, which changes with what stands in any of them: browsers keep it for good.

    Scripts may import each other by relative names: the stamp is a folder.
    """
    if current_app.debug:
        return url_for("pages.static", filename=name)
    return url_for("pages.stamped", stamp=static_stamp(), name=name)


def form_token() -> Markup:
    """The hidden field that makes a form one of ours; empty where nobody is signed in."""
    token = bare_token()
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, token) if token else Markup("")


def bare_token() -> str:
    """What a script sends as `X-Rounds-Token`; empty where nobody is signed in."""
    who = page_session.current()
    return page_session.form_token(who) if who is not None else ""


@cache
def static_stamp() -> str:
    """What the static files of this release are called."""
    found = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            found.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


@blueprint.get("/")
def home() -> AnyResponse:
    """Where everything is."""
    return Response(render_template("home.html"))


@blueprint.get("/pages/<stamp>/<path:name>", endpoint="stamped")
def stamped(stamp: str, name: str) -> AnyResponse:
    """A static file. Under the stamp of another release it is not kept: it may not be what that release had."""
    answer = send_from_directory(STATIC, name, max_age=A_YEAR)
    if stamp == static_stamp():
        answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    else:
        answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/pages/leaflet/<path:name>")
def leaflet(name: str) -> AnyResponse:
    """Leaflet's own files: no page asks another origin for them."""
    from xstatic.pkg import leaflet as package

    return send_from_directory(package.BASE_DIR, name, max_age=A_WEEK)


def message(title: str, text: str, status: int) -> Response:
    """A page that says one thing."""
    return Response(render_template("message.html", title=title, text=text), status=status)
