"""Is it alive, is it ready, which version: open to everyone."""

from importlib.metadata import version

import structlog
from flask import Blueprint

from api.operation import operation
from api.v1.schemas.base import Answer
from api.wiring import wiring

blueprint = Blueprint("house", __name__)


class Health(Answer):
    status: str


class Version(Answer):
    name: str
    version: str


class Readiness(Answer):
    """`detail` says what needs a look though the service works; null where nothing does."""

    status: str
    detail: str | None


@blueprint.get("/healthz")
@operation("The process answers", tag="house", answers={200: Health})
def healthz() -> Health:
    return Health(status="ok")


@blueprint.get("/readyz")
@operation("The store answers and its schema is this release's", tag="house", answers={200: Readiness}, problems=(503,))
def readyz() -> Readiness:
    """Calendars kept elsewhere that are behind are told by their number: this door is open to everyone."""
    parts = wiring()
    parts.store.check()
    stale = parts.store.feed_health.stale(parts.clock())
    if not stale:
        return Readiness(status="ready", detail=None)
    structlog.get_logger().warning("feeds_stale", count=stale)
    return Readiness(status="ready", detail=f"{stale} outside calendar{' is' if stale == 1 else 's are'} stale")


@blueprint.get("/version")
@operation("What runs here", tag="house", answers={200: Version})
def show_version() -> Version:
    return Version(name="rounds", version=version("rounds"))
