"""When a new visit could start, for many therapist-days at once, exactly.

An `OpenDay` is one therapist's day prepared for the question: its cuts (see `slot_kernel`) cover every order of its
visits. A `Board` stacks many of them, so that one call answers for all. A start is offered exactly when some order of
the whole day keeps every promise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift
from optimizer.domain.visit import Visit
from optimizer.schedule.board_kernel import near_stops, search_board
from optimizer.schedule.kernels import passes
from optimizer.schedule.problem import Problem
from optimizer.schedule.slot_kernel import fill_subsets, write_cuts, write_rooms
from optimizer.schedule.timeline import Day
from optimizer.schedule.world import LEAD, LOAD, NEVER, TAIL, WINDOWS, Ints, World
from optimizer.travel.times import BufferPolicy, at_percent, padded

MOST_VISITS = 12
"""Days with more visits are asked in one order only."""


class Roads(NamedTuple):
    """By what drives go: what the date shares with others ("a plain weekday"), and who drives, see
    `Shift.travel_percent`."""

    kind: str
    percent: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spokes:
    """Travel between one new place and the stops of a board, buffers included.

    `out[band, stop]` leads from the new place to the stop, `back[band, stop]` from the stop to it; seconds, FIFO, in
    the bands of the days asked and the order of `Board.stops`.
    """

    out: NDArray[np.int32]
    back: NDArray[np.int32]

    def at_percent(self, percent: int, starts: Ints, buffer: BufferPolicy) -> Self:
        """Of who takes `percent` of the time, as `TravelTimes.at_percent` has it.

        Parameters
        ----------
        starts
            When the bands begin. The spokes themselves are without any buffer.
        buffer
            What is to be added.
        """
        out, back = (padded(starts, at_percent(starts, bare, percent), buffer) for bare in (self.out, self.back))
        return type(self)(out=out, back=back)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OpenDay:
    """One shift with the visits promised on it, whatever their order.

    `kind` names what travel and clock the day shares with others ("a plain weekday"): days of one kind have the same
    bands and the same grid. `cuts`, `before`, `after` are those of `slot_kernel.write_cuts` and `write_rooms`; a day
    that no order can keep has none.
    """

    shift: Shift
    problem: Problem
    kind: str
    world: World
    cuts: Ints
    before: Ints
    after: Ints

    @classmethod
    def of(cls, problem: Problem, kind: str, order: Sequence[int] | None = None) -> Self:
        """Prepare a problem of one shift. `order` is only needed for more than `MOST_VISITS` visits."""
        (shift,) = problem.shifts
        world = Day.of(problem).world
        n, breaks = len(problem.visits), len(shift.breaks)
        if n > MOST_VISITS:
            cuts, before, after = _chain(world, np.asarray(order or range(n), dtype=np.int64), breaks)
        else:
            cuts, before, after = _every_order(world, n, breaks)
        write_rooms(world, 0, cuts, before, after)
        return cls(shift=shift, problem=problem, kind=kind, world=world, cuts=cuts, before=before, after=after)

    @property
    def roads(self) -> Roads:
        return Roads(kind=self.kind, percent=self.shift.travel_percent)


def _every_order(world: World, n: int, breaks: int) -> tuple[Ints, Ints, Ints]:
    rows = np.arange(n, dtype=np.int64)
    subsets = 1 << n
    earliest = np.empty((subsets, max(n, 1), breaks + 1), dtype=np.int64)
    latest = np.empty_like(earliest)
    fill_subsets(world, 0, rows, earliest, latest)
    most = subsets * max(n, 1) * (breaks + 1)
    cuts, counts = np.zeros((subsets, 5), dtype=np.int64), np.zeros(3, dtype=np.int64)
    before, after = np.zeros((most, 3), dtype=np.int64), np.zeros((most, 3), dtype=np.int64)
    write_cuts(world, 0, rows, earliest, latest, cuts, before, after, counts)
    return cuts[: counts[0]].copy(), before[: counts[1]].copy(), after[: counts[2]].copy()


def _chain(world: World, order: Ints, breaks: int) -> tuple[Ints, Ints, Ints]:
    """The cuts of one order: between each two neighbours."""
    n = len(order)
    earliest, latest = np.zeros((n, breaks + 1), dtype=np.int64), np.zeros((n, breaks + 1), dtype=np.int64)
    cuts: list[list[int]] = []
    before: list[list[int]] = []
    after: list[list[int]] = []
    if passes(world, 0, order, earliest, latest):
        for at in range(n + 1):
            cut = [len(before), 0, len(after), 0]
            for taken in range(breaks + 1):
                if at > 0 and earliest[at - 1, taken] < NEVER:
                    before.append([int(order[at - 1]), taken, int(earliest[at - 1, taken])])
                if at < n and latest[at, taken] > -NEVER:
                    after.append([int(order[at]), taken, int(latest[at, taken])])
            cuts.append([cut[0], len(before), cut[2], len(after), 0])
    return _rows(cuts, 5), _rows(before, 3), _rows(after, 3)


def _rows(rows: list[list[int]], width: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Openings:
    """The answer of a board, a row a day and a column a start of its grid.

    `added` is the least detour plus idling in seconds, `NEVER` where the start is not possible; `detours` the detour
    in it.
    """

    added: Ints
    detours: Ints

    @property
    def possible(self) -> NDArray[np.bool_]:
        return self.added < NEVER


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Board:
    """Many therapist-days stacked.

    `stops` are the distinct places of all days, homes included, and `rows` tells where each id is among them; `kinds`
    are by what roads the days go, and `kind_of[day]` tells which is whose.
    """

    days: tuple[OpenDay, ...]
    stops: tuple[Place, ...]
    rows: Mapping[str, int]
    kinds: tuple[Roads, ...]
    kind_of: Ints
    bands: Ints
    roads: NDArray[np.int32]
    visits: Ints
    shifts: Ints
    local: Ints
    cuts: Ints
    before: Ints
    after: Ints
    counts: Ints
    used: Ints

    @classmethod
    def of(cls, days: Sequence[OpenDay]) -> Self:
        """Stack days. All of them need the same number of bands."""
        places: dict[str, Place] = {}
        for day in days:
            for place in _places(day.problem):
                places.setdefault(place.id, place)
        rows = {name: row for row, name in enumerate(places)}
        kinds = tuple(dict.fromkeys(day.roads for day in days))
        widest = max((len(day.problem.travel.places) for day in days), default=0)
        longest = max((len(day.problem.visits) for day in days), default=0)
        bands = len(days[0].world.band_starts) if days else 1
        roads = np.zeros((len(days), 1, bands, widest + 1, widest + 1), dtype=np.int32)
        local = np.full((len(days), widest), -1, dtype=np.int64)
        visits = np.zeros((len(days), longest + 1, _width(days)), dtype=np.int64)
        visits[:, :, WINDOWS::2], visits[:, :, WINDOWS + 1 :: 2] = NEVER, -NEVER
        for k, day in enumerate(days):
            size = len(day.problem.travel.places)
            roads[k, :, :, :size, :size] = day.world.road
            local[k, :size] = [rows.get(name, -1) for name in day.problem.travel.places]
            visits[k, : len(day.problem.visits), : day.world.visits.shape[1]] = day.world.visits
        return cls(
            days=tuple(days),
            stops=tuple(places.values()),
            rows=rows,
            kinds=kinds,
            kind_of=np.array([kinds.index(day.roads) for day in days], dtype=np.int64),
            bands=np.array([day.world.band_starts for day in days], dtype=np.int64).reshape(len(days), bands),
            roads=roads,
            visits=visits,
            shifts=_stack([day.world.shifts for day in days]),
            local=local,
            cuts=_stack([day.cuts for day in days]),
            before=_stack([day.before for day in days]),
            after=_stack([day.after for day in days]),
            counts=np.array([len(day.cuts) for day in days], dtype=np.int64),
            used=np.array([day.world.visits[:, LOAD : LOAD + 3].sum(axis=0) for day in days], dtype=np.int64).reshape(
                len(days), 3
            ),
        )

    def openings(
        self,
        visit: Visit,
        eligible: Sequence[bool] | NDArray[np.bool_],
        spokes: Mapping[Roads, Spokes],
        grids: Sequence[Ints] | Ints,
    ) -> Openings:
        """Every possible start of a visit.

        Parameters
        ----------
        visit
            What is asked for; its windows are not looked at, the grids are.
        eligible
            For each day whether it is asked at all.
        spokes
            Travel to and from the visit's place for each of `kinds`.
        grids
            For each day the starts to try, rising seconds of its horizon; all grids have one length (pad with NEVER).
            `grids[day, start]`, or an array for each day.
        """
        starts = _grids(grids)
        added = np.full(starts.shape, NEVER, dtype=np.int64)
        detours = np.zeros(starts.shape, dtype=np.int64)
        if self.days:
            search_board(
                self.bands, self.roads, self.visits, self.shifts, self.local, self.cuts, self.before, self.after,
                self.counts, self.used, self.kind_of,
                np.stack([spokes[kind].out.T for kind in self.kinds]),
                np.stack([spokes[kind].back.T for kind in self.kinds]),
                np.asarray(eligible, dtype=np.bool_), self._row(visit), self.rows.get(visit.place.id, -1),
                starts, added, detours,
            )  # fmt: skip
        return Openings(added=added, detours=detours)

    def near(self, visit: Visit, eligible: Sequence[bool] | NDArray[np.bool_]) -> NDArray[np.bool_]:
        """`near[kind, stop]`: the stops whose drives `openings` reads for this visit; the other spokes do not count."""
        near = np.zeros((len(self.kinds), len(self.stops)), dtype=np.bool_)
        if self.days:
            near_stops(
                self.visits, self.shifts, self.local, self.cuts, self.before, self.after, self.counts,
                self.used, self.kind_of, np.asarray(eligible, dtype=np.bool_), self._row(visit), near,
            )  # fmt: skip
        return near

    def stops_of(self, day: int) -> Ints:
        """Where the places of a day's travel are among `stops`."""
        return self.local[day, : len(self.days[day].problem.travel.places)]

    def _row(self, visit: Visit) -> Ints:
        row = np.zeros(self.visits.shape[2], dtype=np.int64)
        row[LEAD : LEAD + 2] = (visit.lead, visit.consultation)
        row[TAIL : TAIL + 2] = (visit.tail, visit.session + visit.wrap_up)
        row[LOAD : LOAD + 3] = (1, visit.session, int(visit.heavy))
        row[WINDOWS:] = -NEVER
        row[WINDOWS::2] = NEVER
        row[WINDOWS], row[WINDOWS + 1] = 1 - NEVER, NEVER - 1
        return row


def _grids(grids: Sequence[Ints] | Ints) -> Ints:
    if len(grids) == 0:
        return np.zeros((0, 0), dtype=np.int64)
    return np.ascontiguousarray(grids if isinstance(grids, np.ndarray) else np.stack(grids), dtype=np.int64)


def _places(problem: Problem) -> list[Place]:
    found = [visit.place for visit in problem.visits]
    for shift in problem.shifts:
        found += [place for place in (shift.start_place, shift.end_place) if place is not None]
    return found


def _width(days: Sequence[OpenDay]) -> int:
    return max((day.world.visits.shape[1] for day in days), default=WINDOWS + 2)


def _stack(tables: Sequence[Ints]) -> Ints:
    """Tables of one or different heights and widths as one array, filled up with zeros."""
    height = max((table.shape[0] for table in tables), default=0)
    width = max((table.shape[1] for table in tables), default=0)
    stacked = np.zeros((len(tables), height, width), dtype=np.int64)
    for k, table in enumerate(tables):
        stacked[k, : table.shape[0], : table.shape[1]] = table
    return stacked
