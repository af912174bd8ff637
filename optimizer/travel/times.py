"""Departure-time travel: how long a drive takes depends on when it begins, and leaving later never arrives earlier.

A table holds a value at each band's start, and in between the travel time runs in a straight line, as in Ichoua,
Gendreau and Potvin (2003), "Vehicle dispatching with time-dependent travel times". Before the first band its value
holds, after the last the last one's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.driving import USUAL, USUAL_PERCENT, Driving
from optimizer.domain.time import MINUTE, Seconds

ESTIMATE = "estimate"
"""Names drives that were estimated from coordinates alone."""

Table = NDArray[np.int32]
"""Seconds or metres; `table[band, i, j]` or `table[i, j]`, from place i to place j."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferPolicy:
    """Time added to a drive on purpose, once a leg: `minutes` plus `percent` of the drive, rounded up to a second.

    `roads` is what a source of drives has to know of a practice's ways beside it.
    """

    minutes: int = 0
    percent: int = 0
    roads: Driving = USUAL

    @property
    def bare(self) -> Self:
        """The same ways without a buffer."""
        return replace(self, minutes=0, percent=0)

    def __post_init__(self) -> None:
        if self.minutes < 0 or self.percent < 0:
            raise ValueError("a travel buffer cannot be negative")


@dataclass(frozen=True, kw_only=True, eq=False)
class TravelTimes:
    """Travel between the places of one problem on one date.

    Attributes
    ----------
    places
        Ids of the places, in the order of the table's rows.
    starts
        `starts[band]`: when each band begins, seconds from the horizon's origin, rising.
    drive
        `drive[band, i, j]`: seconds behind the wheel when leaving at `starts[band]`.
    seconds
        `seconds[band, i, j]`: the same with the travel buffer. Every schedule is timed with this one.
    buffer
        What was added to make `seconds` of `drive`.
    meters
        `meters[i, j]`, or None where the source knows no distances.
    source
        What the times come from, named in answers: "estimate", "osrm", "caller".
    estimated
        `estimated[i, j]`: which drives `source` did not know, so that they are estimated; None where it knew all.
    """

    places: tuple[str, ...]
    starts: NDArray[np.int64]
    drive: Table
    seconds: Table
    buffer: BufferPolicy = BufferPolicy()
    meters: Table | None = None
    source: str = "caller"
    estimated: NDArray[np.bool_] | None = None

    @classmethod
    def build(
        cls,
        *,
        places: Sequence[str],
        starts: Sequence[Seconds],
        drive: NDArray[np.integer],
        buffer: BufferPolicy | None = None,
        meters: NDArray[np.integer] | None = None,
        source: str = "caller",
        estimated: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Check the shapes, make the drives FIFO, add the buffer.

        Parameters
        ----------
        drive
            `drive[band, i, j]` or, for one band, `drive[i, j]`: whole seconds, not negative.

        Raises
        ------
        ValueError
            When the shapes disagree, a time is negative or the bands do not rise.
        """
        n, begins = len(places), np.asarray(starts, dtype=np.int64)
        wide = np.asarray(drive)
        wide = wide[None] if wide.ndim == 2 else wide
        if wide.shape != (len(begins), n, n) or len(begins) == 0:
            raise ValueError(
                f"{len(begins)} bands and {n} places need a table {len(begins)} x {n} x {n}, not {wide.shape}"
            )
        if len(set(places)) != n:
            raise ValueError("two places share an id")
        if (wide < 0).any():
            raise ValueError("a travel time cannot be negative")
        if (np.diff(begins) <= 0).any():
            raise ValueError("bands must begin one after the other")
        policy = buffer or BufferPolicy()
        drives, timed = _timed(begins, make_fifo(begins, wide), policy)
        return cls(
            places=tuple(places),
            starts=begins,
            drive=drives,
            seconds=timed,
            buffer=policy,
            meters=None if meters is None else np.ascontiguousarray(meters, dtype=np.int32),
            source=source,
            estimated=estimated,
        )

    def source_of(self, origin: str, destination: str) -> str:
        """Where the time of one drive comes from."""
        if self.estimated is None:
            return self.source
        guessed = self.estimated[self.index[origin], self.index[destination]]
        return ESTIMATE if guessed else self.source.removesuffix(f"+{ESTIMATE}")

    def at_percent(self, percent: int) -> Self:
        """The same for who takes `percent` of the time for every drive; the buffer is worked out from what it takes."""
        if percent == USUAL_PERCENT:
            return self
        drive, seconds = _timed(self.starts, at_percent(self.starts, self.drive, percent), self.buffer)
        return replace(self, drive=drive, seconds=seconds)

    def only(self, places: Sequence[str]) -> Self:
        """The same travel between some of the places, in the order given.

        Raises
        ------
        KeyError
            When one of them is not known.
        """
        rows = [self.index[place] for place in places]
        cut = np.ix_(range(len(self.starts)), rows, rows)
        return type(self)(
            places=tuple(places),
            starts=self.starts,
            drive=np.ascontiguousarray(self.drive[cut]),
            seconds=np.ascontiguousarray(self.seconds[cut]),
            buffer=self.buffer,
            meters=None if self.meters is None else np.ascontiguousarray(self.meters[np.ix_(rows, rows)]),
            source=self.source,
            estimated=None if self.estimated is None else np.ascontiguousarray(self.estimated[np.ix_(rows, rows)]),
        )

    def and_place(self, place: str, *, out: Table, back: Table) -> Self:
        """The same with one place more, the last; no distances.

        Parameters
        ----------
        out, back
            Drives without a buffer, FIFO: `out[band, j]` from the new place to each of the others, `back[band, i]`
            from each of them to it.
        """
        bands, n, _ = self.drive.shape
        drive, seconds = (np.zeros((bands, n + 1, n + 1), dtype=np.int32) for _ in range(2))
        drive[:, :n, :n], drive[:, n, :n], drive[:, :n, n] = self.drive, out, back
        seconds[:, :n, :n] = self.seconds
        seconds[:, n, :n], seconds[:, :n, n] = (padded(self.starts, new, self.buffer) for new in (out, back))
        return type(self)(
            places=(*self.places, place),
            starts=self.starts,
            drive=drive,
            seconds=seconds,
            buffer=self.buffer,
            source=self.source,
        )

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Row of each place id."""
        return {place: row for row, place in enumerate(self.places)}


def make_fifo(starts: NDArray[np.int64], table: NDArray[np.integer]) -> Table:
    """Raise travel times `[band, ...]` just enough that leaving at a later band never arrives earlier.

    A staircase of multiplied times breaks this by minutes when rush hour ends; raising (never lowering) keeps every
    promise made with the result.
    """
    return _changed(starts, table, BufferPolicy())


def at_percent(starts: NDArray[np.int64], drive: NDArray[np.integer], percent: int) -> Table:
    """FIFO drives of who takes `percent` of the time, rounded to the second at each band, FIFO again.

    Longer drives get shorter more steeply, so that what was FIFO need not be any more.
    """
    return _changed(starts, drive, BufferPolicy(), percent=percent)


def padded(starts: NDArray[np.int64], drive: NDArray[np.integer], policy: BufferPolicy) -> Table:
    """FIFO drives `[band, ...]` with their buffer, FIFO again."""
    return _changed(starts, drive, policy)


def _changed(
    starts: NDArray[np.int64], table: NDArray[np.integer], policy: BufferPolicy, *, percent: int = USUAL_PERCENT
) -> Table:
    # Imported here: commands that count no drives do without the compiler, which takes long to load.
    from optimizer.travel.kernels import change_table

    changed = np.empty(table.shape, dtype=np.int32)
    if changed.size:
        flat = np.ascontiguousarray(table, dtype=np.int32).reshape(len(starts), -1)
        change_table(starts, flat, percent, policy.minutes * MINUTE, policy.percent, changed.reshape(len(starts), -1))
    return changed


def _timed(starts: NDArray[np.int64], drive: Table, policy: BufferPolicy) -> tuple[Table, Table]:
    """FIFO drives `[band, i, j]` without and with their buffer; within one place there is none."""
    timed, here = padded(starts, drive, policy), np.arange(drive.shape[-1])
    timed[:, here, here] = drive[:, here, here]
    return drive, timed
