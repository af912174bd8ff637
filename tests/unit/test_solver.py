"""Small days, planned by the subset programme and by the search: both must see what a planner would see."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from optimizer.domain.itinerary import Itinerary, Plan, Status, Stop
from optimizer.domain.reason import Reason
from optimizer.domain.therapist import Limits
from optimizer.domain.time import HOUR, MINUTE
from optimizer.domain.visit import Clearance, Pin, TherapistChoice
from optimizer.schedule.checker import check
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.decode import decode, explained
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from tests.builders import clock, problem, rest, roads, shift, visit, window
from tests.searching import searched

ROADS = roads(
    {
        ("brampton", "milton"): 30,
        ("brampton", "oakville"): 40,
        ("brampton", "guelph"): 60,
        ("milton", "oakville"): 20,
        ("milton", "guelph"): 30,
        ("oakville", "guelph"): 50,
    }
)

Planner = Callable[[Problem], Plan]


def by_subsets(world: Problem) -> Plan:
    day = Day.of(world)
    proven = solve_exact(day)
    assert proven is not None
    return explained(day, decode(day, proven, engine="exact", seed=1, status=Status.OPTIMAL), until=inf)


def by_search(world: Problem) -> Plan:
    day = Day.of(world)
    return explained(day, decode(day, searched(day), engine="search", seed=1), until=inf)


@pytest.fixture(params=[by_subsets, by_search])
def plan(request: pytest.FixtureRequest) -> Planner:
    """Both ways to plan; every plan is put before the judge."""

    def checked(world: Problem) -> Plan:
        made: Plan = request.param(world)
        assert check(world, made) == []
        return made

    return checked


def orders(made: Plan) -> dict[str, tuple[str, ...]]:
    return {day.shift.id: day.order for day in made}


def left_out(made: Plan) -> dict[str, set[Reason]]:
    return {left.visit.id: {why.reason for why in left.rejections} for left in made.unassigned}


def stop(made: Plan, name: str) -> Stop:
    return next(stop for day in made for stop in day.stops if stop.visit.id == name)


def test_a_day_without_visits_leaves_everybody_at_home(plan: Planner) -> None:
    made = plan(problem([], [shift(home="brampton", end="brampton")], ROADS))
    assert made.itineraries[0].steps == ()
    assert made.unassigned == ()


def test_a_day_without_therapists_says_so_for_each_visit() -> None:
    visits = [visit(f"v{k}", "milton") for k in range(20)]
    made = solve(problem(visits, [], ROADS), SolveParams()).plan
    (why,) = made.unassigned[0].rejections
    assert (why.reason, why.shift, why.detail) == (Reason.CAPACITY, "", "no therapist works on this day")


def test_visits_are_driven_in_the_cheapest_order(plan: Planner) -> None:
    visits = [visit(at, at, minutes=30) for at in ("guelph", "oakville", "milton")]
    made = plan(problem(visits, [shift(home="brampton", end="brampton")], ROADS))
    assert orders(made)["taylor"] in {("oakville", "milton", "guelph"), ("guelph", "milton", "oakville")}
    assert made.totals.travel == (40 + 20 + 30 + 60) * MINUTE


def test_each_therapist_takes_what_is_near_home(plan: Planner) -> None:
    team = [shift("guy", home="guelph", end="guelph"), shift("olive", home="oakville", end="oakville")]
    made = plan(problem([visit("ann", "oakville"), visit("bea", "guelph")], team, ROADS))
    assert orders(made) == {"guy": ("bea",), "olive": ("ann",)}


def test_when_two_visits_exclude_each_other_the_higher_priority_goes(plan: Planner) -> None:
    rivals = [
        visit("low", "milton", window("10:00"), priority=10),
        visit("high", "guelph", window("10:00"), priority=90),
    ]
    made = plan(problem(rivals, [shift(home="brampton", end="brampton")], ROADS))
    assert orders(made) == {"taylor": ("high",)}
    assert set(left_out(made)) == {"low"}


def test_one_required_visit_outweighs_any_number_of_optional_ones(plan: Planner) -> None:
    wishes = [visit(f"wish {k}", "brampton", window("9:00", "12:00"), priority=100, required=False) for k in range(3)]
    must = visit("must", "guelph", window("10:00"), minutes=240, priority=1)
    made = plan(problem([*wishes, must], [shift(hours=("9:00", "15:00"), home="brampton", end="brampton")], ROADS))
    assert orders(made) == {"taylor": ("must",)}


def test_a_pinned_visit_stays_with_its_therapist_at_its_start(plan: Planner) -> None:
    team = [shift("guy", home="guelph", end="guelph"), shift("olive", home="oakville", end="oakville")]
    pinned = visit("ann", "oakville", window("9:00", "12:00"), pinned=Pin(therapist="guy", start=clock("14:00")))
    made = plan(problem([pinned, visit("bea", "oakville", window("14:00"))], team, ROADS))
    assert orders(made) == {"guy": ("ann",), "olive": ("bea",)}
    assert stop(made, "ann").start == clock("14:00")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"service": "cupping"}, Reason.SKILL),
        ({"choice": TherapistChoice(refuse=frozenset({"taylor"}))}, Reason.THERAPIST),
        ({"choice": TherapistChoice(gender="female")}, Reason.GENDER),
        ({"clearance": Clearance.HOLD}, Reason.CLEARANCE),
    ],
)
def test_a_visit_that_nobody_may_take_names_the_rule(plan: Planner, asked: dict[str, object], reason: Reason) -> None:
    someone = shift(home="brampton", end="brampton", gender="male", services=frozenset({"swedish"}))
    made = plan(problem([visit("ann", "milton", **asked), visit("bea", "milton")], [someone], ROADS))
    assert left_out(made) == {"ann": {reason}}


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(visits=1), Reason.VISIT_LIMIT),
        (Limits(hands_on=HOUR), Reason.HANDS_ON_LIMIT),
        (Limits(heavy_visits=1), Reason.HEAVY_LIMIT),
        (Limits(driving=70 * MINUTE), Reason.DRIVING_LIMIT),
        (Limits(longest_drive=45 * MINUTE), Reason.DRIVING_LIMIT),
    ],
)
def test_a_limit_leaves_the_farther_visit_out_and_is_named(plan: Planner, limits: Limits, reason: Reason) -> None:
    someone = shift(home="brampton", end="brampton", limits=limits)
    visits = [visit("near", "milton", heavy=True), visit("far", "guelph", heavy=True)]
    made = plan(problem(visits, [someone], ROADS))
    assert orders(made) == {"taylor": ("near",)}
    assert reason in left_out(made)["far"]


def test_a_lunch_break_keeps_a_visit_out_and_is_named(plan: Planner) -> None:
    someone = shift(hours=("11:00", "13:00"), home="milton", end="milton", breaks=[rest("11:00", "12:30", 60)])
    made = plan(problem([visit("ann", "milton", window("11:00"), minutes=120)], [someone], ROADS))
    assert left_out(made) == {"ann": {Reason.BREAK}}


def test_a_couple_in_one_house_shares_the_set_up(plan: Planner) -> None:
    couple = [visit(name, "milton", minutes=60, parking=5 * MINUTE, setup=10 * MINUTE) for name in ("ann", "bob")]
    made = plan(problem(couple, [shift(hours=("9:00", "12:15"), home="brampton", end="brampton")], ROADS))
    assert made.unassigned == ()
    first, second = made.itineraries[0].stops
    assert (first.parking + first.setup, second.parking + second.setup) == (15 * MINUTE, 0)


def test_a_wish_is_worth_a_detour_but_not_a_long_one(plan: Planner) -> None:
    team = [shift("guy", home="guelph", end="guelph"), shift("olive", home="oakville", end="oakville")]
    wish = TherapistChoice(prefer=frozenset({"guy"}))
    near, far = visit("near", "milton", choice=wish), visit("far", "oakville", choice=wish)
    world = problem([near], team, ROADS)
    # Twenty minutes more on the road, both ways together, cost 12,000 points; the wish is worth 13,000 here.
    assert orders(plan(replace(world, weights=replace(world.weights, preference=13_000))))["guy"] == ("near",)
    assert orders(plan(replace(world, visits=(far,))))["olive"] == ("far",)


def test_overtime_is_the_last_resort(plan: Planner) -> None:
    late = visit("late", "milton", window("15:00"))
    someone = shift("guy", ("9:00", "16:00"), home="milton", end="milton", limits=Limits(overtime=HOUR))
    longer = shift("olive", ("9:00", "18:00"), home="oakville", end="oakville")
    made = plan(problem([late], [someone, longer], ROADS))
    assert orders(made) == {"guy": ("late",), "olive": ()}
    tight = replace(someone, ends=clock("15:30"))
    made = plan(problem([late], [tight, longer], ROADS))
    assert orders(made) == {"guy": (), "olive": ("late",)}
    made = plan(problem([late], [tight], ROADS))
    assert made.itineraries[0].overtime == 30 * MINUTE


def test_a_shift_without_homes_begins_and_ends_at_clients_doors(plan: Planner) -> None:
    made = plan(problem([visit("ann", "milton"), visit("bea", "guelph")], [shift(home=None, end=None)], ROADS))
    assert made.totals.travel == 30 * MINUTE


def test_rush_hour_decides_the_order(plan: Planner) -> None:
    jam = roads(
        {
            ("home", "east"): (30, 30, 30),
            ("home", "west"): (30, 30, 30),
            ("east", "west"): (10, 90, 90),
            ("west", "east"): (10, 10, 90),
        },
        bands=("0:00", "10:30", "15:00"),
    )
    visits = [visit("east", "east", window("9:00", "12:00")), visit("west", "west", window("9:00", "12:00"))]
    made = plan(problem(visits, [shift(hours=("8:30", "15:00"))], jam))
    assert orders(made) == {"taylor": ("west", "east")}


def test_a_small_day_is_proven_and_the_certificate_says_so() -> None:
    made = solve(problem([visit("ann", "milton")], [shift(home="brampton", end="brampton")], ROADS), SolveParams()).plan
    certificate = made.certificate
    assert (certificate.status, certificate.engine) == (Status.OPTIMAL, "subset programme")
    assert certificate.bound == certificate.objective
    assert certificate.gap == 0.0
    assert certificate.checked


def test_the_same_refusal_by_two_therapists_is_told_for_each() -> None:
    team = [shift(name, home="brampton", end="brampton") for name in ("guy", "olive")]
    asked = visit("ann", "milton", clearance=Clearance.HOLD)
    made = solve(problem([asked], team, ROADS), SolveParams()).plan
    assert [(why.reason, why.shift) for why in made.unassigned[0].rejections] == [
        (Reason.CLEARANCE, "guy"),
        (Reason.CLEARANCE, "olive"),
    ]


def test_where_time_runs_out_what_matters_most_has_its_reasons_and_the_rest_claims_none() -> None:
    team = [shift(name, home="brampton", end="brampton") for name in ("guy", "olive")]
    asked = [visit(f"v{k}", "milton", window("4:00"), priority=k, required=k != 2) for k in range(3)]
    day = Day.of(problem(asked, team, ROADS))
    plan = explained(day, decode(day, ((), ()), engine="none", seed=1), until=-inf)
    assert [left.rejections for left in plan.unassigned] == [(), (), ()]
    plan = explained(day, decode(day, ((), ()), engine="none", seed=1), until=inf)
    assert [len(left.rejections) for left in plan.unassigned] == [2, 2, 2]


def test_with_one_therapist_the_visit_that_matters_most_is_explained_however_late_it_is() -> None:
    asked = [visit(f"v{k}", "milton", window("4:00"), priority=k, required=k != 2) for k in range(3)]
    day = Day.of(problem(asked, [shift(home="brampton", end="brampton")], ROADS))
    plan = explained(day, decode(day, ((),), engine="none", seed=1), until=-inf)
    assert [len(left.rejections) for left in plan.unassigned] == [0, 1, 0]


def test_a_time_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves no time to plan"):
        SolveParams(time_limit=0)


def test_an_empty_day_costs_nothing() -> None:
    made = solve(problem([], [shift(home="brampton", end="brampton")], ROADS), SolveParams()).plan
    assert made.itineraries == (Itinerary(shift=made.itineraries[0].shift),)
    assert made.certificate.objective.cost == 0
