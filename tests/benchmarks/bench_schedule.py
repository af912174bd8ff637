"""How long the arithmetic of one day takes: the timeline of eight visits, and one visit more.

Kernel figures call the compiled functions from compiled code, the others from Python, as services do. Run it as a
script. Medians of seven rounds.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from numba import njit

from optimizer.domain.therapist import BreakRule
from optimizer.schedule.day_kernel import Sheet, blank_sheet, time_day
from optimizer.schedule.insertion import try_insert
from optimizer.schedule.insertion_kernel import best_position
from optimizer.schedule.kernels import passes, starts_between
from optimizer.schedule.timeline import Day
from optimizer.schedule.world import Ints, World
from tests.builders import problem, rest, roads, shift, visit

ROUNDS = 7


@njit
def many_timelines(w: World, order: Ints, earliest: Ints, latest: Ints, sheet: Sheet, times: int) -> None:
    for _ in range(times):
        passes(w, 0, order, earliest, latest)
        time_day(w, 0, order, sheet)


@njit
def many_rooms(w: World, order: Ints, earliest: Ints, latest: Ints, v: int, room: Ints, times: int) -> None:
    for _ in range(times):
        for at in range(order.size + 1):
            starts_between(w, 0, order, earliest, latest, v, at, room)


@njit
def many_insertions(w: World, order: Ints, earliest: Ints, latest: Ints, v: int, sheet: Sheet, times: int) -> int:
    total = 0
    for _ in range(times):
        total += best_position(w, 0, order, earliest, latest, v, sheet)
    return total


def world(visits: int, breaks: list[BreakRule]) -> Day:
    """A long day of half-hour sessions between places 8 to 27 minutes apart, five rush-hour bands."""
    rng = np.random.default_rng(1)
    names = ["home", *(f"p{k}" for k in range(visits))]
    pairs = {}
    for k, a in enumerate(names):
        for b in names[k + 1 :]:
            free = int(rng.integers(8, 20))
            pairs[a, b] = [free, free + 5, free + 8, free + 3, free]
    travel = roads(pairs, bands=("6:00", "8:00", "12:00", "17:00", "20:00"))
    stops = [visit(f"v{k}", f"p{k}", minutes=30) for k in range(visits)]
    return Day.of(problem(stops, [shift(hours=("7:00", "22:00"), breaks=breaks)], travel))


def micros(call: Callable[[int], object], times: int) -> float:
    call(1)
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        call(times)
        seconds.append(time.perf_counter() - begin)
    return median(seconds) / times * 1e6


def figures(breaks: list[BreakRule]) -> dict[str, float]:
    """Microseconds by name."""
    day = world(9, breaks)
    names = [f"v{k}" for k in range(8)]
    timeline = day.timeline("taylor", names)
    w, order, early, late = day.world, timeline.order, timeline.earliest, timeline.latest
    sheet, longer = blank_sheet(8, len(breaks)), blank_sheet(9, len(breaks))
    room = np.zeros((len(breaks) + 1, 2), dtype=np.int64)
    return {
        "timeline, kernel": micros(lambda n: many_timelines(w, order, early, late, sheet, n), 2000),
        "timeline, from Python": micros(lambda n: [day.timeline("taylor", names) for _ in range(n)], 300),
        "room at all positions, kernel": micros(lambda n: many_rooms(w, order, early, late, 8, room, n), 2000),
        "cheapest position, kernel": micros(lambda n: many_insertions(w, order, early, late, 8, longer, n), 500),
        "try_insert, from Python": micros(lambda n: [try_insert(timeline, 8) for _ in range(n)], 300),
    }


def main() -> None:
    print("| one day of 8 visits | without breaks, us | with one break, us |")
    print("|---|---|---|")
    plain, rested = figures([]), figures([rest("12:00", "14:00")])
    for name, figure in plain.items():
        print(f"| {name} | {figure:.1f} | {rested[name]:.1f} |")


if __name__ == "__main__":
    main()
