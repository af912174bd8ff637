"""Engines side by side.

python -m tests.benchmarks.compare --set gta --engines rounds,pyvrp --seconds 10 --seeds 1
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from tests.benchmarks.arena import ROOT, Run, run
from tests.benchmarks.cases import SETS, Case, cases
from tests.benchmarks.cpu_clock import CpuClock
from tests.benchmarks.engines.all import NAMES
from tests.benchmarks.kept import Kept
from tests.benchmarks.references import References
from tests.benchmarks.tables import header, row, table


def main() -> None:
    asked = _arguments()
    clock = CpuClock.build()
    found = [case for name in asked.set.split(",") for case in cases(name, _numbers(asked.seeds))]
    engines = asked.engines.split(",")
    print(header(engines, clock))
    runs = []
    for seconds in map(float, asked.seconds.split(",")):
        for done in compete(
            found,
            engines,
            seconds=seconds,
            seeds=_numbers(asked.luck),
            clock=clock,
            cores=cores(asked.cores),
            kept=Kept(clock=clock) if asked.keep else None,
        ):
            print(row(done), flush=True)
            runs.append(done)
    references = References.load()
    references.learn(found, runs)
    references.save()
    print(table(found, runs, references))


def compete(
    found: Sequence[Case],
    engines: Sequence[str],
    *,
    seconds: float,
    seeds: Sequence[int],
    clock: CpuClock,
    cores: Sequence[int],
    kept: Kept | None = None,
) -> Iterator[Run]:
    """Every engine on every case, one run to a core at a time, in the order asked; none twice that is kept."""
    if any(name.startswith("rounds") for name in engines):
        # Compiles what has changed, once and outside everybody's patience; done in a second where nothing has.
        subprocess.run([sys.executable, "-m", "optimizer.solver.preload"], cwd=ROOT, check=True)
    free: SimpleQueue[int] = SimpleQueue()
    for core in cores:
        free.put(core)

    def on_a_core(case: Case, name: str, seed: int) -> Run:
        done = None if kept is None else kept.find(case, name, seconds=seconds, seed=seed)
        if done is not None:
            return done
        core = free.get()
        try:
            done = run(case, name, seconds=seconds, seed=seed, clock=clock, core=core)
        finally:
            free.put(core)
        if kept is not None:
            kept.keep(case, done)
        return done

    with ThreadPoolExecutor(len(cores)) as pool:
        asked = [pool.submit(on_a_core, case, name, seed) for case in found for name in engines for seed in seeds]
        for one in asked:
            yield one.result()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog=SETS, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set", default="gta", help="sets, comma between them")
    parser.add_argument(
        "--engines", default="rounds,ortools-gls,ortools-ils+,pyvrp,vroom,vrp-cli", help=",".join(NAMES)
    )
    parser.add_argument("--seconds", default="10", help="CPU seconds, one or more limits")
    parser.add_argument("--seeds", default="1,2,3", help="seeds of generated days")
    parser.add_argument("--luck", default="1", help="seeds of the engines")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="how many runs at a time, each on its core")
    parser.add_argument("--keep", action="store_true", help="keep runs, and do none again that is kept")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def cores(count: int) -> list[int]:
    able = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    return able[:count]


if __name__ == "__main__":
    main()
