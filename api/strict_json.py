"""JSON as RFC 8259 has it, and nothing more: no NaN, no key twice, no depth without end."""

import json
from collections import Counter

from api.problem_details import Malformed
from api.v1.schemas.reading import pointer
from optimizer.domain.errors import Fault

MAX_DEPTH = 32
"""The deepest document that any door reads is a problem with its travel table: five levels."""


class _Pairs(list[tuple[str, object]]):
    """An object as it was written, every key of it."""


NO_NUMBER = object()
"""Stands where a NaN or an infinity was."""


class _KeyTwiceError(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _NotANumberError(ValueError):
    pass


def parse(body: bytes, *, max_depth: int = MAX_DEPTH) -> object:
    """The document in `body`.

    Raises
    ------
    Malformed
        code `malformed_json`, `duplicate_key`, `not_a_number` or `too_deep`.
    """
    try:
        document = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise _malformed(
            f"The body is not UTF-8: byte {error.start} cannot be read.", hint="Send JSON in UTF-8, without a BOM."
        ) from error
    except json.JSONDecodeError as error:
        raise _malformed(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            hint="Check for a missing comma, quote or bracket there." if body else "Send a JSON object as the body.",
        ) from error
    except _KeyTwiceError as error:
        raise _malformed(
            f"The key {error.key[:100]!r} occurs twice in one object.",
            code="duplicate_key",
            hint="Keep one of them: it is not clear which is meant.",
            where=_where(body, repeated=error.key),
        ) from error
    except _NotANumberError as error:
        raise _malformed(
            f"{error} is not a number in JSON.",
            code="not_a_number",
            hint="Send a finite number, or leave the key out.",
            where=_where(body, repeated=None),
        ) from error
    except RecursionError as error:
        raise _too_deep(max_depth) from error
    except ValueError as error:  # an integer of thousands of digits
        raise _malformed(
            "A number in the body has too many digits.",
            code="not_a_number",
            hint="Send a number that can be counted with, or leave the key out.",
        ) from error
    _limit_depth(document, max_depth)
    return document


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) < len(pairs):
        raise _KeyTwiceError(next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1))
    return built


def _constant(name: str) -> float:
    raise _NotANumberError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _NotANumberError(text[:20])
    return number


def _limit_depth(document: object, max_depth: int) -> None:
    level = [document]
    for _ in range(max_depth):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep(max_depth)


def _too_deep(max_depth: int) -> Malformed:
    return _malformed(
        f"The body is nested more than {max_depth} levels deep.", code="too_deep", hint="No request needs that depth."
    )


def _malformed(detail: str, *, code: str = Malformed.code, hint: str = "", where: str = "") -> Malformed:
    fault = Fault(pointer=where, code=code, detail=detail, hint=hint)
    return Malformed(detail, code=code, hint=hint, faults=[fault])


def _where(body: bytes, *, repeated: str | None) -> str:
    """The pointer to the key that is `repeated` in its object, or to the first value that is no number where None.

    A second reading, only of bodies that are refused; empty where what follows cannot be read either.
    """
    try:
        document = json.loads(
            body, object_pairs_hook=_Pairs, parse_constant=lambda _: NO_NUMBER, parse_float=_number_or_none
        )
    except (ValueError, RecursionError):
        return ""
    ahead: list[tuple[tuple[str | int, ...], object]] = [((), document)]
    while ahead:
        path, node = ahead.pop()
        if node is NO_NUMBER and repeated is None:
            return pointer(*path)
        if isinstance(node, _Pairs):
            if repeated is not None and [key for key, _ in node].count(repeated) > 1:
                return pointer(*path, repeated)
            ahead += [((*path, key), child) for key, child in reversed(node)]
        elif isinstance(node, list):
            ahead += [((*path, row), child) for row, child in reversed(list(enumerate(node)))]
    return ""


def _number_or_none(text: str) -> object:
    try:
        return _finite(text)
    except _NotANumberError:
        return NO_NUMBER
