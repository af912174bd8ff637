"""`rounds roads`: build the roads of a region, ask for drives before anybody waits for them, and learn from them."""

from datetime import datetime
from pathlib import Path

import click

from api.commands.exits import Exit

MEBIBYTE = 1024 * 1024


@click.group()
def roads() -> None:
    """Build roads from a map, and keep their drives at hand."""


@roads.command()
@click.argument("region", type=click.Path(path_type=Path))
@click.option("--engine", type=click.Choice(["osrm", "valhalla"]), default="osrm", show_default=True, help="For which.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to build; in ROUNDS_VAR else.")
def build(region: Path, engine: str, out: Path | None) -> None:
    """Build what an engine opens from REGION, an OpenStreetMap extract (region.osm.pbf).

    The tools come with the extra `roads`, under Python 3.12 or later. What was in the folder before stays until the
    new roads are whole. A process that is running goes on with the old ones: start it anew.
    """
    from api.commands.setting_up import set_up
    from data.roads.building import build_roads

    folder = out or set_up().settings.var / "roads" / f"{region.name.partition('.')[0]}-{engine}"
    built = build_roads(region, engine, folder)
    click.echo(f"{folder}: {built.seconds:.1f} s, {built.bytes / MEBIBYTE:.0f} MB, version {built.version}")
    click.echo(f"Use them: ROUNDS_ROADS={engine} ROUNDS_ROADS_DATA={folder.absolute()}")


@roads.command()
@click.option("--practice", default="", help="The practice, where there are several.")
@click.pass_context
def warm(ctx: click.Context, practice: str) -> None:
    """Ask the engine for every drive between known places that is not known yet; `rounds plan` does so, too.

    Exits 75 when the engine does not answer, and 4 when a place lies off every road.
    """
    from api.commands.setting_up import practice_of, set_up
    from api.services.warming import warm_roads

    wiring = set_up()
    learned = warm_roads(
        practice_of(wiring, practice),
        store=wiring.store,
        roads=wiring.roads,
        public_roads=wiring.public_roads,
        clock=wiring.clock,
    )
    click.echo(f"{learned.drives} drives asked for in {learned.asked} questions; roads: {wiring.roads.name}")
    if learned.trouble:
        click.echo(f"rounds: {learned.trouble}; what is missing is estimated", err=True)
        ctx.exit(Exit.TRY_LATER)
    learned.require_roads()


@roads.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From which date; a year back else.")
@click.option("--dry-run", is_flag=True, help="Look only: nothing is kept.")
@click.option("--practice", default="", help="The practice, where there are several.")
@click.pass_context
def learn(ctx: click.Context, since: datetime | None, practice: str, *, dry_run: bool) -> None:
    """Learn the time of day, where and when roads are slower than elsewhere, who takes longer on them than others, and
    the minutes of parking from what therapists told of their drives.

    Kept is only what tells days better that were held out: plans, searches and the day's page go by it at once. Exits
    5 when nothing was better, and then nothing has changed.
    """
    from api.commands.setting_up import practice_of, set_up
    from api.services.road_learning import learn_roads

    wiring = set_up()
    learnt = learn_roads(
        practice_of(wiring, practice),
        store=wiring.store,
        roads=wiring.roads,
        clock=wiring.clock,
        actor="cli",
        since=None if since is None else since.date(),
        keep=not dry_run,
    )
    for sentence in learnt.sentences():
        click.echo(sentence)
    if not learnt.lesson.helps:
        click.echo("rounds: nothing learned; the roads stay as they were", err=True)
        ctx.exit(Exit.NO_BETTER)
    click.echo(f"in use: version {learnt.learned.version}" if learnt.learned else "a dry run: nothing was kept")


@roads.command()
@click.option("--practice", default="", help="The practice, where there are several.")
def forget(practice: str) -> None:
    """Give up what was learned last, and go back to what was learned before it, or to the roads as they come."""
    from api.commands.setting_up import practice_of, set_up
    from api.services.road_learning import forget_roads

    wiring = set_up()
    gone, back = forget_roads(practice_of(wiring, practice), store=wiring.store, clock=wiring.clock, actor="cli")
    now = "the roads as they come" if back is None else f"version {back.version}"
    click.echo(f"version {gone} is forgotten; in use: {now}" if gone else "nothing was learned that could be forgotten")
