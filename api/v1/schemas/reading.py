"""From a parsed document to a model, or to every fault in it with pointer, code and hint."""

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api.v1.schemas.fault_words import words_for
from optimizer.domain.errors import Fault, InvalidRequest

Model = TypeVar("Model", bound=BaseModel)

GUESSES = 50
"""Unknown keys that get a "did you mean": guessing is slow, and a body can hold a million of them."""

NO_SUCH_KEY = "Leave it out; the keys there are stand at /docs."

FAULTS_TOLD = 20_000
"""More than the largest problem has keys in one place; telling each costs a kilobyte, and a body has megabytes."""

CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "too_long": "too_many",
    "too_short": "too_few",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "bad_characters",
    "string_unicode": "bad_characters",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "finite_number": "out_of_range",
    "multiple_of": "out_of_range",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
}
"""Public codes by pydantic's error types; every type of its that is not here means `wrong_type`."""


def read_model(model: type[Model], document: object) -> Model:
    """The document as a model.

    Raises
    ------
    InvalidRequest
        With every fault of the document.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise invalid(faults_of(model, error)) from None


def read_query(model: type[Model], values: Mapping[str, str]) -> Model:
    """Query parameters as a model; its faults point at `?name`.

    Raises
    ------
    InvalidRequest
        With every fault of the parameters.
    """
    return _read_named(model, values, "?{}")


def read_path(model: type[Model], values: Mapping[str, str]) -> Model:
    """Parts of a path as a model; its faults point at `{name}`, as the route at /docs names the part.

    Raises
    ------
    InvalidRequest
        With every fault of the parts.
    """
    return _read_named(model, values, "{{{}}}")


def _read_named(model: type[Model], values: Mapping[str, str], pointers: str) -> Model:
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        found = faults_of(model, error)
        raise invalid([replace(fault, pointer=pointers.format(fault.pointer.lstrip("/"))) for fault in found]) from None


def invalid(faults: Sequence[Fault]) -> InvalidRequest:
    """All faults of a request as the error that answers it."""
    count = len(faults)
    return InvalidRequest(f"The request has {count} fault{'' if count == 1 else 's'}; see errors.", faults=faults)


def faults_of(model: type[BaseModel], error: ValidationError) -> list[Fault]:
    """Every pydantic error as a Fault; a document without any sense gets one for all of them."""
    if error.error_count() > FAULTS_TOLD:
        return [
            Fault(
                pointer="",
                code="too_many_faults",
                detail=f"There are {error.error_count()} faults, too many to tell.",
                hint="Compare the document with its schema at /docs.",
            )
        ]
    faults = []
    guesses = 0
    for found in error.errors(include_url=False):
        if found["type"] == "too_short" and len(found["input"]) >= found["ctx"]["min_length"]:
            continue  # pydantic counts only the items without faults, and those are told on their own
        guesses += found["type"] == "extra_forbidden"
        faults.append(_fault(model, found, guess=guesses <= GUESSES))
    return faults


def pointer(*path: str | int) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or all of them when they are few, or nothing."""
    words = sorted(known)
    if near := get_close_matches(word[:100], words, n=1):
        return f"Did you mean {near[0]!r}?"
    return f"Known here: {', '.join(words)}." if 0 < len(words) <= 20 else ""


def _fault(model: type[BaseModel], found: ErrorDetails, *, guess: bool) -> Fault:
    path, kind = found["loc"], found["type"]
    context: Mapping[str, Any] = found.get("ctx", {})
    code = CODES.get(kind, kind if "hint" in context else "wrong_type")
    match kind:
        case _ if "hint" in context:  # one of ours, see `base.refuse`
            detail, hint = str(context["detail"]), str(context["hint"])
        case "extra_forbidden":
            detail = f"There is no key {str(path[-1])[:100]!r} here."
            hint = (did_you_mean(str(path[-1]), _keys_at(model, path[:-1])) if guess else "") or NO_SUCH_KEY
        case "missing":
            detail, hint = f"{path[-1]!r} is missing.", "Add it."
        case _:
            said = words_for(kind, found["input"], context)
            detail, hint = said.detail, said.hint
    return Fault(pointer=pointer(*path), code=code, detail=detail, hint=hint)


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """The keys that the object at `path` may have."""
    here: Any = model
    for step in path:
        here = _step(here, step)
    inner = _model_in(here)
    return {field.alias or name for name, field in inner.model_fields.items()} if inner else set()


def _step(annotation: Any, step: str | int) -> Any:
    inner = _model_in(annotation)
    if inner is not None and isinstance(step, str):
        by_key = {field.alias or name: field for name, field in inner.model_fields.items()}
        return by_key[step].annotation if step in by_key else None
    for part in _parts(annotation):
        if get_origin(part) in (tuple, list):
            return get_args(part)[0]
        if get_origin(part) in (dict, Mapping):
            return get_args(part)[1]
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    return next((part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, BaseModel)), None)


def _parts(annotation: Any) -> list[Any]:
    """The members of a union, an annotation without its metadata, or the annotation itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _parts(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [inner for part in get_args(annotation) for inner in _parts(part)]
    return [annotation]
