"""Random days of a life-size practice: a region of 30 by 20 km, rush hours, lunch breaks, limits, wishes."""

from dataclasses import replace
from math import hypot
from random import Random

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import BreakRule, Limits, Shift, Therapist
from optimizer.domain.time import HOUR, MINUTE, TimeWindow, merge
from optimizer.domain.visit import Clearance, Pin, TherapistChoice, Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import BufferPolicy, TravelTimes
from tests.builders import MONDAY

RUSH = (
    (0, 1.0),
    (7 * HOUR, 1.1),
    (8 * HOUR, 1.6),
    (10 * HOUR, 1.1),
    (15 * HOUR, 1.2),
    (17 * HOUR, 1.8),
    (19 * HOUR, 1.0),
)
"""When each band begins, and how much longer a drive takes then."""

SERVICES = ("swedish", "cupping", "sports")


def random_world(
    rng: Random,
    visits: int,
    shifts: int,
    *,
    rush_hour: bool = True,
    breaks: bool = True,
    limits: bool = True,
    wishes: bool = True,
    paces: bool = True,
    fixed_starts: float = 0.4,
) -> Problem:
    """A day with several homes, neighbours at one door, and about as much demand as the caller asks for."""
    doors = [Place(id=f"door {k}") for k in range(max(1, visits - visits // 6))]
    homes = [Place(id=f"home {k}") for k in range(shifts)]
    therapists = [f"t{k}" for k in range(shifts)]
    world = Problem(
        horizon=MONDAY,
        shifts=tuple(
            _shift(rng, name, home, breaks=breaks, limits=limits) for name, home in zip(therapists, homes, strict=True)
        ),
        visits=tuple(
            _visit(rng, f"v{k}", rng.choice(doors), therapists, wishes=wishes, fixed_starts=fixed_starts)
            for k in range(visits)
        ),
        travel=_travel(rng, [*doors, *homes], rush_hour=rush_hour),
        weights=Weights(),
    )
    return at_their_pace(rng, world) if paces else world


def at_their_pace(rng: Random, world: Problem) -> Problem:
    """The same where, one time in two, some drive slower or faster than the travel times say. Drawn last of all."""
    paces = rng.choice(((100,), (100, 100, 70, 85, 120, 150)))
    return replace(world, shifts=tuple(replace(shift, travel_percent=rng.choice(paces)) for shift in world.shifts))


def _travel(rng: Random, places: list[Place], *, rush_hour: bool) -> TravelTimes:
    """Streets at 40 km/h as the crow flies, different by up to a tenth each way."""
    points = [(rng.uniform(0, 30), rng.uniform(0, 20)) for _ in places]
    bands = RUSH if rush_hour else RUSH[:1]
    plain = np.array(
        [[0 if a == b else 60 + 90 * hypot(a[0] - b[0], a[1] - b[1]) for b in points] for a in points]
    ) * np.array([[rng.uniform(1.0, 1.1) for _ in points] for _ in points])
    return TravelTimes.build(
        places=[place.id for place in places],
        starts=[start for start, _ in bands],
        drive=np.array([(plain * factor).astype(np.int64) for _, factor in bands]),
        buffer=BufferPolicy(minutes=5, percent=10),
        source="made up",
    )


def _shift(rng: Random, name: str, home: Place, *, breaks: bool, limits: bool) -> Shift:
    begins = rng.choice((8, 9, 10, 12)) * HOUR
    ends = begins + rng.choice((6, 8, 9)) * HOUR
    middle = (begins + ends) // 2
    lunch = BreakRule(window=TimeWindow(middle - HOUR, middle + HOUR), duration=30 * MINUTE)
    return Shift(
        therapist=Therapist(
            id=name,
            gender=rng.choice(("female", "male")),
            services=rng.choice((None, None, frozenset(rng.sample(SERVICES, 2)))),
        ),
        begins=begins,
        ends=ends,
        start_place=rng.choice((home, home, home, None)),
        end_place=rng.choice((home, home, home, None)),
        breaks=(lunch,) if breaks and rng.random() < 0.6 else (),
        limits=Limits(
            visits=rng.choice((None, 5, 6)),
            hands_on=rng.choice((None, 5 * HOUR)),
            driving=rng.choice((None, None, 3 * HOUR)),
            longest_drive=rng.choice((None, None, HOUR)),
            heavy_visits=rng.choice((None, 2)),
            overtime=rng.choice((0, 0, 30 * MINUTE)),
        )
        if limits
        else Limits(),
    )


def _visit(rng: Random, name: str, door: Place, therapists: list[str], *, wishes: bool, fixed_starts: float) -> Visit:
    opens = rng.randrange(8 * HOUR, 18 * HOUR, 15 * MINUTE)
    length = 0 if rng.random() < fixed_starts else rng.choice((2, 3, 4)) * HOUR
    windows = [TimeWindow(opens, opens + length)]
    if rng.random() < 0.1:
        windows.append(TimeWindow(opens + 5 * HOUR, opens + 6 * HOUR))
    choice, pinned, clearance = TherapistChoice(), None, Clearance.CLEAR
    if wishes and therapists:
        someone = frozenset({rng.choice(therapists)})
        choice = rng.choice(
            (
                *(TherapistChoice(),) * 6,
                TherapistChoice(prefer=someone),
                TherapistChoice(require=someone),
                TherapistChoice(refuse=someone),
                TherapistChoice(gender="female"),
            )
        )
        pinned = rng.choice((*(None,) * 18, Pin(therapist=min(someone)), Pin(therapist=min(someone), start=opens)))
        clearance = rng.choice((*(Clearance.CLEAR,) * 30, Clearance.HOLD))
    return Visit(
        id=name,
        place=door,
        service=rng.choice(SERVICES),
        session=rng.choice((30, 45, 60, 90)) * MINUTE,
        windows=merge(windows),
        parking=rng.choice((0, 5)) * MINUTE,
        setup=10 * MINUTE,
        consultation=rng.choice((0, 0, 10)) * MINUTE,
        wrap_up=5 * MINUTE,
        tear_down=5 * MINUTE,
        priority=rng.choice((50, 50, 50, 20, 90)),
        required=rng.random() < 0.8,
        choice=choice,
        pinned=pinned,
        heavy=rng.random() < 0.2,
        clearance=clearance,
    )
