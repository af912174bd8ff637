"""The judge finds every kind of lie in a plan."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from optimizer.domain.itinerary import Break, Itinerary, Leg, Plan, Status, Step, Stop
from optimizer.domain.therapist import Limits
from optimizer.domain.visit import Clearance, TherapistChoice
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.problem import Problem
from optimizer.travel.times import BufferPolicy
from tests.builders import problem, rest, roads, shift, visit, window
from tests.tiny import tiny_world

TRAVEL = roads({("home", "a"): 30, ("a", "b"): 20, ("home", "b"): 40}, buffer=BufferPolicy(minutes=5))
VISITS = [
    visit("v", "a", window("10:00", "10:30"), parking=300, setup=600, tear_down=300),
    visit("w", "b", window("13:30", "14:00"), parking=300, wrap_up=60),
]
WORLD = problem(VISITS, [shift(breaks=[rest("12:00", "13:00")])], TRAVEL)


def _plan(world: Problem = WORLD) -> Plan:
    return evaluate(world, {"taylor": ["v", "w"]}).plan


def _with_steps(plan: Plan, change: Callable[[tuple[Step, ...]], tuple[Step, ...]]) -> Plan:
    (day,) = plan.itineraries
    return replace(plan, itineraries=(replace(day, steps=change(day.steps)),))


def _each(kind: type, **change: Callable[..., object]) -> Callable[[tuple[Step, ...]], tuple[Step, ...]]:
    def apply(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(
            replace(s, **{name: new(getattr(s, name)) for name, new in change.items()}) if isinstance(s, kind) else s  # type: ignore[arg-type, type-var]
            for s in steps
        )

    return apply


def test_an_honest_plan_passes() -> None:
    assert check(WORLD, _plan()) == []


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (_each(Leg, arrive=lambda t: t - 60), "travel"),
        (_each(Leg, travel=lambda t: t - 60), "travel"),
        (_each(Leg, buffer=lambda t: t - 60), "travel"),
        (_each(Stop, start=lambda t: t - 60), "block"),
        (_each(Stop, finish=lambda t: t - 60), "block"),
        (_each(Stop, depart=lambda t: t - 60), "block"),
        (_each(Stop, setup=lambda _: 0), "block"),
        (_each(Stop, wait=lambda t: t + 1), "wait"),
        (_each(Stop, slack=lambda _: -1), "slack"),
        (_each(Stop, slack=lambda t: t + 1), "slack"),
        (_each(Stop, slack=lambda t: t - 1), "slack"),
        (_each(Leg, meters=lambda _: 1000), "distance"),
        (_each(Break, start=lambda t: t - 7200, finish=lambda t: t - 7200), "break"),
        (_each(Break, finish=lambda t: t - 60), "break"),
        (lambda steps: tuple(s for s in steps if not isinstance(s, Break)), "break"),
        (lambda steps: tuple(s for s in steps if not isinstance(s, Leg)), "route"),
        (lambda steps: steps[:-1], "route"),
        (lambda steps: steps[::-1], "overlap"),
        (lambda steps: tuple(s for s in steps if not (isinstance(s, Stop) and s.visit.id == "w")), "visit_count"),
    ],
)
def test_a_lie_about_the_steps_is_found(lie: Callable[[tuple[Step, ...]], tuple[Step, ...]], code: str) -> None:
    assert code in {violation.code for violation in check(WORLD, _with_steps(_plan(), lie))}


def test_a_visit_that_nobody_asked_for_is_found() -> None:
    other = problem([replace(VISITS[0], session=1800), VISITS[1]], WORLD.shifts, TRAVEL)
    assert "unknown_visit" in {violation.code for violation in check(other, _plan())}


def test_a_wrong_objective_is_found() -> None:
    plan = _plan()
    better = replace(plan.certificate.objective, cost=plan.certificate.objective.cost - 1)
    lie = replace(plan, certificate=replace(plan.certificate, objective=better))
    cost = better.cost + 1
    assert [(v.code, v.detail) for v in check(WORLD, lie)] == [("objective", f"cost adds up to {cost}, not {cost - 1}")]


def test_a_certificate_that_claims_more_than_its_bound_says_is_found() -> None:
    plan = _plan()
    objective = plan.certificate.objective
    beaten = replace(plan.certificate, bound=replace(objective, cost=objective.cost + 1))
    unproven = replace(plan.certificate, status=Status.OPTIMAL, bound=None)
    for certificate in (beaten, unproven):
        assert [v.code for v in check(WORLD, replace(plan, certificate=certificate))] == ["certificate"]


def test_a_drive_with_a_false_time_is_told_both_times() -> None:
    found = check(WORLD, _with_steps(_plan(), _each(Leg, travel=lambda t: t - 60)))
    assert found[0].detail == "the drive from home to a takes 1800 s, not 1740 s"


@pytest.mark.parametrize("seed", range(3))
def test_the_slack_of_honest_days_is_neither_too_much_nor_too_little(seed: int) -> None:
    """Breaks that may move, windows in two parts, rush hour: the timeline and the judge agree to the second."""
    rng, in_order = Random(seed), 0
    for _ in range(400):
        world = tiny_world(rng, visits=rng.randint(1, 4))
        timed = evaluate(world, {"t0": [visit.id for visit in world.visits]})
        assert "slack" not in {violation.code for violation in timed.violations}
        in_order += not timed.violations
    assert in_order > 20


def test_a_shift_from_elsewhere_is_found() -> None:
    plan = _plan()
    stranger = Itinerary(shift=shift("sam"))
    lie = replace(plan, itineraries=(*plan.itineraries, stranger))
    assert "unknown_shift" in {violation.code for violation in check(WORLD, lie)}


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(visits=1), "visit_limit"),
        (Limits(hands_on=7000), "hands_on_limit"),
        (Limits(heavy_visits=1), "heavy_limit"),
        (Limits(driving=5000), "driving_limit"),
        (Limits(longest_drive=2000), "driving_limit"),
    ],
)
def test_a_limit_passed_is_found(limits: Limits, code: str) -> None:
    heavy = [replace(visit, heavy=True) for visit in VISITS]
    world = problem(heavy, [shift(breaks=[rest("12:00", "13:00")], limits=limits)], TRAVEL)
    assert code in {violation.code for violation in check(world, _plan(world))}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"clearance": Clearance.HOLD}, "clearance"),
        ({"service": "cupping"}, "skill"),
        ({"choice": TherapistChoice(refuse=frozenset({"taylor"}))}, "therapist"),
        ({"choice": TherapistChoice(require=frozenset({"sam"}))}, "therapist"),
        ({"choice": TherapistChoice(gender="female")}, "gender"),
    ],
)
def test_a_therapist_who_may_not_take_the_visit_is_found(change: dict[str, object], code: str) -> None:
    who = shift(breaks=[rest("12:00", "13:00")], gender="male", services=frozenset({"swedish"}))
    world = problem([replace(VISITS[0], **change), VISITS[1]], [who], TRAVEL)  # type: ignore[arg-type]
    assert {violation.code for violation in check(world, _plan(world))} == {code}
