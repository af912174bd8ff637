"""`rounds sign-in`: who may open the pages."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from api.services.signing_in import Person
    from api.wiring import Wiring


@click.command("sign-in")
@click.argument("therapist", required=False)
@click.option("--planner", metavar="NAME", help="A link to the board, for somebody at the desk.")
@click.option("--admin", metavar="NAME", help="The same for an administrator.")
@click.option("--email", metavar="ADDRESS", help="From now on links are mailed to this address when asked for.")
@click.option("--forget-email", metavar="ADDRESS", help="No link is mailed there any more.")
@click.option("--list", "listing", is_flag=True, help="Who is signed in, and where links are mailed to.")
@click.option("--revoke", metavar="ID", help="Sign one browser out; --list names it.")
@click.option("--practice", default="", help="The practice, where there are several.")
def sign_in(
    therapist: str | None,
    planner: str | None,
    admin: str | None,
    email: str | None,
    forget_email: str | None,
    revoke: str | None,
    practice: str,
    *,
    listing: bool,
) -> None:
    """Print a link that signs THERAPIST in to the pages, once, within the hour."""
    from api.commands.setting_up import practice_of, set_up

    wanted = [name for name in (therapist, planner, admin, forget_email, revoke, listing or None) if name is not None]
    if len(wanted) != 1:
        raise click.UsageError("Name a therapist, or one of --planner, --admin, --forget-email, --list and --revoke.")
    if email is not None and (listing or revoke is not None or forget_email is not None):
        raise click.UsageError("--email goes with the person whose address it is.")
    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    if listing:
        _list(practice_id, wiring)
    elif revoke is not None:
        wiring.store.page_sessions.revoke(practice_id, revoke, wiring.clock())
        click.echo(f"signed out {revoke}")
    elif forget_email is not None:
        wiring.store.sign_in_addresses.remove(practice_id, forget_email.strip().lower())
        click.echo(f"no link is mailed to {forget_email} any more")
    else:
        _invite(_person(therapist, planner, admin, practice_id), email, wiring)


def _person(therapist: str | None, planner: str | None, admin: str | None, practice_id: str) -> "Person":
    from api.services.signing_in import Person
    from data.store.records import Role

    if therapist is not None:
        return Person(practice_id=practice_id, role=Role.THERAPIST, therapist=therapist)
    name = (planner if planner is not None else admin or "").strip()
    if not name:
        raise click.UsageError("Somebody at the desk needs a name, so that others see who changed what.")
    return Person(practice_id=practice_id, role=Role.ADMIN if planner is None else Role.PLANNER, name=name)


def _invite(person: "Person", email: str | None, wiring: "Wiring") -> None:
    from api.commands.keys import known_therapist
    from data.store.page_records import SignInAddress

    if person.therapist is not None:
        known_therapist(person.therapist, person.practice_id, wiring)
    if email is not None:
        if "@" not in email or any(sign.isspace() for sign in email):
            raise click.UsageError(f"{email!r} is no e-mail address.")
        wiring.store.sign_in_addresses.put(
            SignInAddress(
                practice_id=person.practice_id,
                email=email.strip().lower(),
                role=person.role,
                therapist=person.therapist,
                name=person.name,
            )
        )
        click.echo(f"links are mailed to {email}", err=True)
    click.echo(f"{wiring.settings.origin}{wiring.sign_in_links.make(person)}")


def _list(practice_id: str, wiring: "Wiring") -> None:
    for session in wiring.store.page_sessions.list(practice_id, wiring.clock()):
        who = session.therapist or session.name
        click.echo(f"{session.id}  {session.role} {who}  {session.device}  last seen {session.seen_at:%Y-%m-%d %H:%M}Z")
    for address in wiring.store.sign_in_addresses.list(practice_id):
        click.echo(f"mail to {address.email}  {address.role} {address.therapist or address.name}")
