"""`rounds replan`: plan again what is left of a date."""

import click

from api.commands.dates import DateWord, on_calendar
from api.commands.exits import Exit


@click.command()
@click.option("--date", "when", type=DateWord(), default="today", show_default=True, help="Or tomorrow, or a date.")
@click.option("--practice", default="", help="The practice, where there are several.")
@click.option("--therapist", "therapists", multiple=True, help="Only this therapist's visits; may be repeated.")
@click.option("--keep-worth", type=click.IntRange(0), default=20, show_default=True,
              help="Minutes of driving that a change of therapist must save.")  # fmt: skip
@click.option("--time-limit", type=click.IntRange(1, 3600), default=2, show_default=True, help="Seconds to search.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same input and seed, same plan.")
@click.option("--apply", "applying", is_flag=True, help="Store the plan of the whole date.")
@click.option("--publish", "publishing", is_flag=True, help="Store it and make it the plan that everyone works by.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of a timetable.")
@click.pass_context
def replan(
    ctx: click.Context,
    when: str,
    practice: str,
    therapists: tuple[str, ...],
    keep_worth: int,
    time_limit: int,
    seed: int,
    *,
    applying: bool,
    publishing: bool,
    as_json: bool,
) -> None:
    """Plan again what is left of a date, with little moved, and say what that costs.

    What the plan says is over by now is over, a visit under way stays, and no promise moves.
    """
    from api.commands.setting_up import practice_of, set_up
    from api.feeds import replan_words
    from api.feeds.proof import explanation_text
    from api.feeds.timetable import plan_text
    from api.services import replanning
    from api.services.publishing import publish
    from api.v1.schemas.replan import ReplanOut
    from optimizer.domain.errors import Conflict
    from optimizer.domain.time import MINUTE
    from optimizer.schedule.problem import Weights

    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    zone = wiring.store.practices.get(practice_id).zone
    request = replanning.ReplanRequest(
        practice_id=practice_id,
        on=on_calendar(when, now=wiring.clock(), zone=zone),
        therapists=therapists,
        points=keep_worth * MINUTE * Weights().road,
        time_limit=time_limit,
        seed=seed,
    )
    dispatcher = replanning.Dispatcher(
        store=wiring.store, roads=wiring.roads, geocoder=wiring.geocoders.of(practice_id), clock=wiring.clock
    )
    if applying or publishing:
        found = replanning.keep(request, actor="cli", dispatcher=dispatcher)
    else:
        found = replanning.propose(request, dispatcher=dispatcher)
    if publishing and found.stored is not None:
        try:
            publish(
                practice_id, found.stored.id, actor="cli", store=wiring.store, roads=wiring.roads, clock=wiring.clock
            )
        except Conflict as conflict:
            click.echo(f"rounds: planned again, not published: {conflict.detail} {conflict.hint}", err=True)
            ctx.exit(Exit.TRY_LATER)
    if as_json:
        click.echo(ReplanOut.of(found).model_dump_json(indent=2))
    else:
        day = found.day
        click.echo(plan_text(found.whole, day.captions), nl=False)
        click.echo(explanation_text(found.whole))
        click.echo("\nWhat changes")
        for sentence in replan_words.story(found.replanned, day.horizon, day.captions):
            click.echo(f"  {sentence}")
    ctx.exit(Exit.LEFT_OUT if found.whole.unassigned else Exit.DONE)
