"""`rounds show`: what is planned."""

from typing import TYPE_CHECKING

import click

from api.commands.dates import DateWord, on_calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.feeds.timetable import Captions
    from api.services.itineraries import PlannedDate, TherapistDay
    from data.store.records import StoredPlan


@click.command()
@click.option("--date", "when", type=DateWord(), default="today", show_default=True, help="today, tomorrow or a date.")
@click.option("--practice", default="", help="The practice, where there are several.")
@click.option("--therapist", help="Only this therapist's day.")
@click.option(
    "--format", "dress", type=click.Choice(["timetable", "json", "ics"]), default="timetable", show_default=True,
    help="ics needs --therapist and a published plan.",
)  # fmt: skip
@click.option("--link", is_flag=True, help="Print a link that opens the page of --therapist, once.")
def show(when: str, practice: str, therapist: str | None, dress: str, *, link: bool) -> None:
    """Print the plan of a date: the published one, else the one made last."""
    from api.commands.feeds import tell_stale
    from api.commands.setting_up import practice_of, set_up
    from api.services import itineraries
    from api.services.feeds import feed_warnings, told
    from optimizer.domain.errors import NotFound

    if therapist is None and (link or dress == "ics"):
        raise click.UsageError("--link and --format ics need --therapist.")
    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    day = on_calendar(when, now=wiring.clock(), zone=wiring.store.practices.get(practice_id).zone)
    stale = [
        warning
        for warning in feed_warnings(practice_id, store=wiring.store, now=wiring.clock())
        if therapist in (None, warning.therapist)
    ]
    tell_stale(stale)
    warnings = told(stale, staff=True)
    if therapist is None:
        found = itineraries.planned_date(practice_id, day, store=wiring.store, roads=wiring.roads, now=wiring.clock())
        if found.plan is None:
            booked = f"; visits on nobody's agenda: {len(found.unplaced)}" if found.unplaced else ""
            raise NotFound(f"nothing is planned on {day}{booked}", hint="run `rounds plan`")
        beware = (*warnings, *_behind(found.behind), *_unplaced(found, found.plan))
        click.echo(_whole(found.plan, found.captions, dress, beware))
        return
    mine = itineraries.therapist_day(
        practice_id, therapist, day, store=wiring.store, roads=wiring.roads, now=wiring.clock()
    )
    if link:
        from api.services.signing_in import Person
        from data.store.records import Role

        person = Person(practice_id=practice_id, role=Role.THERAPIST, therapist=therapist)
        click.echo(f"{wiring.settings.origin}{wiring.sign_in_links.make(person, day)}")
        return
    click.echo(_one(mine, dress), nl=dress != "ics")


def _whole(plan: "StoredPlan", captions: "Captions", dress: str, warnings: "Sequence[str]") -> str:
    from api.feeds.timetable import plan_text
    from api.v1.schemas.planning import StoredPlanOut

    return (
        StoredPlanOut.of_stored(plan).model_dump_json(indent=2)
        if dress == "json"
        else plan_text(plan.plan, captions, warnings).rstrip("\n")
    )


def _behind(days: "Sequence[TherapistDay]") -> "list[str]":
    """What this plan does not say: whoever prints it must not send anybody out without it."""
    from api.services.day_notices import in_words

    return [
        f"{day.therapist.name or day.therapist.id}: {in_words(day.behind)};"
        f" `rounds show --therapist {day.therapist.id}` prints the day as booked now"
        for day in days
    ]


def _unplaced(found: "PlannedDate", stored: "StoredPlan") -> "list[str]":
    """What nobody drives to. Whom the plan left out it names itself, with every reason."""
    from api.services.unplaced import in_words

    left_out = {entry.visit.id for entry in stored.plan.unassigned}
    zone = found.practice.zone
    return [in_words(each, found.captions, zone) for each in found.unplaced if each.booking.id not in left_out]


def _one(day: "TherapistDay", dress: str) -> str:
    from api.feeds import words
    from api.feeds.timetable import itinerary_text
    from api.services.day_notices import notices
    from api.v1.schemas.planning import MyDayOut

    if dress == "json":
        return MyDayOut.of(day).model_dump_json(indent=2)
    if dress == "ics":
        from api.feeds.ics import calendar

        name = day.therapist.name or day.therapist.id
        feed = [day.feed_day] if day.feed_day is not None else []
        return calendar(feed, name=f"Rounds {name}", namespace=f"{day.practice.id}.rounds").decode()
    title = words.long_date(day.date)
    beware = "".join(f"! {warning}\n" for warning in notices(day))
    mine = day.itinerary
    if mine is None or not mine.stops:
        return f"{beware}No visits on {title}."
    gap = "\n" if beware else ""
    return f"{title} · {day.practice.zone.key}\n\n{beware}{gap}{itinerary_text(mine, day.horizon, day.captions)}"
