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
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.therapist import Limits, Shift, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes
from tests.booking_world import BRAMPTON, GUELPH, HOME, MILTON, TORONTO, Person
from tests.discovery.model import HOUSE, NEXT, World

LUNCH = WallBreak(earliest=time(11, 30), latest=time(13), minutes=30)
PEOPLE = (
    Person(id="ana", gender="female", hours=(time(9), time(16)), breaks=(LUNCH,)),
    Person(id="bo", gender="male", hours=(time(10), time(15)), limits=Limits(visits=2)),
)
CODES = (BRAMPTON, MILTON, GUELPH)
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
def house(code: str) -> Coordinate:
    """The house of a postal code whose point is known: two hundred metres from where the code is."""
    middle = build_geocoder().locate(PlaceQuery(postal_code=code)).coordinate
    assert middle is not None
    return Coordinate(lat=round(middle.lat + 0.002, 5), lng=round(middle.lng, 5))


@cache
def travel(day: date) -> TravelTimes:
    """Between postal codes, each of them twice: a door, and the door next to it; and between their houses."""
    geocoder = build_geocoder()
    places = [
        geocoder.locate(PlaceQuery(id=code + suffix, postal_code=code))
        for code in (HOME, *CODES)
        for suffix in ("", NEXT)
    ]
    places += [Place(id=code + HOUSE, coordinate=house(code)) for code in CODES]
    return EstimateSource().travel_times(places, horizon(day), BufferPolicy(minutes=5, percent=10))


WORLD = World(shift=shift, horizon=horizon, travel=travel)


@cache
def empty_store() -> bytes:
    """A migrated store with nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pattern.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()
