"""A practice with its doors open: a booking frontend, a planner, and a clock that stands still."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from flask import Flask

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.records import Role
from data.store.store import Store
from optimizer.domain.practice import Policies
from tests.booking_world import NOW, TORONTO, Person, make_key, open_practice
from tests.doors import Answer, AppDoor
from tests.front_desk import FrontDesk


@dataclass(kw_only=True)
class Clinic:
    """`public` holds a booking key, `staff` a planner's, `app` has the pages. `now` may be set."""

    wiring: Wiring
    app: Flask
    public: FrontDesk
    staff: FrontDesk
    now: datetime = NOW

    @property
    def store(self) -> Store:
        return self.wiring.store

    def book(self, postal_code: str, start: datetime, *, therapist: str = "t0") -> str:
        """A booking by staff, whatever the day says; its id."""
        answer = self.try_to_book(postal_code, start, therapist=therapist, override=True)
        assert answer.status == 201, answer
        return str(answer.body["booking_id"])

    def try_to_book(
        self, postal_code: str, start: datetime, *, therapist: str = "t0", override: bool = False
    ) -> Answer:
        """An hour with this therapist, if the day allows it."""
        visit = {
            "place": {"postal_code": postal_code},
            "service": "swedish",
            "session_minutes": 60,
            "start": start.isoformat(),
            "therapist": {"require": [therapist]},
        }
        body = {"client": {"ref": f"client {start}"}, "visit": visit, "override": override}
        return self.staff.ask("POST", "/v1/bookings", body)

    def refused(self, postal_code: str, first: date, days: int = 1, **more: str) -> Answer:
        return self.staff.search(postal_code, first, days, include="refused", **more)

    def series(self, by: FrontDesk, **asked: object) -> Answer:
        """Six weekly sessions in Brampton unless asked otherwise."""
        usual = {
            "service": "swedish",
            "session_minutes": 60,
            "place": {"postal_code": "L6X 1N3"},
            "count": 6,
            "every_days": 7,
        }
        return by.ask("POST", "/v1/series/offers", {**usual, **asked})


def at(day: date, wall: str) -> datetime:
    """A wall time in Toronto."""
    return datetime.combine(day, time.fromisoformat(wall), TORONTO)


@contextmanager
def open_clinic(
    url: str,
    folder: Path,
    people: Sequence[Person],
    policies: Policies | None = None,
    *,
    now: datetime = NOW,
    **settings_of_its_own: object,
) -> Iterator[Clinic]:
    """Open for business with these people."""
    held: list[Clinic] = []
    settings = Settings(database_url=url, var=folder, secret_key="not a secret", **settings_of_its_own)  # type: ignore[arg-type]
    wiring = Wiring(settings, clock=lambda: held[0].now)
    app = create_app(wiring=wiring)
    practice = open_practice(wiring.store, wiring.geocoder, people)
    if policies is not None:
        wiring.store.practices.put(replace(practice, policies=policies))
    door = AppDoor(app)
    held.append(
        Clinic(
            wiring=wiring,
            app=app,
            public=FrontDesk(door=door, secret=make_key(wiring.store, Role.BOOKING)),
            staff=FrontDesk(door=door, secret=make_key(wiring.store, Role.PLANNER)),
            now=now,
        )
    )
    yield held[0]
    wiring.store.close()
