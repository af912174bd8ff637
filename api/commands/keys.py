"""`rounds keys`: who may use the API."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from api.wiring import Wiring

ROLES = ("booking", "therapist", "planner", "admin", "service")
PRACTICE = click.option("--practice", default="", help="The practice, where there are several.")


@click.group()
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command()
@click.argument("role", type=click.Choice(ROLES))
@click.option("--label", default="", help="What the key is for.")
@click.option("--therapist", help="Whose key it is, for role therapist.")
@PRACTICE
def create(role: str, label: str, therapist: str | None, practice: str) -> None:
    """Make a key for ROLE. It is shown once: the store keeps only its hash."""
    from api.auth import Role, hash_key, new_key
    from api.commands.setting_up import practice_of, set_up
    from data.store.records import ApiKey

    if (role == Role.THERAPIST) != (therapist is not None):
        raise click.UsageError("A key of role therapist needs --therapist, and no other key takes it.")
    wiring = set_up()
    practice_id = practice_of(wiring, practice)
    if therapist is not None:
        known_therapist(therapist, practice_id, wiring)
    secret = new_key()
    key = ApiKey(
        id=f"key_{hash_key(secret)[:12]}",
        practice_id=practice_id,
        role=Role(role),
        created_at=wiring.clock(),
        label=label,
        therapist=therapist,
    )
    wiring.store.keys.create(key, secret_hash=hash_key(secret))
    click.echo(secret)
    click.echo(f"{key.id} for {role} of {key.practice_id}; this is the only time it is shown", err=True)


def known_therapist(therapist: str, practice_id: str, wiring: "Wiring") -> None:
    """A key of a name that nobody has would open nothing, and nobody would see why."""
    from api.v1.schemas.reading import did_you_mean
    from optimizer.domain.errors import InvalidRequest

    with wiring.store.unit_of_work(practice_id, write=False) as uow:
        known = [pattern.therapist.id for pattern in uow.patterns.list()]
    if therapist not in known:
        raise InvalidRequest(
            f"there is no therapist {therapist!r}", code="unknown_therapist", hint=did_you_mean(therapist, known)
        )


@keys.command("list")
@PRACTICE
def show(practice: str) -> None:
    """List the keys of the practice, oldest first."""
    from api.commands.setting_up import practice_of, set_up

    wiring = set_up()
    for key in wiring.store.keys.list(practice_of(wiring, practice)):
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "active"
        whose = f" {key.therapist}" if key.therapist else ""
        click.echo(f"{key.id}  {key.role}{whose}  {state}  made {key.created_at:%Y-%m-%d}  {key.label}".rstrip())


@keys.command()
@click.argument("key_id")
@PRACTICE
def revoke(key_id: str, practice: str) -> None:
    """Make a key worthless, from now on."""
    from api.commands.setting_up import practice_of, set_up

    wiring = set_up()
    wiring.store.keys.revoke(practice_of(wiring, practice), key_id, wiring.clock())
    click.echo(f"revoked {key_id}")
