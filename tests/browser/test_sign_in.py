"""Signing in, seen through a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr

from api.settings import Settings
from tests.browser.looking import DESK, PHONE, enter, faults_of, look, overflows, shot, small_targets, watched
from tests.features.conftest import House
from tests.features.mail_server import MailServer, mail_server
from tests.features.test_day_page import link


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, post: MailServer) -> Settings:
    address = SecretStr(f"smtp://127.0.0.1:{post.port}")
    return settings.model_copy(
        update={"smtp_url": address, "smtp_allow_loopback": True, "mail_from": "rounds@example.org"}
    )


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_link_and_a_form_sign_somebody_in_and_out(
    browser: Browser, published: House, origin: str, width: int, script: bool
) -> None:
    context = look(browser, width=width, script=script)
    page = context.new_page()
    with watched(page, origin, ignoring=("401",)):
        page.goto(f"{origin}/day")
        assert not script or faults_of(page) == []
        assert small_targets(page) == {}
        assert overflows(page) <= 0
        if script:
            shot(page, f"sign-in-{width}")
        page.get_by_label("e-mail").fill("somebody@example.org")
        page.get_by_role("button", name="Send me a link").click()
        assert "If this address is known" in page.get_by_role("status").inner_text()
        page.goto(origin + link(published))
        assert not script or faults_of(page) == []
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/day/2026-11-23")
        page.get_by_role("link", name="Me", exact=True).click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="You are signed out").wait_for()
        assert not script or faults_of(page) == []
        page.goto(f"{origin}/day")
        page.get_by_role("heading", name="You are not signed in").wait_for()
    context.close()


def test_static_files_are_kept_for_good_and_packed(browser: Browser, published: House, origin: str) -> None:
    context = look(browser)
    page = enter(context, origin, link(published))
    with page.expect_response(lambda answer: answer.url.endswith("rounds.css")) as found:
        page.reload()
    assert "immutable" in found.value.headers["cache-control"]
    assert found.value.headers["content-encoding"] in {"br", "gzip"}
    context.close()
