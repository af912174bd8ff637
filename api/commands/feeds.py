"""`rounds feeds`: calendars that therapists keep elsewhere."""

import re
from typing import TYPE_CHECKING

import click

from api.commands.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.services.feeds import FeedState, FeedWarning
    from api.services.feeds_reading import FeedOutcome

PRACTICE = click.option("--practice", default="", help="The practice, where there are several.")
UNITS = {"m": 60, "h": 3600, "d": 86_400}


class Length(click.ParamType[int]):
    """`90m`, `2h` or `1d`, as seconds."""

    name = "length"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d{1,4})([mhd])", value, re.ASCII)
        if found is None or int(found[1]) == 0:
            self.fail(f"{value!r} is none of 90m, 2h, 1d.", param, ctx)
        return int(found[1]) * UNITS[found[2]]


@click.group()
def feeds() -> None:
    """Read calendars kept elsewhere, so that Rounds offers no time that is taken there."""


@feeds.command()
@click.argument("address", metavar="URL|FILE")
@click.option("--therapist", required=True, help="On whose agenda its events lie.")
@click.option("--fresh-for", type=Length(), default="2h", show_default=True, help="How long a reading counts as true.")
@click.option("--format", "kind", type=click.Choice(["ics", "csv"]), help="What it is; its name says so else.")
@click.option("--allow-loopback", is_flag=True, help="Allow plain http to this very machine.")
@PRACTICE
def add(address: str, therapist: str, fresh_for: int, kind: str | None, practice: str, *, allow_loopback: bool) -> None:
    """Read the calendar at URL (https) or in FILE from now on; `rounds feeds fetch` does the reading.

    An event whose summary names a service is a visit; any other is time that the therapist is busy, at its place or
    else at home. Events marked as free or cancelled are neither. A FILE is as old as its last change.
    """
    from pathlib import Path

    from api.commands.setting_up import practice_of, set_up
    from api.services.feeds import NewFeed, add_feed
    from data.store.records import FeedFormat

    wiring = set_up()
    named = FeedFormat.CSV if address.lower().endswith(".csv") else FeedFormat.ICS
    feed = add_feed(
        NewFeed(
            practice_id=practice_of(wiring, practice),
            actor="cli",
            therapist=therapist,
            # Cron runs in another folder.
            address=address if "://" in address else str(Path(address).absolute()),
            format=FeedFormat(kind) if kind else named,
            fresh_for=fresh_for,
            allow_loopback=allow_loopback,
        ),
        store=wiring.store,
        clock=wiring.clock,
    )
    click.echo(f"{feed.id} for {feed.therapist}; not read yet: rounds feeds fetch")


@feeds.command("list")
@PRACTICE
def show(practice: str) -> None:
    """List the calendars: when they were read last, what went wrong last, how many promises are ahead."""
    from api.commands.setting_up import practice_of, set_up
    from api.services.feeds import feed_states

    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    zone = wiring.store.practices.get(practice_id).zone.key
    for state in feed_states(practice_id, store=wiring.store, clock=wiring.clock):
        click.echo(_line(state, zone))


@feeds.command()
@click.argument("feed_id")
@PRACTICE
def remove(feed_id: str, practice: str) -> None:
    """Read a calendar no longer, and release the time that it has taken from now on."""
    from api.commands.setting_up import practice_of, set_up
    from api.services.feeds import remove_feed

    wiring = set_up()
    _, released = remove_feed(
        practice_of(wiring, practice), feed_id, actor="cli", store=wiring.store, clock=wiring.clock
    )
    click.echo(f"removed {feed_id}, {released} released")


@feeds.command()
@click.argument("feed_id", required=False)
@click.option("--accept-loss", is_flag=True, help="Believe a calendar that has suddenly lost most of its events.")
@PRACTICE
@click.pass_context
def fetch(ctx: click.Context, feed_id: str | None, practice: str, *, accept_loss: bool) -> None:
    """Read every calendar, or the one named; what cron runs. Exits 75 when one could not be read or is behind: what
    was known of it still counts, and it is tried again next time."""
    from api.commands.setting_up import practice_of, set_up
    from api.services.feeds import feed_warnings
    from api.services.feeds_reading import FeedReader, fetch_feeds

    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    reader = FeedReader(
        store=wiring.store,
        geocoder=wiring.geocoders.of(practice_id),
        roads=wiring.roads,
        clock=wiring.clock,
        user_agent=wiring.settings.user_agent,
    )
    outcomes = fetch_feeds(practice_id, reader=reader, only=feed_id, accept_loss=accept_loss)
    for outcome in outcomes:
        _tell(outcome)
    # A file that nobody has written for days is read without trouble, and is behind all the same.
    read = {outcome.feed.id for outcome in outcomes if not outcome.trouble}
    behind = [w for w in feed_warnings(practice_id, store=wiring.store, now=wiring.clock()) if w.feed in read]
    tell_stale(behind)
    ctx.exit(Exit.TRY_LATER if behind or any(outcome.trouble for outcome in outcomes) else Exit.DONE)


def tell_stale(warnings: "Sequence[FeedWarning]") -> None:
    """Which calendars are behind, on stderr and in the log."""
    import structlog

    log = structlog.get_logger()
    for warning in warnings:
        click.echo(f"rounds: {warning.sentence}", err=True)
        log.warning("feed_stale", feed=warning.feed, therapist=warning.therapist)


def _tell(outcome: "FeedOutcome") -> None:
    feed, taken = outcome.feed, outcome.taken
    if taken is None:
        click.echo(f"rounds: {feed.id} of {feed.therapist} was not read: {outcome.trouble}.", err=True)
        return
    for remark in outcome.remarks:
        click.echo(f"{feed.id}, {remark.pointer}: {remark.detail}", err=True)
    for day in taken.flagged:
        click.echo(f"{feed.id}, {day}: {feed.therapist} cannot keep everything on this date any more", err=True)
    click.echo(f"{feed.id}  {taken.added} added, {taken.changed} changed, {taken.released} released")


def _line(state: "FeedState", zone: str) -> str:
    from zoneinfo import ZoneInfo

    from data.feeds.address import shown

    feed = state.feed
    local = ZoneInfo(zone)
    known = f"as of {feed.succeeded_at.astimezone(local):%Y-%m-%d %H:%M}" if feed.succeeded_at else "never read"
    line = f"{feed.id}  {feed.therapist}  {shown(feed.address)}  {known}  {state.promises} ahead"
    line += "  STALE" if state.stale else ""
    if feed.trouble and feed.trouble_at:
        line += f"  trouble {feed.trouble_at.astimezone(local):%Y-%m-%d %H:%M}: {feed.trouble}"
    return line
