"""What is proven of a plan, in sentences that a therapist understands: the certificate, said."""

from collections.abc import Iterator, Sequence

from api.feeds import words
from optimizer.domain.itinerary import Certificate, Objective, Plan, Status
from optimizer.domain.visit import Visit


def explanation(plan: Plan) -> Iterator[str]:
    """A sentence on what is proven, then what the plan costs, what nothing can beat, who checked and what found it."""
    proof = plan.certificate
    yield _proven(plan)
    yield f"This plan: {_tiers(proof.objective)}."
    if proof.bound is not None and proof.bound != proof.objective:
        gap = "" if proof.gap is None else f"; the gap is {100 * proof.gap:.1f} %"
        yield f"No plan can be better than: {_tiers(proof.bound)}{gap}."
    yield _checked(proof)
    took = "" if proof.seconds is None else f" in {proof.seconds:.2f} seconds"
    yield f"Found by {proof.engine} with seed {proof.seed}{took}."


def explanation_text(plan: Plan) -> str:
    """The sentences for a terminal, a line each, without a newline at the end."""
    return "\n".join(["", "What is proven", *(f"  {sentence}" for sentence in explanation(plan))])


def _proven(plan: Plan) -> str:
    proof = plan.certificate
    match proof.status:
        case Status.INFEASIBLE:
            return "Promises are broken: this plan cannot be driven as it stands."
        case Status.OPTIMAL:
            return _best(plan)
        case _ if proof.bound is None:
            return "Not proven: a better plan may exist, and how much better is not known."
        case _:
            return _open(plan, proof.objective, proof.bound)


def _best(plan: Plan) -> str:
    if not plan.unassigned:
        return "Proven best: every visit is served, and no plan that serves them all drives and waits less."
    served_first = "no plan serves more visits" if _all_weigh_the_same(plan) else "no plan leaves out less by priority"
    return f"Proven best: {served_first}; none that serves these drives and waits less."


def _open(plan: Plan, ours: Objective, best: Objective) -> str:
    """How far the first tier that is not proven may be from the best."""
    visits = _visits(plan)
    if ours.required_left_out > best.required_left_out:
        return _more([visit for visit in visits if visit.required], plan, best.required_left_out, "")
    if ours.optional_left_out > best.optional_left_out:
        return _more([visit for visit in visits if not visit.required], plan, best.optional_left_out, " optional")
    if ours.overtime > best.overtime:
        return (
            f"No plan serves more visits; overtime could be at most {words.length(ours.overtime - best.overtime)} less."
        )
    less = 100 * (ours.cost - best.cost) / max(1, ours.cost)
    return f"No plan serves more visits; driving and waiting could be at most {less:.1f} % less."


def _more(visits: Sequence[Visit], plan: Plan, least_left_out: int, kind: str) -> str:
    """At most so many more visits could be served.

    Whatever is left out adds up to at least the bound, and no visit weighs more than the heaviest: that many visits at
    least are left out by every plan.
    """
    known = {visit.id for visit in visits}
    left = sum(entry.visit.id in known for entry in plan.unassigned)
    heaviest = max(visit.priority for visit in visits)
    more = left - -(-least_left_out // heaviest)
    if more <= 0:
        return f"As many{kind} visits are served as can be; others, of more priority, could be served in their place."
    count = "one more" if more == 1 else f"{more} more"
    return f"At most {count}{kind} visit{'' if more == 1 else 's'} could be served; whether they can is not proven."


def _tiers(objective: Objective) -> str:
    left = [
        f"{kind} visits left out, of priority {priority:,} in all"
        for kind, priority in (("required", objective.required_left_out), ("optional", objective.optional_left_out))
        if priority
    ]
    overtime = f"{words.length(objective.overtime)} overtime" if objective.overtime else "no overtime"
    return ", ".join([*(left or ["nothing left out"]), overtime, f"{objective.cost:,} points of driving and waiting"])


def _checked(proof: Certificate) -> str:
    if proof.checked:
        return "An independent check has recomputed every time of it and found every promise kept."
    return "The independent check has not passed it."


def _visits(plan: Plan) -> list[Visit]:
    return [stop.visit for day in plan for stop in day.stops] + [left.visit for left in plan.unassigned]


def _all_weigh_the_same(plan: Plan) -> bool:
    return len({(visit.required, visit.priority) for visit in _visits(plan) if not visit.busy}) == 1
