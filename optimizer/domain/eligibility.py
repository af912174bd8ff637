"""May this therapist take this visit at all? One rule a function, each answering a Reason or None.

Times and limits are not asked here: they depend on the rest of the day and belong to `optimizer.schedule`.
"""

from collections.abc import Callable, Iterator

from optimizer.domain.reason import Reason
from optimizer.domain.therapist import Shift
from optimizer.domain.visit import Clearance, Visit

Rule = Callable[[Shift, Visit], Reason | None]


def is_clear(shift: Shift, visit: Visit) -> Reason | None:
    return None if visit.clearance is Clearance.CLEAR else Reason.CLEARANCE


def offers_the_service(shift: Shift, visit: Visit) -> Reason | None:
    offered = shift.therapist.services
    return None if offered is None or visit.busy or visit.service in offered else Reason.SKILL


def is_wanted(shift: Shift, visit: Visit) -> Reason | None:
    """Required, refused and pinned therapists."""
    choice, therapist = visit.choice, shift.therapist.id
    if visit.pinned is not None and visit.pinned.therapist != therapist:
        return Reason.THERAPIST
    if choice.require and therapist not in choice.require:
        return Reason.THERAPIST
    return Reason.THERAPIST if therapist in choice.refuse else None


def has_the_gender_asked_for(shift: Shift, visit: Visit) -> Reason | None:
    asked = visit.choice.gender
    return None if asked is None or shift.therapist.gender == asked else Reason.GENDER


RULES: tuple[Rule, ...] = (is_clear, offers_the_service, is_wanted, has_the_gender_asked_for)


def obstacles(shift: Shift, visit: Visit) -> Iterator[Reason]:
    """Every rule that stands between this shift and this visit, in the order of `RULES`."""
    for rule in RULES:
        reason = rule(shift, visit)
        if reason is not None:
            yield reason


def is_eligible(shift: Shift, visit: Visit) -> bool:
    return next(obstacles(shift, visit), None) is None
