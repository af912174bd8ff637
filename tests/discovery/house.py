"""The house whose doors the histories knock at: a real app on SQLite, its desks, and the model beside it."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis.stateful import RuleBasedStateMachine

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.records import Role
from optimizer.domain.place import Place
from tests.booking_world import MONDAY, NOW, TORONTO, make_key, open_practice
from tests.discovery.model import HOUSE, Model
from tests.discovery.said import Made, Offered, Search, Written
from tests.discovery.small_world import PEOPLE, WORLD, empty_store, house
from tests.doors import Answer, AppDoor, Door
from tests.front_desk import FrontDesk

GRID = timedelta(minutes=15)
WHOM: Mapping[str, frozenset[str]] = {
    "": frozenset({"ana", "bo"}),
    "therapist=ana": frozenset({"ana"}),
    "therapist_gender=male": frozenset({"bo"}),
}


def asked_of(search: Search) -> dict[str, str]:
    """The words of a search, but for its place."""
    more = dict([search.whom.split("=")]) if search.whom else {}
    if search.first_visit:
        more["first_visit"] = "true"
    day = MONDAY.isoformat()
    return {"service": "swedish", "session_minutes": str(search.minutes), "from": day, "to": day, **more}


def told_of(place: str) -> dict[str, str]:
    """How a place is told: a postal code in words, a house as a point on the map."""
    if not place.endswith(HOUSE):
        return {"postal_code": place}
    point = house(place.removesuffix(HOUSE))
    return {"lat": str(point.lat), "lng": str(point.lng)}


class House(RuleBasedStateMachine):
    """Two therapists on one date, two booking keys, one planner."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rounds-promises-"))
        self.now = NOW
        self.wiring = Wiring(self._settings(), clock=lambda: self.now)
        self.store = self.wiring.store
        open_practice(self.store, self.wiring.geocoder, PEOPLE)
        door = self._door_to_the_house()
        roles = {"one": Role.BOOKING, "other": Role.BOOKING, "staff": Role.PLANNER}
        open_practice(self.store, self.wiring.geocoder, PEOPLE, id="south")
        self.desks = {name: FrontDesk(door=door, secret=make_key(self.store, role)) for name, role in roles.items()}
        self.desks["stranger"] = FrontDesk(door=door, secret=make_key(self.store, Role.PLANNER, practice="south"))
        self.model = Model(world=WORLD)
        self.offered: dict[str, Offered] = {}
        self.whom: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.written: list[Written] = []
        self.made: dict[str, Made] = {}
        self.count = 0

    def _settings(self) -> Settings:
        """A store with nothing in it."""
        (self.folder / "rounds.sqlite3").write_bytes(empty_store())
        return Settings(var=self.folder, secret_key="a secret")  # type: ignore[arg-type]

    def _door_to_the_house(self) -> Door:
        return AppDoor(create_app(wiring=self.wiring))

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def _door(self, place: str) -> str:
        """A house is one door for everybody, and a door that is known stays itself; a postal code is a new one."""
        self.count += 1
        return place if place.endswith(HOUSE) or "#" in place else f"{place}#{self.count}"

    def _is_at(self, place: Place, door: str) -> bool:
        """Whether the place that is stored is the door of the model: one id for each door, and one door for each id."""
        self.ids.setdefault(door, place.id)
        return self.ids[door] == place.id and len(set(self.ids.values())) == len(self.ids)

    def _shown(self, who: str, search: Search) -> list[Offered]:
        answer = self._search(who, search)
        assert answer.status == 200, answer
        (slots,) = answer.body["data"].values()
        return self._read(slots, search)

    def _read(self, slots: Iterable[Any], search: Search) -> list[Offered]:
        return [
            Offered(
                search=search,
                start=slot["start"],
                offer=slot["offer"],
                expires_at=datetime.fromisoformat(slot["expires_at"]),
            )
            for slot in slots
        ]

    def _search(self, who: str, search: Search) -> Answer:
        return self.desks[who].ask("GET", f"/v1/slots?{urlencode({**asked_of(search), **told_of(search.place)})}")

    def _search_to_move(self, search: Search, headers: Mapping[str, str], place: str = "") -> Answer:
        """As who has the booking and says only what is to be different."""
        told = {"moving": search.moving, "from": MONDAY.isoformat(), "to": MONDAY.isoformat()}
        told |= dict([search.whom.split("=")]) if search.whom else {}
        told |= told_of(place) if place else {}
        return self.desks["staff"].ask("GET", f"/v1/slots?{urlencode(told)}", headers=headers)

    def _are_possible(self, slots: Iterable[Any], search: Search) -> bool:
        """Whether what a refusal offers instead, on the date of the model, can be kept."""
        fresh = [each for each in self._read(slots, search) if each.start.startswith(MONDAY.isoformat())]
        door = self._door(search.place)
        return all(self._able(offered, door) for offered in fresh)

    def _possible(self, search: Search) -> list[str]:
        """Every start of the grid that somebody's whole day can keep."""
        midnight = datetime.combine(MONDAY, datetime.min.time(), TORONTO)
        starts = [(midnight + number * GRID).isoformat() for number in range(4 * 24)]
        every = [Offered(search=search, start=start, offer="", expires_at=self.now) for start in starts]
        door = self._door(search.place)
        return [offered.start for offered in every if self._able(offered, door)]

    def _able(self, offered: Offered, door: str) -> list[str]:
        """Whose day can keep it now at a door. A booking to be moved does not stand in its own way."""
        search = offered.search
        whom = search.whom or self.whom.get(search.moving, "")
        promises = [offered.promise(name, door) for name in WHOM[whom]]
        return [each.therapist for each in promises if self.model.fits(each, self.now, without={search.moving})]

    def _write(self, who: str, path: str, body: object) -> Answer:
        """Post with a fresh key, and remember what succeeded."""
        self.count += 1
        once = f"once {self.count}"
        answer = self.desks[who].ask("POST", path, body, once=once)
        if answer.status == 201:
            self.written.append(Written(path=path, body=body, once=once, who=who, answer=answer))
        return answer

    def _manage(self, made: Made, method: str, body: object = None, *, by_client: bool) -> Answer:
        headers = made.token if by_client else {}
        return self.desks["staff"].ask(method, f"/v1/bookings/{made.id}", body, headers=headers)
