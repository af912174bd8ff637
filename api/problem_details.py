"""Every error of every door in one shape: RFC 9457, `application/problem+json`."""

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from flask import Flask, Response
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn has no types
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from data.store.errors import InFlight
from optimizer.domain.errors import (
    BrokenPlan,
    Conflict,
    Fault,
    InvalidRequest,
    NotFound,
    RoundsError,
    TooMany,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
FAULTS_SHOWN = 500
"""A body of megabytes can hold a million faults; these are enough to mend it by."""


class FaultOut(BaseModel):
    """One thing wrong with a request.

    `pointer` is a JSON pointer into the body, `?name` for a query parameter, or `{name}` for a part of the path.
    """

    pointer: str
    code: str
    detail: str
    hint: str


class ProblemOut(BaseModel):
    """What went wrong. Branch on `code`: it is never renamed; `detail` and `hint` are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    errors: list[FaultOut]


class HttpError(RoundsError):
    """An error that only exists between HTTP and us."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        hint: str = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, code=code, hint=hint, faults=faults)
        self.headers = dict(headers or {})


class Malformed(HttpError):
    """The body cannot be read at all."""

    code = "malformed_json"


class Unauthorized(HttpError):
    """No key, or one that is not known."""

    code = "unauthorized"
    status = HTTPStatus.UNAUTHORIZED


class Forbidden(HttpError):
    """Known, but the request cannot be trusted to be theirs."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class UnsupportedMedia(HttpError):
    """The body is of a type this door does not read."""

    code = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class TooLarge(HttpError):
    """The request is bigger than this service plans or reads."""

    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class PreconditionRequired(HttpError):
    """A write without the header that makes it safe to repeat."""

    code = "precondition_required"
    status = HTTPStatus.PRECONDITION_REQUIRED


STATUS_OF_CODE = {
    "hold_expired": HTTPStatus.GONE,
    "hold_released": HTTPStatus.GONE,
    "offer_expired": HTTPStatus.GONE,
}
HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
USUAL_HINTS = {
    "invalid_request": "Each of `errors` says where, and what to send instead.",
    "not_found": "Look at the id again; what belongs to somebody else is not found either.",
    "too_large": "Send less at a time.",
}
"""What to do, by code, where an error does not say it itself."""


STORE_TROUBLE = {
    "schema_missing": "The store has not been set up.",
    "schema_old": "The store has to be upgraded first.",
    "schema_too_new": "The store belongs to a newer release.",
    "store_unavailable": "The store does not answer.",
}
"""Said instead of an error's own words, which name the store's address: that is for the log and the command line."""


def status_of(error: RoundsError) -> HTTPStatus:
    """The HTTP status an error is answered with."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    match error:
        case HttpError():
            return error.status
        case InvalidRequest():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case NotFound():
            return HTTPStatus.NOT_FOUND
        case Conflict():
            return HTTPStatus.CONFLICT
        case TooMany():
            return HTTPStatus.TOO_MANY_REQUESTS
        case Unavailable():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


def describe(error: RoundsError) -> ProblemOut:
    """The document for an error. A single fault speaks for the whole: its code and hint are the problem's."""
    status = status_of(error)
    only = error.faults[0] if len(error.faults) == 1 else None
    detail = error.detail
    if len(error.faults) > FAULTS_SHOWN:
        detail = f"{detail} Of {len(error.faults)} faults the first {FAULTS_SHOWN} are listed."
    return ProblemOut(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=only.detail if only else detail,
        code=only.code if only else error.code,
        hint=(only.hint if only else error.hint) or USUAL_HINTS.get(error.code, ""),
        errors=[
            FaultOut(pointer=fault.pointer, code=fault.code, detail=fault.detail, hint=fault.hint)
            for fault in error.faults[:FAULTS_SHOWN]
        ],
    )


def answer(problem: ProblemOut, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        problem.model_dump_json(), status=problem.status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def answer_error(error: RoundsError) -> Response:
    """A RoundsError as a response."""
    if isinstance(error, BrokenPlan):
        structlog.get_logger().error("broken_plan", detail=error.detail)
    match error:
        case Unavailable(code=code) if code in STORE_TROUBLE:
            structlog.get_logger().error(code, detail=error.detail, hint=error.hint)
            said = describe(error).model_copy(update={"detail": STORE_TROUBLE[code], "hint": "The log says more."})
            return answer(said, {"Retry-After": str(error.retry_after)})
        case HttpError():
            return answer(describe(error), error.headers)
        case TooMany() | Unavailable() | InFlight():
            return answer(describe(error), {"Retry-After": str(error.retry_after)})
        case _:
            return answer(describe(error))


def answer_http(error: HTTPException) -> AnyResponse:
    """What Flask refuses on its own: no such route, wrong method, body too large."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    status = HTTPStatus(error.code)
    kept = {name: value for name, value in error.get_headers() if name.lower() in {"allow", "retry-after"}}
    hints = {405: f"Allowed here: {kept.get('Allow', '')}.", 404: "The routes are listed at /docs."}
    code = HTTP_CODES.get(status, status.phrase.lower().replace(" ", "_"))
    problem = ProblemOut(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=status.description or status.phrase,
        code=code,
        hint=hints.get(status, USUAL_HINTS.get(code, "")),
        errors=[],
    )
    return answer(problem, kept)


def answer_unexpected(error: Exception) -> Response:
    """A bug of ours: logged by where it happened, answered without any of it.

    Neither the message nor the local variables are logged: both can carry a client's name. What gunicorn finds only
    while a body is read, chunks that are none, is no bug of ours.
    """
    if isinstance(error, ParseException):
        hint = "Send it with a Content-Length, or in chunks as HTTP/1.1 has them."
        return answer_error(Malformed("The body cannot be read.", code="malformed_request", hint=hint))
    trace = "".join(traceback.format_tb(error.__traceback__))
    structlog.get_logger().error("unexpected", kind=type(error).__name__, trace=trace)
    return answer(
        ProblemOut(
            type="about:blank",
            title=HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
            detail="Something went wrong on our side; it has been logged.",
            code="internal_error",
            hint="Try again; if it happens again, report the X-Request-Id of this answer.",
            errors=[],
        )
    )


def register(app: Flask) -> None:
    """Answer every error of the app in this shape."""
    app.register_error_handler(RoundsError, answer_error)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)
