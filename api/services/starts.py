"""When a visit could start: the board is asked once; limits on driving, which it does not see, are checked after."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from api.services.boards import PracticeBoard
from api.services.day_problem import buffer_of
from data.roads.source import TravelSource
from optimizer.domain.driving import USUAL_PERCENT
from optimizer.domain.eligibility import is_eligible
from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift
from optimizer.domain.time import MINUTE, Horizon, Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.insertion import insert
from optimizer.schedule.slots import MOST_VISITS, Board, Openings, Roads, Spokes
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import NEVER, WINDOWS, Ints
from optimizer.travel.times import BufferPolicy

DAY: Seconds = 24 * 60 * MINUTE


def ask(
    view: PracticeBoard,
    visit: Visit,
    grids: Sequence[Ints] | Ints,
    *,
    roads: TravelSource,
    only: Collection[str] | None = None,
) -> Openings:
    """Every start on the grids that some order of the whole day can keep.

    Parameters
    ----------
    visit
        What is asked for; its windows are not looked at.
    grids
        For each of `view.days` the starts to try, all of one length (padded with NEVER).
    roads
        Between the visit's place and everybody else's; the roads among the others are in the board.
    only
        Ids of therapists to ask; None for everyone eligible.
    """
    # Whether somebody may take the visit is a matter of the person, not of the day.
    board, (crew, who) = view.board, view.stack.crew
    able = [(only is None or name in only) and is_eligible(shift, visit) for name, shift in crew.items()]
    eligible = np.array(able, dtype=np.bool_)[who]
    policy = buffer_of(view.practice.policies)
    found = board.openings(
        visit, eligible, _spokes(board, visit.place, board.near(visit, eligible), roads, policy), grids
    )
    careful = np.array([limits_driving(shift) for shift in crew.values()], dtype=np.bool_)[who]
    limited = np.flatnonzero(careful & found.possible.any(axis=1)).tolist() if careful.any() else ()
    if limited:
        near = np.zeros((len(board.kinds), len(board.stops)), dtype=np.bool_)
        for row in limited:
            near[board.kind_of[row], board.stops_of(row)] = True
        bare = _bare_spokes(board, visit.place, near, roads, policy)
        for row in limited:
            _check_driving(board, row, visit, bare, grids[row], found.added[row])
    return found


def wall_grid(horizon: Horizon, minutes: int) -> Ints:
    """The instants of a date at which its clocks show a multiple of so many minutes after midnight.

    A time that the clocks skip is not there; one that happens twice is there twice. Not to be written to.
    """
    return _wall_grid(horizon, minutes)


@lru_cache(maxsize=256)
def _wall_grid(horizon: Horizon, minutes: int) -> Ints:
    offsets = {horizon.local(0).utcoffset(), horizon.local(DAY).utcoffset()}
    if horizon.length == DAY and len(offsets) == 1:
        grid = np.arange(0, DAY, minutes * MINUTE, dtype=np.int64)
    else:
        clocks = ((instant, horizon.local(instant)) for instant in range(0, horizon.length, MINUTE))
        shown = [instant for instant, clock in clocks if (clock.hour * 60 + clock.minute) % minutes == 0]
        grid = np.array(shown, dtype=np.int64)
    grid.setflags(write=False)
    return grid


def padded(grids: Sequence[Ints]) -> list[Ints]:
    """Grids of one length; days that share a grid go on sharing it."""
    width = max((len(grid) for grid in grids), default=0)
    different = {id(grid): grid for grid in grids}.values()
    wide = {id(grid): np.concatenate([grid, np.full(width - len(grid), NEVER, dtype=np.int64)]) for grid in different}
    return [wide[id(grid)] for grid in grids]


def _spokes(
    board: Board, place: Place, near: NDArray[np.bool_], roads: TravelSource, policy: BufferPolicy
) -> dict[Roads, Spokes]:
    """Drives to and from the stops that matter, `near[kind, stop]`, as long as they take whoever drives them."""

    def drives(kind: Roads, stops: Sequence[Place], horizon: Horizon) -> Spokes:
        if kind.percent == USUAL_PERCENT:
            return roads.spokes(place, stops, horizon, policy)
        bare = roads.spokes(place, stops, horizon, policy.bare)
        return bare.at_percent(kind.percent, board.bands[_first_of(board, kind)], policy)

    return _filled(board, near, drives)


def _bare_spokes(
    board: Board, place: Place, near: NDArray[np.bool_], roads: TravelSource, policy: BufferPolicy
) -> dict[Roads, Spokes]:
    """The same as the roads say, whoever drives, and without a buffer."""
    return _filled(board, near, lambda _, stops, horizon: roads.spokes(place, stops, horizon, policy.bare))


def _filled(
    board: Board, near: NDArray[np.bool_], drives: Callable[[Roads, Sequence[Place], Horizon], Spokes]
) -> dict[Roads, Spokes]:
    """Spokes to all stops of the board; those that do not matter are left at nothing."""
    bands = board.bands.shape[1]
    found: dict[Roads, Spokes] = {}
    for number, kind in enumerate(board.kinds):
        stops = np.flatnonzero(near[number])
        out, back = (np.zeros((bands, len(board.stops)), dtype=np.int32) for _ in range(2))
        if len(stops):
            horizon = board.days[_first_of(board, kind)].problem.horizon
            some = drives(kind, [board.stops[stop] for stop in stops], horizon)
            out[:, stops], back[:, stops] = some.out, some.back
        found[kind] = Spokes(out=out, back=back)
    return found


def _first_of(board: Board, kind: Roads) -> int:
    return int(np.argmax(board.kind_of == board.kinds.index(kind)))


def limits_driving(shift: Shift) -> bool:
    """Does the shift have a limit that the board does not see?"""
    limits = shift.limits
    return limits.driving is not None or limits.longest_drive is not None


def _check_driving(board: Board, row: int, visit: Visit, bare: dict[Roads, Spokes], grid: Ints, added: Ints) -> None:
    """Take out every start of a day that only orders with too much driving could keep."""
    day = board.days[row]
    stops, travel, drives = board.stops_of(row), day.problem.travel, bare[day.roads]
    if visit.place.id not in travel.index:
        travel = travel.and_place(visit.place.id, out=drives.out[:, stops], back=drives.back[:, stops])
    new = replace(visit, windows=(TimeWindow(0, 0),), pinned=None)
    with_it = Day.of(replace(day.problem, visits=(*day.problem.visits, new), travel=travel))
    if _never_too_far(with_it):
        return
    asked = _DrivingCase(with_it)
    for column in np.flatnonzero(added < NEVER):
        if not asked.allows(int(grid[column])):
            added[column] = NEVER


class _DrivingCase:
    """A day with one visit more (the last), asked about one start after the other."""

    def __init__(self, day: Day) -> None:
        self.day = day

    def allows(self, start: Seconds) -> bool:
        """Can some order of the day keep every rule, the limits on driving among them?"""
        # The solver is told of by name here only: everything else in the search does without it.
        from optimizer.solver.exact import IMPOSSIBLE, TooManyLabels, best_days

        visits = self.day.world.visits
        new = len(visits) - 1
        visits[new, WINDOWS::2], visits[new, WINDOWS + 1 :: 2] = NEVER, -NEVER
        visits[new, WINDOWS : WINDOWS + 2] = start
        if len(visits) > MOST_VISITS:
            by_start = sorted(range(new), key=lambda row: int(visits[row, WINDOWS]))
            return insert(Timeline.of(self.day, 0, by_start), new) is not None
        try:
            return bool(best_days(self.day, 0, range(len(visits))).values[-1] < IMPOSSIBLE)
        except TooManyLabels:
            return False


def _never_too_far(day: Day) -> bool:
    """Would even the worst drive on every leg stay within the limits?"""
    limits, worst = day.problem.shifts[0].limits, int(day.world.drive.max(initial=0))
    within = limits.longest_drive is None or worst <= limits.longest_drive
    return within and (limits.driving is None or worst * (len(day.problem.visits) + 1) <= limits.driving)
