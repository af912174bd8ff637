"""What went wrong, as a page: whoever looks at one does not read JSON."""

from http import HTTPStatus

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from api.pages.shell import message
from api.problem_details import USUAL_HINTS, answer_error, answer_http, answer_unexpected
from optimizer.domain.errors import RoundsError

TITLES = {
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.CONFLICT: "It has changed meanwhile",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be done",
    HTTPStatus.TOO_MANY_REQUESTS: "That was too often",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not just now",
}


def told_as_pages(blueprint: Blueprint) -> None:
    """Errors of its views are answered like those of the API, logged like those, and said on a page."""
    blueprint.register_error_handler(RoundsError, _refused)
    blueprint.register_error_handler(HTTPException, _http)
    blueprint.register_error_handler(Exception, _unexpected)


def _refused(error: RoundsError) -> Response:
    return _page(answer_error(error))


def _http(error: HTTPException) -> Response:
    answer = answer_http(error)
    return _page(answer) if isinstance(answer, Response) else Response(answer.get_data(), answer.status_code)


def _unexpected(error: Exception) -> Response:
    return _page(answer_unexpected(error))


def _page(problem: Response) -> Response:
    said = problem.get_json(force=True)
    title = TITLES.get(HTTPStatus(problem.status_code), "Something went wrong")
    told = (said["detail"], "" if said["hint"] in USUAL_HINTS.values() else said["hint"])  # those are for programs
    text = " ".join(part for part in told if part)
    page = message(title, text, problem.status_code)
    for name in ("Retry-After", "Allow"):
        if name in problem.headers:
            page.headers[name] = problem.headers[name]
    return page
