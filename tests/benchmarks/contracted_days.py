"""Fresh days like the shared GTA ones where those are not made up to size: hours by contract, not as long as needed.

`made_up_days` ends a shift when its last visit is done, so that its days are tighter the larger they are. Here
everybody works eight to eleven hours whatever is asked, drives take what they take in the shared instances, and a plan
that is known to exist serves about seven visits of eight. VROOM leaves out 8 to 14 visits of 180 (8 and 9 of the shared
ones).
"""

from random import Random

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift, Therapist
from optimizer.domain.time import HOUR, MINUTE, Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.schedule.world import Ints
from optimizer.travel.times import TravelTimes
from tests.benchmarks.made_up_days import GRID, SESSIONS, service_of, some_skills, somewhere
from tests.benchmarks.rush_hour import ARRIVAL, KM_EAST, KM_NORTH, Floats
from tests.builders import MONDAY

KM = (0, 0.63, 1.55, 3.68, 7.62, 12.56, 17.5, 25.1, 34.4, 46.8, 63.9)
SECONDS = (0, 114, 252, 504, 851, 1221, 1566, 2113, 2800, 3734, 5073)
"""Mean drives of the shared instances by the distance as the crow flies."""
BEGINS, LENGTHS = (8, 9, 9, 10, 12), (8, 9, 10, 11)
IDLE = (0, 0, 0, 15, 15, 30)
"""Minutes that the known plan stands still before a drive."""
WINDOWED = 0.53
LOOKED_AT = 5
"""Nearest clients that a therapist of the known plan tries before going home."""


def contracted_day(therapists: int, visits: int, seed: int) -> Problem:
    """A day of that size, the same for the same seed."""
    rng = Random(f"study {therapists} {visits} {seed}")
    points = np.array([somewhere(rng) for _ in range(therapists + visits)])
    km, drive = _roads(points, therapists)
    skills = [frozenset(some_skills(rng)) for _ in range(therapists)]
    begins = [HOUR * rng.choice(BEGINS) for _ in range(therapists)]
    ends = [begin + HOUR * rng.choice(LENGTHS) for begin in begins]
    sessions = [MINUTE * rng.choice(SESSIONS) for _ in range(visits)]
    starts = _known_plan(rng, km, drive, begins, ends, sessions)
    asked = {door: (_window(rng, start), _needs(rng, skills[row])) for door, (row, start) in starts.items()}
    for door in range(visits):
        if door not in asked:
            window = _window(rng, rng.randrange(9 * HOUR, 18 * HOUR, GRID))
            asked[door] = window, _needs(rng, rng.choice(skills))
    services = {service_of(needs): needs for _, needs in asked.values()}
    homes, doors = ([Place(id=f"{name} {k}") for k in range(n)] for name, n in (("home", therapists), ("door", visits)))
    return Problem(
        horizon=MONDAY,
        shifts=tuple(
            Shift(
                therapist=Therapist(
                    id=f"t{row}",
                    services=frozenset(name for name, needs in services.items() if needs <= skills[row]),
                ),
                begins=begins[row],
                ends=ends[row],
                start_place=homes[row],
                end_place=homes[row],
            )
            for row in range(therapists)
        ),
        visits=tuple(
            Visit(
                id=f"v{door}",
                place=doors[door],
                service=service_of(asked[door][1]),
                session=sessions[door],
                windows=(asked[door][0],),
            )
            for door in range(visits)
        ),
        travel=TravelTimes.build(places=[place.id for place in (*homes, *doors)], starts=[0], drive=drive),
        weights=Weights(road=1, waiting=0, preference=0),
    )


def _known_plan(
    rng: Random,
    km: Floats,
    drive: Ints,
    begins: list[Seconds],
    ends: list[Seconds],
    sessions: list[Seconds],
) -> dict[int, tuple[int, Seconds]]:
    """By client served: the therapist, and when; in turns, one of the nearest clients that the hours allow."""
    therapists = len(begins)
    now, here = list(begins), list(range(therapists))
    left, found, at_work = set(range(len(sessions))), dict[int, tuple[int, Seconds]](), set(range(therapists))
    while at_work and left:
        for row in sorted(at_work):
            now[row] += MINUTE * rng.choice(IDLE)
            away = {door: km[here[row], therapists + door] * (1 + rng.random()) for door in sorted(left)}
            for door in sorted(left, key=away.__getitem__)[:LOOKED_AT]:
                node = therapists + door
                start = -(-(now[row] + int(drive[here[row], node])) // GRID) * GRID
                if start + sessions[door] + int(drive[node, row]) <= ends[row]:
                    found[door] = row, start
                    left.remove(door)
                    now[row], here[row] = start + sessions[door], node
                    break
            else:
                at_work.discard(row)
    return found


def _roads(points: Floats, homes: int) -> tuple[Floats, Ints]:
    """Kilometres as the crow flies, and seconds with what arriving at a door takes."""
    north, east = points.T * np.array([[KM_NORTH], [KM_EAST]])
    km: Floats = np.hypot(north[:, None] - north[None, :], east[:, None] - east[None, :])
    drive = np.ceil(np.interp(km, KM, SECONDS)).astype(np.int64)
    drive[:, homes:] += ARRIVAL
    np.fill_diagonal(drive, 0)
    return km, drive


def _window(rng: Random, start: Seconds) -> TimeWindow:
    if rng.random() >= WINDOWED:
        return TimeWindow(start, start)
    length = HOUR * rng.choice((3, 4))
    first = max(8 * HOUR, start - rng.randrange(0, length + 1, GRID))
    return TimeWindow(first, first + length)


def _needs(rng: Random, skills: frozenset[str]) -> frozenset[str]:
    """What a client whom somebody with these skills may serve asks for: a gender more often than a certificate."""
    return frozenset(skill for skill in sorted(skills) if rng.random() < (0.35 if skill in "FM" else 0.25))
