"""What can go wrong.

RoundsError
├── InvalidRequest        the caller's data makes no sense           → 422
├── NotFound              no such therapist, visit, hold, booking    → 404
├── Conflict              true a moment ago, not any more            → 409
├── TooMany               asked more often than anybody may        → 429
├── Unavailable           a service we lean on is down               → 503
└── BrokenPlan            our own checker refused our own plan       → 500
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with what a caller sent. `pointer` is a JSON pointer, or `line 7` of a file."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


class RoundsError(Exception):
    """Something went wrong that the caller should read about."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None, hint: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.hint = hint
        self.faults = tuple(faults)


class InvalidRequest(RoundsError):
    """The caller's data makes no sense."""

    code = "invalid_request"


class NotFound(RoundsError):
    """There is no such thing, or it may not be seen."""

    code = "not_found"


class Conflict(RoundsError):
    """It was true a moment ago and is not any more."""

    code = "version_conflict"


class TooMany(RoundsError):
    """Asked more often than anybody may. `retry_after` is in seconds."""

    code = "too_many_requests"

    def __init__(self, detail: str, *, code: str | None = None, hint: str = "", retry_after: int) -> None:
        super().__init__(detail, code=code, hint=hint)
        self.retry_after = retry_after


class Unavailable(RoundsError):
    """A service we lean on is down. `retry_after` is in seconds."""

    code = "unavailable"

    def __init__(self, detail: str, *, code: str | None = None, hint: str = "", retry_after: int = 30) -> None:
        super().__init__(detail, code=code, hint=hint)
        self.retry_after = retry_after


class BrokenPlan(RoundsError):
    """Our own checker refused our own plan."""

    code = "broken_plan"
