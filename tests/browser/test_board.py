"""The planner's board in a real browser: whole journeys, by mouse, by keyboard, by two people at once."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page, expect

from optimizer.solver import child
from tests.booking_world import BRAMPTON, GUELPH, MILTON
from tests.browser.desk import Desk, open_desk
from tests.browser.looking import faults_of, shot, watched

SLOWLY = 90_000
"""Milliseconds for a search in a child process on a busy machine."""


@pytest.fixture
def desk(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Desk]:
    """Anna may come from nine to three, Bob waits at eleven, and nobody has Lost yet."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'rounds.db')}"
    with open_desk(url, tmp_path / "var") as opened:
        opened.book("anna", BRAMPTON, "09:00", "15:00", therapist="t0")
        opened.book("bob", GUELPH, "11:00", therapist="t1")
        opened.book("lost", MILTON, "09:00", "17:00")
        yield opened


def carry(page: Page, visit: str, therapist: str, wall: str) -> None:
    """Drag a visit by its left edge to a time on somebody's line."""
    page.mouse.wheel(0, -5000)
    block = page.locator(f"#board [data-visit={visit}]")
    lane = page.locator(f"[data-lane={therapist}]")
    lane.scroll_into_view_if_needed()
    start, target = block.bounding_box(), lane.bounding_box()
    assert start is not None
    assert target is not None
    hours, minutes = map(int, wall.split(":"))
    grid = page.locator(".grid").get_attribute("class") or ""
    first, last = (int(re.search(rf"{name}-(\d+)", grid)[1]) for name in ("from", "to"))  # type: ignore[index]
    door = int((re.search(r"\bp(\d+)\b", block.locator("..").get_attribute("class") or "") or ["", "0"])[1])
    grip = 6.0 if "spare" not in (block.get_attribute("class") or "") else 8.0
    begins = hours * 60 + minutes - door - first * 60
    page.mouse.move(start["x"] + grip, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + grip + 20, start["y"] + 12)
    x = target["x"] + target["width"] * begins / ((last - first) * 60) + grip
    page.mouse.move(x, target["y"] + target["height"] / 2, steps=3)
    page.mouse.up()


def test_a_visit_carried_to_another_line_is_checked_and_then_put_there(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser)
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        carry(page, "anna", "t2", "13:00")
        panel = page.get_by_role("dialog")
        expect(panel.get_by_role("heading", level=2)).to_have_text("Anna Ash: Name of t2, 13:00")
        expect(panel.get_by_text("It fits.")).to_be_visible()
        assert desk.who("anna") == "t0"
        panel.get_by_role("button", name="Put it there").click()
        expect(panel).to_be_hidden()
        expect(page.locator("[data-lane=t2] [data-visit=anna] time")).to_have_text("13:00")
        expect(page.locator("#said")).to_contain_text("Anna Ash is where you put it")
        assert desk.who("anna") == "t2"
        assert "locked" in (page.locator("[data-visit=anna]").get_attribute("class") or "")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("[data-lane=t0] [data-visit=anna]")).to_be_visible()
        expect(page.locator("#said")).to_contain_text("Anna Ash is back where it was")
        assert desk.who("anna") == "t0"


def test_while_a_visit_is_carried_the_lines_show_where_it_fits(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser)
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        block = page.locator("[data-visit=anna]").bounding_box()
        lane = page.locator("[data-lane=t1]").bounding_box()
        assert block is not None
        assert lane is not None
        page.mouse.move(block["x"] + 6, block["y"] + 10)
        page.mouse.down()
        page.mouse.move(block["x"] + 40, block["y"] + 20, steps=3)
        expect(page.locator("[data-lane=t2] .fit")).to_have_count(1)
        taken = page.locator("[data-lane=t1] .fit").all()
        boxes = [box for each in taken if (box := each.bounding_box())]
        bob = page.locator("[data-visit=bob]").bounding_box()
        assert bob is not None
        assert boxes
        assert not any(box["x"] < bob["x"] + bob["width"] / 2 < box["x"] + box["width"] for box in boxes)
        page.mouse.move(boxes[0]["x"] + 8, lane["y"] + 20, steps=3)
        expect(page.locator(".ghost")).to_have_class(re.compile("fitting"))
        shot(page, "board-carried", whole=False)
        page.keyboard.press("Escape")
        page.mouse.up()
        expect(page.locator(".fit, .ghost")).to_have_count(0)
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_visit_carried_where_it_cannot_be_kept_is_refused_with_the_reason(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser)
    with watched(page, desk.origin, ignoring=("409",)):
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        carry(page, "anna", "t1", "11:30")
        panel = page.get_by_role("dialog")
        expect(panel.get_by_role("alert")).to_contain_text("This day cannot keep it")
        expect(panel.get_by_role("alert")).to_contain_text("overlaps a visit of Name of t1")
        assert faults_of(page) == []
        shot(page, "board-refused", whole=False)
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        assert desk.who("anna") == "t0"
        expect(page.locator("[data-visit=anna]")).to_be_focused()


def test_an_override_takes_a_tick_and_stays_flagged(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser)
    with watched(page, desk.origin):
        page.reload()
        carry(page, "anna", "t1", "11:30")
        panel = page.get_by_role("dialog")
        panel.get_by_role("button", name="Override").click()
        assert desk.who("anna") == "t0"  # the tick is missing
        panel.get_by_label("Put it there against the check").check()
        panel.get_by_role("button", name="Override").click()
        expect(page.locator("[data-lane=t1] [data-visit=anna]")).to_have_class(re.compile("overridden"))
        expect(page.locator("#said")).to_contain_text("flagged")
        expect(page.get_by_text("booked against the check of the day")).to_have_count(1)


def test_another_promise_takes_a_word_and_says_whom_to_tell(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser)
    with watched(page, desk.origin):
        page.reload()
        carry(page, "bob", "t2", "14:00")
        panel = page.get_by_role("dialog")
        expect(panel.get_by_text("The client was promised a start at 11:00.")).to_be_visible()
        expect(panel.get_by_text("+1 905 555 0123")).to_be_visible()
        panel.get_by_label("I will tell the client: 14:00").check()
        panel.get_by_role("button", name="Put it there").click()
        expect(page.locator("[data-lane=t2] [data-visit=bob] time")).to_have_text("14:00")
        expect(page.locator("#said")).to_contain_text("tell the client (+1 905 555 0123)")
        page.get_by_role("link", name="Who did what").click()
        expect(panel).to_contain_text("Sam put Bob Ash on Name of t2's day at 14:00; the client was promised 11:00")


def test_the_same_by_keyboard_alone(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser)
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.dataset.visit") == "lost":
                break
        page.keyboard.press("Enter")
        panel = page.get_by_role("dialog")
        expect(panel.get_by_role("heading", level=2)).to_have_text("Lost Ash")
        for _ in range(60):
            if page.evaluate("document.activeElement.id") == "move-who":
                break
            page.keyboard.press("Tab")
        page.keyboard.type("Name of t2")
        page.keyboard.press("Tab")
        page.keyboard.type("1015AM")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("heading", level=2)).to_have_text("Lost Ash: Name of t2, 10:15")
        expect(panel.get_by_role("button", name="Put it there")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-lane=t2] [data-visit=lost] time")).to_have_text("10:15")
        expect(page.locator("[data-lane=t2] [data-visit=lost]")).to_be_focused()
        assert desk.who("lost") == "t2"


def test_arrows_go_from_visit_to_visit_and_the_map_follows(browser: Browser, desk: Desk) -> None:
    desk.book("carl", BRAMPTON, "16:00", therapist="t0")
    page = desk.sign_in(browser)
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("#map .map-stop").first).to_be_visible()
        page.locator("[data-visit=anna]").focus()
        for key, visit in (("ArrowRight", "carl"), ("ArrowDown", "bob"), ("ArrowUp", "anna")):
            page.keyboard.press(key)
            expect(page.locator(f"[data-visit={visit}]")).to_be_focused()
        expect(page.locator("#map .map-stop.lit")).to_have_count(1)
        page.locator("#map .map-stop.visit").last.hover()
        expect(page.locator("[data-visit].lit")).to_have_count(1)


def test_what_others_do_appears_without_loading_and_whoever_is_second_may_try_again(
    browser: Browser, desk: Desk
) -> None:
    sam, kim = desk.sign_in(browser), desk.sign_in(browser, "Kim")
    with watched(sam, desk.origin, ignoring=("409",)), watched(kim, desk.origin):
        for page in (sam, kim):
            page.reload()
            expect(page.locator("html")).to_have_attribute("data-board", "ready")
        carry(sam, "anna", "t2", "10:00")
        expect(sam.get_by_role("dialog").get_by_text("It fits.")).to_be_visible()
        carry(kim, "lost", "t2", "10:00")
        kim.get_by_role("button", name="Put it there").click()
        expect(kim.locator("[data-lane=t2] [data-visit=lost]")).to_be_visible()
        sam.get_by_role("button", name="Put it there").click()
        panel = sam.get_by_role("dialog")
        expect(panel.get_by_role("heading", level=2)).to_have_text("The day has changed")
        expect(panel).to_contain_text("Kim put Lost Ash on Name of t2's day at 10:00")
        assert desk.who("anna") == "t0"
        panel.get_by_role("link", name="Check it on the day as it is now").click()
        expect(panel.get_by_role("alert")).to_contain_text("This day cannot keep it")
        sam.keyboard.press("Escape")
        expect(sam.locator("[data-lane=t2] [data-visit=lost]")).to_be_visible()
        expect(sam.locator("#news")).to_contain_text("Changed by Kim")


@pytest.mark.slow
def test_a_day_is_planned_watched_compared_and_published(
    browser: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.sign_in(browser)
    # Such a small day may be proven before anybody has looked: it is not begun until the run has been seen.
    seen, plan = Event(), child.solve_in_child
    monkeypatch.setattr(child, "solve_in_child", lambda *given, **more: seen.wait(60) and plan(*given, **more))
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        page.get_by_label("How long to search").select_option("2")
        page.get_by_role("button", name="Plan this day").click()
        expect(page.locator("#run")).to_be_visible()
        seen.set()
        expect(page.get_by_text("A draft plan is ready.")).to_be_visible(timeout=SLOWLY)
        assert desk.who("lost") is None  # a draft is nobody's work
        page.get_by_role("link", name="Compare").click()
        expect(page.get_by_text("The draft places 1 visit more")).to_be_visible()
        expect(page.get_by_text(re.compile("Lost Ash: Name of t"))).to_be_visible()
        assert faults_of(page) == []
        shot(page, "board-compare")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("#said")).to_contain_text("Published")
        assert desk.who("lost") is not None
        expect(page.get_by_text("On nobody’s day")).to_have_count(0)


@pytest.mark.slow
def test_a_draft_is_dropped_and_the_day_stays(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser, script=False)
    page.get_by_label("How long to search").select_option("2")
    page.get_by_role("button", name="Plan this day").click()
    expect(page.get_by_role("link", name="Compare")).to_be_visible(timeout=SLOWLY)
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="Drop the draft").click()
    expect(page.locator("#said")).to_contain_text("The draft is dropped")
    assert desk.who("lost") is None


def test_without_scripts_a_visit_is_moved_by_forms(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser, script=False)
    page.locator("[data-visit=anna]").click()
    page.get_by_label("Whose day").select_option("t2")
    page.get_by_label("Start").fill("13:00")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("It fits.")).to_be_visible()
    page.get_by_role("button", name="Put it there").click()
    expect(page.locator("#said")).to_contain_text("Anna Ash is where you put it")
    page.locator("[data-visit=anna]").click()
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("#said")).to_contain_text("Anna Ash is unlocked")
    page.locator("[data-visit=anna]").click()
    page.get_by_role("button", name="Take off the day").click()
    assert desk.who("anna") is None
