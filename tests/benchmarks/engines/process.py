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
    result = Used(answer=answer, cpu=cpu, clock=clock, memory=_memory())
    Path(answer_file).write_bytes(pickle.dumps(result))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _memory() -> int:
    """Peak of this process or of its largest child. Resource usage of one's own survives `exec`, so it is not asked."""
    children, status = 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, Path("/proc/self/status")
    if not status.exists():
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return max(children, 1024 * int(peak.split()[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
