"""What nobody may overlook is on the first screen of the phone, and on paper."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from data.store.records import FeedFormat, OutsideFeed
from tests.browser.looking import enter
from tests.features.conftest import MONDAY, House
from tests.features.test_day_now import Desk, desk, late_start  # noqa: F401  # the day with room for more
from tests.features.test_day_page import link


@pytest.fixture
def published(desk: Desk) -> House:  # noqa: F811
    """A day with a visit booked since, one forced in, and a calendar that has not been read for a day."""
    desk.book(late_start(desk))
    desk.book(f"{MONDAY}T10:00:00-05:00", override=True, postal_code="N1H 7T8")
    house = desk.house
    feed = OutsideFeed(
        id="feed_1",
        therapist="taylor",
        address="https://calendar.example.org/private-0123456789abcdef/basic.ics",
        format=FeedFormat.ICS,
        added_at=house.now,
        fresh_for=3600,
        succeeded_at=house.now - timedelta(days=1),
    )
    with house.wiring.store.unit_of_work(house.practice) as uow:
        uow.outside_feeds.add(feed)
        uow.outside_feeds.put(feed)
        uow.commit()
    house.now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    return house


def test_notices_and_marks_fit_the_phone_and_print(browser: Browser, published: House, origin: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    page = enter(context, origin, link(published))
    notice = page.get_by_role("alert")
    box = notice.bounding_box()
    assert box is not None
    assert box["y"] < 320
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.get_by_text("booked since the plan").count() >= 1
    assert page.get_by_text("booked against the check of the day").count() >= 1
    page.emulate_media(media="print")
    sheet = page.get_by_label("The day on paper")
    assert sheet.get_by_text("Not as planned any more").is_visible()
    assert sheet.get_by_text("booked since the plan").last.is_visible()
