"""How good and how fast planning is: `python -m tests.benchmarks.bench_solve`. Prints figures, asserts nothing."""

import resource
import subprocess
import sys
from random import Random
from statistics import median
from threading import Thread
from time import perf_counter

from optimizer.domain.itinerary import Plan
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.child import solve_in_child
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from optimizer.solver.warm import warm_up
from tests.benchmarks.gta import FOLDER, PRICE_LEFT_OUT, gta_day
from tests.worlds import random_world

COLD = """
from random import Random
from optimizer.solver.child import solve_in_child
from optimizer.solver.params import SolveParams
from tests.worlds import random_world
solve_in_child(random_world(Random(1), {visits}, {shifts}, paces=False), SolveParams(time_limit=0.5))
"""


def main() -> None:
    warm_up(is_small=True)
    warm_up(is_small=False)
    proofs()
    if FOLDER.exists():
        days(5, 30)
        days(10, 60)
    else:
        print(f"no {FOLDER}: generated GTA days left out")
    rush_hour()
    children()


def proofs() -> None:
    """The subset programme, with rush hour, breaks, limits and wishes."""
    print("\nproven, one therapist: visits, median ms of 20 days (and the slowest)")
    for visits in (6, 8, 10, 12):
        spent = []
        for seed in range(20):
            day = Day.of(random_world(Random(seed), visits, 1, paces=False))
            began = perf_counter()
            solve_exact(day)
            spent.append(1e3 * (perf_counter() - began))
        print(f"  {visits:3d} {median(spent):8.2f} ({max(spent):.2f})")


def days(therapists: int, visits: int) -> None:
    print(f"\ngenerated GTA days, {therapists} therapists, {visits} visits, time limit 2 s")
    print("  seed  seconds  first plan ms  left out  driving s  value (30,000 s per visit left out)")
    for seed in (1, 2, 3):
        told: list[tuple[float, Plan]] = []
        began = perf_counter()
        result = solve(
            gta_day(therapists, visits, seed),
            SolveParams(time_limit=2.0),
            lambda plan, began=began, told=told: told.append((perf_counter() - began, plan)),  # type: ignore[misc]
        )
        seconds, reached = perf_counter() - began, result.plan.certificate.objective
        left_out = len(result.plan.unassigned)
        print(
            f"  {seed:4d}  {seconds:7.2f}  {1e3 * told[0][0]:13.1f}  {left_out:8d}  {reached.cost:9d}"
            f"  {reached.cost + PRICE_LEFT_OUT * left_out:9d}"
        )


def rush_hour() -> None:
    print("\nmade-up days with rush hour, breaks, limits and wishes, time limit 2 s")
    print("  therapists  visits  seconds  iterations  left out at first / at last")
    for shifts, visits in ((1, 20), (5, 30), (10, 60), (30, 180)):
        told: list[Plan] = []
        began = perf_counter()
        result = solve(random_world(Random(1), visits, shifts, paces=False), SolveParams(time_limit=2.0), told.append)
        print(
            f"  {shifts:10d}  {visits:6d}  {perf_counter() - began:7.2f}  {result.stats.iterations:10d}"
            f"  {len(told[0].unassigned)} / {len(result.plan.unassigned)}"
        )


def children() -> None:
    print("\nchild processes")
    small = random_world(Random(1), 8, 1, paces=False)
    for name, visits, shifts in (("8 visits", 8, 1), ("30 visits, 0.5 s", 30, 5)):
        began = perf_counter()
        subprocess.run([sys.executable, "-c", COLD.format(visits=visits, shifts=shifts)], check=True)
        print(f"  a new process that plans {name}: {perf_counter() - began:.2f} s")
    print(f"  forked by a process with one thread: {1e3 * _child(small):.0f} ms")
    spent: list[float] = []
    thread = Thread(target=lambda: spent.extend(_child(small) for _ in range(4)))
    thread.start()
    thread.join()
    print(f"  from the fork server: first {1e3 * spent[0]:.0f} ms, then {1e3 * median(spent[1:]):.0f} ms")
    began = perf_counter()
    solve_in_child(random_world(Random(1), 30, 5, paces=False), SolveParams(time_limit=2.0))
    print(f"  30 visits, time limit 2 s: {perf_counter() - began:.2f} s")
    peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"  peak memory: {peaks[0]} MB here, {peaks[1]} MB in the largest child")


def _child(world: Problem) -> float:
    began = perf_counter()
    solve_in_child(world, SolveParams())
    return perf_counter() - began


if __name__ == "__main__":
    main()
