"""Drives kept for later: what a road engine was asked for once need not be asked for again."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

Drive = tuple[int, int, int, int]
"""From one point to another in so many seconds on empty roads, so many metres; points as `point_key` writes them."""

# Marks in place of seconds.
NO_ROAD = -1
"""The engine was asked, and no road leads there. In place of metres: it tells none."""
UNKNOWN = -2
"""Nobody has been asked. Never stored."""
OFF_ROAD = -3
"""The engine was asked, and one of the ends lies too far from every road. Of a point to itself: that end, and metres
tell how far."""


class PairStore(Protocol):
    """Where drives are kept. A network is an engine with the version of its map: another map, other drives."""

    def read(self, network: str, points: Collection[int]) -> Sequence[Drive]:
        """Every known drive from or to one of the points."""
        ...

    def write(self, network: str, drives: Sequence[Drive], *, today: date, most: int) -> None:
        """Keep drives; of more than `most` the oldest are forgotten. Never called inside a transaction."""
        ...

    def touch(self, network: str, points: Collection[int], *, today: date) -> None:
        """Say that the drives from these points are still wanted. Never called inside a transaction."""
        ...


def point_key(lat: float, lng: float) -> int:
    """A point rounded to five decimals (1 m) as one number that a database can keep and look up."""
    return (round((lat + 90) * 100_000) << 26) | round((lng + 180) * 100_000)


def point_of(key: int) -> tuple[float, float]:
    """Latitude and longitude of a key."""
    return (key >> 26) / 100_000 - 90, (key & ((1 << 26) - 1)) / 100_000 - 180
