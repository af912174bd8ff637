"""One Idempotency-Key, one write: the answer is stored in the write's own transaction and repeated for a day."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.operation import JSON, Reply, fingerprint, idempotency_key, key_reused, send
from api.services.receipt import Receipt
from api.services.tidying import ANSWERS_KEPT_FOR
from api.wiring import wiring
from data.store.records import IdempotencyRecord
from optimizer.domain.errors import Conflict

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

T = TypeVar("T")


def answer_once(
    write: Callable[[Receipt[T]], T],
    shape: Callable[[T], Reply],
    *,
    kept: Callable[[T], Reply] | None = None,
    told: Callable[[str], str] = str,
) -> AnyResponse:
    """Do the write and answer it; a repetition gets the stored answer and writes nothing.

    Parameters
    ----------
    write
        Calls the service with the receipt, which keeps the answer before the service commits. A write that fails
        keeps nothing: the same key may be sent again.
    shape
        The answer to what was written.
    kept
        The answer as it is stored, where that may not hold all that was told.
    told
        Makes the body of a stored answer whole again.

    Raises
    ------
    InvalidRequest
        When the key came with another request before (422).
    InFlight
        When a twin of the request is being answered, and is held up for longer than this one waits (409).
    """
    with wiring().store.turn_of(f"{caller().practice_id}:{_key()}"):
        if earlier := _earlier(told):
            return earlier
        try:
            written = write(lambda uow, result: _keep(uow, (kept or shape)(result)))
        except Conflict:
            # Should a turn ever be lost: what stands in the way is the twin's own write, and its answer is this one's.
            if earlier := _earlier(told):
                return earlier
            raise
    return send(shape(written))


def _key() -> str:
    return f"{caller().key_id}:{idempotency_key()}"


def _earlier(told: Callable[[str], str]) -> Response | None:
    now = wiring().clock()
    with wiring().store.glance(caller().practice_id) as uow:
        record = uow.idempotency.find(_key())
    if record is None or record.created_at <= now - ANSWERS_KEPT_FOR:
        return None
    if record.fingerprint != fingerprint():
        raise key_reused()
    headers = {**record.headers, "Idempotency-Replayed": "true"}
    return Response(told(record.body), status=record.status, mimetype=JSON, headers=headers)


def _keep(uow: "UnitOfWork", reply: Reply) -> None:
    now = wiring().clock()
    wiring().tidying.tidy(uow, now)
    uow.idempotency.add(
        IdempotencyRecord(
            key=_key(),
            fingerprint=fingerprint(),
            status=reply.status,
            body=reply.body.model_dump_json() if reply.body else "",
            headers=dict(reply.headers),
            created_at=now,
        ),
        outdated=now - ANSWERS_KEPT_FOR,
    )
