"""A start is offered exactly when some order of the whole day keeps every promise: against all permutations."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from random import Random

import numpy as np
import pytest

from optimizer.domain.place import Place
from optimizer.domain.time import HOUR, MINUTE, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.schedule.slots import Board, OpenDay, Openings, Roads, Spokes
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import NEVER
from tests.builders import problem, roads, shift, visit, window
from tests.tiny import END, tiny_world

GRID = np.arange(0, END, dtype=np.int64)


def _without_driving_limits(world: Problem) -> Problem:
    (day,) = world.shifts
    limits = replace(day.limits, driving=None, longest_drive=None)
    visits = tuple(replace(v, pinned=None) for v in world.visits)
    return replace(world, shifts=(replace(day, limits=limits),), visits=visits)


def _split(world: Problem) -> tuple[Problem, Visit]:
    """The day as it is, and the last visit as the one asked for."""
    *rest, new = world.visits
    return replace(world, visits=tuple(rest)), new


def _spokes(board: Board, world: Problem, new: Visit) -> dict[Roads, Spokes]:
    """Drives to and from the new visit's place for whoever is on the board."""
    travel, row = world.travel, world.travel.index[new.place.id]
    columns = [travel.index[stop.id] for stop in board.stops]
    usual, bare = (
        Spokes(out=table[:, row, columns], back=table[:, columns, row]) for table in (travel.seconds, travel.drive)
    )
    return {
        who: usual if who.percent == 100 else bare.at_percent(who.percent, travel.starts, travel.buffer)
        for who in board.kinds
    }


def _by_permutation(world: Problem, new: Visit, start: int) -> bool:
    fixed = replace(new, windows=(TimeWindow(start, start),))
    day = Day.of(replace(world, visits=(*world.visits, fixed)))
    rows = range(len(day.problem.visits))
    return any(Timeline.of(day, 0, order).is_feasible for order in permutations(rows))


def _trimmed(world: Problem) -> Problem:
    """Only the travel that the day itself needs: the new place is known to the spokes alone."""
    (day,) = world.shifts
    doors = [v.place.id for v in world.visits]
    doors += [place.id for place in (day.start_place, day.end_place) if place is not None]
    kept = list(dict.fromkeys(doors)) or [world.travel.places[0]]
    rows = [world.travel.index[name] for name in kept]
    cut = np.ix_(range(len(world.travel.starts)), rows, rows)
    travel = replace(
        world.travel,
        places=tuple(kept),
        drive=np.ascontiguousarray(world.travel.drive[cut]),
        seconds=np.ascontiguousarray(world.travel.seconds[cut]),
    )
    return replace(world, travel=travel)


@pytest.mark.parametrize("seed", range(5))
def test_every_possible_start_is_offered_and_no_other(seed: int) -> None:
    rng, offered, days = Random(seed), 0, 0
    while days < 40:
        world = _without_driving_limits(tiny_world(rng, visits=rng.randint(1, 4)))
        rest, new = _split(world)
        board = Board.of([OpenDay.of(_trimmed(rest), "day")])
        found = board.openings(new, [True], _spokes(board, world, new), [GRID]).possible[0]
        offered += int(found.sum())
        days += 1
        for start in GRID[:: rng.randint(1, 4)].tolist():
            assert bool(found[start]) == _by_permutation(rest, new, start)
    assert offered > 100


def test_a_board_answers_for_each_day_as_the_day_alone_would() -> None:
    rng = Random(7)
    base = tiny_world(rng, visits=1, steady=True)
    worlds = []
    while len(worlds) < 12:
        world = _without_driving_limits(tiny_world(rng, visits=rng.randint(0, 4), steady=True))
        moved = [replace(v, place=rng.choice(_doors(base))) for v in world.visits]
        home = replace(world.shifts[0], start_place=rng.choice(_doors(base)), end_place=None)
        worlds.append(_trimmed(replace(base, shifts=(home,), visits=tuple(moved))))
    new = base.visits[0]
    days = [OpenDay.of(world, "day") for world in worlds]
    board = Board.of(days)
    assert len(board.kinds) > 1
    together = board.openings(new, [True] * len(days), _spokes(board, base, new), [GRID] * len(days))
    for row, day in enumerate(days):
        alone = Board.of([day])
        spokes = _spokes(alone, base, new)
        assert (alone.openings(new, [True], spokes, [GRID]).added[0] == together.added[row]).all()
    assert (together.added < NEVER).any()


def test_drives_that_a_board_does_not_ask_for_make_no_difference() -> None:
    rng, left_out = Random(8), 0
    for _ in range(60):
        rest, new = _split(world := _without_driving_limits(tiny_world(rng, visits=rng.randint(1, 4))))
        board = Board.of([OpenDay.of(_trimmed(rest), "day")])
        ((who, spokes),), (near,) = _spokes(board, world, new).items(), board.near(new, [True])
        left_out += int((~near).sum())
        spoilt = Spokes(out=np.where(near, spokes.out, NEVER // 2**20), back=np.where(near, spokes.back, 0))
        asked, spared = (board.openings(new, [True], {who: some}, [GRID]) for some in (spokes, spoilt))
        assert (asked.added == spared.added).all()
        assert (asked.detours == spared.detours).all()
    assert left_out > 20


def _doors(world: Problem) -> Sequence:
    return [Place(id=name) for name in world.travel.places]


MINUTES = {("home", "a"): 30, ("a", "b"): 20, ("home", "b"): 40}


def test_a_movable_visit_makes_way_for_a_new_one() -> None:
    """Inserting between neighbours alone would hide ten o'clock: the morning visit can come after it."""
    early = visit("early", "a", window("10:00", "12:00"))
    world = problem([early], [shift()], roads(MINUTES))
    new = visit("new", "b", window("0:00"))
    board = Board.of([OpenDay.of(_trimmed(world), "day")])
    spokes = _spokes(board, world, new)
    grid = np.array([10 * 3600, 11 * 3600], dtype=np.int64)
    assert board.openings(new, [True], spokes, [grid]).possible.tolist() == [[True, False]]


def _fixed_day(rng: Random, visits: int, every: int) -> tuple[Problem, Visit]:
    """Visits at fixed starts, `every` so many minutes give or take some: there is one order, and no break."""
    names = ["home", *(f"d{k}" for k in range(4))]
    minutes = {(i, j): rng.randint(1, 9) for k, i in enumerate(names) for j in names[k + 1 :]}
    fixed = []
    for k in range(visits):
        at = 9 * 60 + 15 + k * every + rng.randint(0, 5)
        fixed.append(visit(f"v{k}", rng.choice(names[1:]), window(f"{at // 60}:{at % 60:02}"), minutes=10))
    travel = roads(minutes)
    day = shift(hours=("9:00", "22:00"), home=rng.choice((None, "home")), end=rng.choice((None, "home")))
    return problem(fixed, [day], travel), visit("new", rng.choice(names[1:]), minutes=10)


def _openings(rest: Problem, new: Visit, grid: np.ndarray) -> Openings:
    world = replace(rest, visits=(*rest.visits, new))
    board = Board.of([OpenDay.of(_trimmed(rest), "day", range(len(rest.visits)))])
    return board.openings(new, [True], _spokes(board, world, new), [grid])


@pytest.mark.parametrize("visits", [0, 1, 5, 15])
def test_a_start_costs_its_detour_and_the_idling_next_to_it(visits: int) -> None:
    """Over days with one order, where both are known from its neighbours. Fifteen visits are asked in that order."""
    rng, priced = Random(visits), 0
    grid = np.arange(9 * HOUR, 22 * HOUR, MINUTE, dtype=np.int64)
    for _ in range(10):
        rest, new = _fixed_day(rng, visits, every=40)
        found = _openings(rest, new, grid)
        for start, added, detour in zip(grid.tolist(), found.added[0].tolist(), found.detours[0].tolist(), strict=True):
            told = None if added >= NEVER else (added, detour)
            assert told == _cost(rest, new, start)
            priced += told is not None
    assert priced > 100


def _cost(rest: Problem, new: Visit, start: int) -> tuple[int, int] | None:
    """What a start adds, and the detour in it, by hand; None where a neighbour is in the way."""
    (day,), drive = rest.shifts, rest.travel.seconds[0]

    def leg(i: Place | None, j: Place | None) -> int:
        return 0 if i is None or j is None else int(drive[rest.travel.index[i.id], rest.travel.index[j.id]])

    stops = [(v.place, v.windows[0].earliest, v.windows[0].earliest + v.session) for v in rest.visits]
    doors = [(day.start_place, -1, day.begins), *stops, (day.end_place, day.ends, -1)]
    row = sum(begins <= start for _, begins, _ in doors[:-1])
    (before, _, free), (after, due, _) = doors[row - 1], doors[row]
    first, last = free + leg(before, new.place), due - leg(new.place, after) - new.session
    if not first <= start <= last:
        return None
    detour = leg(before, new.place) + leg(new.place, after) - leg(before, after)
    return max(0, detour) + min(start - first, last - start), max(0, detour)


def test_a_day_that_is_not_asked_or_is_full_offers_nothing() -> None:
    world = problem([], [shift()], roads(MINUTES))
    new = visit("new", "b", window("0:00"))
    board = Board.of([OpenDay.of(_trimmed(world), "day")])
    spokes = _spokes(board, world, new)
    grid = np.array([12 * 3600], dtype=np.int64)
    assert not board.openings(new, [False], spokes, [grid]).possible.any()
    assert board.openings(new, [True], spokes, [grid]).possible.all()


def test_an_empty_board_offers_nothing() -> None:
    found = Board.of([]).openings(visit("new", "b", window("0:00")), [], {}, [])
    assert found.added.size == 0
