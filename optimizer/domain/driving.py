"""How a practice drives: which roads it keeps off, whose holidays empty them, and what its own drives have taught."""

from dataclasses import dataclass

from optimizer.domain.time import Seconds

HOURS = 24

USUAL_PERCENT = 100
"""Of who drives as long as the roads say."""

LEAST_PERCENT, MOST_PERCENT, PERCENT_STEP = 70, 150, 5
"""What drives may take a therapist, in percent of what the roads say. In steps: a day then needs 17 tables of travel at
the most, however many work, and nobody's pace is known to less than a step anyway."""


def require_travel_percent(percent: int) -> None:
    """Raises ValueError when drives cannot take a therapist so many percent."""
    if not LEAST_PERCENT <= percent <= MOST_PERCENT or percent % PERCENT_STEP:
        raise ValueError(f"drives take {LEAST_PERCENT} to {MOST_PERCENT} % in steps of {PERCENT_STEP}, not {percent} %")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedArea:
    """What logged drives say of one area more than of all roads.

    Attributes
    ----------
    square
        Its number, as the travel source counts squares of the map.
    workday, weekend
        `factor[hour]` on top of those of `LearnedRoads`. A drive meets the geometric mean of those of its two ends.

    Raises
    ------
    ValueError
        When there are not 24 factors, or one is not between a third and three.
    """

    square: int
    workday: tuple[float, ...]
    weekend: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_factors(self.workday, self.weekend)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRoads:
    """What logged drives say of the roads, put on top of what is known of them anyway.

    Attributes
    ----------
    version
        Counts what was learned in a practice, from 1.
    workday, weekend
        `factor[hour]`: how many times as long as expected a second on the road takes at the full hours of the wall
        clock, a straight line in between; holidays go by the weekend.
    parking
        (town, seconds) where parking was seen to take another time than the practice's default.
    areas
        Where it takes another time at these hours than elsewhere.
    percents
        (therapist, percent of what the roads say) of those whose drives were seen to take them another time.

    Raises
    ------
    ValueError
        When there are not 24 factors, one is not between a third and three, an area is there twice, or a percentage is
        none of the steps.
    """

    version: int
    workday: tuple[float, ...] = (1.0,) * HOURS
    weekend: tuple[float, ...] = (1.0,) * HOURS
    parking: tuple[tuple[str, Seconds], ...] = ()
    percents: tuple[tuple[str, int], ...] = ()
    areas: tuple[LearnedArea, ...] = ()

    def __post_init__(self) -> None:
        _require_factors(self.workday, self.weekend)
        if len({area.square for area in self.areas}) < len(self.areas):
            raise ValueError("an area is learned once")
        for _, percent in self.percents:
            require_travel_percent(percent)

    def percent_of(self, therapist: str) -> int:
        """What drives take a therapist, in percent of what the roads say."""
        return dict(self.percents).get(therapist, USUAL_PERCENT)

    def parking_in(self, town: str | None) -> Seconds | None:
        """Seconds of parking in a town, None where nothing was learned of it."""
        return dict(self.parking).get(town) if town is not None else None


def _require_factors(*profiles: tuple[float, ...]) -> None:
    for factors in profiles:
        if len(factors) != HOURS or not all(1 / 3 <= factor <= 3 for factor in factors):
            raise ValueError("a learned profile has 24 factors from a third to three")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """What of a practice's ways a travel source has to know.

    `holidays` is the region whose public holidays drive like Sundays (`CA-ON`); empty goes by the time zone, `none`
    knows no holidays.
    """

    avoid_tolls: bool = False
    holidays: str = ""
    learned: LearnedRoads | None = None


USUAL = Driving()
