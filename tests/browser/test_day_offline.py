"""The day without a signal: readable where that was asked for, and every tap counts once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from api.services.practices import load_scenario
from api.services.publishing import publish
from api.services.signing_in import Person
from data.demo.solo import SOLO
from data.store.records import Role, StoredPlan
from tests.browser.looking import PHONE, enter, faults_of, look, shot, small_targets
from tests.features.conftest import House
from tests.features.days import planned

KEPT = """
new Promise(done => {
  const opening = indexedDB.open('rounds-day', 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction('pages').objectStore('pages').get('today');
    asked.onsuccess = () => done(asked.result && {
      words: new TextDecoder().decode(asked.result.sealed), size: asked.result.sealed.byteLength,
      readable: asked.result.key.extractable, until: asked.result.until,
    });
  };
})
"""


def _noon() -> ZoneInfo:
    """Where it is about noon: a worker goes by the clock of the machine, which no test can set."""
    ahead = 12 - datetime.now(UTC).hour
    return ZoneInfo(f"Etc/GMT{-ahead:+d}")


@pytest.fixture
def published(house: House) -> House:
    """Today, wherever it is noon."""
    parts = house.wiring
    house.now = datetime.now(UTC)
    scenario = replace(SOLO, practice=replace(SOLO.practice, id="noon", zone=_noon()))
    today = house.now.astimezone(scenario.practice.zone).date()
    load_scenario(scenario, today, store=parts.store, geocoder=parts.geocoder, roads=parts.roads, clock=parts.clock)
    plan, _ = planned(scenario, today)
    with parts.store.unit_of_work("noon") as uow:
        uow.plans.add(StoredPlan(id="p1", date=today, created_at=house.now, plan=plan))
        uow.commit()
    publish("noon", "p1", actor="test", store=parts.store, roads=parts.roads, clock=parts.clock)
    return house


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    found = look(browser, width=PHONE)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext, published: House, origin: str) -> Page:
    person = Person(practice_id="noon", role=Role.THERAPIST, therapist="taylor")
    return enter(context, origin, published.wiring.sign_in_links.make(person))


def told(house: House) -> list[str]:
    """Every event that was ever stored, taken back or not."""
    with house.wiring.store.unit_of_work("noon", write=False) as uow:
        return sorted(entry.action for entry in uow.audit.list() if entry.action.startswith("visit."))


def tap(page: Page, word: str) -> None:
    page.locator(".next").get_by_role("button", name=word).click()


def test_a_day_that_is_kept_can_be_read_and_told_without_a_signal(
    context: BrowserContext, page: Page, published: House, origin: str
) -> None:
    page.goto(f"{origin}/day/me")
    page.get_by_label("Keep today on this device").check()
    expect(page.locator("#keep-said")).to_contain_text("Today can be read without a signal")
    assert faults_of(page) == []
    page.goto(f"{origin}/day")
    who = page.locator(".next h2").inner_text()

    context.set_offline(True)
    page.reload()
    expect(page.locator(".next h2")).to_have_text(who)
    assert page.evaluate("document.documentElement.hasAttribute('data-kept')")  # from the worker, not from the wire
    expect(page.locator("#kept")).to_contain_text("No signal: this is the day as it was last seen.")
    tap(page, "Arrived")
    tap(page, "Started")
    expect(page.locator("#kept")).to_contain_text("2 taps kept here")
    expect(page.locator("#said")).to_contain_text("not sent yet")
    page.reload()
    expect(page.locator("#kept")).to_contain_text("2 taps kept here")
    assert page.locator(".next .stage.told").count() == 2
    assert faults_of(page) == []
    assert small_targets(page) == {}
    shot(page, "day-no-signal")
    assert told(published) == []

    context.set_offline(False)
    expect(page.locator("#kept")).to_be_hidden()
    expect(page.locator("#said")).to_contain_text("started at")
    page.reload()
    assert told(published) == ["visit.arrived", "visit.started"]


def test_what_is_kept_cannot_be_read_and_goes_when_it_is_not_wanted_any_more(page: Page, origin: str) -> None:
    page.goto(f"{origin}/day/me")
    page.get_by_label("Keep today on this device").check()
    expect(page.locator("#keep-said")).to_contain_text("Today can be read without a signal")
    kept = page.evaluate(KEPT)
    assert kept["size"] > 10_000
    assert "Leave" not in kept["words"]
    assert "<html" not in kept["words"]
    assert kept["readable"] is False
    assert datetime.fromisoformat(kept["until"]).tzinfo is not None
    page.get_by_label("Keep today on this device").uncheck()
    expect(page.locator("#keep-said")).to_contain_text("Nothing is kept on this device.")
    assert page.evaluate(KEPT) is None
    assert page.evaluate("caches.keys()") == []

    page.get_by_label("Keep today on this device").check()
    expect(page.locator("#keep-said")).to_contain_text("Today can be read without a signal")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_a_tap_whose_answer_was_lost_is_sent_again_and_counts_once(page: Page, published: House, origin: str) -> None:
    page.goto(f"{origin}/day")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        answer = route.fetch()
        lost.append(str(answer.status))
        route.abort()

    page.route("**/v1/me/events", lose)
    tap(page, "Arrived")
    expect(page.locator("#kept")).to_contain_text("1 tap kept here")
    page.reload()
    expect(page.locator("#said")).to_contain_text("arrived at")
    expect(page.locator("#said")).not_to_contain_text("not sent yet")
    assert lost == ["201"]
    assert told(published) == ["visit.arrived"]


def test_a_tap_that_is_refused_later_says_why(context: BrowserContext, page: Page, origin: str) -> None:
    page.goto(f"{origin}/day")
    tap(page, "Started")
    expect(page.locator("#said")).to_contain_text("started at")
    other = context.new_page()
    other.goto(f"{origin}/day")
    visit = page.locator(".next input[name=visit]").first.input_value()
    other.evaluate(
        """visit => localStorage.setItem('rounds-told', JSON.stringify(
            [{ key: 'k-1', visit, type: 'no_show', at: new Date().toISOString() }]))""",
        visit,
    )
    other.reload()
    expect(other.locator("#kept")).to_contain_text("Not kept: no-show at")
    expect(other.locator("#kept")).to_contain_text("contradicts started")
    assert other.evaluate("localStorage.length") == 0
