"""The day without a signal: a worker in the browser keeps it, encrypted, until midnight. Only where it was asked to."""

from datetime import UTC, timedelta

from flask import Response, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from api.pages.day.blueprint import Mine, blueprint
from api.pages.shell import STATIC
from optimizer.domain.time import Horizon


@blueprint.get("/day/worker.js")
def worker() -> AnyResponse:
    """May stand before `/day` itself, which is above its own folder."""
    answer: Response = send_from_directory(STATIC / "day", "worker.js")
    answer.headers["Service-Worker-Allowed"] = "/day"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def kept_headers(who: Mine) -> dict[str, str]:
    """What the worker is told of today's page: until when it may be kept."""
    tomorrow = Horizon(who.today + timedelta(days=1), who.zone)
    return {"X-Rounds-Keep-Until": tomorrow.instant(0).astimezone(UTC).isoformat().replace("+00:00", "Z")}
