"""Learning who takes longer on the road, in a made-up city where that is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from data.roads.driven import Driven
from data.roads.estimate import EstimateSource
from data.roads.pace import Percents, try_paces
from optimizer.domain.driving import Driving, LearnedRoads
from tests.unit.test_roads_lesson import city

ROADS = EstimateSource()
AS_TOLD = LearnedRoads(version=1)
"""The time of day is as everybody thinks."""


def driven(factors: Mapping[str, float], *, days: int = 40, seed: int = 1) -> list[Driven]:
    """Taylor and Kim, each so many times as long as the roads say."""
    return [
        replace(drive, took=round(drive.took * factors.get(drive.therapist, 1.0)))
        for drive in city(days, truth=AS_TOLD, seed=seed)
    ]


def of(
    drives: Sequence[Driven], *, known: Percents = (), said: Mapping[str, int] | None = None
) -> tuple[bool, str, Percents]:
    ways = Driving(learned=replace(AS_TOLD, percents=known))
    trial, percents = try_paces(drives, ROADS, ways, said=said or {})
    return trial.helps, trial.why, percents


def test_who_is_slower_and_who_quicker_is_found_to_a_step_and_tells_days_held_out_better() -> None:
    trial, percents = try_paces(driven({"taylor": 1.25, "kim": 0.9}), ROADS, Driving())
    assert trial.helps, trial.why
    assert trial.after < trial.before * 0.8
    assert dict(percents)["taylor"] in {120, 125, 130}
    assert dict(percents)["kim"] in {85, 90, 95}


def test_what_is_known_already_has_to_be_bettered() -> None:
    drives = driven({"taylor": 1.25})
    found = of(drives)[2]
    assert of(drives, known=found)[0] is False
    # Driving has changed: what was learned is given up for what is true now.
    helps, _, percents = of(driven({}), known=found)
    assert (helps, percents) == (True, ())


def test_without_a_difference_nothing_is_learned() -> None:
    found = [of(driven({}, seed=seed)) for seed in range(6)]
    assert [percents for _, _, percents in found] == [()] * 6
    assert not any(helps for helps, _, _ in found)


def test_a_pace_that_few_drives_show_is_drawn_towards_everybodys() -> None:
    drives = driven({"taylor": 1.4})
    others = [drive for drive in drives if drive.therapist == "kim"]
    hers = [drive for drive in drives if drive.therapist == "taylor"]
    few, some, all_of_them = (dict(of([*others, *hers[:count]])[2]).get("taylor", 100) for count in (1, 6, len(hers)))
    assert few == 100 < some < all_of_them == 140


def test_what_was_set_by_hand_stays_and_is_not_learned() -> None:
    drives = driven({"taylor": 1.25, "kim": 0.85})
    helps, _, percents = of(drives, said={"taylor": 100})
    assert helps
    assert set(dict(percents)) == {"kim"}
    assert of(drives, said={"taylor": 125, "kim": 85})[:2] == (False, "all of it has been set by hand")


def test_one_therapist_alone_is_not_told_from_the_roads() -> None:
    alone = [drive for drive in driven({"taylor": 1.3}, days=60) if drive.therapist == "taylor"]
    assert of(alone)[:2] == (False, "only one therapist has told of drives")
    assert "too few" in of(driven({}, days=2))[1]
    assert "too few" in of([])[1]


def test_no_pace_leaves_what_plans_can_have() -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        factors = {name: float(rng.uniform(0.5, 2.1)) for name in ("taylor", "kim")}
        assert all(70 <= percent <= 150 and percent % 5 == 0 for _, percent in of(driven(factors, days=15))[2])


@pytest.mark.parametrize("percent", [69, 72, 155, 0])
def test_a_percentage_between_the_steps_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="in steps of 5"):
        LearnedRoads(version=1, percents=(("taylor", percent),))
