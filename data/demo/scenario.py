"""What a demo practice is made of, and how its invented visits land on a date."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from data.demo.catalogue import SERVICES
from data.geocoding.geocoder import Geocoder, PlaceQuery
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.practice import Practice, Service
from optimizer.domain.therapist import WorkPattern
from optimizer.domain.time import MINUTE
from optimizer.domain.visit import TherapistChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoVisit:
    """An invented visit. A fixed start has no `latest`; `days_ahead` counts from the day that is planned.

    `therapist` (an id) and `gender` are what the client insists on.
    """

    client: str
    postal_code: str
    town: str
    service: str
    minutes: int
    earliest: str
    latest: str | None = None
    days_ahead: int = 0
    therapist: str | None = None
    gender: str | None = None
    priority: int = 50
    first_visit: bool = False

    def booking(self, number: int, *, today: date, practice: Practice, geocoder: Geocoder) -> Booking:
        """This visit, counted from `today` (the day that is planned)."""
        day = today + timedelta(days=self.days_ahead)
        earliest, latest = (
            datetime.combine(day, time.fromisoformat(wall), practice.zone).astimezone(UTC)
            for wall in (self.earliest, self.latest or self.earliest)
        )
        ref = self.client.lower().replace(" ", "-")
        uid = f"demo-{today.isoformat()}-{number}"
        return Booking(
            id=uid,
            uid=uid,
            date=day,
            # 555-01xx is set aside for fiction.
            client=Client(ref=ref, name=self.client, phone=f"+1 905 555 01{number:02d}"),
            place=geocoder.locate(
                PlaceQuery(id=f"door-{ref}", postal_code=self.postal_code, label=f"{self.town} {self.postal_code}")
            ),
            service=self.service,
            session=self.minutes * MINUTE,
            windows=(StartWindow(earliest=earliest, latest=latest),),
            first_visit=self.first_visit,
            priority=self.priority,
            choice=TherapistChoice(
                require=frozenset({self.therapist} if self.therapist else ()),
                gender=self.gender,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTherapist:
    """An invented therapist: the usual week, and where the day begins and ends."""

    pattern: WorkPattern
    postal_code: str
    town: str

    def located(self, geocoder: Geocoder) -> WorkPattern:
        home = geocoder.locate(
            PlaceQuery(
                id=f"home-{self.pattern.therapist.id}",
                postal_code=self.postal_code,
                label=f"home, {self.town} {self.postal_code}",
            )
        )
        return replace(self.pattern, start_place=home, end_place=home)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A practice with everyone who works and is visited in it."""

    practice: Practice
    therapists: tuple[DemoTherapist, ...]
    visits: tuple[DemoVisit, ...]
    services: tuple[Service, ...] = SERVICES

    def patterns(self, geocoder: Geocoder) -> tuple[WorkPattern, ...]:
        return tuple(therapist.located(geocoder) for therapist in self.therapists)

    def bookings(self, today: date, geocoder: Geocoder) -> tuple[Booking, ...]:
        """All visits, counted from `today`: the same date gives the same bookings."""
        return tuple(
            visit.booking(number, today=today, practice=self.practice, geocoder=geocoder)
            for number, visit in enumerate(self.visits, 1)
        )
