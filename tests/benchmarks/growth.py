"""How long until a plan is within one percent of the reference, against the number of visits."""

from collections.abc import Sequence
from math import inf
from statistics import median

from tests.benchmarks.arena import Run
from tests.benchmarks.cases import Case
from tests.benchmarks.references import References

NEAR = 1.0
"""Percent."""


def reached(case: Case, run: Run, references: References) -> float | None:
    """CPU seconds after which this run held a plan within one percent; None when it never did."""
    for step in run.steps:
        gap = None if step.value is None else references.gap(case, step.value)
        if gap is not None and gap <= NEAR:
            return step.seconds
    return None


def proven(run: Run) -> float | None:
    """CPU seconds after which this run's own bound said that its plan was within one percent; None when never."""
    for step in run.steps:
        if step.value is not None and step.bound is not None and step.value - step.bound <= NEAR / 100 * step.value:
            return step.seconds
    return None


def growth(
    cases: Sequence[Case], runs: Sequence[Run], references: References
) -> dict[str, list[tuple[int, float | None]]]:
    """For each engine (visits, median seconds); None where more than half of the runs never came near.

    An engine that claims bounds has a second line, for when it knew.
    """
    by_name = {case.name: case for case in cases}
    sizes = sorted({len(case.problem.visits) for case in cases})
    found: dict[str, list[tuple[int, float | None]]] = {}
    for name in dict.fromkeys(run.engine for run in runs):
        for size in sizes:
            some = [r for r in runs if r.engine == name and len(by_name[r.case].problem.visits) == size]
            times = [reached(by_name[run.case], run, references) for run in some]
            found.setdefault(name, []).append((size, _middle(times)))
            if any(run.engine == name and run.bound is not None for run in runs):
                found.setdefault(f"{name}, proven", []).append((size, _middle([proven(run) for run in some])))
    return found


def _middle(times: Sequence[float | None]) -> float | None:
    middle = median([inf if time is None else time for time in times] or [inf])
    return None if middle == inf else middle


def growth_table(cases: Sequence[Case], runs: Sequence[Run], references: References) -> str:
    """Markdown, one row an engine."""
    found = growth(cases, runs, references)
    sizes = sorted({len(case.problem.visits) for case in cases})
    limit = max(run.seconds for run in runs)
    lines = [
        "",
        f"CPU seconds until a plan within {NEAR:g} % of the reference, and until its own bound proved that"
        f" (fresh days, limit {limit:g} s, median).",
        "",
        "| engine | " + " | ".join(f"{size} visits" for size in sizes) + " |",
        "|---" * (1 + len(sizes)) + "|",
    ]
    for name, times in found.items():
        cells = [f"> {limit:g}" if time is None else f"{time:.2f}" for _, time in times]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
