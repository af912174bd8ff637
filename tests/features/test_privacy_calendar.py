"""A date on which nobody can come looks like any other such date."""

from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.migrate import migrate
from data.store.records import Role
from optimizer.domain.practice import AreaRule
from tests.booking_world import MONDAY, NOW, crew, make_key, open_practice
from tests.doors import AppDoor
from tests.front_desk import FrontDesk

BRAMPTON = {"lat": "43.6858", "lng": "-79.7599"}
OTTAWA = {"lat": "45.4236", "lng": "-75.7009"}


def test_a_full_date_and_one_of_another_area_and_a_place_far_away_say_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rounds.sqlite3'}"
    migrate(url)
    parts = Wiring(Settings(database_url=url, var=tmp_path / "var"), clock=lambda: NOW)
    practice = open_practice(parts.store, parts.geocoder, crew(1))
    desk = FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=make_key(parts.store, Role.BOOKING))
    days = [(MONDAY + timedelta(days=ahead)).isoformat() for ahead in range(3)]

    def search(where: dict[str, str]) -> tuple[object, set[str], set[str]]:
        asked = {"service": "swedish", "session_minutes": "60", "from": days[0], "to": days[-1], **where}
        answer = desk.ask("GET", f"/v1/slots?{urlencode(asked)}")
        assert answer.status == 200, answer
        return answer.body["data"], set(answer.body), set(answer.headers)

    found, shape, headers = search(BRAMPTON)
    assert all(found[day] for day in days)  # type: ignore[index]

    rules = {
        "full": replace(practice.policies, visits_a_day=0),
        "elsewhere": replace(practice.policies, areas=(AreaRule(weekdays=(6,), towns=("Brampton",)),)),
    }
    answers = []
    for policies in rules.values():
        parts.store.practices.put(replace(practice, policies=policies))
        answers.append(search(BRAMPTON))
    parts.store.practices.put(practice)
    answers.append(search(OTTAWA))

    assert answers == [({day: [] for day in days}, shape, headers)] * 3
    parts.store.close()


def test_an_offer_for_anyone_names_nobody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rounds.sqlite3'}"
    migrate(url)
    parts = Wiring(Settings(database_url=url, var=tmp_path / "var"), clock=lambda: NOW)
    open_practice(parts.store, parts.geocoder, crew(2))
    desk = FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=make_key(parts.store, Role.BOOKING))
    asked = {"service": "swedish", "session_minutes": "60", "from": MONDAY.isoformat(), **BRAMPTON}
    answer = desk.ask("GET", f"/v1/slots?{urlencode(asked)}")
    offer = next(slot["offer"] for day in answer.body["data"].values() for slot in day)
    read = urlsafe_b64decode(offer.split(".")[0] + "==").decode()
    held = desk.hold(offer)

    for told in (str(answer.body), read, str(held.body)):
        assert "Name of t" not in told
        assert "'t0'" not in told
        assert '"t0"' not in told
    parts.store.close()
