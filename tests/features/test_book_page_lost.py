"""Buttons pressed twice, times that are gone, minutes that are over: nothing booked twice, nothing typed lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.booking_world import BRAMPTON, MONDAY
from tests.features.clinic import Clinic, at
from tests.features.web import bookings, visitor
from tests.page_visitor import PageVisitor

SATURDAY = MONDAY - timedelta(days=2)
NINE, TEN = "Saturday 21 November, 9:00 am", "Saturday 21 November, 10:00 am"
TYPED = {"name": "Anna Bell", "phone": "905 555 0111", "door": "12 Main Street", "notes": "Two dogs"}


def live_holds(site: Clinic) -> int:
    with site.store.unit_of_work("north", write=False) as uow:
        return len(uow.holds.live_between(["t0"], SATURDAY, SATURDAY + timedelta(days=100), site.now))


def at_the_details(site: Clinic, start: str = NINE, **asked: str) -> PageVisitor:
    anna = visitor(site)
    anna.ask(**asked)
    anna.press(start)
    return anna


def test_a_time_pressed_twice_is_held_once(site: Clinic) -> None:
    anna = visitor(site)
    shown = anna.ask()
    first = anna.press(NINE).path
    anna.page = shown  # back, and again
    assert anna.press(NINE).path == first
    assert live_holds(site) == 1


def test_what_is_kept_is_said_where_other_times_are_looked_at(site: Clinic) -> None:
    anna = visitor(site)
    times = anna.ask().path
    anna.press(NINE)
    again = anna.go(times)
    assert f"{NINE}, is kept for you." in again.text
    assert NINE not in again.times
    assert "Your details" in anna.follow("Go on with it").text
    anna.go(times)
    anna.follow("Change")
    assert "is kept for you" not in anna.press("See times", minutes="30").text
    assert "is kept for you" in anna.go(times).text
    site.now += timedelta(minutes=6)
    assert "is kept for you" not in anna.go(times).text


def test_another_time_lets_go_of_the_one_before(site: Clinic) -> None:
    anna = visitor(site)
    shown = anna.ask()
    anna.press(NINE)
    anna.page = shown
    anna.press("Saturday 21 November, 2:00 pm")
    assert live_holds(site) == 1
    assert f"{SATURDAY}T09:00:00-05:00" in site.public.offers(BRAMPTON, SATURDAY)


def test_choosing_again_keeps_what_was_typed(site: Clinic) -> None:
    anna = at_the_details(site)
    again = anna.press("Choose another time", **TYPED)
    assert (again.status, NINE in again.times, live_holds(site)) == (200, True, 0)
    anna.press("Later days")
    anna.press("Earlier days")
    details = anna.press(TEN)
    assert "10:00 am" in details.text
    assert {name: details.value(name) for name in TYPED} == TYPED
    assert "You are booked" in anna.press("Book this visit", applies="no").text


def test_a_form_sent_twice_books_once_and_shows_the_same(site: Clinic) -> None:
    anna = at_the_details(site)
    form = anna.page
    first = anna.tell()
    anna.page = form
    second = anna.tell(name="Anna B")
    assert first.html == second.html
    assert len(bookings(site)) == 1
    anna.page = form
    assert "You are booked" in anna.go(form.path).text


def test_eight_presses_at_once_book_once(site: Clinic) -> None:
    form = at_the_details(site).page

    def send(_: int) -> str:
        twin = visitor(site)
        twin.page = form
        return twin.tell().path

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert len(bookings(site)) == 1


def test_of_two_who_press_the_same_time_one_has_it_and_the_other_the_nearest(site: Clinic) -> None:
    rivals = [visitor(site), visitor(site)]
    for rival in rivals:
        rival.ask()
    with ThreadPoolExecutor(max_workers=2) as pool:
        pages = list(pool.map(lambda rival: rival.press(TEN), rivals))
    assert sorted(page.status for page in pages) == [200, 409]
    loser = next(rival for rival in rivals if rival.page.status == 409)
    assert f"{TEN}, has just been taken." in loser.page.text
    nearest = loser.page.times[:5]
    assert nearest
    assert TEN not in nearest
    loser.press(nearest[0])
    assert loser.tell().status == 200
    winner = next(rival for rival in rivals if rival is not loser)
    assert winner.tell().status == 200
    assert len({booked.fixed_start for booked in bookings(site)}) == 2


def test_a_list_that_is_too_old_is_read_again(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask()
    site.now += timedelta(minutes=11)
    again = anna.press(TEN)
    assert again.status == 409
    assert "more than ten minutes old" in again.text
    assert TEN in again.times[:5]
    assert anna.press(TEN).status == 200


def test_a_hold_that_has_lapsed_is_booked_while_its_time_is_free(site: Clinic) -> None:
    anna = at_the_details(site)
    site.now += timedelta(minutes=6)
    assert "The five minutes are over" in anna.go(anna.page.path).text
    assert "You are booked" in anna.tell().text


def test_a_lapsed_time_that_is_taken_is_answered_there_with_the_nearest_and_all_that_was_typed(site: Clinic) -> None:
    anna = at_the_details(site, TEN)
    site.now += timedelta(minutes=6)
    site.book(BRAMPTON, at(SATURDAY, "10:00"))
    lost = anna.press("Book this visit", **TYPED, applies="no")
    assert lost.status == 409
    assert "has been taken meanwhile" in lost.text
    assert {name: lost.value(name) for name in TYPED} == TYPED
    assert len(bookings(site)) == 1
    other = anna.press(lost.times[0])
    assert {name: other.value(name) for name in TYPED} == TYPED
    assert "You are booked" in anna.press("Book this visit", applies="no").text
    assert len(bookings(site)) == 2


def test_what_was_let_go_elsewhere_is_said_so(site: Clinic) -> None:
    anna = at_the_details(site)
    form = anna.page
    anna.press("Choose another time")
    anna.page = form
    lost = anna.press("Book this visit", **TYPED, applies="no")
    assert (lost.status, f"You have let go of {NINE}" in lost.text) == (409, True)
    assert NINE in lost.times
    anna.press(NINE)
    assert "You are booked" in anna.press("Book this visit", applies="no").text


def test_all_dates_of_a_course_are_booked_or_none(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask(rhythm="weekly")
    anna.press("Choose these 6 dates")
    dates = anna.page.text
    done = anna.tell()
    assert "use your own links, one for each visit" in done.text
    visits = bookings(site)
    assert len(visits) == 6
    assert len({visit.series for visit in visits}) == 1
    assert {(later.date - visits[0].date).days for later in visits} == {0, 7, 14, 21, 28, 35}
    assert all(f"{visit.date.day} {visit.date:%B}" in dates for visit in visits)
    assert len([to for to in done.links.values() if "/manage/" in to and not to.startswith("mailto:")]) == 6


def test_a_course_moves_what_is_taken_and_names_it(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask(rhythm="weekly")
    page = anna.go(f"{anna.page.path}&weekday=1&part=morning")
    assert "Tuesdays at" in page.text
    for start in ("08:15", "09:30", "10:45", "12:00", "13:15"):
        site.book(BRAMPTON, at(MONDAY + timedelta(days=8), start))
    page = anna.go(page.path)
    assert "moved from Tuesday 1 December" in page.text


def test_a_course_that_is_lost_is_looked_for_again_whole(site: Clinic) -> None:
    anna, ben = visitor(site), visitor(site)
    for each in (anna, ben):
        each.ask(rhythm="weekly")
    assert anna.press("Choose these 6 dates").status == 200
    lost = ben.press("Choose these 6 dates")
    assert lost.status == 409
    assert "All dates are booked together, or none." in lost.text
    assert ben.press("Choose these 6 dates").status == 200
    ben.tell()
    assert len(bookings(site)) == 6


def test_a_course_whose_holds_are_over_and_taken_is_offered_anew_with_what_was_typed(site: Clinic) -> None:
    anna = visitor(site)
    anna.ask(rhythm="weekly")
    anna.press("Choose these 6 dates")
    site.now += timedelta(minutes=6)
    ben = visitor(site)
    ben.ask(rhythm="weekly")
    ben.press("Choose these 6 dates")
    ben.tell()
    lost = anna.press("Book 6 visits", **TYPED, applies="no")
    assert (lost.status, len(bookings(site))) == (409, 6)
    details = anna.press("Choose these 6 dates")
    assert {name: details.value(name) for name in TYPED} == TYPED
    anna.press("Book 6 visits", applies="no")
    assert len(bookings(site)) == 12


@pytest.mark.parametrize("rhythm", ["weekly-monthly", "fortnightly", "monthly"])
def test_every_rhythm_on_the_page_can_be_booked(site: Clinic, rhythm: str) -> None:
    anna = visitor(site)
    anna.ask(rhythm=rhythm)
    anna.press("Choose these")
    anna.tell()
    assert len(bookings(site)) == {"weekly-monthly": 7, "fortnightly": 6, "monthly": 3}[rhythm]
