"""Random worlds so small that every second of them can be walked: a day of about a minute and a half."""

from datetime import date
from random import Random

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import BreakRule, Limits, Shift, Therapist
from optimizer.domain.time import Horizon, TimeWindow, merge
from optimizer.domain.visit import Clearance, Pin, TherapistChoice, Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import BufferPolicy, TravelTimes
from tests.builders import TORONTO
from tests.worlds import at_their_pace

DAYS = (date(2026, 11, 23), date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14))
"""A plain Monday and the days on which clocks change."""

END = 90
"""When shifts end at the latest, in seconds."""


def tiny_world(rng: Random, *, visits: int, shifts: int = 1, steady: bool = False) -> Problem:
    """Everything a day can have, at random: bands, buffers, paces, shared doors, breaks, limits, windows, wishes."""
    doors = [Place(id=f"p{k}") for k in range(rng.randint(2, 6))]
    bands = [0] if steady else sorted(rng.sample(range(0, END, 5), rng.randint(1, 4)))
    table = np.array([[[rng.randint(1, 12) for _ in doors] for _ in doors] for _ in bands])
    table[:, range(len(doors)), range(len(doors))] = 0
    travel = TravelTimes.build(
        places=[door.id for door in doors],
        starts=bands,
        drive=table,
        buffer=BufferPolicy(percent=rng.choice((0, 0, 10, 50))),
    )
    names = [f"t{k}" for k in range(shifts)]
    world = Problem(
        horizon=Horizon(rng.choice(DAYS), TORONTO),
        shifts=tuple(_shift(rng, name, doors) for name in names),
        visits=tuple(_visit(rng, f"v{k}", doors, names) for k in range(visits)),
        travel=travel,
        weights=Weights(road=rng.choice((0, 1, 10)), waiting=rng.choice((0, 1, 3)), preference=rng.choice((0, 40))),
    )
    return at_their_pace(rng, world)


def _shift(rng: Random, name: str, doors: list[Place]) -> Shift:
    begins = rng.randint(0, 20)
    first = rng.randint(0, 40)
    breaks: list[BreakRule] = []
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        opens = first + rng.randint(0, 15)
        last = max([opens, *(rule.window.latest for rule in breaks)]) + rng.randint(0, 20)
        breaks.append(BreakRule(window=TimeWindow(opens, last), duration=rng.randint(1, 8)))
        first = opens
    return Shift(
        therapist=Therapist(
            id=name,
            gender=rng.choice(("female", "male")),
            services=rng.choice((None, None, frozenset({"swedish"}))),
        ),
        begins=begins,
        ends=rng.randint(begins + 20, END),
        start_place=rng.choice((None, *doors)),
        end_place=rng.choice((None, *doors)),
        breaks=tuple(breaks),
        limits=Limits(
            visits=rng.choice((None, None, 3)),
            hands_on=rng.choice((None, None, 20)),
            driving=rng.choice((None, None, None, 25)),
            longest_drive=rng.choice((None, None, None, 9)),
            heavy_visits=rng.choice((None, 1)),
            overtime=rng.choice((0, 0, 10)),
        ),
    )


def _visit(rng: Random, name: str, doors: list[Place], therapists: list[str]) -> Visit:
    windows = []
    for _ in range(rng.choice((1, 1, 1, 2))):
        opens = rng.randint(0, 60)
        windows.append(TimeWindow(opens, opens + rng.choice((0, 0, 10, 30, 60))))
    pinned = Pin(therapist=rng.choice(therapists), start=rng.choice((None, windows[0].earliest)))
    return Visit(
        id=name,
        place=rng.choice(doors),
        service=rng.choice(("swedish", "swedish", "cupping")),
        session=rng.randint(3, 9),
        windows=merge(windows),
        parking=rng.choice((0, 0, 2)),
        setup=rng.choice((0, 1, 3)),
        consultation=rng.choice((0, 0, 2)),
        wrap_up=rng.choice((0, 1)),
        tear_down=rng.choice((0, 1, 2)),
        priority=rng.choice((1, 50, 100)),
        required=rng.random() < 0.8,
        choice=TherapistChoice(
            require=rng.choice((frozenset(), frozenset(), frozenset({rng.choice(therapists)}))),
            prefer=rng.choice((frozenset(), frozenset({rng.choice(therapists)}))),
            gender=rng.choice((None, None, None, "female")),
        ),
        pinned=pinned if rng.random() < 0.15 else None,
        heavy=rng.random() < 0.3,
        clearance=rng.choice((Clearance.CLEAR,) * 9 + (Clearance.HOLD,)),
    )
