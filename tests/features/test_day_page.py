"""The therapist's day page."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from api.services.publishing import publish
from api.services.signing_in import LINK_LASTS, SESSION_LASTS, Person
from data.demo.solo import SOLO
from data.store.records import Role, StoredPlan
from optimizer.domain.itinerary import Unassigned
from tests.features.conftest import MONDAY, House
from tests.features.days import planned


@pytest.fixture
def published(house: House) -> House:
    """The demo's first day, planned and published, with one visit left out."""
    house.load(SOLO)
    plan, _ = planned(SOLO, MONDAY)
    left_out = Unassigned(visit=replace(plan.itineraries[0].stops[0].visit, id="other"), rejections=())
    stored = StoredPlan(id="p1", date=MONDAY, created_at=house.now, plan=replace(plan, unassigned=(left_out,)))
    with house.wiring.store.unit_of_work(house.practice) as uow:
        uow.plans.add(stored)
        uow.commit()
    parts = house.wiring
    publish(house.practice, "p1", actor="test", store=parts.store, roads=parts.roads, clock=parts.clock)
    return house


def link(house: House, day: date = MONDAY) -> str:
    """The path of a link that signs Taylor in."""
    person = Person(practice_id=house.practice, role=Role.THERAPIST, therapist="taylor")
    return house.wiring.sign_in_links.make(person, day)


def sign_in(house: House) -> FlaskClient:
    client = house.client
    assert client.post(link(house)).status_code == 303
    return client


def form_token(page: str) -> dict[str, str]:
    """A page's token, as its forms send it."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return {"token": found[1]}


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_next_stop_comes_first_with_when_to_leave(published: House) -> None:
    page = text(sign_in(published).get("/day").text)
    assert page.index("Leave by 08:") < page.index("min on the road")
    assert "26 min drive + 8 min buffer (19 km), arrive 08:45 Next: Billie Geriatric massage, 30 min, 09:00 to" in page
    assert "no time to spare" in page


def test_as_the_day_goes_on_the_next_stop_moves(published: House) -> None:
    client = sign_in(published)
    published.now = datetime(2026, 11, 23, 15, tzinfo=UTC)  # 10:00, on the road to Milton
    assert "Next: Casey" in text(client.get("/day").text)
    published.now = datetime(2026, 11, 24, 4, tzinfo=UTC)  # 23:00, all done
    page = text(client.get("/day").text)
    assert "Next:" not in page
    assert "All done" in page


def test_the_page_links_to_the_chosen_maps_and_the_phone_and_asks_nobody_else(published: House) -> None:
    browser = sign_in(published)
    answer = browser.get("/day/2026-11-23")
    assert 'href="https://www.google.com/maps/dir/?api=1&amp;destination=Halton%20L7G%202B8"' in answer.text
    assert 'href="tel:+1905555' in answer.text
    assert not re.search(r'(src|<link[^>]*href)="(https?:)?//', answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    token = form_token(answer.text)
    browser.post("/day/me/maps", data={"maps": "waze", **token})
    assert 'href="https://waze.com/ul?q=Halton%20L7G%202B8&amp;navigate=yes"' in browser.get("/day").text
    browser.post("/day/me/maps", data={"maps": "apple", **token})
    assert 'href="https://maps.apple.com/?daddr=Halton%20L7G%202B8"' in browser.get("/day").text


def test_a_visit_left_out_is_mentioned_and_a_day_off_is_empty(published: House) -> None:
    client = sign_in(published)
    assert "1 visit of this date could not be planned" in text(client.get("/day").text)
    assert "No visits on Wednesday 25 November 2026." in text(client.get("/day/2026-11-25").text)
    assert client.get("/day/soon").status_code == 404
    assert client.get("/day/soon/sheet").status_code == 404
    assert [client.get(f"/day/{year}-12-31").status_code for year in ("0001", "9999")] == [404, 404]
    assert client.get("/day/week?of=soon").status_code == 404
    assert client.get("/day/week?of=9999-12-31").status_code == 404


def test_names_and_notes_are_text_never_markup(house: House) -> None:
    visits = (replace(SOLO.visits[0], client="<b>Billie</b> & Co"), *SOLO.visits[1:])
    scenario = replace(SOLO, visits=visits)
    house.load(scenario)
    plan, _ = planned(scenario, MONDAY)
    with house.wiring.store.unit_of_work(house.practice) as uow:
        uow.plans.add(StoredPlan(id="p1", date=MONDAY, created_at=house.now, plan=plan))
        uow.commit()
    browser = sign_in(house)
    page = browser.get("/day").text
    assert "&lt;b&gt;Billie&lt;/b&gt;" in page
    assert "<b>Billie" not in page
    assert "A draft: it may still change." in page
    assert "&lt;b&gt;Billie&lt;/b&gt; &amp; Co" in browser.get("/day/2026-11-23/sheet?names=full").text


def test_paper_has_initials_unless_full_names_are_asked_for(published: House) -> None:
    client = sign_in(published)
    sheet = text(client.get("/day/2026-11-23/sheet").text)
    assert "B. B. Geriatric massage, 30 min" in sheet
    assert "Birch" not in sheet
    assert "Birch" not in client.get("/day").text
    full = text(client.get("/day/2026-11-23/sheet?names=full").text)
    assert "Billie Birch Geriatric massage, 30 min" in full
    assert "+1905555" in full.replace(" ", "")


def test_the_week_shows_each_day_in_a_card_and_tomorrow_stands_under_today(published: House) -> None:
    client = sign_in(published)
    week = text(client.get("/day/week").text)
    assert "Monday 23 November 6 visits Leave 08:11, back 19:34 3 h 45 min hands-on, 3 h 37 min driving" in week
    assert "Wednesday 25 November No visits" in week
    assert "16 to 22 November" in text(client.get("/day/week?of=2026-11-18").text)
    assert "Tomorrow 4 visits" in text(client.get("/day").text)


def test_the_calendars_address_is_shown_once_and_can_be_changed_and_closed(published: House) -> None:
    browser = sign_in(published)
    token = form_token(browser.get("/day/me").text)

    def fresh() -> str:
        found = re.search(
            r"http://127\.0\.0\.1:8000(/calendar/\S+\.ics)", browser.post("/day/me/calendar", data=token).text
        )
        assert found is not None
        return found[1]

    first, second = fresh(), fresh()
    assert ".ics" not in browser.get("/day/me").text
    assert published.client.get(first).status_code == 404
    assert published.client.get(second).status_code == 200
    assert browser.post("/day/me/calendar/close", data=token).status_code == 303
    assert published.client.get(second).status_code == 404


def test_a_link_works_once_and_within_the_hour(published: House) -> None:
    path = link(published)
    assert "Sign in as Taylor Wren" in published.client.get(path).text  # a messenger's preview uses nothing up
    assert published.client.post(path).headers["Location"] == "/day/2026-11-23"
    assert published.client.post(path).status_code == 410
    assert published.client.post("/sign-in/forged").status_code == 410
    assert timedelta(0) < LINK_LASTS < SESSION_LASTS


def test_without_signing_in_there_is_nothing_to_see(published: House) -> None:
    answer = published.client.get("/day/2026-11-23")
    assert answer.status_code == 401
    assert "Billie" not in answer.text


def test_a_therapist_reads_the_same_day_as_json_and_as_a_feed(published: House) -> None:
    taylor = published.key(Role.THERAPIST, "taylor")
    day = published.client.get("/v1/me/day?date=2026-11-23", headers=taylor).json
    assert day is not None
    assert day["visits"][0]["client"] == "Billie Birch"
    assert day["visits"][0]["slack"] == "no slack: must start on time"
    first = published.client.put("/v1/me/feed", headers=taylor).json
    second = published.client.put("/v1/me/feed", headers=taylor).json
    assert first is not None
    assert second is not None
    assert published.client.get(first["path"]).status_code == 404
    feed = published.client.get(second["path"])
    assert feed.mimetype == "text/calendar"
    assert feed.text.count("UID:visit-") == 6
    assert published.client.delete("/v1/me/feed", headers=taylor).status_code == 204
    assert published.client.get(second["path"]).status_code == 404
