"""Is it alive, is it ready, which version: open to everyone."""

from importlib.metadata import version

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


@blueprint.get("/healthz")
@operation("The process answers", tag="house", answers={200: Health})
def healthz() -> Health:
    return Health(status="ok")


@blueprint.get("/readyz")
@operation("The store answers and its schema is this release's", tag="house", answers={200: Health}, problems=(503,))
def readyz() -> Health:
    wiring().store.check()
    return Health(status="ready")


@blueprint.get("/version")
@operation("What runs here", tag="house", answers={200: Version})
def show_version() -> Version:
    return Version(name="rounds", version=version("rounds"))
