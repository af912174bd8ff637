"""The therapist's day as a browser shows and prints it."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.looking import enter
from tests.features.conftest import House
from tests.features.test_day_page import link

WIDTHS = (360, 1280)


def _signed_in(browser: Browser, house: House, origin: str, width: int) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 640}, java_script_enabled=False)
    enter(context, origin, link(house))
    return context


@pytest.mark.parametrize("width", WIDTHS)
def test_the_next_stop_is_on_the_first_screen_without_a_script_or_another_origin(
    browser: Browser, published: House, origin: str, width: int
) -> None:
    context = _signed_in(browser, published, origin, width)
    asked: list[str] = []
    said: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{origin}/day")
    box = page.get_by_text(re.compile("Next: leave by 08:")).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith(origin)] == []
    assert said == []


def test_every_link_to_tap_is_as_large_as_a_thumb(browser: Browser, published: House, origin: str) -> None:
    page = _signed_in(browser, published, origin, 360).new_page()
    page.goto(f"{origin}/day")
    links = page.get_by_role("link").all()
    assert links
    heights = {item.inner_text(): (item.bounding_box() or {"height": 0})["height"] for item in links}
    assert {name: height for name, height in heights.items() if height < 44} == {}


def test_a_day_prints_on_one_sheet(browser: Browser, published: House, origin: str) -> None:
    page = _signed_in(browser, published, origin, 1280).new_page()
    page.goto(f"{origin}/day")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True))) == 1
