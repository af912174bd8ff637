"""Fresh days like the generated GTA ones: any number of therapists and visits, any seed.

As the shared folder describes its own: half of the starts are fixed, half may begin within three to four hours;
sessions of 30 to 120 minutes; therapists with their own homes, genders and certificates; about eight percent more
demand than a plan that is known to exist can serve. That plan is how a day is made: each therapist walks from client to
client, and the shift ends when the last one is done.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift, Therapist
from optimizer.domain.time import HOUR, MINUTE, Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem, Weights
from tests.benchmarks.rush_hour import CENTRE, Belief, Floats, Roads
from tests.builders import MONDAY

TOWNS = (
    # latitude, longitude, how far its clients live around it (km), how many of a hundred
    (43.686, -79.760, 5.0, 24),  # Brampton
    (43.589, -79.644, 5.5, 20),  # Mississauga
    (43.670, -79.400, 7.0, 22),  # Toronto
    (43.640, -79.560, 4.0, 10),  # Etobicoke
    (43.455, -79.690, 4.0, 9),  # Oakville
    (43.518, -79.877, 3.5, 6),  # Milton
    (43.870, -79.860, 5.0, 4),  # Caledon
    (43.920, -80.098, 2.5, 2),  # Orangeville
    (43.545, -80.248, 3.5, 3),  # Guelph
)
SESSIONS = (30, 45, 60, 60, 60, 75, 90, 90, 120)
FIXED = 0.5
GRID = 15 * MINUTE
CERTIFICATES = ("prenatal", "lymph")
OVER = 0.08
NEAR = 0.25
"""How far chance may stretch a kilometre when the next client is chosen: walks are local, not optimal."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MadeUpDay:
    """A day with one travel time an arc, and the roads as they really are; points are homes, then doors."""

    problem: Problem
    roads: Roads
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    session: Seconds
    window: TimeWindow
    needs: frozenset[str]


def made_up_day(therapists: int, visits: int, seed: int, *, over: float = OVER) -> MadeUpDay:
    """A day of that size, the same for the same seed.

    Parameters
    ----------
    over
        Demand beyond what certainly fits, as a part of it; 0 gives a day on which every visit can be served.
    """
    rng = Random(f"{therapists} {visits} {seed} {over}")
    homes = [somewhere(rng) for _ in range(therapists)]
    doors = [somewhere(rng) for _ in range(visits)]
    points = np.array([*homes, *doors])
    roads = Roads.between(points, homes=therapists)
    seconds = np.ceil(roads.mean)
    skills = [frozenset(some_skills(rng)) for _ in range(therapists)]
    fitting = round(visits / (1 + over))
    asked: dict[int, _Asked] = {}
    hours: list[tuple[Seconds, Seconds]] = []
    for row, walk in enumerate(_walks(rng, points, therapists, fitting)):
        begins = HOUR * rng.choice((8, 8, 9, 9, 9, 10, 11, 12))
        now, here = begins, row
        for door in walk:
            now += int(seconds[here, therapists + door])
            asked[door] = _asked(rng, now, skills[row])
            now, here = max(now, asked[door].window.earliest) + asked[door].session, therapists + door
        back = now + int(seconds[here, row])
        hours.append((begins, max(begins + 6 * HOUR, -(-back // HOUR) * HOUR)))
    for door in range(visits):
        if door not in asked:
            asked[door] = _asked(rng, rng.randrange(9 * HOUR, 18 * HOUR), rng.choice(skills))
    places = [Place(id=f"home {k}") for k in range(therapists)] + [Place(id=f"door {k}") for k in range(visits)]
    return _day(places, roads, hours, skills, [asked[door] for door in range(visits)])


def office_day(therapists: int, visits: int, seed: int) -> MadeUpDay:
    """A rush-hour day that exact solvers of others can take: one office, everybody alike, no breaks, road and waiting
    equally dear.

    All starts are fixed. Rounds begins each session as early as it can, others may begin later to wait less: only where
    nobody has that choice do both mean the same by the best day.
    """
    rng = Random(f"office {therapists} {visits} {seed}")
    points = np.array([CENTRE, *(somewhere(rng) for _ in range(visits))])
    roads = Roads.between(points, homes=1)
    places = [Place(id="office"), *(Place(id=f"door {k}") for k in range(visits))]
    names = tuple(place.id for place in places)
    firsts = [rng.randrange(8 * HOUR, 17 * HOUR, GRID) for _ in range(visits)]
    problem = Problem(
        horizon=MONDAY,
        shifts=tuple(
            Shift(
                therapist=Therapist(id=f"t{row}"),
                begins=7 * HOUR,
                ends=21 * HOUR,
                start_place=places[0],
                end_place=places[0],
            )
            for row in range(therapists)
        ),
        visits=tuple(
            Visit(
                id=f"v{row}",
                place=places[1 + row],
                service="",
                session=MINUTE * rng.choice(SESSIONS),
                windows=(TimeWindow(first, first),),
            )
            for row, first in enumerate(firsts)
        ),
        travel=roads.table(list(names)),
        weights=Weights(road=1, waiting=1, preference=0),
    )
    return MadeUpDay(problem=problem, roads=roads, places=names)


def _day(
    places: list[Place],
    roads: Roads,
    hours: list[tuple[Seconds, Seconds]],
    skills: list[frozenset[str]],
    asked: list[_Asked],
) -> MadeUpDay:
    services = {service_of(visit.needs): visit.needs for visit in asked}
    names = [place.id for place in places]
    problem = Problem(
        horizon=MONDAY,
        shifts=tuple(
            Shift(
                therapist=Therapist(
                    id=f"t{row}",
                    services=frozenset(name for name, needs in services.items() if needs <= skills[row]),
                ),
                begins=begins,
                ends=ends,
                start_place=places[row],
                end_place=places[row],
            )
            for row, (begins, ends) in enumerate(hours)
        ),
        visits=tuple(
            Visit(
                id=f"v{row}",
                place=places[len(hours) + row],
                service=service_of(visit.needs),
                session=visit.session,
                windows=(visit.window,),
            )
            for row, visit in enumerate(asked)
        ),
        travel=roads.believed(Belief.AVERAGE, names),
        weights=Weights(road=1, waiting=0, preference=0),
    )
    return MadeUpDay(problem=problem, roads=roads, places=tuple(names))


def service_of(needs: frozenset[str]) -> str:
    """Skills asked for together are one service."""
    return "+".join(sorted(needs))


def somewhere(rng: Random) -> tuple[float, float]:
    lat, lng, spread, _ = rng.choices(TOWNS, weights=[town[3] for town in TOWNS])[0]
    return lat + rng.gauss(0, spread) / 111.2, lng + rng.gauss(0, spread) / 80.4


def some_skills(rng: Random) -> list[str]:
    return [rng.choice("FM"), *(name for name in CERTIFICATES if rng.random() < 0.5)]


def _asked(rng: Random, reached: Seconds, skills: frozenset[str]) -> _Asked:
    """A wish that whoever has these skills can keep when at the door at `reached`."""
    start = -(-reached // GRID) * GRID
    window = TimeWindow(start, start)
    if rng.random() >= FIXED:
        length = rng.randrange(3 * HOUR, 4 * HOUR + 1, GRID)
        first = max(8 * HOUR, start - rng.randrange(0, length + 1, GRID))
        window = TimeWindow(min(first, start), max(first + length, start))
    needs = frozenset(skill for skill in sorted(skills) if rng.random() < 0.2)
    return _Asked(session=MINUTE * rng.choice(SESSIONS), window=window, needs=needs)


def _walks(rng: Random, points: Floats, therapists: int, fitting: int) -> list[list[int]]:
    """Doors of each therapist in the order walked: the nearest that are left, therapists taking turns."""
    km = (points[:, None, :] - points[None, :, :]) * np.array([111.2, 80.4])
    apart = np.hypot(km[..., 0], km[..., 1])
    free = list(range(len(points) - therapists))
    rng.shuffle(free)
    left = set(free[:fitting])
    walks: list[list[int]] = [[] for _ in range(therapists)]
    turn = 0
    while left:
        walk = walks[turn % therapists]
        here = therapists + walk[-1] if walk else turn % therapists
        near = min(sorted(left), key=lambda door: apart[here, therapists + door] * (1 + NEAR * rng.random()))
        walk.append(near)
        left.remove(near)
        turn += 1
    return walks
