"""`rounds db`: the store's schema."""

import click


@click.group()
def db() -> None:
    """Create, upgrade and look at the store."""


@db.command()
def upgrade() -> None:
    """Bring the store to the schema of this release; create it where there is none."""
    from api.commands.setting_up import set_up
    from data.store.migrate import migrate

    applied = migrate(set_up().settings.store_url)
    for revision in applied:
        click.echo(f"applied {revision}")
    if not applied:
        click.echo("nothing to do")


@db.command()
def status() -> None:
    """Say whether the store has the schema of this release."""
    from api.commands.setting_up import set_up

    set_up().store.check()
    click.echo("current")
