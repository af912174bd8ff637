"""A practice with somebody at its desk: a few visits to hold in the head, or a full day of twenty therapists."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from api.services.day_problem import StoredDay, day_problem
from api.services.publishing import publish
from api.services.signing_in import Person as Somebody
from data.geocoding.geocoder import PlaceQuery
from data.store.records import Role, StoredPlan
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.time import HOUR
from optimizer.schedule.evaluate import evaluate
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, Person, crew
from tests.browser.conftest import serving
from tests.browser.looking import DESK, enter, look
from tests.features.clinic import Clinic, at, open_clinic

PEOPLE = (Person(id="t0", gender="female"), Person(id="t1", gender="male"), Person(id="t2"))
TOWNS = (BRAMPTON, MILTON, GUELPH, "L5B 3C2", "L6J 3L5", "M9B 2B1", "L7E 1P7", "L7G 2B8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A clinic whose pages answer at `origin`."""

    clinic: Clinic
    origin: str

    def sign_in(self, browser: Browser, name: str = "Sam", day: date = MONDAY, **how: object) -> Page:
        """A page of somebody's own, on the board of a date."""
        context = look(browser, **{"width": DESK, **how})  # type: ignore[arg-type]  # names are the function's own
        links = self.clinic.wiring.sign_in_links
        return enter(context, self.origin, links.make(Somebody(practice_id="north", role=Role.PLANNER, name=name), day))

    def book(
        self,
        id: str,
        postal_code: str,
        first: str,
        last: str | None = None,
        *,
        therapist: str | None = None,
        name: str = "",
        day: date = MONDAY,
    ) -> str:
        """A visit of an hour, on this therapist's agenda whatever the day says."""
        parts = self.clinic.wiring
        window = StartWindow(earliest=at(day, first), latest=at(day, last or first))
        booking = Booking(
            id=id,
            date=day,
            client=Client(ref=id, name=name or f"{id.title()} Ash", phone="+1 905 555 0123"),
            place=parts.geocoder.locate(PlaceQuery(id=f"door-{id}", postal_code=postal_code, label=postal_code)),
            service="swedish",
            session=HOUR,
            windows=(window,),
            therapist=therapist,
        )
        with parts.store.unit_of_work("north") as uow:
            uow.bookings.add(booking)
            uow.commit()
        return id

    def who(self, id: str) -> str | None:
        with self.clinic.store.unit_of_work("north", write=False) as uow:
            return uow.bookings.get(id).therapist


@contextmanager
def open_desk(url: str, folder: Path, people: Sequence[Person] = PEOPLE) -> Iterator[Desk]:
    """The pages of a clinic with these people and no visits."""
    with open_clinic(url, folder, people) as clinic, serving(clinic.app) as origin:
        yield Desk(clinic=clinic, origin=origin)


def fill(desk: Desk, therapists: int = 20, visits: int = 3) -> None:
    """So many therapists with so many visits each, planned in the order of their times and published."""
    parts = desk.clinic.wiring
    names = [person.id for person in crew(therapists)]
    for number, name in enumerate(names):
        for turn in range(visits):
            town = TOWNS[(number + turn) % len(TOWNS)]
            first = f"{9 + turn * (9 // visits):02d}:{(number * 5) % 60:02d}"
            desk.book(f"{name}-{turn}", town, first, "19:30", therapist=name, name=f"Client {number}.{turn}")
    with parts.store.unit_of_work("north", write=False) as uow:
        day = StoredDay(
            practice=uow.practice(),
            date=MONDAY,
            services=uow.services.list(),
            patterns=uow.patterns.list(),
            bookings=uow.bookings.on(MONDAY),
        )
    orders = {name: [f"{name}-{turn}" for turn in range(visits)] for name in names}
    plan = evaluate(day_problem(day, parts.roads), orders).plan
    with parts.store.unit_of_work("north") as uow:
        uow.plans.add(StoredPlan(id="full", date=MONDAY, created_at=parts.clock() - timedelta(hours=1), plan=plan))
        uow.commit()
    publish("north", "full", actor="cli", store=parts.store, roads=parts.roads, clock=parts.clock)
