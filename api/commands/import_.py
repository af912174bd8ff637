"""`rounds import`: another system's bookings."""

from typing import BinaryIO

import click


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--practice", default="", help="The practice, where there are several.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "ics"]),
    help="What FILE is; its name says so else.",
)
def import_(file: BinaryIO, practice: str, kind: str | None) -> None:
    """Take over the bookings in FILE, a CSV or iCalendar export (- for stdin): all of them, or none.

    A booking with a known UID is changed; the same file again changes nothing. Bad rows go to stderr, with line and
    reason.

    A CSV begins with its columns: uid, service, a place (postal_code, address, or lat and lng) and a time (date with
    start, or earliest_start and latest_start; wall times of the practice, or RFC 3339). It may have session_minutes,
    client_ref, client_name, phone, email, therapist, gender, priority, required, first_visit, notes, and status
    (cancelled cancels).

    A calendar's visits are its events: UID, DTSTART, DTEND, the service in SUMMARY, the postal code in LOCATION.
    """
    from api.commands.setting_up import practice_of, set_up
    from api.services.importing import ImportFormat, ImportRequest, import_bookings

    wiring = set_up()
    named = ImportFormat.ICS if file.name.lower().endswith((".ics", ".ical")) else ImportFormat.CSV
    practice_id = practice_of(wiring, practice)
    report = import_bookings(
        ImportRequest(
            practice_id=practice_id,
            actor="cli",
            body=file.read(),
            format=ImportFormat(kind) if kind else named,
        ),
        store=wiring.store,
        geocoder=wiring.geocoders.of(practice_id),
        roads=wiring.roads,
        clock=wiring.clock,
        most_questions=100_000,  # whoever types a command can wait
    )
    for remark in report.remarks:
        click.echo(f"{remark.pointer}: {remark.detail}" + (f"; {remark.hint}" if remark.hint else ""), err=True)
    click.echo(
        f"{report.added} added, {report.updated} changed, {report.cancelled} cancelled, {report.unchanged} as before"
    )
