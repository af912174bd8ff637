"""Rounds itself, through its public door."""

from optimizer.domain.itinerary import Plan
from optimizer.schedule.problem import Problem
from optimizer.solver.params import SolveParams
from optimizer.solver.progress import Progress
from optimizer.solver.solve import solve
from optimizer.solver.warm import warm_up
from tests.benchmarks.engines.engine import Answer, Deadline, Moment, Orders, Task


class Rounds:
    name = "rounds"
    package = "rounds"
    limit = "SolveParams.time_limit"

    def obstacle(self, problem: Problem) -> str:  # noqa: ARG002
        return ""

    def warm_up(self) -> None:
        warm_up(is_small=True)
        warm_up(is_small=False)

    def plan(self, task: Task) -> Answer:
        deadline, moments = Deadline.of(task), list[Moment]()

        def tell(progress: Progress) -> None:
            moments.append(Moment(seconds=deadline.spent, orders=_orders(progress.plan), bound=progress.bound))

        result = solve(task.problem, SolveParams(time_limit=task.seconds, seed=task.seed), tell)
        return Answer(orders=_orders(result.plan), moments=tuple(moments), bound=result.plan.certificate.bound)


def _orders(plan: Plan) -> Orders:
    return {day.shift.id: day.order for day in plan if day.stops}
