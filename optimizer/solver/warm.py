"""Compiled and loaded before the clock runs: a made-up day, solved once.

A process that is forked afterwards hands both on. The first time ever on a machine the kernels are compiled, which
takes a minute; later they are read from disk.
"""

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import BreakRule, Shift, Therapist
from optimizer.domain.time import HOUR, MINUTE, Horizon, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.solver.exact import MOST_VISITS
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from optimizer.travel.times import TravelTimes

LONG_ENOUGH = 600.0
"""Seconds: compiling everything fits in; with that done the day is proven at once."""


@cache
def warm_up(is_small: bool) -> None:
    """Solve a made-up day the way a small day, or a large one, is solved."""
    visits = 3 if is_small else MOST_VISITS + 2
    solve(_made_up_day(visits), SolveParams(time_limit=LONG_ENOUGH))


def _made_up_day(visits: int) -> Problem:
    """Two therapists with a lunch break and more visits than they can serve, so that refusals are explained too."""
    home, doors = Place(id="home"), [Place(id=f"door {k}") for k in range(visits)]
    noon = BreakRule(window=TimeWindow(12 * HOUR, 14 * HOUR), duration=30 * MINUTE)
    return Problem(
        horizon=Horizon(date(2026, 1, 5), ZoneInfo("UTC")),
        shifts=tuple(
            Shift(
                therapist=Therapist(id=name),
                begins=9 * HOUR,
                ends=14 * HOUR,
                start_place=home,
                end_place=home,
                breaks=(noon,),
            )
            for name in ("a", "b")
        ),
        visits=tuple(
            Visit(
                id=door.id,
                place=door,
                service="",
                session=HOUR,
                windows=(TimeWindow((8 + k) * HOUR, (9 + k) * HOUR),),
            )
            for k, door in enumerate(doors)
        ),
        travel=TravelTimes.build(
            places=["home", *(door.id for door in doors)],
            starts=[0, 12 * HOUR],
            drive=np.full((2, visits + 1, visits + 1), 10 * MINUTE) + np.array([0, 60])[:, None, None],
        ),
    )
