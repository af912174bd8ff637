"""What was measured, as Markdown: versions, seeds and limits beside every figure."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from tests.benchmarks.arena import Run
from tests.benchmarks.cases import Case
from tests.benchmarks.cpu_clock import CpuClock
from tests.benchmarks.engines.all import engine
from tests.benchmarks.references import References


def header(engines: Sequence[str], clock: CpuClock) -> str:
    """Where and with what."""
    lines = [
        f"{processor()}, {platform.system()}, Python {platform.python_version()}; one core an engine;"
        f" limits in {clock.says}",
        "",
        "| engine | version | how it is told to stop |",
        "|---|---|---|",
    ]
    for name in engines:
        planner = engine(name.partition("@")[0])
        lines.append(f"| {name} | {version_of(planner.package)} | {planner.limit} |")
    return "\n".join([*lines, ""])


def processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def row(run: Run) -> str:
    """One run in a line, as it ends."""
    head = f"{run.case:<28} {run.engine:<14} {run.seconds:5g} s  seed {run.seed}"
    if run.verdict is None:
        return f"{head}  {run.fault}"
    verdict = run.verdict
    broken = "" if verdict.is_feasible else f"  BROKEN {verdict.broken}: {verdict.first}"
    bound = "" if run.bound is None else f"  bound {run.bound:.0f}"
    return (
        f"{head}  used {run.cpu:6.2f} s {run.memory >> 20:5d} MB  left out {verdict.left_out:3d}"
        f"  value {verdict.value:.0f}{bound}{broken}"
    )


def table(cases: Sequence[Case], runs: Sequence[Run], references: References) -> str:
    """One line a case and limit: the gap of each engine in percent, with visits left out; then the medians."""
    engines = list(dict.fromkeys(run.engine for run in runs))
    limits = list(dict.fromkeys(run.seconds for run in runs))
    lines = [
        "",
        "Gap to the reference in % (visits left out); of several seeds the median.",
        "",
        "| case | CPU s | reference | " + " | ".join(engines) + " |",
        "|---" * (3 + len(engines)) + "|",
    ]
    for limit in limits:
        gaps: dict[str, list[float]] = {name: [] for name in engines}
        for case in cases:
            cells = []
            for name in engines:
                some = [run for run in runs if (run.case, run.engine, run.seconds) == (case.name, name, limit)]
                cells.append(_cell(case, some, references, gaps[name]))
            said = references.of(case).says
            lines.append(f"| {case.name} | {limit:g} | {said} | " + " | ".join(cells) + " |")
        middle = [f"**{median(gaps[name]):.2f}**" if gaps[name] else "" for name in engines]
        lines.append(f"| median of {len(cases)} | {limit:g} | | " + " | ".join(middle) + " |")
    return "\n".join(lines)


def _cell(case: Case, runs: Sequence[Run], references: References, gaps: list[float]) -> str:
    good = sorted((run.value, run.verdict.left_out) for run in runs if run.value is not None and run.verdict)
    if not good:
        bad = next((run for run in runs if run.verdict is not None), None)
        if bad is not None and bad.verdict is not None:
            return f"infeasible: {bad.verdict.broken} broken"
        return runs[0].fault.split(":")[0] if runs else ""
    value, left_out = good[len(good) // 2]
    gap = references.gap(case, value)
    if gap is None:
        return f"{value:.0f}"
    gaps.append(gap)
    left = f" ({left_out})" if left_out else ""
    return f"{gap:.2f}{left}" if len(good) == len(runs) else f"{gap:.2f}{left}, {len(runs) - len(good)} without"


def version_of(package: str) -> str:
    """Of a distribution, or that it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
