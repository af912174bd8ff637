"""What a therapist tells by the page's forms: how far the day is, how late it runs, a better order for what is left."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from api.services.events import events_of_day
from tests.features.conftest import MONDAY, House
from tests.features.test_day_page import form_token, published, sign_in, text  # noqa: F401
from tests.features.test_events import VISITS


def toronto(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour + 5, minute, tzinfo=UTC)


class Page:
    """Taylor's day without a script."""

    def __init__(self, house: House) -> None:
        self.house, self.browser = house, sign_in(house)

    def read(self, path: str = "/day") -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200
        return text(answer.text)

    def send(self, path: str, code: int = 303, **fields: str) -> str:
        token = form_token(self.browser.get("/day").text)
        answer = self.browser.post(path, data={**token, **fields})
        assert answer.status_code == code, answer.text
        return text(answer.text)

    def tell(self, visit: int, kind: str, hour: int, minute: int = 0, code: int = 303) -> str:
        self.house.now = toronto(hour, minute)
        return self.send("/day/events", code, visit=VISITS[visit - 1], type=kind)

    def told(self) -> list[tuple[str, str]]:
        parts = self.house.wiring
        found = events_of_day(self.house.practice, "taylor", MONDAY, store=parts.store, clock=parts.clock)
        return [(event.visit, event.kind.value) for event in found.events]


@pytest.fixture
def page(published: House) -> Page:  # noqa: F811
    return Page(published)


def test_a_visit_goes_from_setting_off_to_finished(page: Page) -> None:
    page.tell(1, "departed", 8, 10)
    assert "Arrive 08:45" in page.read()
    page.tell(1, "arrived", 8, 44)
    shown = page.read()
    assert "Start at 09:00" in shown
    assert "Billie: arrived at 08:44 Undo" in shown
    page.tell(1, "started", 9, 0)
    assert "In session until 09:30" in page.read()
    page.tell(1, "finished", 9, 31)
    shown = page.read()
    assert "Next: Casey" in shown
    assert "Finished 09:31" in shown
    assert [kind for _, kind in page.told()] == ["departed", "arrived", "started", "finished"]


def test_what_was_told_can_be_undone(page: Page) -> None:
    page.tell(1, "no_show", 9, 10)
    assert "No-show 09:10" in page.read()
    event = re.search(r'name="event" value="([^"]+)"', page.browser.get("/day").text)
    assert event is not None
    page.send("/day/events/undo", event=event[1])
    assert page.told() == []
    page.send("/day/events/undo", 404, event="event_of_nobody")


def test_what_contradicts_or_makes_no_sense_is_said_on_a_page(page: Page) -> None:
    page.tell(1, "started", 9)
    assert "No_show contradicts started at 09:00." in page.tell(1, "no_show", 9, 5, code=409)
    assert "That cannot be told" in page.tell(1, "vanished", 9, 5, code=422)
    page.send("/day/events", 409, visit="of-somebody-else", type="arrived")
    assert page.browser.post("/day/events", data={"visit": VISITS[0], "type": "finished"}).status_code == 403
    assert page.told() == [(VISITS[0], "started")]


def test_when_the_day_runs_behind_it_says_when_visits_will_start(page: Page) -> None:
    page.tell(2, "started", 10, 39)
    page.tell(2, "finished", 11, 50)  # half an hour longer than planned
    page.house.now = toronto(11, 51)
    shown = page.read()
    assert re.search(r"Next: Drew .* 12:28 to 13:13 .* expected 12:[3-5]\d", shown)


def test_being_late_is_looked_at_before_anything_is_said(page: Page) -> None:
    page.house.now = toronto(8)
    shown = page.read("/day/late?minutes=40")
    assert "Billie Birch is hit first: 40 min late" in shown
    assert "I am running late and expect to start at about 09:40 instead of 09:00." in shown
    assert "Casey: 11:18 instead of 10:39" in shown
    link = re.search(r'href="(sms:[^"]+)"', page.browser.get("/day/late?minutes=40").text)
    assert link is not None
    assert link[1].startswith("sms:+1905555")
    assert "?&amp;body=Hello%20Billie%2C%20this%20is%20Taylor." in link[1]
    assert "You said" not in page.read()


def test_a_word_of_being_late_counts_until_it_is_undone_or_told_better(page: Page) -> None:
    page.house.now = toronto(8)
    page.send("/day/late", minutes="40")
    shown = page.read()
    assert "You said that you are 40 min late. Undo" in shown
    assert "expected 09:39" in shown
    assert "Late +10" in shown
    assert "/day/late?minutes=50" in page.browser.get("/day").text
    page.send("/day/late/undo")
    page.send("/day/late/undo")
    assert "You said" not in page.read()
    page.send("/day/late", minutes="20")
    page.tell(1, "arrived", 8, 45)
    assert "You said" not in page.read()
    with page.house.wiring.store.unit_of_work("demo-solo", write=False) as uow:
        actions = [entry.action for entry in uow.audit.list()]
    assert sorted(actions).count("day.late") == 2


@pytest.mark.parametrize("minutes", ["", "0", "-5", "241", "ten", "１０"])
def test_how_late_is_a_number_of_minutes(page: Page, minutes: str) -> None:
    assert page.browser.get("/day/late", query_string={"minutes": minutes}).status_code == 422
    page.send("/day/late", 422, minutes=minutes)


def test_the_rest_of_the_day_is_planned_again_and_applied_only_as_it_was_seen(page: Page) -> None:
    page.tell(1, "finished", 9, 30)
    asked = page.browser.get("/day/replan").text
    assert "At Casey" in text(asked)
    body = {**form_token(asked), "at": f"door:{VISITS[0]}"}
    answer = page.browser.post("/day/replan", data=body)
    assert answer.status_code == 200
    shown = text(answer.text)
    assert "Keeping the order costs" in shown
    order = re.search(r'name="order" value="([^"]+)"', answer.text)
    assert order is not None, shown
    other = page.browser.post("/day/replan", data={**body, "apply": "yes", "order": " ".join(reversed(VISITS))})
    assert "this is not what you saw before" in text(other.text)
    assert page.browser.post("/day/replan", data={**body, "apply": "yes", "order": order[1]}).location == "/day"
    after = page.read()
    assert "A draft" not in after
    names = {"2": "Casey", "3": "Drew", "4": "Emery", "5": "Frankie", "6": "Gray"}
    positions = [after.index(f"{names[visit[-1]]} ", after.index("The whole day")) for visit in order[1].split()]
    assert positions == sorted(positions)


def test_a_place_that_is_nowhere_is_refused_on_a_page(page: Page) -> None:
    answer = page.browser.post(
        "/day/replan", data={**form_token(page.browser.get("/day").text), "at": "here", "lat": "10", "lng": "10"}
    )
    assert answer.status_code == 422
    assert "outside" in answer.text


def test_pages_of_the_day_are_for_therapists_who_are_signed_in(published: House) -> None:  # noqa: F811
    stranger: FlaskClient = published.client
    for path in ("/day", "/day/week", "/day/me", "/day/late?minutes=10", "/day/replan", "/day/2026-11-23/sheet"):
        assert stranger.get(path).status_code == 401
    for path in ("/day/events", "/day/events/undo", "/day/late", "/day/late/undo", "/day/replan", "/day/me/maps"):
        assert stranger.post(path).status_code == 401
