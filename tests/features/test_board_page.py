"""The board without a browser: who may see it, what its forms do, and what it says of the day."""

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.services.events import Event, record_event
from api.services.signing_in import Person as Somebody
from data.store.records import Role
from optimizer.domain.visit_event import EventKind
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY
from tests.features.clinic import Clinic, at, open_clinic
from tests.features.test_by_hand import PEOPLE, booked, changes, place, proposal, who
from tests.features.test_day_page import text
from tests.features.test_locks_and_plans import drafted

PAGE = f"/board/{MONDAY}"


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, PEOPLE) as opened:
        yield opened


def enter(clinic: Clinic, role: Role = Role.PLANNER, therapist: str | None = None, name: str = "Sam") -> FlaskClient:
    """A browser of somebody's own, signed in."""
    client = clinic.app.test_client()
    somebody = Somebody(practice_id="north", role=role, therapist=therapist, name=name)
    assert client.post(clinic.wiring.sign_in_links.make(somebody, MONDAY)).status_code == 303
    return client


def token(client: FlaskClient, page: str = PAGE) -> dict[str, str]:
    """The hidden field of a page's forms."""
    found = re.search(r'name="token" value="([^"]+)"', client.get(page).text)
    assert found is not None
    return {"token": found[1]}


def test_only_the_desk_sees_the_board(clinic: Clinic) -> None:
    assert clinic.app.test_client().get(PAGE).status_code == 401
    therapist = enter(clinic, Role.THERAPIST, "t0", "")
    assert [therapist.get(path).status_code for path in (PAGE, "/board", "/board/figures")] == [403] * 3
    assert [enter(clinic, role).get(PAGE).status_code for role in (Role.PLANNER, Role.ADMIN)] == [200, 200]


def test_a_form_from_elsewhere_changes_nothing(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    before = who(clinic, anna)
    client = enter(clinic)
    for deed in ("park", "lock", "place"):
        assert client.post(f"{PAGE}/visits/{anna}/{deed}", data={"therapist": "t2"}).status_code == 403
    for deed in ("plan", "publish", "dismiss", "stop"):
        assert client.post(f"{PAGE}/{deed}").status_code == 403
    assert client.delete(f"/v1/bookings/{anna}/placement").status_code == 403
    assert who(clinic, anna) == before


def test_a_signed_in_page_may_use_the_doors_with_its_token(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    client = enter(clinic)
    headers = {"X-Rounds-Token": token(client)["token"]}
    placed = client.put(f"/v1/bookings/{anna}/placement", json={"therapist": "t2"}, headers=headers)
    assert (placed.status_code, who(clinic, anna)) == (200, "t2")
    newest = next(each for each in changes(clinic) if each["action"] == "visit.place")
    assert newest["actor"] == "Sam"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/board/soon", 404),
        (f"{PAGE}/visits/nobody", 404),
        (f"{PAGE}/compare", 404),
        (f"{PAGE}/visits/anna/check?therapist=t9", 422),
        (f"{PAGE}/visits/anna/check?therapist=t1&start=25:99", 422),
        ("/board/figures?week=never", 404),
    ],
)
def test_addresses_that_make_no_sense_get_a_page_that_says_so(clinic: Clinic, path: str, status: int) -> None:
    booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    answer = enter(clinic).get(path)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_what_is_on_nobodys_day_comes_with_its_reason(clinic: Clinic) -> None:
    booked(clinic, "fixed", GUELPH, ("10:00", "10:00"), therapist={"require": ["t0"]})
    booked(clinic, "lost", MILTON, ("10:00", "10:10"), therapist={"require": ["t0"]})
    page = text(enter(clinic).get(PAGE).text)
    assert "Name of lost" in page
    assert "nothing is planned yet" in page
    panel = text(enter(clinic).get(f"{PAGE}/visits/lost").text)
    assert "Nobody’s day can keep the promise as it is." in panel
    assert "Why not the others" in panel


def test_a_request_is_cleared_on_the_board(clinic: Clinic) -> None:
    booked(clinic, "asked", BRAMPTON, ("10:00", "10:00"), clearance="hold")
    client = enter(clinic)
    path = f"{PAGE}/visits/asked"
    assert "A request: something in the screening" in text(client.get(path).text)
    assert who(clinic, "asked") is None
    assert client.post(f"{path}/clear").status_code == 403
    done = client.post(f"{path}/clear", data=token(client), follow_redirects=True)
    assert "Name of asked is cleared" in text(done.text)
    assert who(clinic, "asked") is not None
    assert "A request" not in text(client.get(path).text)
    assert "said what came of the screening" in text(client.get(f"{PAGE}/changes").text)


def test_a_place_that_a_client_holds_is_on_the_line_until_it_lapses(clinic: Clinic) -> None:
    offers = clinic.public.offers(BRAMPTON, MONDAY)
    clinic.public.hold(offers[at(MONDAY, "10:00").isoformat()])
    assert "Held for a client until 07:05" in text(enter(clinic).get(PAGE).text)
    clinic.now += timedelta(minutes=5)
    assert "Held for a client" not in text(enter(clinic).get(PAGE).text)


def test_a_form_from_before_somebody_elses_change_says_who_was_quicker(clinic: Clinic) -> None:
    anna, bob = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00")), booked(clinic, "bob", MILTON, ("09:00", "15:00"))
    sam, kim = enter(clinic), enter(clinic, name="Kim")
    seen = proposal(clinic, anna, "t1", "10:00")["version"]
    wanted = {"therapist": "t1", "start": "10:00", "version": seen}
    assert kim.post(f"{PAGE}/visits/{bob}/place", data={**wanted, **token(kim)}).status_code == 303
    late = sam.post(f"{PAGE}/visits/{anna}/place", data={**wanted, **token(sam)})
    assert late.status_code == 409
    assert "Kim put Name of bob on Name of t1's day at 10:00" in text(late.text).replace("&#39;", "'")
    assert "check?therapist=t1&amp;start=10%3A00" in late.text
    again = sam.post(f"{PAGE}/visits/{anna}/place", data={"therapist": "t1", "start": "13:00", **token(sam)})
    assert (again.status_code, who(clinic, anna)) == (303, "t1")


def test_a_session_that_has_begun_is_shown_and_not_moved(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"))
    name = str(who(clinic, anna))
    clinic.now = at(MONDAY, "10:20").astimezone(UTC)
    quiet = clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["events"]
    event = Event(visit=anna, kind=EventKind.STARTED, at=at(MONDAY, "10:02"))
    record_event("north", name, event, store=clinic.store, clock=clinic.wiring.clock, actor="test")
    assert clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["events"] == quiet + 1
    assert "begun 10:02" in text(enter(clinic).get(PAGE).text)
    other = "t1" if name == "t0" else "t0"
    refused = place(clinic, anna, other)
    assert (refused.status, refused.body["detail"]) == (409, "this session has started at 10:02")


def test_a_draft_is_not_published_over_a_day_that_has_changed_since_it_was_compared(clinic: Clinic) -> None:
    booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    plan, client = drafted(clinic), enter(clinic)
    seen = {"plan": plan, "version": proposal(clinic, "anna", "t1")["version"], **token(client)}
    booked(clinic, "bob", MILTON, ("09:00", "15:00"))
    refused = client.post(f"{PAGE}/publish", data=seen)
    assert refused.status_code == 409
    assert "Nothing was published." in refused.text
    fresh = re.search(r'name="version" value="([^"]+)"', refused.text)
    assert fresh is not None
    again = client.post(f"{PAGE}/publish", data={**seen, "version": fresh[1]})
    assert (again.status_code, again.headers["Location"]) == (303, f"{PAGE}?done=published")


def test_the_board_of_a_day_with_an_hour_twice_keeps_its_order(clinic: Clinic) -> None:
    """On 1 November 2026 Toronto's clocks go back: nothing of the scale may break."""
    page = enter(clinic).get("/board/2026-11-01")
    assert page.status_code == 200
    assert text(page.text).count("Name of t0") == 1
