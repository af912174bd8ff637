"""How the board looks and measures: phone and desk, three zones, a full day of twenty therapists."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, crew
from tests.browser.desk import Desk, fill, open_desk
from tests.browser.looking import DESK, PHONE, ZONES, faults_of, overflows, shot, small_targets, watched

SUNDAY = date(2026, 11, 29)


@pytest.fixture
def desk(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Desk]:
    """Two visits on agendas and one on nobody's."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'rounds.db')}"
    with open_desk(url, tmp_path / "var") as opened:
        opened.book("anna", BRAMPTON, "09:00", "15:00", therapist="t0")
        opened.book("bob", GUELPH, "11:00", therapist="t1")
        opened.book("lost", MILTON, "09:00", "17:00")
        yield opened


@pytest.fixture
def full(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Desk]:
    """Twenty therapists with three visits each, published."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'rounds.db')}"
    with open_desk(url, tmp_path / "var", crew(20)) as opened:
        fill(opened)
        yield opened


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_face_of_the_board_is_clean_on_phone_and_desk(browser: Browser, desk: Desk, width: int) -> None:
    page = desk.sign_in(browser, width=width)
    with watched(page, desk.origin):
        for name, path in (
            ("board", f"/board/{MONDAY}"),
            ("board-empty", f"/board/{SUNDAY}"),
            ("board-visit", f"/board/{MONDAY}/visits/lost"),
            ("board-verdict", f"/board/{MONDAY}/visits/bob/check?therapist=t2&start=14:00"),
            ("board-changes", f"/board/{MONDAY}/changes"),
            ("board-figures", "/board/figures"),
        ):
            page.goto(desk.origin + path)
            assert faults_of(page) == [], name
            assert small_targets(page) == {}, name
            assert overflows(page) <= 0, name
            shot(page, f"{name}-{width}")


@pytest.mark.parametrize("zone", ZONES)
def test_times_are_the_practices_wherever_the_browser_is(browser: Browser, desk: Desk, zone: str) -> None:
    page = desk.sign_in(browser, zone=zone)
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("[data-visit=bob] time")).to_have_text("11:00")
        expect(page.get_by_text("Times are America/Toronto.")).to_be_visible()
        page.locator("[data-visit=bob]").click()
        panel = page.get_by_role("dialog")
        expect(panel.get_by_label("Start")).to_have_value("11:00")
        panel.get_by_label("Whose day").select_option("t2")
        panel.get_by_role("button", name="Check").click()
        expect(panel.get_by_role("heading", level=2)).to_have_text("Bob Ash: Name of t2, 11:00")


def test_on_a_phone_each_therapist_is_a_list_and_a_visit_is_moved(browser: Browser, desk: Desk) -> None:
    page = desk.sign_in(browser, width=PHONE)
    with watched(page, desk.origin):
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        page.locator("[data-visit=lost]").tap()
        panel = page.get_by_role("dialog")
        panel.get_by_role("button", name="Try Name of t2").tap()
        assert small_targets(page) == {}
        panel.get_by_role("button", name="Put it there").tap()
        expect(page.locator("[data-lane=t2] [data-visit=lost]")).to_be_visible()
        assert overflows(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_full_day_is_small_enough_to_be_quick(browser: Browser, full: Desk, scheme: str) -> None:
    page = full.sign_in(browser, scheme=scheme)
    with watched(page, full.origin):
        answer = page.reload()
        assert answer is not None
        expect(page.locator("html")).to_have_attribute("data-board", "ready")
        assert page.locator("a.visit").count() == 60
        assert page.evaluate("document.querySelectorAll('*').length") < 2_000
        sent = page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
        assert sent < 20_000
        assert faults_of(page) == []
        shot(page, f"board-full-{scheme}")


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_figures_of_a_full_week_are_charts_and_tables(browser: Browser, full: Desk, width: int, scheme: str) -> None:
    for _ in range(6):
        full.clinic.public.search(BRAMPTON, MONDAY)
    page = full.sign_in(browser, width=width, scheme=scheme)
    with watched(page, full.origin):
        page.goto(f"{full.origin}/board/figures?week={MONDAY}")
        work = page.get_by_role("region", name="Driving and hands-on", exact=True)
        expect(work.locator("tbody tr")).to_have_count(20)
        assert work.locator("svg.bars rect").count() == 40
        demand = page.get_by_role("region", name="Where the demand is", exact=True)
        expect(demand.get_by_role("row", name="Brampton")).to_contain_text("6")
        assert faults_of(page) == []
        assert small_targets(page) == {}
        assert overflows(page) <= 0
        shot(page, f"board-figures-full-{width}")
