"""Two therapists with short days, and how far apart the doors of their clients are."""

import tempfile
from collections.abc import Mapping
from datetime import date, time
from functools import cache
from pathlib import Path

from data.geocoding.chain import build_geocoder
from data.geocoding.geocoder import PlaceQuery
from data.roads.estimate import EstimateSource
from data.store.migrate import migrate
from optimizer.domain.place import Place
from optimizer.domain.therapist import Limits, Shift, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes
from tests.booking_world import BRAMPTON, GUELPH, HOME, MILTON, TORONTO, Person
from tests.discovery.model import NEXT, World

LUNCH = WallBreak(earliest=time(11, 30), latest=time(13), minutes=30)
PEOPLE = (
    Person(id="ana", gender="female", hours=(time(9), time(16)), breaks=(LUNCH,)),
    Person(id="bo", gender="male", hours=(time(10), time(15)), limits=Limits(visits=2)),
)
BY_ID: Mapping[str, Person] = {person.id: person for person in PEOPLE}


@cache
def horizon(day: date) -> Horizon:
    return Horizon(day, TORONTO)


@cache
def shift(therapist: str, day: date) -> Shift | None:
    person, home = BY_ID[therapist], Place(id=HOME)
    week = WorkPattern(
        therapist=Therapist(id=therapist, gender=person.gender),
        hours=(person.hours,) * 7,
        start_place=home,
        end_place=home,
        breaks=person.breaks,
        limits=person.limits,
    )
    return week.shift_on(horizon(day))


@cache
def travel(day: date) -> TravelTimes:
    """Between postal codes, each of them twice: a door, and the door next to it."""
    geocoder, codes = build_geocoder(), (HOME, BRAMPTON, MILTON, GUELPH)
    places = [
        geocoder.locate(PlaceQuery(id=code + suffix, postal_code=code)) for code in codes for suffix in ("", NEXT)
    ]
    return EstimateSource().travel_times(places, horizon(day), BufferPolicy(minutes=5, percent=10))


WORLD = World(shift=shift, horizon=horizon, travel=travel)


@cache
def empty_store() -> bytes:
    """A migrated store with nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pattern.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()
