"""How a practice shows its booking page inside its own: the script, and a page that explains it."""

from flask import Blueprint, Response, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.pages.book import answers
from api.pages.book.reception import reception
from api.pages.shell import STATIC

blueprint = Blueprint("book_embed", __name__)
answers.register(blueprint)

script = Blueprint("book_script", __name__)


@blueprint.get("/book/<practice>/embed")
def embed(practice: str) -> AnyResponse:
    """What to copy, and who may."""
    desk = reception(practice)
    page = desk.origin + url_for("book.start", practice=practice)
    script_url = desk.origin + url_for("book_script.rounds_js")
    return desk.show("embed", page=page, script=script_url, framed_by=desk.page.framed_by)


@blueprint.get("/book/<practice>/<path:anything>")
def nothing(practice: str, anything: str) -> AnyResponse:  # noqa: ARG001
    """For people: the rest of the service answers in JSON."""
    return answers.nothing_here()


@script.get("/rounds.js")
def rounds_js() -> Response:
    """Asked for by other sites, and kept by browsers for an hour."""
    said = send_from_directory(STATIC, "embed.js", max_age=3600, mimetype="text/javascript")
    said.headers["X-Content-Type-Options"] = "nosniff"
    return said
