"""Nobody who looks for a visit at home asks about hundreds of places."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.records import Role
from tests.booking_world import MONDAY, NOW, crew, make_key, open_practice
from tests.doors import Answer, AppDoor
from tests.front_desk import FrontDesk


class Frontend:
    """A booking frontend over two processes, whose clock may be set."""

    def __init__(self, url: str, var: Path, *, role: Role = Role.BOOKING, **budget: int) -> None:
        self.now = NOW
        settings = Settings(database_url=url, var=var, **budget)
        self.processes = [Wiring(settings, clock=lambda: self.now) for _ in range(2)]
        first = self.processes[0]
        open_practice(first.store, first.geocoder, crew(1))
        secret = make_key(first.store, role)
        self.desks = [FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=secret) for parts in self.processes]

    def search(self, place: int, *, process: int = 0, session: str = "") -> Answer:
        """Ask about the n-th place of a street that is never mind how long."""
        asked = {
            "service": "swedish", "session_minutes": "60", "lat": f"{43.68 + place / 1000:.4f}", "lng": "-79.76",
            "from": MONDAY.isoformat(), "to": MONDAY.isoformat(),
        }  # fmt: skip
        headers = {"Rounds-Session": session} if session else {}
        return self.desks[process].ask("GET", f"/v1/slots?{urlencode(asked)}", headers=headers)

    def close(self) -> None:
        for parts in self.processes:
            parts.store.close()


def test_the_place_after_the_last_of_the_hour_is_refused_whichever_process_is_asked(url: str, tmp_path: Path) -> None:
    front = Frontend(url, tmp_path / "var", places_per_session=4)
    assert [front.search(k, process=k % 2).status for k in range(4)] == [200] * 4

    refused = [front.search(4, process=process) for process in (0, 1)]
    assert [(answer.status, answer.code) for answer in refused] == [(429, "too_many_places")] * 2
    assert all(0 < int(answer.headers["Retry-After"]) <= 3600 for answer in refused)
    assert [front.search(k, process=1 - k % 2).status for k in range(4)] == [200] * 4

    front.now += timedelta(seconds=int(refused[0].headers["Retry-After"]))
    assert front.search(4).status == 200
    front.close()


def test_each_visitor_has_a_budget_and_the_key_has_one_for_all_of_them(url: str, tmp_path: Path) -> None:
    front = Frontend(url, tmp_path / "var", places_per_session=2, places_per_key=5)

    assert [front.search(k, session="anna").status for k in range(3)] == [200, 200, 429]
    assert [front.search(k, session="ben").status for k in range(3)] == [200, 200, 429]
    assert [front.search(k, session="cleo").status for k in range(2)] == [200, 429]
    assert front.search(0, session="anna").status == 200
    front.close()


def test_staff_ask_about_as_many_places_as_they_like(url: str, tmp_path: Path) -> None:
    front = Frontend(url, tmp_path / "var", role=Role.PLANNER, places_per_session=2)

    assert {front.search(k).status for k in range(6)} == {200}
    front.close()


def test_what_was_asked_is_kept_for_its_hour_only_and_cannot_be_read(url: str, tmp_path: Path) -> None:
    front = Frontend(url, tmp_path / "var")
    front.search(1, session="anna")
    front.now += timedelta(hours=2)
    front.search(2, session="anna")

    with front.processes[0].store.unit_of_work("north") as uow:
        assert uow.asked_places.purge(before=10**9) == 1
    front.close()
