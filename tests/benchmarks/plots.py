"""The same figures as pictures: gap over time for each engine, and growth. Written beside the tables in var/bench."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.arena import Run, Step
from tests.benchmarks.cases import Case
from tests.benchmarks.growth import NEAR, growth
from tests.benchmarks.references import References

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FLOOR = 0.05
"""Percent shown for a gap of nothing: the axis is logarithmic."""


def plot_gaps(title: str, cases: Sequence[Case], runs: Sequence[Run], references: References, file: Path) -> None:
    """Median gap over all cases against CPU seconds. A line begins where more than half of the cases have a plan.

    Runs with different limits are one line each engine: at any instant the best plan that any of them held by then.
    Engines that do not tell of plans on the way are known only at their limits.
    """
    axes = _axes(title, "CPU seconds", "gap to the reference, % (median)")
    last = max(run.seconds for run in runs)
    instants = np.geomspace(0.01, last, 120)
    for name in dict.fromkeys(run.engine for run in runs):
        gaps = []
        for case in cases:
            steps = [step for run in runs if (run.engine, run.case) == (name, case.name) for step in run.steps]
            gaps.append([_gap_at(case, steps, instant, references) for instant in instants.tolist()])
        if not gaps:
            continue
        middle = [median(column) for column in zip(*gaps, strict=True)]
        known = [(t, max(FLOOR, gap)) for t, gap in zip(instants, middle, strict=True) if gap < float("inf")]
        if known:
            axes.step(*zip(*known, strict=True), where="post", label=name)
    axes.set_yscale("log")
    _save(axes, file)


def plot_growth(cases: Sequence[Case], runs: Sequence[Run], references: References, file: Path) -> None:
    """Seconds until within one percent, against visits; an engine that never got there has no point."""
    axes = _axes(f"Time to {NEAR:g} % of the reference", "visits", "CPU seconds (median)")
    axes.set_xscale("linear")
    axes.set_xticks(sorted({len(case.problem.visits) for case in cases}))
    for name, times in growth(cases, runs, references).items():
        known = [(size, max(0.001, time)) for size, time in times if time is not None]
        if known:
            axes.plot(*zip(*known, strict=True), marker="o", label=name)
    axes.set_yscale("log")
    _save(axes, file)


def _gap_at(case: Case, steps: Sequence[Step], instant: float, references: References) -> float:
    values = [step.value for step in steps if step.value is not None and step.seconds <= instant]
    gap = references.gap(case, min(values)) if values else None
    return float("inf") if gap is None else gap


def _axes(title: str, across: str, up: str) -> "Axes":
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = pyplot.subplots(figsize=(8, 5))[1]
    axes.set_title(title)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xscale("log")
    axes.grid(visible=True, which="both", alpha=0.3)
    return axes


def _save(axes: "Axes", file: Path) -> None:
    from matplotlib import pyplot

    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    file.parent.mkdir(parents=True, exist_ok=True)
    axes.figure.savefig(file, dpi=120)
    pyplot.close(axes.figure)
