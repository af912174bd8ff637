"""The certificate in sentences: each says no more than what is proven."""

from dataclasses import replace

from api.feeds.proof import explanation
from optimizer.domain.itinerary import Certificate, Objective, Plan, Status, Unassigned
from optimizer.domain.visit import Visit
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from tests.builders import problem, roads, shift, visit, window

ROADS = roads({("home", "milton"): 30, ("home", "guelph"): 60, ("milton", "guelph"): 30})


def _solved(*visits: Visit) -> Plan:
    return solve(problem(visits, [shift()], ROADS), SolveParams()).plan


def _said(plan: Plan) -> str:
    return next(explanation(plan))


def _open(left: list[Visit], bound: Objective) -> Plan:
    """A plan that leaves these visits out and is not proven."""
    plan = _solved(visit("a", "milton", window("10:00")))
    entries = tuple(Unassigned(visit=each, rejections=()) for each in left)
    reached = replace(
        plan.certificate.objective,
        required_left_out=sum(each.priority for each in left if each.required),
        optional_left_out=sum(each.priority for each in left if not each.required),
    )
    proof = Certificate(status=Status.FEASIBLE, objective=reached, bound=bound, engine="search", seed=3, checked=True)
    return replace(plan, unassigned=entries, certificate=proof)


def _bound(required: int, optional: int = 0) -> Objective:
    return Objective(required_left_out=required, optional_left_out=optional, promises_moved=0, overtime=0, cost=0)


def test_a_proven_day_that_serves_everybody_says_so() -> None:
    assert _said(_solved(visit("a", "milton"))).startswith("Proven best: every visit is served")


def test_a_proven_day_that_leaves_somebody_out_says_that_nobody_serves_more() -> None:
    both_at_ten = (visit("a", "milton", window("10:00")), visit("b", "guelph", window("10:00")))
    assert _said(_solved(*both_at_ten)) == (
        "Proven best: no plan serves more visits; none that serves these drives and waits less."
    )


def test_with_priorities_no_plan_is_said_to_serve_more_visits() -> None:
    urgent = visit("b", "guelph", window("10:00"), priority=90)
    assert "leaves out less by priority" in _said(_solved(visit("a", "milton", window("10:00")), urgent))


def test_a_bound_tells_how_many_more_visits_could_be_served_at_most() -> None:
    left = [visit(name, "guelph") for name in "bcd"]
    assert _said(_open(left, _bound(100))).startswith("At most one more visit could be served")
    assert _said(_open(left, _bound(50))).startswith("At most 2 more visits could be served")
    # A fraction of a visit cannot be left out: 51 of priority are two visits.
    assert _said(_open(left, _bound(51))).startswith("At most one more visit could be served")


def test_a_bound_between_priorities_promises_no_further_visit() -> None:
    left = [visit("b", "guelph", priority=60), visit("c", "guelph", priority=90)]
    assert _said(_open(left, _bound(91))).startswith("As many visits are served as can be")


def test_optional_visits_are_named_when_the_required_ones_are_proven() -> None:
    left = [visit("b", "guelph"), visit("c", "guelph", required=False)]
    assert _said(_open(left, _bound(50))).startswith("At most one more optional visit could be served")


def test_a_plan_without_a_bound_claims_nothing() -> None:
    plan = _open([], _bound(0))
    unproven = replace(plan, certificate=replace(plan.certificate, bound=None))
    assert _said(unproven) == "Not proven: a better plan may exist, and how much better is not known."


def test_the_gap_is_told_in_per_cent_and_the_search_with_its_seed_and_time() -> None:
    plan = _open([], _bound(0))
    cost = plan.certificate.objective.cost
    near = replace(_bound(0), cost=cost - cost // 100)
    sentences = list(explanation(replace(plan, certificate=replace(plan.certificate, bound=near, seconds=1.234))))
    assert sentences[0] == "No plan serves more visits; driving and waiting could be at most 1.0 % less."
    assert sentences[-1] == "Found by search with seed 3 in 1.23 seconds."
    assert "the gap is 1.0 %" in sentences[2]
    assert "every promise kept" in sentences[3]
