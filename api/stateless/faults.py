"""Faults are collected, not thrown: a caller mends a request once."""

from collections.abc import Iterable

from api.v1.schemas.reading import invalid, pointer
from optimizer.domain.errors import Fault

Path = tuple[str | int, ...]
"""Where something is in the caller's document: `("visits", 3, "place")`."""


class Faults:
    """Everything found wrong with one request so far."""

    def __init__(self, found: Iterable[Fault] = ()) -> None:
        self._found = list(found)

    def add(self, path: Path, code: str, detail: str, hint: str = "") -> None:
        self._found.append(Fault(pointer=pointer(*path), code=code, detail=detail, hint=hint))

    def stop_if_any(self) -> None:
        """Raise what was found.

        Raises
        ------
        optimizer.domain.errors.InvalidRequest
            With all faults, when there is one.
        """
        if self._found:
            raise invalid(self._found)
