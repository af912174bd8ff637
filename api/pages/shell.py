"""What every page shares: its style, Leaflet out of its package, and what the browser may do with it."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from api.wiring import wiring

# Static files and templates are found here by every page, whichever blueprint it belongs to.
blueprint = Blueprint(
    "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages/static"
)

CACHED = frozenset({"pages.static", "pages.leaflet"})


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
    """Nothing from elsewhere, nothing left behind. Style sheets, scripts and Leaflet may be cached."""
    response.headers["Content-Security-Policy"] = page_policy(framed_by=framed_by, tiles=wiring().settings.tile_url)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint not in CACHED:
        response.headers["Cache-Control"] = "no-store"
    return response


blueprint.after_request(partial(lock_down))


@blueprint.get("/")
def home() -> AnyResponse:
    """Where everything is."""
    return Response(render_template("home.html"))


@blueprint.get("/pages/leaflet/<path:name>")
def leaflet(name: str) -> AnyResponse:
    """Leaflet's own files: no page asks another origin for them."""
    from xstatic.pkg import leaflet as package

    return send_from_directory(package.BASE_DIR, name, max_age=7 * 24 * 3600)


def message(title: str, text: str, status: int) -> Response:
    """A page that says one thing."""
    return Response(render_template("message.html", title=title, text=text), status=status)
