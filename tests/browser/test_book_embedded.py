"""The booking page inside a practice's own site: shown to whom the practice names, refused to all others."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from api.services.practices import change_page
from tests.browser.booking import Client
from tests.browser.conftest import serving
from tests.browser.looking import DESK, PHONE, look, shot
from tests.features.clinic import Clinic
from tests.features.web import bookings

HOST = "<!doctype html><html lang=en><title>Our practice</title><link rel=icon href=data:,><h1>Our practice</h1>"
BY_SCRIPT = "<script src='{shop}/rounds.js' data-practice='north' defer></script>"
BY_FRAME = "<iframe src='{shop}/book/north' title='Book a visit' style='width:100%;height:60rem;border:0'></iframe>"


@pytest.fixture
def host(shop: str) -> Iterator[str]:
    """A practice's own site: of another origin, and of another site to the cookie rules of browsers."""
    own = Flask("own site")
    for path, how in (("/script", BY_SCRIPT), ("/frame", BY_FRAME)):
        page = HOST + how.format(shop=shop)
        own.add_url_rule(path, path, lambda page=page: page)
    with serving(own) as origin:
        yield origin.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize(("how", "width"), [("script", PHONE), ("script", DESK), ("frame", PHONE)])
def test_a_visit_is_booked_inside_the_site_that_the_practice_names(
    browser: Browser, site: Clinic, host: str, how: str, width: int
) -> None:
    change_page("north", lambda page: replace(page, framed_by=(host,)), store=site.store)
    context = look(browser, width=width)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{host}/{how}")
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("title", "Book a visit")
    client = Client(page=page, at=page.frame_locator("iframe"))
    client.ask()
    client.heading("Choose a time")
    if how == "script":
        inside = client.at.locator("body").evaluate("body => body.scrollHeight")
        page.wait_for_function("least => document.querySelector('iframe').clientHeight >= least", arg=inside)
        shot(page, f"book-embedded-{width}")
    client.choose("9:00 am")
    client.fill()
    client.at.get_by_text("No, none").click()
    client.press("Book this visit")
    client.heading("You are booked")
    assert client.at.get_by_role("link", name="Move or cancel").get_attribute("target") == "_blank"
    assert len(bookings(site)) == 1
    assert (context.cookies(), said) == ([], [])
    context.close()


@pytest.mark.parametrize("how", ["script", "frame"])
def test_every_other_site_is_refused(browser: Browser, site: Clinic, host: str, how: str) -> None:
    change_page("north", lambda page: replace(page, framed_by=("https://www.example.org",)), store=site.store)
    page = look(browser).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{host}/{how}")
    page.wait_for_load_state("networkidle")
    assert any("frame-ancestors" in words for words in said)
    assert all("Book a visit at your home" not in (frame.content() or "") for frame in page.frames)
    page.context.close()


def test_nobody_but_the_page_itself_sets_the_height(browser: Browser, site: Clinic, host: str) -> None:
    change_page("north", lambda page: replace(page, framed_by=(host,)), store=site.store)
    page = look(browser).new_page()
    page.goto(f"{host}/script")
    page.frame_locator("iframe").get_by_role("button", name="See times").wait_for()
    before = page.locator("iframe").evaluate("frame => frame.style.height")
    page.evaluate("window.postMessage({rounds: 'height', height: 7777}, '*')")
    page.evaluate("new Promise(done => setTimeout(done))")
    assert page.locator("iframe").evaluate("frame => frame.style.height") == before
    page.context.close()


def test_the_example_page_says_what_to_copy(browser: Browser, shop: str) -> None:
    page = look(browser).new_page()
    page.goto(f"{shop}/book/north/embed")
    client = Client(page=page, at=page)
    client.looked_at()
    assert 'data-practice="north"' in page.get_by_label("Script").inner_text()
    assert "https://www.example.org" in page.get_by_role("listitem").all_inner_texts()
    page.context.close()
