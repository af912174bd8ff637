"""Plan a rush-hour day in several beliefs, then drive every plan through it."""

from collections.abc import Sequence

from tests.benchmarks.arena import Run
from tests.benchmarks.cases import Case
from tests.benchmarks.drive import LATE, departures, drive
from tests.benchmarks.rush_hour import Belief

PLANNERS = (
    "rounds",
    "rounds@average",
    "rounds@padded",
    "rounds@free-flow",
    "pyvrp@average",
    "pyvrp@padded",
    "vroom@average",
    "vroom@padded",
)
"""Rounds knows the hour; the same engine and its peers with one time an arc show what that knowledge is worth."""


def driven_table(cases: Sequence[Case], runs: Sequence[Run]) -> str:
    """Markdown: visits served, how many start more than ten minutes late, and the worst of them, over all days."""
    by_name = {case.name: case for case in cases}
    lines = [
        "",
        "Rush hour: each plan driven through the day as roads really are. Late is more than ten minutes after the"
        " client's window or the shift's end.",
        "",
        "| planner | days | visits | served | late | late, % of served | worst, minutes | shifts ended late |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for planner in dict.fromkeys(run.engine for run in runs):
        days = asked = served = late = home_late = 0
        worst = 0.0
        for run in runs:
            case = by_name[run.case]
            if run.engine != planner or run.orders is None or case.roads is None:
                continue
            _, _, belief = planner.partition("@")
            believed = case.believing(Belief(belief)) if belief else case
            driven = drive(case.problem, case.roads, run.orders, departures(believed.problem, run.orders))
            days, asked = days + 1, asked + len(case.problem.visits)
            served, late = served + driven.served, late + driven.late
            worst = max(worst, driven.worst_minutes)
            home_late += sum(seconds > LATE for seconds in driven.overtime)
        if days:
            share = 100 * late / max(1, served)
            lines.append(
                f"| {planner} | {days} | {asked} | {served} | {late} | {share:.1f} | {worst:.1f} | {home_late} |"
            )
    return "\n".join(lines)
