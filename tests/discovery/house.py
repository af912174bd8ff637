"""The house whose doors the histories knock at: a real app on SQLite, its desks, and the model beside it."""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.records import Role
from tests.booking_world import MONDAY, NOW, TORONTO, make_key, open_practice
from tests.discovery.model import Model
from tests.discovery.said import Made, Offered, Search, Written
from tests.discovery.small_world import PEOPLE, WORLD, empty_store
from tests.doors import Answer, AppDoor
from tests.front_desk import FrontDesk

GRID = timedelta(minutes=15)
WHOM: Mapping[str, frozenset[str]] = {
    "": frozenset({"ana", "bo"}),
    "therapist=ana": frozenset({"ana"}),
    "therapist_gender=male": frozenset({"bo"}),
}


class House(RuleBasedStateMachine):
    """Two therapists on one date, two booking keys, one planner."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rounds-promises-"))
        config = Settings(var=self.folder, secret_key="a secret")  # type: ignore[arg-type]
        (self.folder / "rounds.sqlite3").write_bytes(empty_store())
        self.now = NOW
        self.wiring = Wiring(config, clock=lambda: self.now)
        self.store = self.wiring.store
        open_practice(self.store, self.wiring.geocoder, PEOPLE)
        door = AppDoor(create_app(wiring=self.wiring))
        roles = {"one": Role.BOOKING, "other": Role.BOOKING, "staff": Role.PLANNER}
        open_practice(self.store, self.wiring.geocoder, PEOPLE, id="south")
        self.desks = {name: FrontDesk(door=door, secret=make_key(self.store, role)) for name, role in roles.items()}
        self.desks["stranger"] = FrontDesk(door=door, secret=make_key(self.store, Role.PLANNER, practice="south"))
        self.model = Model(world=WORLD)
        self.offered: dict[str, Offered] = {}
        self.doors: dict[str, str] = {}
        self.whom: dict[str, str] = {}
        self.written: list[Written] = []
        self.count = 0

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def _new_door(self, code: str) -> str:
        self.count += 1
        return f"{code}#{self.count}"

    def _shown(self, who: str, search: Search) -> list[Offered]:
        more = dict([search.whom.split("=")]) if search.whom else {}
        first_visit = {"first_visit": "true"} if search.first_visit else {}
        answer = self.desks[who].search(search.code, MONDAY, minutes=search.minutes, **more, **first_visit)
        assert answer.status == 200, answer
        (slots,) = answer.body["data"].values()
        return [
            Offered(
                search=search,
                start=slot["start"],
                offer=slot["offer"],
                expires_at=datetime.fromisoformat(slot["expires_at"]),
            )
            for slot in slots
        ]

    def _possible(self, search: Search) -> list[str]:
        """Every start of the grid that somebody's whole day can keep."""
        midnight = datetime.combine(MONDAY, datetime.min.time(), TORONTO)
        starts = [(midnight + number * GRID).isoformat() for number in range(4 * 24)]
        every = [Offered(search=search, start=start, offer="", expires_at=self.now) for start in starts]
        return [offered.start for offered in every if self._able(offered)]

    def _able(self, offered: Offered) -> list[str]:
        """Whose day can keep it now."""
        return [name for name in WHOM[offered.search.whom] if self.model.fits(offered.promise(name), self.now)]

    def _write(self, who: str, path: str, body: object) -> Answer:
        """Post with a fresh key, and remember what succeeded."""
        self.count += 1
        once = f"once {self.count}"
        answer = self.desks[who].ask("POST", path, body, once=once)
        if answer.status == 201:
            self.written.append(Written(path=path, body=body, once=once, who=who, answer=answer))
        return answer

    def _manage(self, made: Made, method: str, body: object = None, *, by_client: bool) -> Answer:
        if by_client:
            return self.desks["one"].ask(
                method, f"/v1/bookings/{made.id}", body, headers={"Authorization": f"Manage {made.manage}"}
            )
        return self.desks["staff"].ask(method, f"/v1/bookings/{made.id}", body)
