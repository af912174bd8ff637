"""One judge for everybody: an engine's orders, timed and valued as Rounds would value its own.

Engines hand over orders only. Times come from the timeline, the verdict from the independent checker.
"""

from dataclasses import dataclass

from optimizer.domain.itinerary import Objective
from optimizer.schedule.evaluate import evaluate
from tests.benchmarks.cases import Case
from tests.benchmarks.engines.engine import Orders

USUAL_PRIORITY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a plan is worth. `value` is in points and comparable only when `broken` is zero.

    `broken` counts violations and `first` tells the first of them.
    """

    objective: Objective
    value: float
    served: int
    left_out: int
    broken: int
    first: str

    @property
    def is_feasible(self) -> bool:
        return self.broken == 0


def judge(case: Case, orders: Orders) -> Verdict:
    """The verdict on orders for a case; a case that must be served whole allows no visit left out."""
    seen = evaluate(case.problem, orders)
    faults = [f"{fault.code} {fault.shift} {fault.visit} {fault.detail}" for fault in seen.violations]
    left_out = len(seen.plan.unassigned)
    if case.serve_all and left_out:
        faults.append(f"{left_out} visits left out of a day that has room for all")
    objective = seen.plan.certificate.objective
    return Verdict(
        objective=objective,
        value=valued(case, objective),
        served=len(case.problem.visits) - left_out,
        left_out=left_out,
        broken=len(faults),
        first=faults[0] if faults else "",
    )


def valued(case: Case, objective: Objective) -> float:
    """The tiers in one figure: points, and the case's price for each visit left out."""
    left_out = (objective.required_left_out + objective.optional_left_out) / USUAL_PRIORITY
    return objective.cost + case.price * left_out
