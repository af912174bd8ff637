"""A fuse before a service that may be down: after some failures it is left alone for a while, then tried once."""

from collections.abc import Callable
from enum import StrEnum
from threading import Lock

Monotonic = Callable[[], float]
"""Seconds that only go up."""


class State(StrEnum):
    """Closed: asked. Open: left alone. Half-open: one caller is trying whether it is back."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Safe to share between threads.

    Parameters
    ----------
    failures
        In a row, before the service is left alone.
    rest
        Seconds for which it is; twice as long after each trial that fails, up to `longest`.
    """

    def __init__(self, clock: Monotonic, *, failures: int = 3, rest: float = 30.0, longest: float = 600.0) -> None:
        self._clock = clock
        self._failures = failures
        self._first_rest = rest
        self._longest = longest
        self._lock = Lock()
        self._failed = 0
        self._rest = rest
        self._open_until: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        with self._lock:
            if self._open_until is None:
                return State.CLOSED
            return State.OPEN if self._clock() < self._open_until and not self._trying else State.HALF_OPEN

    def admits(self) -> bool:
        """May the service be asked now? Whoever is admitted tells how it went, by `succeeded` or `failed`."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._trying or self._clock() < self._open_until:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed, self._rest = 0, self._first_rest
            self._open_until, self._trying = None, False

    def failed(self, retry_after: float | None = None) -> None:
        """It did not answer. `retry_after` is how long it asked to be left alone: that opens the fuse at once."""
        with self._lock:
            self._failed += 1
            if self._trying:
                self._rest = min(2 * self._rest, self._longest)
            if self._trying or retry_after is not None or self._failed >= self._failures:
                self._open_until = self._clock() + max(self._rest, retry_after or 0.0)
            self._trying = False
