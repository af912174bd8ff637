"""From a document to a typed problem, keeping what can be read when parts of it cannot.

A schema stops at the first layer of faults: with one wrong type it never asks whether two visits share an id. So the
parts without faults are read on their own, and take part in every later check.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api.v1.schemas.problem import MAX_THERAPISTS, MAX_VISITS, EvaluationIn, InsertionIn, ProblemIn
from api.v1.schemas.reading import FAULTS_TOLD, faults_of, invalid, pointer
from optimizer.domain.errors import Fault

LISTS = ("therapists", "visits")
STAND_INS: Mapping[str, object] = {
    "date": "2000-01-01",
    "timezone": "UTC",
    "therapists": [],
    "visits": [],
    "visit": "unread",
}
"""Put in place of an unreadable part, which `Reading.unread` then names, so that nobody relies on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What could be read of a problem.

    `therapist_rows` and `visit_rows` are the positions in the caller's lists; `therapist_ids` every therapist named
    there, readable or not; `unread` the top-level keys with faults.
    """

    given: ProblemIn
    therapist_rows: tuple[int, ...]
    visit_rows: tuple[int, ...]
    therapist_ids: frozenset[str]
    unread: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()


def read_problem(document: object) -> Reading:
    """A problem to solve.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        When nothing of it can be read.
    """
    return _read(ProblemIn, document)


def read_evaluation(document: object) -> Reading:
    """A problem with a given order.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        When nothing of it can be read.
    """
    return _read(EvaluationIn, document)


def read_insertion(document: object) -> Reading:
    """A problem with a given order and a visit that is not in it yet.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        When nothing of it can be read.
    """
    return _read(InsertionIn, document)


def _read(model: type[ProblemIn], document: object) -> Reading:
    crowds = _crowds(document)
    document = document | {fault.pointer[1:]: [] for fault in crowds} if isinstance(document, dict) else document
    try:
        given = model.model_validate(document)
    except ValidationError as error:
        return _salvage(model, document, error, crowds)
    return Reading(
        given=given,
        therapist_rows=tuple(range(len(given.therapists))),
        visit_rows=tuple(range(len(given.visits))),
        therapist_ids=frozenset(therapist.id for therapist in given.therapists),
        unread=frozenset(fault.pointer[1:] for fault in crowds),
        faults=crowds,
    )


def _crowds(document: object) -> tuple[Fault, ...]:
    """Lists longer than this service plans for. They are not read at all: each item could have a fault of its own."""
    if not isinstance(document, dict):
        return ()
    caps = (("visits", MAX_VISITS), ("therapists", MAX_THERAPISTS))
    return tuple(
        Fault(
            pointer=pointer(name),
            code=f"too_many_{name}",
            detail=f"A problem has at most {cap} {name}, and this one has {len(document[name])}.",
            hint="Plan one date, or one region, at a time.",
        )
        for name, cap in caps
        if isinstance(document.get(name), list) and len(document[name]) > cap
    )


def _salvage(model: type[ProblemIn], document: object, error: ValidationError, crowds: tuple[Fault, ...]) -> Reading:
    faults = (*crowds, *faults_of(model, error))
    if not isinstance(document, dict) or error.error_count() > FAULTS_TOLD:
        raise invalid(faults)
    paths = [found["loc"] for found in error.errors(include_url=False, include_context=False, include_input=False)]
    rows = {name: _good_rows(document.get(name), name, paths) for name in LISTS}
    unread = frozenset(str(path[0]) for path in paths if path and not (path[0] in LISTS and len(path) > 1))
    readable: dict[str, Any] = {key: part for key, part in document.items() if key not in unread}
    readable |= {name: [document[name][row] for row in rows[name]] for name in LISTS if name not in unread}
    readable |= {key: part for key, part in STAND_INS.items() if key in unread}
    if issubclass(model, EvaluationIn) and "options" in unread:
        readable["options"] = {"order": {}}
    return Reading(
        given=model.model_validate(readable),
        therapist_rows=rows["therapists"],
        visit_rows=rows["visits"],
        therapist_ids=_ids(document.get("therapists")),
        unread=unread | {fault.pointer[1:] for fault in crowds},
        faults=faults,
    )


def _good_rows(items: object, name: str, paths: Iterable[tuple[str | int, ...]]) -> tuple[int, ...]:
    mine = [path for path in paths if path and path[0] == name]
    if not isinstance(items, list) or any(len(path) == 1 for path in mine):
        return ()
    bad = {path[1] for path in mine}
    return tuple(row for row in range(len(items)) if row not in bad)


def _ids(items: object) -> frozenset[str]:
    rows = items if isinstance(items, list) else []
    named = (row.get("id") for row in rows if isinstance(row, dict))
    return frozenset(name for name in named if isinstance(name, str))
