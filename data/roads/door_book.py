"""Doors prepared before: the same clients and homes are asked about in every search."""

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from data.roads.drive_kernel import Rows
from data.roads.free_flow import Doors

CAPACITY = 4096
"""Doors kept, 220 bytes each; a book that is full starts anew."""

Point = tuple[float, float]
"""A latitude and a longitude, or whatever pair of figures the book's `prepare` knows."""


class DoorBook:
    """Prepares each point once. Safe to share between threads."""

    def __init__(self, prepare: Callable[[Sequence[Point]], Doors], *, capacity: int = CAPACITY) -> None:
        self._prepare = prepare
        self._capacity = capacity
        self._lock = Lock()
        self._rows: dict[Point, int] = {}
        self._doors = prepare(())

    def look_up(self, points: Sequence[Point]) -> tuple[Doors, Rows]:
        """Doors, and the row of each point in them. What is returned stays true when the book goes on."""
        with self._lock:
            rows = self._rows
            try:
                found = [rows[point] for point in points]
            except KeyError:
                self._learn(points)
                found = [self._rows[point] for point in points]
            return self._doors, np.array(found, dtype=np.int64)

    def _learn(self, points: Sequence[Point]) -> None:
        unknown = list(dict.fromkeys(point for point in points if point not in self._rows))
        if len(self._rows) + len(unknown) > self._capacity:
            self._rows, self._doors = {}, self._prepare(())
            unknown = list(dict.fromkeys(points))
        prepared, known = self._prepare(unknown), len(self._rows)
        if known + len(unknown) > len(self._doors.points):
            roomy = _blank(self._doors, max(2 * (known + len(unknown)), 64))
            for old, new in zip(_arrays(self._doors), _arrays(roomy), strict=True):
                new[:known] = old[:known]
            self._doors = roomy
        for old, new in zip(_arrays(self._doors), _arrays(prepared), strict=True):
            old[known : known + len(unknown)] = new
        self._rows.update({point: known + k for k, point in enumerate(unknown)})


def _blank(like: Doors, size: int) -> Doors:
    points, near, access = (np.zeros((size, array.shape[1]), dtype=array.dtype) for array in _arrays(like))
    return Doors(points=points, near=near, access=access)


def _arrays(doors: Doors) -> tuple[np.ndarray, ...]:
    return doors.points, doors.near, doors.access
