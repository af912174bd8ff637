"""The booking page as clients see it: phone and desk, with and without a script, by keyboard, in three zones."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.booking_world import BRAMPTON, MONDAY
from tests.browser.booking import TYPED, Client
from tests.browser.looking import DESK, PHONE, ZONES, look, watched
from tests.features.clinic import Clinic, at
from tests.features.web import bookings

SATURDAY = MONDAY - timedelta(days=2)
REFUSED = ("status of 422", "status of 409", "status of 429", "status of 404")
"""What Chromium says of a page that is answered with a refusal; the page itself is what is looked at."""


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_visit_is_booked_moved_and_cancelled(
    browser: Browser, site: Clinic, shop: str, width: int, *, script: bool
) -> None:
    context = look(browser, width=width, script=script)
    page = context.new_page()
    client = Client(page=page, at=page, script=script)
    with watched(page, shop, ignoring=REFUSED):
        page.goto(f"{shop}/book/north")
        client.looked_at(f"book-1-visit-{width}")
        client.press("See times")
        client.heading("2 things are missing or not right")
        expect(page.locator("#problems")).to_be_focused()
        client.looked_at(f"book-1-faults-{width}")
        client.ask()
        client.heading("Choose a time")
        client.looked_at(f"book-2-time-{width}")
        client.choose("9:00 am")
        client.heading("Your details")
        client.looked_at(f"book-3-details-{width}")
        client.press("Book this visit")
        client.heading("4 things are missing or not right")
        client.looked_at(f"book-3-faults-{width}")
        client.fill()
        page.get_by_text("No, none").click()
        client.press("Book this visit")
        client.heading("You are booked")
        client.looked_at(f"book-4-done-{width}")
        page.get_by_role("link", name="Move or cancel").click()
        client.heading("Your visit")
        client.looked_at(f"book-5-manage-{width}")
        page.get_by_role("link", name="Move it").click()
        client.heading("Move your visit")
        client.looked_at(f"book-5-move-{width}")
        client.choose("9:15 am")
        page.get_by_text("Your visit has been moved").wait_for()
        page.get_by_role("link", name="Cancel it").click()
        client.looked_at(f"book-5-cancel-{width}")
        client.press("Yes, cancel it")
        client.heading("Cancelled visit")
        client.looked_at()
    assert context.cookies() == []
    assert [booked.status.value for booked in bookings(site)] == ["cancelled"]
    context.close()


@pytest.mark.parametrize(("width", "script"), [(PHONE, True), (DESK, False)], ids=["phone", "desk without script"])
def test_a_course_is_one_choice_and_a_request_says_so(
    browser: Browser, site: Clinic, shop: str, width: int, *, script: bool
) -> None:
    context = look(browser, width=width, script=script)
    page = context.new_page()
    client = Client(page=page, at=page, script=script)
    with watched(page, shop):
        page.goto(f"{shop}/book/north")
        client.ask(rhythm="weekly-monthly")
        client.heading("Choose your dates")
        client.looked_at(f"book-2-courses-{width}")
        page.get_by_label("Day").select_option("Tuesday")
        client.press("Look again")
        client.heading("Tuesdays at")
        client.press("Choose these 7 dates")
        client.fill()
        page.get_by_text("Yes, or not sure").click()
        client.looked_at(f"book-3-course-{width}")
        client.press("Book 7 visits")
        client.heading("We have your request")
        client.looked_at(f"book-4-request-{width}")
    assert {(booked.therapist, booked.clearance.value) for booked in bookings(site)} == {(None, "hold")}
    assert len(bookings(site)) == 7
    context.close()


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (ZONES[0], None),
        # British Columbia has given up changing its clocks: a browser that has heard of it says seven.
        (ZONES[1], "9:00.am Toronto time is [67]:00.am for you"),
        (ZONES[2], "9:00.am Toronto time is 7:30.pm for you"),
    ],
)
def test_the_zone_is_always_said_and_another_clock_is_told_apart(
    browser: Browser, shop: str, zone: str, said: str | None
) -> None:
    page = look(browser, zone=zone).new_page()
    page.goto(f"{shop}/book/north")
    client = Client(page=page, at=page)
    client.ask()
    client.choose("9:00 am")
    note = page.locator(".zone")
    expect(note).to_contain_text("All times are Toronto time.")
    if said is None:
        expect(note).not_to_contain_text("Your clock")
    else:
        expect(note).to_contain_text(re.compile(said))
    expect(page.locator(".when")).to_have_text("Saturday 21 November, 9:00\N{NO-BREAK SPACE}am")
    client.looked_at()
    page.context.close()


def test_the_keyboard_alone_books_a_visit(browser: Browser, site: Clinic, shop: str) -> None:
    page = look(browser, width=DESK).new_page()
    page.goto(f"{shop}/book/north")
    client = Client(page=page, at=page)
    _tab_to(page, "#where")
    page.keyboard.type("L6X 1N3")
    _tab_to(page, "[name=minutes]")
    page.keyboard.press("ArrowDown")
    _tab_to(page, "main button")
    page.keyboard.press("Enter")
    client.heading("Choose a time")
    _tab_to(page, "summary >> nth=1")
    page.keyboard.press("Enter")
    _tab_to(page, "details >> nth=1 >> button >> nth=0")
    page.keyboard.press("Enter")
    client.heading("Your details")
    for name, text in (("name", "Anna Bell"), ("phone", "905 555 0111"), ("door", "12 Main Street")):
        _tab_to(page, f"#{name}")
        page.keyboard.type(text)
    _tab_to(page, "[name=applies] >> nth=0")
    page.keyboard.press("Space")
    _tab_to(page, "main button >> nth=-1")
    page.keyboard.press("Enter")
    client.heading("You are booked")
    assert len(bookings(site)) == 1
    page.context.close()


def test_the_minutes_are_counted_down_and_told_three_times(browser: Browser, site: Clinic, shop: str) -> None:
    page = look(browser).new_page()
    page.clock.install()
    page.goto(f"{shop}/book/north")
    client = Client(page=page, at=page)
    client.ask()
    client.choose("9:00 am")
    told = page.get_by_role("status")
    expect(page.locator(".keep")).to_contain_text("Kept for you until 7:05")
    expect(told).to_have_text("")
    page.clock.run_for("03:00")
    expect(told).to_have_text("This time is kept for two more minutes.")
    page.clock.run_for("01:30")
    expect(told).to_have_text("This time is kept for 30 more seconds.")
    page.clock.run_for("00:31")
    expect(told).to_contain_text("The five minutes are over.")
    client.looked_at("book-3-over")
    client.fill()
    page.get_by_text("No, none").click()
    site.now += timedelta(minutes=6)
    client.press("Book this visit")
    client.heading("You are booked")
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_of_two_clients_one_wins_and_the_other_chooses_again_without_typing_again(
    browser: Browser, site: Clinic, shop: str, *, script: bool
) -> None:
    pages = [look(browser, script=script).new_page() for _ in range(2)]
    anna, ben = (Client(page=page, at=page, script=script) for page in pages)
    for client in (anna, ben):
        client.page.goto(f"{shop}/book/north")
        client.ask()
    with watched(ben.page, shop, ignoring=REFUSED):
        anna.choose("9:00 am")
        anna.heading("Your details")
        ben.choose("9:00 am")
        ben.heading("has just been taken")
        expect(ben.page.locator("#problems")).to_be_focused()
        ben.looked_at("book-2-lost")
        ben.page.locator("#problems button").first.click()
        ben.heading("Your details")
        ben.fill()
        site.now += timedelta(minutes=6)
        held = ben.page.locator(".when time").get_attribute("datetime")
        assert held is not None
        site.book(BRAMPTON, at(SATURDAY, held[11:16]))
        ben.page.get_by_text("No, none").click()
        ben.press("Book this visit")
        ben.heading("has been taken meanwhile")
        ben.looked_at("book-3-lost")
        ben.page.locator("#problems button.time").first.click()
        ben.page.locator(".keep").wait_for()
        for label, text in TYPED.items():
            expect(ben.field(label)).to_have_value(text)
        ben.press("Book this visit")
        ben.heading("You are booked")
    for page in pages:
        page.context.close()


def test_going_back_is_safe_and_a_double_click_books_once(browser: Browser, site: Clinic, shop: str) -> None:
    page = look(browser).new_page()
    client = Client(page=page, at=page)
    page.goto(f"{shop}/book/north")
    client.ask()
    page.locator("details", has_text="Saturday 21 November").locator("summary").click()
    page.get_by_role("button", name="Saturday 21 November, 9:00 am").dblclick(no_wait_after=True)
    client.heading("Your details")
    page.go_back()
    client.heading("Choose a time")
    page.get_by_text("is kept for you").wait_for()
    client.looked_at()
    client.choose("2:00 pm")
    client.fill()
    page.get_by_text("No, none").click()
    page.get_by_role("button", name="Book this visit").dblclick(no_wait_after=True)
    client.heading("You are booked")
    page.go_back()
    client.heading("You are booked")
    page.reload()
    client.heading("You are booked")
    assert len(bookings(site)) == 1
    page.context.close()


def test_it_is_as_good_in_the_dark(browser: Browser, shop: str) -> None:
    page = look(browser, scheme="dark").new_page()
    client = Client(page=page, at=page)
    page.goto(f"{shop}/book/north")
    client.press("See times")
    client.looked_at()
    client.ask()
    client.looked_at("book-2-time-dark")
    client.choose("9:00 am")
    client.looked_at("book-3-details-dark")
    page.goto(f"{shop}/book/nowhere")
    client.looked_at()
    page.context.close()


def _tab_to(page: Page, target: str) -> None:
    """Press Tab until the focus is there."""
    wanted = page.locator(target).first
    for _ in range(120):
        page.keyboard.press("Tab")
        # Of radio buttons the keyboard reaches the group.
        if wanted.evaluate("it => it === document.activeElement || it.matches('[type=radio]:has(~ :focus)')"):
            return
    raise AssertionError(f"the keyboard does not reach {target}")
