"""The client's own page of a booking: by its token alone, until the visit begins."""

from datetime import timedelta

import pytest

from optimizer.domain.booking import BookingStatus
from optimizer.domain.booking_page import BookingPage
from tests.booking_world import BRAMPTON, MONDAY
from tests.features.clinic import Clinic, at
from tests.features.web import bookings, open_page, visitor
from tests.page_visitor import PageVisitor

SATURDAY = MONDAY - timedelta(days=2)
NINE, TEN, TWO = (f"Saturday 21 November, {clock}" for clock in ("9:00 am", "10:00 am", "2:00 pm"))


@pytest.fixture
def anna(site: Clinic) -> PageVisitor:
    """A client on her own page, with Saturday at nine."""
    anna = visitor(site)
    anna.ask()
    anna.press(NINE)
    anna.tell()
    anna.follow("Move or cancel")
    return anna


def test_a_visit_is_moved_to_a_time_that_only_it_stood_in_the_way_of(site: Clinic, anna: PageVisitor) -> None:
    anna.follow("Move it")
    moved = anna.press("Saturday 21 November, 9:15 am")
    assert (moved.status, "Your visit has been moved" in moved.text) == (200, True)
    assert bookings(site)[0].fixed_start == at(SATURDAY, "09:15")
    assert "20261121T141500Z" in anna.follow("Add to my calendar").html


def test_moved_twice_is_moved_once(site: Clinic, anna: PageVisitor) -> None:
    form = anna.follow("Move it")
    first = anna.press(TWO)
    anna.page = form
    assert anna.press(TWO).html == first.html
    assert bookings(site)[0].fixed_start == at(SATURDAY, "14:00")


def test_a_time_that_is_gone_leaves_the_visit_where_it_was_and_shows_the_nearest(
    site: Clinic, anna: PageVisitor
) -> None:
    anna.follow("Move it")
    site.book(BRAMPTON, at(SATURDAY, "14:00"))
    lost = anna.press(TWO)
    assert lost.status == 409
    assert f"{TWO}, has just been taken." in lost.text
    assert bookings(site)[0].fixed_start in (at(SATURDAY, "09:00"), at(SATURDAY, "14:00"))
    assert anna.press(lost.times[0]).status == 200


def test_a_visit_is_cancelled_by_a_second_press_only_and_twice_is_once(site: Clinic, anna: PageVisitor) -> None:
    form = anna.follow("Cancel it")
    assert bookings(site)[0].status is BookingStatus.CONFIRMED
    gone = anna.press("Yes, cancel it")
    assert "Your visit is cancelled" in gone.text
    anna.page = form
    assert anna.press("Yes, cancel it").html == gone.html
    assert bookings(site)[0].status is BookingStatus.CANCELLED
    assert "STATUS:CANCELLED" in anna.go(f"{anna.page.path.partition('?')[0]}/visit.ics").html


def test_once_it_has_begun_only_the_staff_change_it(site: Clinic, anna: PageVisitor) -> None:
    shown, path = anna.page, anna.page.path
    move = anna.follow("Move it")
    site.now = at(SATURDAY, "09:01")
    assert "call us" in anna.go(path).text
    assert "Move it" not in anna.page.links
    anna.page = move
    assert anna.press(TWO).status == 409
    anna.page = shown
    anna.follow("Cancel it")
    assert not anna.page.forms
    refused = site.app.test_client().post(f"{path}/cancel")
    assert refused.status_code == 409
    assert bookings(site)[0].status is BookingStatus.CONFIRMED


def test_a_token_opens_its_booking_and_nothing_else_even_after_the_page_is_closed(
    site: Clinic, anna: PageVisitor
) -> None:
    path = anna.page.path
    ben = visitor(site)
    ben.ask()
    ben.press(TWO)
    ben.tell()
    other = ben.page.links["Move or cancel"].rpartition("/")[2]
    open_page(site, BookingPage())
    assert anna.go(path).status == 200
    nothing = anna.go("/book/nowhere")
    for wrong in (f"{path.rpartition('/')[0]}/{other}", f"{path}x", path.replace("/north/", "/nowhere/"), f"{path}/no"):
        assert (anna.go(wrong).status, anna.page.html) == (404, nothing.html)


def test_a_request_can_be_cancelled_and_not_moved(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask()
    anna.press(NINE)
    anna.tell(applies="yes")
    page = anna.follow("My request")
    assert "get in touch with you before this is confirmed" in page.text
    assert "Move it" not in page.links
    assert anna.go(f"{page.path}/move").status == 409
    anna.go(page.path)
    anna.follow("Cancel it")
    assert "Your visit is cancelled" in anna.press("Yes, cancel it").text


def test_each_visit_of_a_course_is_changed_alone(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask(rhythm="weekly")
    anna.press("Choose these 6 dates")
    done = anna.tell()
    links = [to for to in done.links.values() if "/manage/" in to and not to.startswith("mailto:")]
    anna.go(links[2])
    assert "one visit of several" in anna.page.text
    anna.follow("Cancel it")
    anna.press("Yes, cancel it")
    assert [booked.status for booked in bookings(site)].count(BookingStatus.CANCELLED) == 1
    assert "cancelled" in anna.go(done.path).text
