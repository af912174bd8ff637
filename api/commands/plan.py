"""`rounds plan`: what cron runs."""

from typing import TYPE_CHECKING

import click

from api.commands.dates import DateWord, on_calendar
from api.commands.exits import Exit

if TYPE_CHECKING:
    from api.wiring import Wiring

WARMING_SECONDS = 120.0
"""The longest that planning waits for a road engine, for each of three rounds of questions."""


@click.command()
@click.option("--date", "when", type=DateWord(), default="tomorrow", show_default=True, help="Or today, or a date.")
@click.option("--practice", default="", help="The practice, where there are several.")
@click.option("--time-limit", type=click.IntRange(1, 3600), default=2, show_default=True, help="Seconds to search.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same input and seed, same plan.")
@click.option("--publish", "publishing", is_flag=True, help="Make it the plan that everyone works by.")
@click.option("--explain", "explaining", is_flag=True, help="Say in sentences what is proven of the plan.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of a timetable.")
@click.pass_context
def plan(
    ctx: click.Context,
    when: str,
    practice: str,
    time_limit: int,
    seed: int,
    *,
    publishing: bool,
    explaining: bool,
    as_json: bool,
) -> None:
    """Plan a date from its bookings, store the plan and print it."""
    from api.commands.feeds import tell_stale
    from api.commands.progress_line import ProgressLine
    from api.commands.setting_up import practice_of, set_up
    from api.feeds.proof import explanation_text
    from api.feeds.timetable import plan_text
    from api.services import planning
    from api.services.feeds import feed_warnings, told
    from api.services.itineraries import plan_captions
    from api.services.publishing import publish
    from api.v1.schemas.planning import StoredPlanOut
    from optimizer.domain.booking import RunStatus
    from optimizer.domain.errors import Conflict

    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    zone = wiring.store.practices.get(practice_id).zone
    request = planning.PlanRequest(
        practice_id=practice_id,
        date=on_calendar(when, now=wiring.clock(), zone=zone),
        time_limit=time_limit,
        seed=seed,
    )
    _warm_roads(practice_id, wiring)
    line = ProgressLine()
    planner = planning.Planner(store=wiring.store, roads=wiring.roads, clock=wiring.clock, report=line.report)
    try:
        run = planning.plan_now(request, planner=planner)
    except Conflict as conflict:
        click.echo(f"rounds: {conflict.detail}; {conflict.hint}", err=True)
        ctx.exit(Exit.TRY_LATER)
    finally:
        line.clear()
    if run.status is not RunStatus.DONE or run.plan_id is None:
        click.echo(f"rounds: {request.date} was not planned: {run.problem or run.status}", err=True)
        ctx.exit(Exit.BUG if run.problem.startswith("broken_plan") else Exit.TRY_LATER)
    if publishing:
        try:
            publish(practice_id, run.plan_id, actor="cli", store=wiring.store, roads=wiring.roads, clock=wiring.clock)
        except Conflict as conflict:
            click.echo(
                f"rounds: {request.date} was planned, not published: {conflict.detail} {conflict.hint}", err=True
            )
            ctx.exit(Exit.TRY_LATER)
    stored, captions = plan_captions(practice_id, run.plan_id, store=wiring.store)
    warnings = feed_warnings(practice_id, store=wiring.store, now=wiring.clock())
    tell_stale(warnings)
    if as_json:
        click.echo(StoredPlanOut.of_stored(stored).model_dump_json(indent=2))
    else:
        click.echo(plan_text(stored.plan, captions, told(warnings, staff=True)), nl=False)
        if explaining:
            click.echo(explanation_text(stored.plan))
    ctx.exit(Exit.LEFT_OUT if stored.plan.unassigned else Exit.DONE)


def _warm_roads(practice_id: str, wiring: "Wiring") -> None:
    """Ask for drives while nobody waits. What the engine does not tell is estimated; stderr says why."""
    from api.services.warming import warm_roads

    learned = warm_roads(
        practice_id,
        store=wiring.store,
        roads=wiring.roads,
        public_roads=wiring.public_roads,
        clock=wiring.clock,
        within=WARMING_SECONDS,
    )
    if learned.trouble:
        click.echo(f"rounds: {learned.trouble}; what is missing is estimated", err=True)
    for sentence in learned.sentences():
        click.echo(f"rounds: {sentence} Its drives are estimated.", err=True)
