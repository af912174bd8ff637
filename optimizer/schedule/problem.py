"""One day to plan, complete: nothing else is asked while it is solved or checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from optimizer.domain.therapist import Shift
from optimizer.domain.time import Horizon
from optimizer.domain.visit import Visit
from optimizer.travel.times import TravelTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the last tier of the objective adds up, in points.

    `road` and `waiting` are points a second (time on the road counts with its buffers), `preference` points for each
    visit that does not get a preferred therapist, `stability` points for each one taken from the therapist who keeps
    it (see `Problem.keep`). With the defaults a second on the road weighs as much as ten of waiting, a missed wish as
    much as ten minutes on the road, and a therapist changed as much as twenty.
    """

    road: int = 10
    waiting: int = 1
    preference: int = 6_000
    stability: int = 12_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Shifts, visits and travel of one date.

    Shift ids (therapists) and visit ids are unique; every place occurs in `travel.places`. `keep` names who has a
    visit now, by visit id: to give it to somebody else costs. Empty where nothing has been planned before.

    Raises
    ------
    ValueError
        When an id occurs twice, a place is missing from the travel table or breaks of a shift are out of order.
    """

    horizon: Horizon
    shifts: tuple[Shift, ...]
    visits: tuple[Visit, ...]
    travel: TravelTimes
    weights: Weights = Weights()
    keep: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, ids in (("shift", [s.id for s in self.shifts]), ("visit", [v.id for v in self.visits])):
            if len(set(ids)) != len(ids):
                raise ValueError(f"a {kind} occurs twice")
        doors = {visit.place.id for visit in self.visits}
        homes = {place.id for s in self.shifts for place in (s.start_place, s.end_place) if place is not None}
        if missing := (doors | homes) - set(self.travel.places):
            raise ValueError(f"no travel times for {', '.join(sorted(missing))}")
        for shift in self.shifts:
            for before, after in zip(shift.breaks, shift.breaks[1:], strict=False):
                if before.window.earliest > after.window.earliest or before.window.latest > after.window.latest:
                    raise ValueError(f"the breaks of {shift.id} are out of order")

    @cached_property
    def shift_index(self) -> Mapping[str, int]:
        return {shift.id: row for row, shift in enumerate(self.shifts)}

    @cached_property
    def visit_index(self) -> Mapping[str, int]:
        return {visit.id: row for row, visit in enumerate(self.visits)}
