"""How a region gets on: `python -m tests.benchmarks.bench_region [kind therapists visits seconds seed...]`.

Asserts nothing. `kind` is that of a set of `cases`: `contract` days are as tight as the shared ones, `made-up` ones far
tighter at this size. In CPU seconds of all threads, so that other load on the machine changes little; `seconds` of two
cores are twice as many. The full size is `contract 200 1200 60 1 2 3`.
"""

import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import process_time

from optimizer.domain.itinerary import Status
from optimizer.schedule.checker import check
from optimizer.schedule.timeline import Day
from optimizer.solver.decode import decode
from optimizer.solver.portfolio import GROUPS, THREADS
from optimizer.solver.regions.region import News, Planned, solve_region
from optimizer.solver.regions.schedule import rounds_for
from optimizer.solver.regions.turn import work
from optimizer.solver.ruin import Ruin
from optimizer.solver.warm import warm_up
from tests.benchmarks.cases import cases

MARKS = (10, 30, 60)
"""Seconds of two cores after which the best plan is printed; and at the end."""
FAR_AWAY = 36_000.0


def main(kind: str, therapists: int, visits: int, seconds: float, seeds: list[int]) -> None:
    warm_up(is_small=False)
    for seed in seeds:
        for case in cases(f"{kind}-{therapists}x{visits}", (seed,)):
            begun = process_time()
            day = Day.of(case.problem)
            ruin = Ruin.of(day, 1)
            for _ in ruin.insert_all():
                pass
            spent = process_time() - begun
            inserted = sum(map(len, ruin.assignment))
            print(f"{case.name}: insertion leaves {visits - inserted} out after {spent:.1f} s of CPU", flush=True)
            told = [(spent, "nothing better")]
            ended = _planned(day, ruin, seconds, begun, told)
            for mark in (*(mark for mark in MARKS if mark < seconds), seconds):
                last = [line for at, line in told if at <= 2 * mark][-1]
                print(f"  {mark:g} s of two cores: {last}")
            plan = decode(day, ended.assignment, engine=GROUPS, seed=1, status=Status.FEASIBLE)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"  {process_time() - begun:.0f} s of CPU, {ended.turns} groups, {ended.lost} lost, {memory} MB;"
                f" the checker finds {len(check(case.problem, plan))} faults",
                flush=True,
            )


def _planned(day: Day, ruin: Ruin, seconds: float, begun: float, told: list[tuple[float, str]]) -> Planned:
    def is_over() -> bool:
        return process_time() - begun > 2 * seconds

    def hear(news: News) -> None:
        left_out = len(day.problem.visits) - sum(map(len, news.assignment))
        told.append((process_time() - begun, f"{left_out} left out, {news.objective.cost} points"))

    with ThreadPoolExecutor(THREADS) as threads:
        return solve_region(
            day,
            ruin.assignment,
            rounds=rounds_for(day, seconds),
            seconds=FAR_AWAY,
            seed=1,
            executor=threads,
            tell=hear,
            cancelled=is_over,
            whole=ruin.completed,
            worker=partial(work, stop=is_over),
        )


if __name__ == "__main__":
    given = sys.argv[1:] or ["contract", "80", "400", "10", "1"]
    main(given[0], int(given[1]), int(given[2]), float(given[3]), [int(seed) for seed in given[4:]])
