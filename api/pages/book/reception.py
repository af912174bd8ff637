"""What every view of the booking page begins with: the practice behind it, who is visiting, and how it answers."""

from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Response, g, render_template, request

from api.pages.book import words
from api.pages.book.state import Seals
from api.services.booking_page import open_page
from api.services.visitors import Visitor
from api.wiring import wiring
from optimizer.domain.booking_page import BookingPage
from optimizer.domain.practice import Practice, Service

if TYPE_CHECKING:
    from api.services.desk import Desk


@dataclass(frozen=True, kw_only=True)
class Reception:
    """A practice with its page. `services` are those on the page, `names` are of its therapists, by id. `origin` begins
    what is kept elsewhere: links in calendars and messages."""

    practice: Practice
    services: tuple[Service, ...]
    every_service: tuple[Service, ...]
    names: dict[str, str]
    seals: Seals
    desk: "Desk"
    now: datetime
    origin: str

    @property
    def page(self) -> BookingPage:
        return self.practice.policies.booking_page

    @property
    def zone(self) -> ZoneInfo:
        return self.practice.zone

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def visitor(self, name: str) -> Visitor:
        """Somebody by the name in what they carry."""
        return Visitor(practice_id=self.practice.id, name=name, session=_came_from() or name)

    def show(self, template: str, status: int = 200, **view: object) -> Response:
        """A page of `templates/book`."""
        told = {"practice": self.practice, "phone": self.page.phone, "zone": words.zone_name(self.zone), **view}
        return Response(render_template(f"book/{template}.html", **told), status=status)


def reception(practice_id: str, *, closed_too: bool = False) -> Reception:
    """The practice whose page is open; `closed_too` for those who hold a token of it.

    Raises
    ------
    optimizer.domain.errors.NotFound
        The same for a page that is closed and for a practice that is not there.
    """
    parts = wiring()
    practice = parts.store.practices.get(practice_id) if closed_too else open_page(practice_id, store=parts.store)
    page = practice.policies.booking_page
    g.framed_by = page.framed_by
    with parts.store.unit_of_work(practice.id, write=False) as uow:
        services = tuple(uow.services.list())
        people = [pattern.therapist for pattern in uow.patterns.list()]
    return Reception(
        practice=practice,
        services=tuple(service for service in services if page.shows(service.code)),
        every_service=services,
        names={person.id: person.name or person.id for person in people},
        seals=Seals(parts.settings.signing_key, practice.id),
        desk=parts.desk,
        now=parts.clock(),
        origin=parts.settings.origin,
    )


def _came_from() -> str:
    """Where the visitor comes from, where the installation says that this can be known; else empty.

    Of an IPv6 address it is the network: a household has all of it.
    """
    match wiring().settings.visitor_address:
        case "peer":
            told = request.remote_addr or ""
        case "forwarded":
            # The last one is what our own proxy has seen; those before it anybody may have written.
            told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        case _:
            return ""
    try:
        address = ip_address(told)
    except ValueError:
        return "nowhere"
    if isinstance(address, IPv6Address):
        return f"from {ip_network((address, 64), strict=False)}"
    return f"from {address}"
