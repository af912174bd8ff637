"""`rounds practice page`: the practice's own booking page."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from optimizer.domain.practice import Practice


@click.command()
@click.option("--on/--off", "is_open", default=None, help="Whether clients find it.")
@click.option("--framed-by", multiple=True, help="A site that may show it inside its pages: https://www.example.org")
@click.option("--framed-by-nobody", is_flag=True, help="No other site may.")
@click.option("--service", "services", multiple=True, help="A treatment on the page.")
@click.option("--all-services", is_flag=True, help="Every treatment is on the page.")
@click.option("--ask", "questions", multiple=True, help="A reason to talk before the first visit.")
@click.option("--ask-usual", is_flag=True, help="The usual reasons.")
@click.option("--ask-nothing", is_flag=True, help="No screening.")
@click.option("--phone", help="Where clients reach the practice.")
@click.option("--practice", default="", help="The practice, where there are several.")
def page(
    is_open: bool | None,
    framed_by: tuple[str, ...],
    services: tuple[str, ...],
    questions: tuple[str, ...],
    phone: str | None,
    practice: str,
    *,
    framed_by_nobody: bool,
    all_services: bool,
    ask_usual: bool,
    ask_nothing: bool,
) -> None:
    """Open the booking page, close it, or say what is on it. What is not named stays; without options it is shown."""
    from dataclasses import replace

    from api.commands.setting_up import practice_of, set_up
    from api.services.practices import change_page
    from optimizer.domain.booking_page import BookingPage

    if framed_by_nobody + bool(framed_by) > 1 or all_services + bool(services) > 1:
        raise click.UsageError("Name some, or say that it is all or nobody; not both.")
    if ask_usual + ask_nothing + bool(questions) > 1:
        raise click.UsageError("Give one of --ask, --ask-usual and --ask-nothing.")

    def changed(known: BookingPage) -> BookingPage:
        screening = questions or known.screening
        return replace(
            known,
            is_open=known.is_open if is_open is None else is_open,
            framed_by=framed_by or (() if framed_by_nobody else known.framed_by),
            services=services or (() if all_services else known.services),
            screening=None if ask_usual else () if ask_nothing else screening,
            phone=known.phone if phone is None else phone,
        )

    wiring = set_up()
    stored = change_page(practice_of(wiring, practice), changed, store=wiring.store)
    click.echo("\n".join(_shown(stored, f"http://{wiring.settings.host}:{wiring.settings.port}")))


def _shown(practice: "Practice", origin: str) -> list[str]:
    page = practice.policies.booking_page
    if not page.is_open:
        return [f"{practice.id} has no booking page; open it with --on"]
    return [
        f"{practice.id}: {origin}/book/{practice.id}",
        f"  treatments: {', '.join(page.services) or 'all'}",
        f"  inside the pages of: {', '.join(page.framed_by) or 'nobody'}",
        *(f"  asks: {question}" for question in page.questions),
        f"  phone: {page.phone or 'none'}",
    ]
