"""The booking page from the first step to the calendar file, in a browser without script and cookies."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from api.services.practices import change_page
from optimizer.domain.booking_page import BookingPage
from optimizer.domain.visit import Clearance
from tests.booking_world import BRAMPTON, GUELPH, MONDAY
from tests.features.clinic import Clinic, at
from tests.features.web import bookings, open_page, visitor

SATURDAY_NINE = "Saturday 21 November, 9:00 am"


def test_three_forms_make_a_booking(site: Clinic) -> None:
    anna = visitor(site)
    assert anna.ask().status == 200
    assert "All times are Toronto time." in anna.page.text
    anna.press(SATURDAY_NINE)
    assert "Kept for you until 7:05 am" in anna.page.text
    done = anna.tell(notes="Buzzer 12")
    assert done.status == 200
    for said in ("You are booked", "Name of t0 will come", "about 10 minutes earlier"):
        assert said in done.text
    (booked,) = bookings(site)
    assert (booked.client.name, booked.client.phone, booked.notes) == ("Anna Bell", "905 555 0111", "Buzzer 12")
    assert (booked.therapist, booked.clearance) == ("t0", Clearance.CLEAR)
    assert booked.place.label == "12 Main Street, unit 4, L6X 1N3"
    assert booked.fixed_start == at(MONDAY - timedelta(days=2), "09:00")
    assert "You are booked" in anna.go(done.path).text


def test_the_calendar_file_has_the_visit_and_the_way_to_change_it(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask()
    anna.press(SATURDAY_NINE)
    anna.tell()
    manage = anna.page.links["Move or cancel"]
    file = anna.follow("Add to my calendar").html
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert (event["SUMMARY"], event["STATUS"]) == ("Swedish, 1 h (North)", "CONFIRMED")
    assert event.decoded("DTSTART") == at(MONDAY - timedelta(days=2), "09:00")
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
    assert event["URL"] == f"{site.wiring.settings.origin}{manage}"
    assert "Your visit" in anna.go(manage).text


def test_a_page_that_is_closed_and_a_practice_that_is_not_there_are_the_same_to_the_byte(site: Clinic) -> None:
    anna = visitor(site)
    link = anna.ask().path
    open_page(site, BookingPage())
    closed, unknown = anna.go("/book/north"), anna.go("/book/nowhere")
    assert (closed.status, closed.html) == (404, unknown.html)
    assert closed.headers["Content-Security-Policy"] == unknown.headers["Content-Security-Policy"]
    assert anna.go(link).html == closed.html
    assert anna.go("/book/north/embed").html == closed.html
    assert anna.go("/book/north/nonsense").html == closed.html


def test_everything_wrong_with_the_first_step_is_told_at_once_beside_its_field(site: Clinic) -> None:
    anna = visitor(site)
    anna.go()
    page = anna.press("See times", where="", first_visit="yes")
    assert page.status == 422
    for name in ("where", "minutes"):
        assert f'id="{name}-fault"' in page.html
        assert f'href="#{name}"' in page.html
    assert 'aria-invalid="true"' in page.html
    assert page.value("first_visit") == "yes"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("L6X IN3", "Did you mean L6X 1N3?"),
        ("Brampton", "Add the postal code"),
        ("12 Nowhere Street", "postal code"),
    ],
)
def test_a_place_that_is_not_known_well_enough_is_told_beside_its_field(site: Clinic, where: str, said: str) -> None:
    page = visitor(site).ask(where)
    assert page.status == 422
    assert said in page.text
    assert page.value("where") == where


def test_everything_wrong_with_the_details_is_told_at_once_and_nothing_typed_is_lost(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask()
    anna.press(SATURDAY_NINE)
    page = anna.press("Book this visit", name="", phone="12", email="anna", door="Main Street", notes="Two dogs")
    assert page.status == 422
    assert [
        name for name in ("name", "phone", "email", "door", "applies") if f'id="{name}-fault"' not in page.html
    ] == []
    assert (page.value("notes"), page.value("email"), page.value("phone")) == ("Two dogs", "anna", "12")
    assert anna.tell(email="").status == 200
    assert len(bookings(site)) == 1


def test_a_door_under_another_postal_code_is_refused(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask()
    anna.press(SATURDAY_NINE)
    assert "The times are for L6X 1N3" in anna.tell(door="1 Carden Street, N1H 3A1").text


def test_a_whole_address_is_not_asked_for_again(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask("12 Main Street, Brampton L6X 1N3")
    anna.press(SATURDAY_NINE)
    assert "Number, street, unit" not in anna.page.text
    anna.tell()
    assert bookings(site)[0].place.label == "12 Main Street, Brampton L6X 1N3"


def test_a_yes_makes_a_request_that_nobody_has_on_their_agenda_and_keeps_no_answer(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask()
    anna.press(SATURDAY_NINE)
    done = anna.tell(applies="yes")
    assert "We will get in touch with you before this is confirmed" in done.text
    assert "Name of t0" not in done.text
    (booked,) = bookings(site)
    assert (booked.therapist, booked.clearance, booked.notes) == (None, Clearance.HOLD, "")
    assert "STATUS:TENTATIVE" in anna.follow("Add to my calendar").html
    cleared = site.staff.ask("PUT", f"/v1/bookings/{booked.id}/clearance", {"clearance": "clear"})
    assert cleared.body["agenda"] == "t0"
    assert "You are booked" in anna.go(done.path).text


def test_a_practice_asks_its_own_questions_or_none(site: Clinic) -> None:
    anna = visitor(site)
    change_page("north", lambda _: BookingPage(is_open=True, screening=("Stairs without a rail",)), store=site.store)
    anna.ask()
    assert "Stairs without a rail" in anna.press(SATURDAY_NINE).text
    change_page("north", lambda _: BookingPage(is_open=True, screening=()), store=site.store)
    assert "Does any of this apply" not in anna.go(anna.page.path).text
    assert "You are booked" in anna.tell(applies="").text


def test_only_the_treatments_on_the_page_can_be_booked_there(site: Clinic) -> None:
    body = {"name": "Secret", "session_minutes": [60]}
    site.staff.ask("PUT", "/v1/services/secret", body)
    change_page("north", lambda _: BookingPage(is_open=True, services=("swedish",)), store=site.store)
    anna = visitor(site)
    times = anna.ask().path
    change_page("north", lambda _: BookingPage(is_open=True, services=("secret",)), store=site.store)
    assert "Book a visit at your home" in anna.go(times).text
    change_page("north", lambda _: BookingPage(is_open=True, services=("swedish",)), store=site.store)
    assert "Secret" not in anna.go().text
    assert "Choose a treatment" in anna.press("See times", where=BRAMPTON, service="secret", minutes="60").text


def test_where_a_week_is_full_other_ways_are_shown(site: Clinic) -> None:
    for day in range(8):
        site.book(BRAMPTON, at(MONDAY - timedelta(days=3 - day), "08:45"))
        site.book(GUELPH, at(MONDAY - timedelta(days=3 - day), "12:00"))
        site.book(BRAMPTON, at(MONDAY - timedelta(days=3 - day), "15:15"))
        site.book(BRAMPTON, at(MONDAY - timedelta(days=3 - day), "17:45"))
    anna = visitor(site)
    page = anna.ask(GUELPH, gender="male")
    assert "No time is left in these seven days" in page.text
    assert "We have looked as far ahead as can be booked" in page.text
    page = anna.ask(GUELPH)
    assert "The next day with a time is Saturday 28 November" in page.text
    assert "Saturday 28 November" in anna.follow("Go to Saturday 28 November").times[0]


def test_days_go_on_and_back_to_where_the_calendar_begins(site: Clinic) -> None:
    anna = visitor(site)
    first = anna.ask().times
    assert "Earlier days" not in anna.page.links
    later = anna.follow("Later days").times
    assert set(first).isdisjoint(later)
    assert anna.follow("Earlier days").times == first


def test_the_page_sets_no_cookie_and_leaves_nothing_behind(site: Clinic) -> None:
    anna = visitor(site)
    pages = [anna.ask(), anna.press(SATURDAY_NINE), anna.tell()]
    for page in pages:
        assert "Set-Cookie" not in page.headers
        assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
        assert "frame-ancestors https://www.example.org" in page.headers["Content-Security-Policy"]


def test_no_token_and_no_address_gets_into_the_log(site: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    anna = visitor(site)
    anna.ask()
    anna.press(SATURDAY_NINE)
    anna.tell()
    manage = anna.page.links["Move or cancel"]
    anna.go(manage)
    log = capsys.readouterr().err
    assert "/book/<practice>/manage/<booking>/<token>" in log
    for secret in (manage.rpartition("/")[2], "L6X", "Anna", "905"):
        assert secret not in log


@pytest.mark.parametrize("path", ["/book/north/times", "/book/north/details"])
def test_a_form_of_somebody_else_leads_to_the_beginning(site: Clinic, path: str) -> None:
    anna = visitor(site)
    assert "Book a visit at your home" in anna.go(f"{path}?ask=forged&held=forged").text
    forged = site.app.test_client().post(path, data={"ask": "forged", "held": "forged"})
    assert (forged.status_code, "begin anew" in forged.text) == (410, True)
