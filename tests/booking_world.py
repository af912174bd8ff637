"""A practice small enough to reason about: therapists who all start in Brampton, clients at public buildings.

A session at BRAMPTON at ten ends at eleven, and the block at the door at 11:10; the block of one at GUELPH at half past
eleven begins at 11:15. The two do not overlap, but the drive between them takes an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from api.auth import hash_key, new_key
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.store.records import ApiKey, Role
from data.store.store import Store
from optimizer.domain.practice import Practice, Service
from optimizer.domain.therapist import Limits, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import HOUR, MINUTE

TORONTO = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""A Friday, 07:00 in Toronto."""
MONDAY = date(2026, 11, 23)

HOME, BRAMPTON, MILTON, GUELPH = "L6Y 2J6", "L6X 1N3", "L9T 2R1", "N1H 7T8"
SWEDISH = Service(code="swedish", name="Swedish", lengths=(30 * MINUTE, HOUR))
HOURS = (time(8), time(20))
LUNCH = WallBreak(earliest=time(12), latest=time(14), minutes=30)
MADE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A therapist who works the same hours every day."""

    id: str
    gender: str | None = None
    hours: tuple[time, time] = HOURS
    breaks: tuple[WallBreak, ...] = ()
    limits: Limits = Limits()
    travel_percent: int | None = None


def crew(size: int) -> tuple[Person, ...]:
    """That many therapists without breaks, `t0` and on."""
    return tuple(Person(id=f"t{k}") for k in range(size))


def open_practice(
    store: Store, geocoder: Geocoder, people: Sequence[Person], *, id: str = "north", zone: ZoneInfo = TORONTO
) -> Practice:
    """Write a practice with these people, who start and end their days at HOME."""
    practice = Practice(id=id, name=id.title(), zone=zone)
    store.practices.create(practice)
    with store.unit_of_work(id) as uow:
        uow.services.put(SWEDISH)
        for person in people:
            home = geocoder.locate(PlaceQuery(id=f"home-{person.id}", postal_code=HOME))
            uow.patterns.put(
                WorkPattern(
                    therapist=Therapist(id=person.id, name=f"Name of {person.id}", gender=person.gender),
                    hours=(person.hours,) * 7,
                    start_place=home,
                    end_place=home,
                    breaks=person.breaks,
                    limits=person.limits,
                    travel_percent=person.travel_percent,
                )
            )
        uow.commit()
    return practice


def make_key(store: Store, role: Role, *, practice: str = "north") -> str:
    """The secret of a fresh key."""
    secret = new_key()
    key = ApiKey(id=f"key_{hash_key(secret)[:12]}", practice_id=practice, role=role, created_at=MADE)
    store.keys.create(key, secret_hash=hash_key(secret))
    return secret
