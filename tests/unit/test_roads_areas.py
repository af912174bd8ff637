"""Learning by place: what an area has apart is told from the whole; where nothing is apart nothing changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from data.roads.areas import FEWEST_IN_AREA, fit_areas, squares_of, try_areas
from data.roads.drive_kernel import SIDE_KM, SQUARE, SQUARE_CELLS
from data.roads.driven import Driven, expected, seen
from data.roads.estimate import EstimateSource
from data.roads.free_flow import embedded
from data.roads.snapped import SnappedRoads
from optimizer.domain.driving import HOURS, Driving, LearnedArea, LearnedRoads
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR, MINUTE, Horizon
from optimizer.travel.kernels import travel_at
from optimizer.travel.times import BufferPolicy
from tests.unit.test_roads_lesson import FIRST, TORONTO

ROADS = EstimateSource()
MONDAY = Horizon(date(2026, 11, 23), TORONTO)
FLAT = (1.0,) * HOURS
DOWNTOWN, BRAMPTON, GUELPH = (43.66, -79.39), (43.70, -79.76), (43.54, -80.25)


def square(point: tuple[float, float]) -> int:
    model = embedded()
    return int(model.doors(model.project_degrees([point])).points[0, SQUARE])


def place(name: str, point: tuple[float, float]) -> Place:
    return Place(id=name, coordinate=Coordinate(lat=point[0], lng=point[1]))


def around(point: tuple[float, float], rng: np.random.Generator) -> tuple[float, float]:
    return point[0] + rng.uniform(-0.015, 0.015), point[1] + rng.uniform(-0.02, 0.02)


TRUE = LearnedRoads(
    version=1,
    areas=(
        LearnedArea(
            square=square(DOWNTOWN),
            workday=tuple(1.0 + 0.4 * np.exp(-0.5 * ((hour - 15) / 2) ** 2) for hour in range(HOURS)),
            weekend=FLAT,
        ),
        LearnedArea(square=square(GUELPH), workday=(0.85,) * HOURS, weekend=(0.85,) * HOURS),
    ),
)
"""Downtown is slow in the afternoons of workdays, Guelph quick all day, Brampton as everywhere."""


def city(days: int, truth: LearnedRoads, *, seed: int = 1) -> list[Driven]:
    """So many days of two therapists between and within three towns, drawn from the true roads."""
    rng, asked = np.random.default_rng(seed), []
    for ahead in range(days):
        for therapist in ("taylor", "kim"):
            towns = [(DOWNTOWN, BRAMPTON, GUELPH)[int(k)] for k in rng.choice(3, 6, p=(0.4, 0.4, 0.2))]
            spots = [place(f"{therapist} {ahead} {k}", around(town, rng)) for k, town in enumerate(towns)]
            asked += [
                Driven(
                    therapist=therapist,
                    horizon=Horizon(FIRST + timedelta(days=ahead), TORONTO),
                    origin=a,
                    destination=b,
                    departed=int(at),
                    took=1,
                )
                for a, b, at in zip(spots, spots[1:], np.sort(rng.integers(8 * HOUR, 19 * HOUR, 5)), strict=False)
            ]
    took = expected(asked, ROADS, Driving(learned=truth)) * np.exp(0.1 * rng.standard_normal(len(asked)))
    return [replace(drive, took=max(30, int(each))) for drive, each in zip(asked, took, strict=True)]


def travel(places: Sequence[Place], learned: LearnedRoads | None, horizon: Horizon = MONDAY) -> np.ndarray:
    return ROADS.travel_times(places, horizon, BufferPolicy(roads=Driving(learned=learned))).drive


@pytest.mark.slow
def test_what_areas_have_apart_is_found_and_days_held_out_are_told_better() -> None:
    drives = city(70, TRUE)
    trial, areas = try_areas(drives, ROADS, Driving())
    assert trial.helps, trial.why
    assert trial.after < trial.before * 0.9
    found = {area.square: area for area in areas}
    downtown, guelph = found[square(DOWNTOWN)], found[square(GUELPH)]
    assert downtown.workday[15] == pytest.approx(1.4, abs=0.08)
    assert downtown.workday[9] == pytest.approx(1.0, abs=0.08)
    assert np.mean(guelph.workday[9:18]) == pytest.approx(0.85, abs=0.04)
    brampton = found.get(square(BRAMPTON))
    assert brampton is None or np.mean(brampton.workday[9:18]) == pytest.approx(1.0, abs=0.05)
    # What is learned is not learned again as if it were new.
    again, _ = try_areas(drives, ROADS, Driving(learned=LearnedRoads(version=1, areas=areas)))
    assert not again.helps


@pytest.mark.slow
def test_where_all_areas_are_alike_none_is_told_apart() -> None:
    slow = LearnedRoads(version=1, workday=(1.2,) * HOURS)
    kept = []
    for seed in range(4):
        trial, areas = try_areas(city(40, slow, seed=seed), ROADS, Driving(learned=slow))
        kept.append(trial.helps)
        assert all(np.abs(np.log([*area.workday, *area.weekend])).max() < 0.08 for area in areas)
    assert sum(kept) <= 1


def test_little_seen_of_an_area_moves_it_little_and_less_than_that_not_at_all() -> None:
    drives = city(20, TRUE)
    far = [drive for drive in drives if square(GUELPH) in squares_of([drive])[0]]
    near = [drive for drive in drives if square(GUELPH) not in squares_of([drive])[0]]

    def guelph(count: int) -> float:
        some = [*near, *far[:count]]
        areas = fit_areas(seen(some, expected(some, ROADS, Driving()), ""), squares_of(some))
        return float(np.mean([area.workday[9:18] for area in areas if area.square == square(GUELPH)] or [1.0]))

    assert guelph(FEWEST_IN_AREA // 2 - 1) == 1.0
    assert abs(guelph(FEWEST_IN_AREA) - 1) < 0.15
    assert guelph(len(far)) == pytest.approx(0.85, abs=0.06)


def test_too_few_drives_or_one_area_only_teach_nothing_and_say_why() -> None:
    assert "too few" in try_areas([], ROADS, Driving())[0].why
    assert "too few" in try_areas(city(2, TRUE), ROADS, Driving())[0].why
    home = [
        replace(drive, destination=place("next door", DOWNTOWN), origin=place("downtown", (43.665, -79.38)))
        for drive in city(12, LearnedRoads(version=1))
    ]
    usual = expected(home, ROADS, Driving())
    trial, areas = try_areas(
        [replace(drive, took=int(took)) for drive, took in zip(home, usual, strict=True)], ROADS, Driving()
    )
    assert (trial.helps, areas) == (False, ())
    assert "two areas" in trial.why


def test_an_area_slows_drives_that_end_in_it_half_as_much_as_those_within_it_and_no_others() -> None:
    places = [place("a", DOWNTOWN), place("b", (43.665, -79.38)), place("c", BRAMPTON), place("d", GUELPH)]
    slow = LearnedArea(square=square(DOWNTOWN), workday=(1.44,) * HOURS, weekend=FLAT)
    usual, learned = (travel(places, each) for each in (None, LearnedRoads(version=1, areas=(slow,))))
    share = learned[3:20] / np.maximum(usual[3:20], 1)
    assert share[:, 0, 1] == pytest.approx(1.44, abs=0.02)
    assert share[:, 0, 2] == pytest.approx(1.2, abs=0.03)  # slower, it also meets other hours
    assert (learned[:, 2, 3] == usual[:, 2, 3]).all()
    assert (learned == learned.transpose(0, 2, 1)).all()
    sunday = Horizon(date(2026, 11, 22), TORONTO)
    assert (travel(places, LearnedRoads(version=1, areas=(slow,)), sunday) == travel(places, None, sunday)).all()


def everywhere(seed: int) -> LearnedRoads:
    """Wild factors in every square that there is."""
    rng = np.random.default_rng(seed)
    areas = [
        LearnedArea(square=number, workday=tuple(factors[:HOURS]), weekend=tuple(factors[HOURS:]))
        for number, factors in enumerate(np.exp(rng.uniform(-0.45, 0.45, (224, 2 * HOURS))), start=1)
    ]
    return LearnedRoads(version=1, areas=tuple(areas))


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 1)], ids=["a workday", "the clocks change"])
def test_whatever_areas_are_learned_leaving_later_never_arrives_earlier(day: date) -> None:
    rng, horizon = np.random.default_rng(8), Horizon(day, TORONTO)
    spots = zip(rng.uniform(43.4, 43.95, 14), rng.uniform(-80.3, -79.2, 14), strict=True)
    places = [place(str(k), spot) for k, spot in enumerate(spots)]
    table = ROADS.travel_times(places, horizon, BufferPolicy(roads=Driving(learned=everywhere(3))))
    for i in range(len(places)):
        for j in range(len(places)):
            arrivals = [at + travel_at(table.starts, table.drive, i, j, at) for at in range(0, horizon.length, MINUTE)]
            assert arrivals == sorted(arrivals)


def test_every_home_of_a_cell_lies_in_one_area_so_that_what_the_public_is_told_stays_a_bound() -> None:
    model, rng = embedded(), np.random.default_rng(9)
    policy = BufferPolicy(minutes=5, percent=10, roads=Driving(learned=everywhere(4)))
    snapped, side = SnappedRoads(ROADS), SIDE_KM * SQUARE_CELLS
    # Cells on both sides of a border of squares, their homes up to the last metres before it.
    for corner in (np.array([0.0, 0.0]), np.array([side, -side]), np.array([-side, 0.0])):
        for cell in (corner - SIDE_KM, corner, corner + np.array([-SIDE_KM, 0.0])):
            inside = np.vstack([rng.uniform(1e-6, SIDE_KM - 1e-6, (30, 2)), [[1e-6, 1e-6], [SIDE_KM - 1e-6] * 2]])
            homes = [place(f"h{k}", point) for k, point in enumerate(model.degrees(cell + inside))]
            asked = [
                place(f"q{k}", point) for k, point in enumerate(model.degrees(cell + rng.uniform(-20, 20, (5, 2))))
            ]
            for center in asked:
                bound, real = (roads.spokes(center, homes, MONDAY, policy).out for roads in (snapped, ROADS))
                assert (bound >= real).all()
                assert (bound == bound[:, :1]).all()
