"""`rounds demo`: two invented practices, planned."""

import click

from api.commands.dates import DateWord, on_calendar

LONG_ENOUGH = 60
"""Seconds a search may take. It ends with the proof, long before: a slow machine is to print the same plans."""


@click.command()
@click.option(
    "--date",
    "when",
    type=DateWord(),
    default="tomorrow",
    show_default=True,
    help="Day to plan; same date, same plans.",
)
def demo(when: str) -> None:
    """Create the store, load one therapist's practice and a team's, plan and publish a day, and print it.

    Everybody in it is invented.
    """
    from dataclasses import replace

    from api.commands.setting_up import set_up
    from api.feeds.timetable import plan_text
    from api.services import planning
    from api.services.itineraries import plan_captions
    from api.services.practices import change_page, load_scenario
    from api.services.publishing import publish
    from api.services.signing_in import Person
    from data.demo.solo import SOLO
    from data.demo.team import TEAM
    from data.store.migrate import migrate
    from data.store.records import Role
    from optimizer.domain.errors import Unavailable

    wiring = set_up()
    settings = wiring.settings
    settings.var.mkdir(parents=True, exist_ok=True)
    migrate(settings.store_url)
    planner = planning.Planner(store=wiring.store, roads=wiring.roads, clock=wiring.clock)
    day = on_calendar(when, now=wiring.clock(), zone=SOLO.practice.zone)
    for scenario in (SOLO, TEAM):
        practice = scenario.practice
        load_scenario(
            scenario,
            day,
            store=wiring.store,
            geocoder=wiring.geocoder,
            roads=wiring.roads,
            clock=wiring.clock,
        )
        wanted = planning.PlanRequest(practice_id=practice.id, date=day, time_limit=LONG_ENOUGH)
        run = planning.plan_now(wanted, planner=planner)
        if run.plan_id is None:
            raise Unavailable(f"{practice.name} was not planned: {run.problem}")
        publish(practice.id, run.plan_id, actor="cli", store=wiring.store, roads=wiring.roads, clock=wiring.clock)
        stored, captions = plan_captions(practice.id, run.plan_id, store=wiring.store)
        click.echo(f"{practice.name}\n{'=' * len(practice.name)}\n{plan_text(stored.plan, captions)}")
    taylor = Person(practice_id=SOLO.practice.id, role=Role.THERAPIST, therapist="taylor")
    desk = Person(practice_id=TEAM.practice.id, role=Role.PLANNER, name="Robin at the desk")
    click.echo("The day on a phone: `make serve`, then open (once, within the hour)")
    click.echo(f"  {settings.origin}{wiring.sign_in_links.make(taylor, day)}")
    click.echo("The team's board, in the same way")
    click.echo(f"  {settings.origin}{wiring.sign_in_links.make(desk, day)}")
    for practice in (SOLO.practice, TEAM.practice):
        change_page(practice.id, lambda page: replace(page, is_open=True), store=wiring.store)
    click.echo("What clients see when they book")
    click.echo(f"  {settings.origin}/book/{TEAM.practice.id}")
    click.echo("Another link: `rounds sign-in --practice demo-solo taylor`")
