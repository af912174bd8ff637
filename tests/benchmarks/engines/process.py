"""The life of an engine's process: `python -m tests.benchmarks.engines.process NAME CORE TASK ANSWER`.

Task and answer are files, pickled.
"""

import os
import pickle
import resource
import sys
from pathlib import Path
from time import monotonic

from tests.benchmarks.engines.all import engine
from tests.benchmarks.engines.engine import Task, Used


def main(name: str, core: str, task_file: str, answer_file: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    planner = engine(name)
    planner.warm_up()
    task: Task = pickle.loads(Path(task_file).read_bytes())  # noqa: S301
    used, begun = _cpu(), monotonic()
    answer = planner.plan(task)
    cpu, clock = _cpu() - used, monotonic() - begun
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    result = Used(answer=answer, cpu=cpu, clock=clock, memory=1024 * memory)
    Path(answer_file).write_bytes(pickle.dumps(result))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main(*sys.argv[1:])
