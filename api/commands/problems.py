"""`rounds solve`, `evaluate` and `check`: a problem in a file, the same as `POST /v1/solve` without a server."""

from typing import TYPE_CHECKING, BinaryIO

import click

from api.commands.exits import Exit

if TYPE_CHECKING:
    from optimizer.schedule.checker import Violation

PROBLEM = click.argument("problem", type=click.File("rb"))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON in place of a timetable.")


@click.command()
@PROBLEM
@click.option("--explain", "explaining", is_flag=True, help="Say in sentences what is proven of the plan.")
@AS_JSON
@click.pass_context
def solve(ctx: click.Context, problem: BinaryIO, *, explaining: bool, as_json: bool) -> None:
    """Plan a day that stands in a file.

    PROBLEM is JSON as for POST /v1/solve; - reads stdin.
    """
    from api import strict_json
    from api.commands.setting_up import set_up
    from api.feeds.proof import explanation_text
    from api.feeds.timetable import plan_text
    from api.stateless.answers import solve_problem
    from api.stateless.build import Surroundings
    from api.stateless.reading import read_problem
    from api.v1.schemas.plan import PlanOut

    reading = read_problem(strict_json.parse(problem.read()))
    plan = solve_problem(reading, Surroundings.of(set_up()))
    click.echo(PlanOut.of(plan).model_dump_json(indent=2) if as_json else plan_text(plan, {}), nl=as_json)
    if explaining and not as_json:
        click.echo(explanation_text(plan))
    ctx.exit(Exit.LEFT_OUT if plan.unassigned else Exit.DONE)


@click.command()
@PROBLEM
@AS_JSON
@click.pass_context
def evaluate(ctx: click.Context, problem: BinaryIO, *, as_json: bool) -> None:
    """Time a given order and name what it breaks.

    PROBLEM is JSON as for POST /v1/evaluate; - reads stdin.
    """
    from api import strict_json
    from api.commands.setting_up import set_up
    from api.feeds.timetable import plan_text
    from api.stateless.answers import evaluate_order
    from api.stateless.build import Surroundings
    from api.stateless.reading import read_evaluation
    from api.v1.schemas.plan import EvaluationOut

    reading = read_evaluation(strict_json.parse(problem.read()))
    found = evaluate_order(reading, Surroundings.of(set_up()))
    if as_json:
        click.echo(EvaluationOut.of(found).model_dump_json(indent=2))
    else:
        click.echo(plan_text(found.plan, {}))
        for violation in found.violations:
            click.echo(_words(violation))
    ctx.exit(Exit.BAD_INPUT if found.violations else Exit.DONE)


@click.command()
@click.argument("plan", type=click.File("rb"))
@click.option("--problem", type=click.File("rb"), required=True, help="The problem that the plan answers.")
@click.pass_context
def check(ctx: click.Context, plan: BinaryIO, problem: BinaryIO) -> None:
    """Check a plan against its problem.

    PLAN is the JSON answer of `rounds solve --json`. Every broken promise is named, and every figure that its own parts
    contradict.
    """
    from api import strict_json
    from api.commands.setting_up import set_up
    from api.stateless.build import Surroundings, build
    from api.stateless.comparing import contradictions
    from api.stateless.reading import read_problem
    from api.stateless.returning import return_plan
    from api.v1.schemas.plan import PlanOut
    from api.v1.schemas.reading import read_model
    from optimizer.schedule.checker import check as judge

    meant = build(read_problem(strict_json.parse(problem.read())), Surroundings.of(set_up()))
    given = read_model(PlanOut, strict_json.parse(plan.read()))
    returned = return_plan(given, meant)
    broken = [*judge(meant, returned), *contradictions(given, returned, meant)]
    for violation in broken:
        click.echo(_words(violation))
    if not broken:
        click.echo("Every promise is kept.")
    ctx.exit(Exit.BAD_INPUT if broken else Exit.DONE)


def _words(violation: "Violation") -> str:
    whose = " ".join(part for part in (violation.shift, violation.visit) if part)
    return f"{whose}: {violation.detail} [{violation.code}]".removeprefix(": ")
