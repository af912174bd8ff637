"""The drives that this process knows, as one square table that grows; a store behind it remembers them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from data.roads.breaker import Monotonic
from data.roads.door_book import Point
from data.roads.pairs import UNKNOWN, Drive, PairStore, point_key

CAPACITY = 3_000
"""Points known at a time, 8 bytes for each pair of them; a book that is full starts anew."""

READ_AGAIN = 60.0
"""Seconds after which the store is asked again for what it did not have: another process may have learned it."""

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """`seconds[i, j]` and `meters[i, j]` from origin i to destination j on empty roads, or marks of `pairs`."""

    seconds: NDArray[np.int32]
    meters: NDArray[np.int32]

    @property
    def unknown(self) -> NDArray[np.bool_]:
        return np.asarray(self.seconds == UNKNOWN, dtype=np.bool_)


class PairBook:
    """Drives of one network. Safe to share between threads; never asks anybody but the store."""

    def __init__(
        self,
        network: str,
        store: PairStore | None,
        *,
        clock: Monotonic,
        today: Callable[[], date],
        most: int,
        capacity: int = CAPACITY,
    ) -> None:
        self._network = network
        self._store = store
        self._clock = clock
        self._today = today
        self._most = most
        self._capacity = capacity
        self._lock = Lock()
        self._forget()

    def look_up(self, origins: Keys, destinations: Keys) -> Known:
        """What is known of the drives between points, out of memory or the store."""
        with self._lock:
            rows, columns = self._rows_of(origins, destinations)
            known = self._cut(rows, columns)
            if self._store is not None and known.unknown.any():
                self._read(np.union1d(rows, columns))
                known = self._cut(rows, columns)
            return known

    def themselves(self, points: Keys) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Seconds and metres from each point to itself, out of memory: they tell points without a road."""
        with self._lock:
            rows, _ = self._rows_of(points, points)
            return self._seconds[rows, rows], self._meters[rows, rows]

    def note(self, drives: Sequence[Drive]) -> None:
        """Remember drives, here and in the store. Never called inside a transaction."""
        with self._lock:
            ends = np.array([drive[:2] for drive in drives], dtype=np.int64).reshape(-1, 2)
            self._rows_of(ends[:, 0], ends[:, 1])
            self._fill(drives)
        if self._store is not None:
            self._store.write(self._network, drives, today=self._today(), most=self._most)

    def touch(self, points: Keys) -> None:
        """Say that the drives from these points are still wanted. Never called inside a transaction."""
        if self._store is not None:
            self._store.touch(self._network, points.tolist(), today=self._today())

    def _forget(self) -> None:
        self._row: dict[int, int] = {}
        self._seconds = np.full((64, 64), UNKNOWN, dtype=np.int32)
        self._meters = np.full((64, 64), UNKNOWN, dtype=np.int32)
        self._read_at = np.full(64, -np.inf)

    def _rows_of(self, origins: Keys, destinations: Keys) -> tuple[Keys, Keys]:
        wanted: Iterable[int] = dict.fromkeys([*origins.tolist(), *destinations.tolist()])
        new = [key for key in wanted if key not in self._row]
        if new:
            if len(self._row) + len(new) > self._capacity:
                self._forget()
                new = list(wanted)
            for key in new:
                self._row[key] = len(self._row)
            self._grow()
        return tuple(
            np.array([self._row[key] for key in ends.tolist()], dtype=np.int64) for ends in (origins, destinations)
        )  # type: ignore[return-value]

    def _grow(self) -> None:
        size, needed = len(self._seconds), len(self._row)
        if needed <= size:
            return
        more = (0, max(2 * size, needed) - size)
        self._seconds, self._meters = (
            np.pad(table, (more, more), constant_values=UNKNOWN) for table in (self._seconds, self._meters)
        )
        self._read_at = np.pad(self._read_at, more, constant_values=-np.inf)

    def _cut(self, rows: Keys, columns: Keys) -> Known:
        cut = np.ix_(rows, columns)
        return Known(seconds=self._seconds[cut], meters=self._meters[cut])

    def _read(self, rows: Keys) -> None:
        now = self._clock()
        stale = set(rows[self._read_at[rows] <= now - READ_AGAIN].tolist())
        if not stale or self._store is None:
            return
        keys = [key for key, row in self._row.items() if row in stale]
        self._fill(self._store.read(self._network, keys))
        self._read_at[list(stale)] = now

    def _fill(self, drives: Sequence[Drive]) -> None:
        row = self._row
        inside = [(row[a], row[b], seconds, meters) for a, b, seconds, meters in drives if a in row and b in row]
        if inside:
            a, b, seconds, meters = np.array(inside, dtype=np.int64).T
            self._seconds[a, b], self._meters[a, b] = seconds, meters


def keys_of(points: Sequence[Point]) -> Keys:
    """The key of each pair of latitude and longitude."""
    return np.array([point_key(lat, lng) for lat, lng in points], dtype=np.int64)
