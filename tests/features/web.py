"""The clinic with its booking page open."""

from api.services.practices import change_page
from optimizer.domain.booking import Booking
from optimizer.domain.booking_page import BookingPage
from tests.booking_world import Person
from tests.features.clinic import Clinic
from tests.page_visitor import PageVisitor

CREW = (Person(id="t0", gender="female"),)
PAGE = BookingPage(is_open=True, phone="905 555 0100", framed_by=("https://www.example.org",))


def open_page(clinic: Clinic, page: BookingPage = PAGE) -> None:
    change_page("north", lambda _: page, store=clinic.store)


def visitor(clinic: Clinic, **more: str) -> PageVisitor:
    """A browser of its own."""
    return PageVisitor(app=clinic.app, **more)


def bookings(clinic: Clinic) -> tuple[Booking, ...]:
    with clinic.store.unit_of_work("north", write=False) as uow:
        return tuple(uow.bookings.list())
