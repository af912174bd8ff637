"""The therapist's day as a browser shows it, takes its taps and prints it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looking import DESK, PHONE, enter, faults_of, look, overflows, shot, small_targets, watched
from tests.features.conftest import MONDAY, House
from tests.features.test_day_page import link
from tests.features.test_events import VISITS

FIRST_LOAD = 100_000
"""Bytes over the wire for the first look at the day, everything together."""


class Phone:
    """A signed-in browser whose clock is the house's."""

    def __init__(self, context: BrowserContext, house: House, origin: str) -> None:
        self.context, self.house, self.origin = context, house, origin
        self.page: Page = enter(context, origin, link(house))

    def open(self, path: str = "/day") -> Page:
        self.context.clock.set_fixed_time(self.house.now)
        self.page.goto(self.origin + path)
        return self.page

    def told(self) -> list[tuple[str, str]]:
        with self.house.wiring.store.unit_of_work(self.house.practice, write=False) as uow:
            return [(event.visit, event.kind.value) for event in uow.visit_events.on(MONDAY, "taylor")]

    def tap(self, word: str) -> None:
        """Press a stage of the next stop, and wait until it is told."""
        self.page.locator(".next").get_by_role("button", name=word).click()
        expect(self.page.locator("#said")).to_contain_text(re.compile(f"{word} at", re.IGNORECASE))
        expect(self.page.locator("#said")).not_to_contain_text("not sent yet")


@pytest.fixture
def contexts() -> Iterator[list[BrowserContext]]:
    found: list[BrowserContext] = []
    yield found
    for context in found:
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "zone"),
    [(PHONE, "America/Toronto"), (DESK, "America/Vancouver"), (PHONE, "Asia/Kolkata")],
)
def test_a_day_from_leaving_to_finished(
    browser: Browser, published: House, origin: str, contexts: list[BrowserContext], width: int, zone: str
) -> None:
    contexts.append(look(browser, width=width, zone=zone))
    phone = Phone(contexts[0], published, origin)
    page = phone.page
    with watched(page, origin):
        phone.open()
        due = page.get_by_text(re.compile(r"Leave by\s*08:11"))
        box = due.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 640
        assert page.get_by_text("All times are Toronto time.").is_visible() == (zone != "America/Toronto")
        _looks_right(page)
        page.locator(".tools").scroll_into_view_if_needed()
        expect(page.locator(".map-stop.visit")).to_have_count(6)
        assert page.locator(".map-stop.visit").first.get_attribute("aria-label") == "1, Billie, 09:00, 30 min"
        _looks_right(page)
        if zone == "America/Toronto":
            shot(page, f"day-{width}")

        for word, minutes in (("Set off", 40), ("Arrived", 34), ("Started", 16), ("Finished", 31)):
            published.now += timedelta(minutes=minutes)
            phone.open()
            phone.tap(word)
        assert phone.told() == [(VISITS[0], kind) for kind in ("departed", "arrived", "started", "finished")]
        expect(page.locator(".next h2")).to_have_text("Next: Casey")
        _looks_right(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".next h2")).to_have_text("Next: Billie")
        assert phone.told()[-1] == (VISITS[0], "started")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.slow
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_pages_around_the_day(
    browser: Browser, published: House, origin: str, contexts: list[BrowserContext], width: int
) -> None:
    contexts.append(look(browser, width=width))
    phone = Phone(contexts[0], published, origin)
    page = phone.page
    with watched(page, origin):
        phone.open()
        page.get_by_role("link", name="Late +20").click()
        page.get_by_text("Billie Birch is hit first: 20 min late").wait_for()
        page.get_by_label("Message to Billie").fill("See you soon & sorry")
        address = page.get_by_role("link", name="Text Billie").get_attribute("href")
        assert address is not None
        assert address.endswith("?&body=See%20you%20soon%20%26%20sorry")
        _looks_right(page)
        shot(page, f"late-{width}")
        page.get_by_role("button", name="Go on 20 min late").click()
        page.get_by_text("You said that you are 20 min late.").wait_for()
        _looks_right(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("You said that you are")).to_have_count(0)

        page.get_by_role("link", name="Plan the rest again").click()
        _looks_right(page)
        contexts[0].grant_permissions(["geolocation"], origin=origin)
        contexts[0].set_geolocation({"latitude": 43.6858, "longitude": -79.7599})
        page.get_by_label("use my location").check()
        page.get_by_text("Found. It is used for this one answer.").wait_for()
        # The first search of a process may have to compile its kernels.
        page.get_by_role("button", name="Show me").click(timeout=240_000)
        page.get_by_text("Keeping the order costs").wait_for()
        _looks_right(page)
        shot(page, f"replan-{width}")

        for path, name in (("/day/week", "week"), ("/day/me", "me"), (f"/day/{MONDAY}/sheet", "sheet")):
            phone.open(path)
            _looks_right(page)
            shot(page, f"{name}-{width}")


def _looks_right(page: Page) -> None:
    assert faults_of(page) == []
    assert small_targets(page) == {}
    assert overflows(page) <= 0


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_next_stop_can_be_told_without_a_script(
    browser: Browser, published: House, origin: str, contexts: list[BrowserContext], width: int
) -> None:
    contexts.append(look(browser, width=width, script=False))
    phone = Phone(contexts[0], published, origin)
    page = phone.open()
    assert page.locator(".map").is_hidden()
    assert overflows(page) <= 0
    page.locator(".next").get_by_role("button", name="Arrived").click()
    page.get_by_text("Billie: arrived at 07:30").wait_for()
    page.get_by_role("button", name="Undo").click()
    assert phone.told() == []
    page.get_by_role("link", name="Late +10").click()
    page.get_by_role("button", name="Go on 10 min late").click()
    page.get_by_text("You said that you are 10 min late.").wait_for()


def test_everything_is_reached_and_told_by_the_keyboard(
    browser: Browser, published: House, origin: str, contexts: list[BrowserContext]
) -> None:
    contexts.append(look(browser, width=DESK))
    phone = Phone(contexts[0], published, origin)
    page = phone.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    seen: list[str] = []
    while "Set off" not in seen and len(seen) < 20:
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.innerText.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", seen
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Billie: set off at 07:30")
    # The focus stays where the next thing to press is.
    assert page.evaluate("document.activeElement.innerText.trim()") == "Arrived"
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Billie: arrived at 07:30")
    summary = page.locator("summary").nth(2)
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Oakville L6J 3L5").first).to_be_visible()


def test_a_day_prints_on_one_sheet_with_initials(
    browser: Browser, published: House, origin: str, contexts: list[BrowserContext]
) -> None:
    contexts.append(look(browser, width=DESK))
    phone = Phone(contexts[0], published, origin)
    for path in ("/day", f"/day/{MONDAY}/sheet", f"/day/{MONDAY}/sheet?names=full"):
        page = phone.open(path)
        assert re.findall(rb"/Count (\d+)", page.pdf(prefer_css_page_size=True)) == [b"1"]
        page.emulate_media(media="print")
        assert page.get_by_role("cell", name=re.compile("B. B.|Billie Birch")).is_visible()
        assert page.get_by_role("button").count() == 0
        page.emulate_media(media="null")
    page.goto(origin + "/day")
    assert "Birch" not in page.content()


def test_the_first_load_is_light(
    browser: Browser, published: House, origin: str, contexts: list[BrowserContext]
) -> None:
    contexts.append(look(browser, width=PHONE))
    phone = Phone(contexts[0], published, origin)
    wire = contexts[0].new_cdp_session(phone.page)
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    phone.open()
    phone.page.locator(".tools").scroll_into_view_if_needed()
    expect(phone.page.locator(".map-stop.visit")).to_have_count(6)
    assert len(sizes) >= 8  # the page, three styles, three scripts, the map's ground, Leaflet and its style
    assert sum(sizes) <= FIRST_LOAD
