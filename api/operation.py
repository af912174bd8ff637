"""A view's contract, said once: it reads the request, shapes the answer, and is what /openapi.json is made of."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps

from flask import Response, request
from pydantic import BaseModel
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Response as AnyResponse

from api import strict_json
from api.problem_details import Malformed, PreconditionRequired, UnsupportedMedia
from api.v1.schemas.fault_words import NO_CONTROLS
from api.v1.schemas.reading import invalid, read_model, read_query
from optimizer.domain.errors import Fault, InvalidRequest

ATTRIBUTE = "__rounds_operation__"
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a view promises.

    `answers` maps a status to the model of its body, to a media type where the body is not JSON, or to None where
    there is no body. `uploads` are the media types read where the body is not JSON. `problems` are the statuses of the
    errors a caller should expect beside those of every door.
    """

    summary: str
    tag: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel] | str | None] = field(default_factory=dict)
    uploads: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    idempotent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer with more to it than a body: `Reply(status=202, body=..., headers={"Location": ...})`."""

    body: BaseModel | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Outcome = BaseModel | Reply | AnyResponse
View = Callable[..., Outcome]


def operation(
    summary: str,
    *,
    tag: str,
    body: type[BaseModel] | None = None,
    read: Callable[[object], object] | None = None,
    query: type[BaseModel] | None = None,
    answers: Mapping[int, type[BaseModel] | str | None],
    uploads: tuple[str, ...] = (),
    problems: tuple[int, ...] = (),
    idempotent: bool = False,
    beside: Callable[[Mapping[str, str]], Sequence[Fault]] | None = None,
) -> Callable[[View], Callable[..., AnyResponse]]:
    """Give a view its typed `body` and `query` as keyword arguments, and send what it returns.

    Put it right above the view, under `require`. `read` replaces the plain reading of the body's model where faults
    between fields are to be told together with those of the schema; `beside` finds such faults in a query that is
    refused. With `idempotent` a request without an
    `Idempotency-Key` is refused; the view reads it by `idempotency_key()`.
    """
    contract = Operation(
        summary=summary,
        tag=tag,
        body=body,
        query=query,
        answers=answers,
        uploads=uploads,
        problems=problems,
        idempotent=idempotent,
    )

    def decorate(view: View) -> Callable[..., AnyResponse]:
        @wraps(view)
        def answering(**path: object) -> AnyResponse:
            _require_writable(path)
            if contract.idempotent:
                idempotency_key()
            if contract.query is not None:
                path["query"] = _read_query(contract.query, beside)
            if contract.body is not None:
                document = read_document()
                path["body"] = read(document) if read else read_model(contract.body, document)
            return send(view(**path))

        setattr(answering, ATTRIBUTE, contract)
        return answering

    return decorate


def _require_writable(path: Mapping[str, object]) -> None:
    """Nothing has a name with a NUL in it, and not every store can be asked for one."""
    odd = [name for name, part in path.items() if isinstance(part, str) and "\0" in part]
    if odd:
        detail, hint = NO_CONTROLS.detail, NO_CONTROLS.hint
        raise invalid([Fault(pointer=f"{{{name}}}", code="bad_characters", detail=detail, hint=hint) for name in odd])


def _read_query(model: type[BaseModel], beside: Callable[[Mapping[str, str]], Sequence[Fault]] | None) -> BaseModel:
    try:
        return read_query(model, request.args)
    except InvalidRequest as refused:
        if beside is None:
            raise
        raise together(refused, beside(request.args)) from None


def together(refused: InvalidRequest, others: Sequence[Fault]) -> InvalidRequest:
    """All faults at once; where both say something of one field, what could not be read speaks."""
    told = {fault.pointer for fault in refused.faults}
    return invalid([*refused.faults, *(fault for fault in others if fault.pointer not in told)])


def operation_of(view: Callable[..., object]) -> Operation | None:
    """The contract of a view, None where it has none."""
    found = getattr(view, ATTRIBUTE, None)
    return found if isinstance(found, Operation) else None


def read_document() -> object:
    """The JSON document of the request's body.

    Raises
    ------
    UnsupportedMedia
        When the body is not declared as JSON.
    api.problem_details.Malformed
        When it is not JSON.
    """
    if request.mimetype != JSON and not request.mimetype.endswith("+json"):
        raise UnsupportedMedia(
            f"This door reads JSON, not {request.mimetype or 'a body without a type'}.",
            hint=f"Send the header Content-Type: {JSON}.",
        )
    return strict_json.parse(whole_body())


def whole_body() -> bytes:
    """The bytes of the request's body: a half of them may look like all there is, of a table above all.

    Raises
    ------
    api.problem_details.Malformed
        code `body_truncated`, when the connection ended before as many had come as were promised.
    """
    try:
        body = request.get_data()
    except (OSError, ClientDisconnected) as error:  # of a body in chunks the last is missing
        raise _cut_off("The body breaks off.") from error
    if request.content_length is not None and len(body) < request.content_length:
        raise _cut_off(f"Only {len(body)} of {request.content_length} bytes came.")
    return body


def _cut_off(detail: str) -> Malformed:
    return Malformed(detail, code="body_truncated", hint="Send it again, whole.")


def send(outcome: Outcome) -> AnyResponse:
    match outcome:
        case Reply(body=None):
            return Response(status=outcome.status, headers=dict(outcome.headers))
        case Reply(body=BaseModel() as model):
            return Response(
                model.model_dump_json(), status=outcome.status, mimetype=JSON, headers=dict(outcome.headers)
            )
        case BaseModel():
            return Response(outcome.model_dump_json(), mimetype=JSON)
        case AnyResponse():
            return outcome
        case _:
            raise TypeError(f"a view cannot answer with {type(outcome).__name__}")


def idempotency_key() -> str:
    """The request's `Idempotency-Key`.

    Raises
    ------
    PreconditionRequired
        When there is none (428).
    InvalidRequest
        When it is longer than 200 characters, or not printable ASCII.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise PreconditionRequired(
            "This request writes, and has no Idempotency-Key.",
            code="idempotency_key_missing",
            hint="Send a fresh UUID as Idempotency-Key, and the same one when you repeat the request.",
        )
    if len(key) > 200 or not key.isascii() or not key.isprintable():
        raise _refused_key(
            "idempotency_key_invalid",
            "The Idempotency-Key cannot be used.",
            "Send at most 200 printable ASCII characters: a UUID will do.",
        )
    return key


def fingerprint() -> str:
    """A hash of method, path and body: the same Idempotency-Key with another fingerprint is another request."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    digest.update(whole_body())
    return digest.hexdigest()


def key_reused() -> InvalidRequest:
    """The refusal of an Idempotency-Key that came with another request before."""
    return _refused_key(
        "idempotency_key_reused",
        "This Idempotency-Key came with another request before.",
        "Send a fresh key with a new request; repeat an old one without changing it.",
    )


def _refused_key(code: str, detail: str, hint: str) -> InvalidRequest:
    fault = Fault(pointer="Idempotency-Key", code=code, detail=detail, hint=hint)
    return InvalidRequest(detail, code=code, hint=hint, faults=[fault])
