"""`rounds practice`: make a practice, and say who works there."""

import json
import re
from datetime import time
from typing import TYPE_CHECKING, TextIO

import click

from api.commands.practice_page import page

if TYPE_CHECKING:
    from optimizer.domain.therapist import WallBreak

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
PRACTICE = click.option("--practice", default="", help="The practice, where there are several.")


def _span(words: str) -> tuple[time, time]:
    """`09:00-18:00` as two wall times. Raises BadParameter."""
    found = SPAN.fullmatch(words)
    if found is None:
        raise click.BadParameter(f"{words} is no span of hours; write it like 09:00-18:00")
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if end <= begin:
        raise click.BadParameter(f"{words} ends before it begins")
    return begin, end


@click.group()
def practice() -> None:
    """Make a practice, and say who works there."""


practice.add_command(page)


@practice.command()
@click.argument("id")
@click.option("--name", required=True, help="What it is called.")
@click.option("--timezone", default="America/Toronto", show_default=True, help="Whose clocks its hours follow.")
@click.option("--empty", is_flag=True, help="Without the catalogue of treatments; add services over HTTP.")
def create(id: str, name: str, timezone: str, *, empty: bool) -> None:
    """Make the practice ID, offering the usual treatments for 30, 45, 60 and 90 minutes."""
    from zoneinfo import ZoneInfo, available_timezones

    from api.commands.setting_up import set_up
    from data.demo.catalogue import SERVICES
    from optimizer.domain.practice import Practice

    if timezone not in available_timezones():
        raise click.BadParameter(f"{timezone} is no time zone; write it like America/Toronto")
    wiring = set_up()
    wiring.store.practices.create(Practice(id=id, name=name, zone=ZoneInfo(timezone)))
    with wiring.store.unit_of_work(id) as uow:
        for service in () if empty else SERVICES:
            uow.services.put(service)
        uow.commit()
    click.echo(f"{id}: {name}, {timezone}, {0 if empty else len(SERVICES)} services")


@practice.command()
@click.argument("id")
@click.option("--name", required=True, help="What clients call them.")
@click.option("--home", required=True, help="Postal code or address where the day starts and ends.")
@click.option("--hours", default="09:00-18:00", show_default=True, help="From leaving home to being back.")
@click.option("--days", default="mon,tue,wed,thu,fri", show_default=True, help="Days worked.")
@click.option("--gender", help="For clients who ask.")
@click.option("--services", default="", help="Codes offered, with commas; else all.")
@click.option("--rest", "rests", multiple=True, help="A break such as 12:00-14:00/30: minutes, begun in that span.")
@click.option("--travel-percent", type=int, help="What drives take of the roads' time; else as learned.")
@PRACTICE
def therapist(
    id: str,
    name: str,
    home: str,
    hours: str,
    days: str,
    gender: str | None,
    services: str,
    rests: tuple[str, ...],
    travel_percent: int | None,
    practice: str,
) -> None:
    """Say that the therapist ID works here, or change their week."""
    from api.commands.setting_up import practice_of, set_up
    from api.services.practices import put_therapist
    from data.geocoding.geocoder import PlaceQuery
    from data.geocoding.postal_code import code_in
    from optimizer.domain.driving import require_travel_percent
    from optimizer.domain.therapist import Therapist, WorkPattern

    wanted = [day.strip().lower() for day in days.split(",")]
    for day in wanted:
        if day not in WEEKDAYS:
            raise click.BadParameter(f"{day} is no weekday; known: {', '.join(WEEKDAYS)}")
    span = _span(hours)
    if travel_percent is not None:
        try:
            require_travel_percent(travel_percent)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    wiring = set_up()
    is_code = code_in(home) is not None and len(home.replace(" ", "")) == 6
    door = PlaceQuery(id=f"home {id}", postal_code=home) if is_code else PlaceQuery(id=f"home {id}", address=home)
    pattern = WorkPattern(
        therapist=Therapist(
            id=id,
            name=name,
            gender=gender,
            services=frozenset(code.strip() for code in services.split(",")) if services else None,
        ),
        hours=tuple(span if day in wanted else None for day in WEEKDAYS),
        breaks=tuple(_rest(words) for words in rests),
        travel_percent=travel_percent,
    )
    practice_id = practice_of(wiring, practice)
    geocoder = wiring.geocoders.of(practice_id)
    stored = put_therapist(practice_id, pattern, start=door, end=door, store=wiring.store, geocoder=geocoder)
    where = stored.start_place.label if stored.start_place else home
    click.echo(f"{id}: {name}, {where}, {', '.join(wanted)} {hours}")
    if stored.start_place is not None and stored.start_place.is_rough:
        how_far = (stored.start_place.radius_meters or 0) / 1000
        click.echo(f"this home is known to about {how_far:.0f} km only; name its whole address", err=True)


@practice.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@click.option("--default", "usual", is_flag=True, help="Drive to the ten places of Rounds again.")
@PRACTICE
def area(file: TextIO | None, practice: str, *, usual: bool) -> None:
    """Say where the practice drives: FILE is GeoJSON, polygons with names (- for stdin). Without it the present area
    is written, to be changed and given back."""
    from api.commands.setting_up import practice_of, set_up
    from api.services.practices import put_service_area
    from api.services.served_areas import area_from
    from data.geocoding.area_geojson import read_area_text, write_area

    if file is not None and usual:
        raise click.UsageError("Give a FILE or --default, not both.")
    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    if file is None and not usual:
        found = area_from(wiring.store.practices.get(practice_id).policies.service_area)
        click.echo(json.dumps(write_area(found)))
        return
    wanted = None if file is None else read_area_text(file.read())
    stored = put_service_area(practice_id, wanted, store=wiring.store)
    names = ", ".join(zone.name for zone in area_from(stored.policies.service_area).zones)
    click.echo(f"{practice_id} drives to {names}")


@practice.command("list")
def show() -> None:
    """List the practices and who works there."""
    from api.commands.setting_up import set_up

    wiring = set_up()
    for known in wiring.store.practices.list():
        with wiring.store.unit_of_work(known.id, write=False) as uow:
            people = ", ".join(pattern.therapist.id for pattern in uow.patterns.list()) or "nobody yet"
        click.echo(f"{known.id}: {known.name}, {known.zone}; {people}")


def _rest(words: str) -> "WallBreak":
    from optimizer.domain.therapist import WallBreak

    span, _, minutes = words.partition("/")
    if not minutes.isdecimal() or not 0 < int(minutes) <= 480:
        raise click.BadParameter(f"{words} is no break; write it like 12:00-14:00/30")
    earliest, latest = _span(span)
    return WallBreak(earliest=earliest, latest=latest, minutes=int(minutes))
