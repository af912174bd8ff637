"""The published instances as problems: published solutions keep every promise and cost what was published."""

import json
from time import monotonic

import pytest

from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.timeline import Day
from optimizer.solver.long_days import search
from optimizer.solver.ruin import Ruin
from tests.benchmarks.instances import BENCH, solomon, tsptw

pytestmark = pytest.mark.skipif(not BENCH.exists(), reason=f"no {BENCH}: the benchmark files are not part of Rounds")


@pytest.mark.parametrize("name", ["C109", "R101", "RC208"])
def test_a_published_solution_of_solomon_is_a_plan_of_the_published_distance(name: str) -> None:
    instance = solomon(name)
    lines = (BENCH / "solomon" / f"{name}.sol").read_text().splitlines()
    routes = [line.split(":")[1].split() for line in lines if line.startswith("Route")]
    found = evaluate(instance.problem, {f"t{row}": route for row, route in enumerate(routes)})
    assert found.violations == ()
    assert found.plan.certificate.objective.cost == instance.best_known


def test_vehicles_hold_no_more_than_their_capacity() -> None:
    problem = solomon("C109").problem
    too_many = [visit.id for visit in problem.visits if visit.session >= 10]
    violations = evaluate(problem, {"t0": too_many}).violations
    assert "hands_on_limit" in {violation.code for violation in violations}


@pytest.mark.parametrize("name", ["rc_201.1", "rc_205.2", "rc_207.4"])
def test_a_published_order_of_one_therapist_is_back_when_published(name: str) -> None:
    instance = tsptw(name)
    given = json.loads((BENCH / "tsptw" / f"{name}.json").read_text())
    found = evaluate(instance.problem, {"t0": ["leave", *map(str, given["best_known_order"])]})
    assert found.violations == ()
    assert found.plan.certificate.objective.cost == instance.best_known
    assert abs(found.plan.certificate.objective.cost / 10_000 - given["best_known_makespan"]) < 0.01


@pytest.mark.parametrize("name", ["rc_201.1", "rc_202.2", "rc_203.1", "rc_205.1"])
def test_the_search_finds_the_published_optimum_of_one_therapist(name: str) -> None:
    instance = tsptw(name)
    ruin = Ruin.of(Day.of(instance.problem), seed=1)
    list(ruin.insert_all())
    search(ruin, 1.0, lambda *_: None, until=monotonic() + 60.0, stop=lambda: False)
    assert (ruin.worth.left_out, ruin.worth.points) == (0, instance.best_known)
