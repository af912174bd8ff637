"""Home health care days: qualifications, wishes, shared windows, breaks.

In the manner of Mankowska, Meisel and Bierwirth (2014), "The home health care routing and scheduling problem with
interdependent services": patients and one office in a square of 100 km, six kinds of service of which each carer offers
some, windows of two hours. Each patient has one visit; two carers at one door at a time, which that paper also has, is
not modelled. Wishes (preferred and refused carers, genders), breaks and patients who may be seen in either of two
windows are added, as home care has them.
"""

from random import Random

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import BreakRule, Shift, Therapist
from optimizer.domain.time import HOUR, MINUTE, TimeWindow, merge
from optimizer.domain.visit import TherapistChoice, Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import TravelTimes
from tests.builders import MONDAY

KINDS = ("washing", "dressing", "injection", "wound", "exercise", "talk")
SIDE_KM, KMH = 40.0, 45.0
BLOCKS = tuple(TimeWindow(first * HOUR, (first + 2) * HOUR) for first in (7, 9, 11, 13, 15))
"""Windows that patients share: a household hears "between nine and eleven", not an instant of its own."""
LUNCH = BreakRule(window=TimeWindow(11 * HOUR, 14 * HOUR), duration=30 * MINUTE)
WEIGHTS = Weights(road=10, waiting=0, preference=6_000)


def hhcrsp_day(carers: int, patients: int, seed: int, *, breaks: bool) -> Problem:
    """A day of that size, the same for the same seed; without breaks every patient has one window, too."""
    rng = Random(f"{carers} {patients} {seed}")
    places = [Place(id="office"), *(Place(id=f"door {k}") for k in range(patients))]
    points = np.array(
        [(SIDE_KM / 2, SIDE_KM / 2), *((SIDE_KM * rng.random(), SIDE_KM * rng.random()) for _ in places[1:])]
    )
    apart = points[:, None, :] - points[None, :, :]
    seconds = np.ceil(np.hypot(apart[..., 0], apart[..., 1]) * HOUR / KMH).astype(np.int64)
    shifts = tuple(
        Shift(
            therapist=Therapist(
                id=f"carer {k}", gender=rng.choice(("female", "male")), services=frozenset(rng.sample(KINDS, 4))
            ),
            begins=7 * HOUR,
            ends=17 * HOUR,
            start_place=places[0],
            end_place=places[0],
            breaks=(LUNCH,) if breaks else (),
        )
        for k in range(carers)
    )
    ids = [shift.id for shift in shifts]
    return Problem(
        horizon=MONDAY,
        shifts=shifts,
        visits=tuple(
            Visit(
                id=f"patient {k}",
                place=places[1 + k],
                service=rng.choice(KINDS),
                session=MINUTE * rng.choice((20, 30, 45, 60)),
                windows=merge(rng.sample(BLOCKS, 2 if breaks and rng.random() < 0.2 else 1)),
                choice=_choice(rng, ids),
            )
            for k in range(patients)
        ),
        travel=TravelTimes.build(places=[place.id for place in places], starts=[0], drive=seconds),
        weights=WEIGHTS,
    )


def _choice(rng: Random, ids: list[str]) -> TherapistChoice:
    known = rng.sample(ids, min(3, len(ids)))
    return TherapistChoice(
        prefer=frozenset(known[:2]) if rng.random() < 0.5 else frozenset(),
        refuse=frozenset(known[2:]) if rng.random() < 0.1 else frozenset(),
        gender=rng.choice(("female", "male")) if rng.random() < 0.1 else None,
    )
