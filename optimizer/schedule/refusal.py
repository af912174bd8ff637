"""Why a visit does not fit a day, verified: each rule is relaxed alone, and named only if the visit then fits.

"Fits" is asked of every order of the day. The amount is the smallest that opens it: relaxing exactly that much makes
the visit fit, relaxing less does not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from optimizer.domain.eligibility import obstacles
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.therapist import Shift
from optimizer.domain.time import HOUR, MINUTE, Horizon, Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.refusal_world import TightDay
from optimizer.schedule.timeline import Timeline
from optimizer.schedule.world import NEVER

FARTHEST: Seconds = 24 * HOUR
"""No rule is asked to give way by more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A rule that alone would let the visit in, if it gave way by `seconds`; zero where it is not a matter of time."""

    seconds: Seconds
    rejection: Rejection


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Case:
    """One visit and one shift that does not take it. `visits` are the others, in the order they have."""

    horizon: Horizon
    shift: Shift
    visits: tuple[Visit, ...]
    visit: Visit
    day: TightDay

    @classmethod
    def of(cls, timeline: Timeline, visit: int) -> Self:
        problem = timeline.day.problem
        return cls(
            horizon=problem.horizon,
            shift=problem.shifts[timeline.shift],
            visits=tuple(problem.visits[row] for row in timeline.order),
            visit=problem.visits[visit],
            day=TightDay.of(timeline, visit),
        )

    @property
    def name(self) -> str:
        return self.shift.therapist.name or self.shift.id

    def at(self, start: Seconds) -> Self:
        """The same case where one start is asked for and no other."""
        fixed = replace(self.visit, windows=(TimeWindow(start, start),), pinned=None)
        return replace(self, visit=fixed, day=self.day.starting(start))

    def clock(self, instant: Seconds) -> str:
        """To the minute where that is the whole truth, else to the second."""
        return f"{self.horizon.local(instant):{'%H:%M' if instant % MINUTE == 0 else '%H:%M:%S'}}"

    def bound(self, start: Seconds, *, is_later: bool) -> str:
        """A start as a round minute, away from the windows, if the visit fits then too; else to the second."""
        rounded = round_up(start) if is_later else round_down(start)
        return self.clock(rounded if self.day.starting(rounded).fits else start)

    def relaxation(self, seconds: Seconds, reason: Reason, detail: str, **opens_if: int | str) -> Relaxation:
        rejection = Rejection(reason=reason, shift=self.shift.id, detail=detail, opens_if=opens_if)
        return Relaxation(seconds=seconds, rejection=rejection)


Rule = Callable[[Case, Seconds], Iterator[Relaxation]]
"""Answers how a rule of the case would have to give way, by at most so many seconds."""


def explain(timeline: Timeline, visit: int) -> tuple[Rejection, ...]:
    """Every single rule that keeps a visit (its row) out of a day, the one to change least first.

    Never empty: where no single rule is to blame the answer is one `CAPACITY` rejection.
    """
    case = Case.of(timeline, visit)
    found = relaxations(case, RULES)
    return tuple(relaxation.rejection for relaxation in found) or (no_single_change(case),)


def relaxations(case: Case, rules: Sequence[Rule], within: Seconds = FARTHEST) -> tuple[Relaxation, ...]:
    """How each of these rules alone would let the visit in, the smallest change first; none where it fits already.

    Parameters
    ----------
    within
        Larger changes are not looked for.
    """
    standing = list(obstacles(case.shift, case.visit))
    fits = case.day.fits
    if standing:
        return (Relaxation(seconds=0, rejection=barred(case, standing[0])),) if len(standing) == 1 and fits else ()
    if fits:
        return ()
    # Of equals the first is named: what the practice can change before what the client has to.
    found = [relaxation for rule in rules for relaxation in rule(case, within)]
    return tuple(sorted(found, key=lambda relaxation: relaxation.seconds))


def no_single_change(case: Case) -> Rejection:
    """The refusal where no rule alone is to blame."""
    standing = [barred(case, reason).detail for reason in obstacles(case.shift, case.visit)]
    if standing:
        full = () if case.day.fits else (f"{case.name}'s day has no room for it either",)
        detail = ", and ".join((*standing, *full))
    elif case.day.fits:
        detail = f"fits {case.name}'s day in another order, which the search did not reach"
    elif not case.day.as_promised().fits:
        detail = f"what {case.name} has promised on this day cannot be kept as it is"
    else:
        detail = f"no single change would open {case.name}'s day"
    return Rejection(reason=Reason.CAPACITY, shift=case.shift.id, detail=detail)


def least(relaxed: Callable[[Seconds], TightDay], most: Seconds) -> Seconds | None:
    """The smallest amount that lets the visit in, None when even `most` does not."""
    if most < 1 or not relaxed(most).fits:
        return None
    too_little, enough = 0, most
    while enough - too_little > 1:
        middle = (too_little + enough) // 2
        if relaxed(middle).fits:
            enough = middle
        else:
            too_little = middle
    return enough


def limits(case: Case, within: Seconds) -> Iterator[Relaxation]:  # noqa: ARG001  # every rule has one signature
    """Visits, hands-on time, heavy visits; driving and the longest drive."""
    day = case.day
    for column, reason, name, unit, words in (
        (0, Reason.VISIT_LIMIT, "visits", 1, _visits),
        (1, Reason.HANDS_ON_LIMIT, "hands_on_minutes", MINUTE, in_hours),
        (2, Reason.HEAVY_LIMIT, "heavy_visits", 1, _heavy_visits),
    ):
        allowed, total = day.limit(column), day.load(column)
        if total > allowed and day.limited(column, total).fits:
            needed = -(-total // unit)
            kind = " hands-on" if reason is Reason.HANDS_ON_LIMIT else ""
            detail = f"{case.name} would reach {words(total)}{kind}, the limit is {words(allowed)}"
            yield case.relaxation(0, reason, detail, **{name: needed})
    for column, name, how in ((3, "driving_minutes", "in all"), (4, "longest_drive_minutes", "at a stretch")):
        allowed = day.limit(column)
        if allowed == NEVER:
            continue
        more = least(lambda by, column=column, allowed=allowed: day.limited(column, allowed + by), FARTHEST)  # type: ignore[misc]
        if more is not None:
            needed = -(-(allowed + more) // MINUTE)
            detail = f"{case.name} would drive {in_hours(allowed + more)} {how}, the limit is {in_hours(allowed)}"
            yield case.relaxation(0, Reason.DRIVING_LIMIT, detail, **{name: needed})


def breaks(case: Case, within: Seconds) -> Iterator[Relaxation]:
    for k, rule in enumerate(case.shift.breaks):
        if rule.duration <= within and case.day.without_break(k).fits:
            detail = f"{case.name}'s break of {in_hours(rule.duration)} stands in the way"
            yield case.relaxation(rule.duration, Reason.BREAK, detail, without_break_seconds=rule.duration)


def hours(case: Case, within: Seconds) -> Iterator[Relaxation]:
    later = least(lambda by: case.day.extended(later=by), within)
    earlier = least(lambda by: case.day.extended(earlier=by), within if later is None else later - 1)
    if earlier is not None:
        since = case.clock(round_down(case.shift.begins - earlier))
        detail = f"{case.name}'s day would begin {in_hours(earlier)} earlier, at {since}"
        yield case.relaxation(earlier, Reason.SHIFT, detail, shift_begins_earlier_seconds=earlier)
    elif later is not None:
        until = case.clock(round_up(case.shift.ends + case.shift.limits.overtime + later))
        detail = f"{case.name}'s day would end {in_hours(later)} later, at {until}"
        yield case.relaxation(later, Reason.SHIFT, detail, shift_ends_later_seconds=later)


def travel(case: Case, within: Seconds) -> Iterator[Relaxation]:
    """The one drive to or from the visit that is too long; failing that, all of them."""
    best: tuple[Seconds, int, int] | None = None
    for i, j in case.day.drives:
        most = min(case.day.longest(i, j), within if best is None else best[0] - 1)
        shorter = least(lambda by, i=i, j=j: case.day.shortened(i, j, by), most)  # type: ignore[misc]
        if shorter is not None:
            best = (shorter, i, j)
    if best is not None:
        seconds, i, j = best
        origin, destination = (case.day.places[row] for row in (i, j))
        detail = f"needs {in_hours(seconds)} more between {origin.label or origin.id} and "
        detail += destination.label or destination.id
        yield case.relaxation(
            seconds,
            Reason.TRAVEL,
            detail,
            travel_shorter_seconds=seconds,
            origin=origin.id,
            destination=destination.id,
        )
        return
    lengths = [case.day.longest(i, j) for i, j in case.day.drives]
    # Two drives give way, so it is twice the change that one drive would be.
    nearer = least(case.day.nearer, min(max(lengths, default=0), within // 2))
    if nearer is not None:
        here = case.visit.place
        where = here.label or here.id
        is_only_one = not any(other.place.id == here.id for other in case.visits)
        both = f"the drive to {where} and the drive on from there would both"
        detail = both if is_only_one else f"every drive to and from {where} would"
        detail += f" have to be {in_hours(nearer)} shorter{', or no drive at all' if nearer >= min(lengths) else ''}"
        yield case.relaxation(2 * nearer, Reason.TRAVEL, detail, travel_shorter_seconds=nearer, place=here.id)


def windows(case: Case, within: Seconds) -> Iterator[Relaxation]:
    """The nearest start outside the client's windows."""
    wider = least(case.day.widened, within)
    if wider is None:
        return
    earlier = {(w.earliest - wider, False) for w in case.visit.starts}
    later = {(w.latest + wider, True) for w in case.visit.starts}
    for start, is_later in sorted(earlier | later):
        if case.day.starting(start).fits:
            detail = f"{case.name} could start at {case.bound(start, is_later=is_later)}"
            yield case.relaxation(wider, Reason.TIME_WINDOW, detail, start=case.horizon.local(start).isoformat())
            return


def taken(case: Case, within: Seconds) -> Iterator[Relaxation]:
    """The promise that occupies the time itself, so that it would not fit even if nothing had to be driven."""
    if within < FARTHEST or case.day.without_roads().fits or not case.day.as_promised().fits:
        return
    for row, other in enumerate(case.visits):
        if case.day.without_visit(row).fits:
            first, last = other.starts[0].earliest, other.starts[-1].latest
            between = f"between {case.clock(round_down(first))} and {case.clock(round_up(last))}"
            when = f"at {case.clock(first)}" if first == last else between
            what = "busy elsewhere" if other.busy else "taken by a visit that starts"
            detail = f"{case.name} is {what} {when}"
            yield case.relaxation(FARTHEST, Reason.TAKEN, detail, without_visit=other.id)
            return


RULES: tuple[Rule, ...] = (limits, breaks, hours, travel, windows, taken)
START_RULES: tuple[Rule, ...] = (limits, breaks, hours, travel, taken)
"""What may give way where one start is asked for and no other."""


def in_hours(seconds: Seconds) -> str:
    """`25 min`, `1 h 05 min`, `2 h`; rounded up: a promise of eleven minutes must not need eleven and a half."""
    hours, rest = divmod(-(-seconds // MINUTE), 60)
    if hours == 0:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"


def round_up(instant: Seconds) -> Seconds:
    """To the next full minute."""
    return -(-instant // MINUTE) * MINUTE


def round_down(instant: Seconds) -> Seconds:
    """To the full minute before."""
    return instant // MINUTE * MINUTE


def _visits(count: int) -> str:
    return f"{count} visit{'' if count == 1 else 's'}"


def _heavy_visits(count: int) -> str:
    return f"{count} heavy visit{'' if count == 1 else 's'}"


def barred(case: Case, reason: Reason) -> Rejection:
    """A rule about who may come, as a sentence."""
    choice = case.visit.choice
    match reason:
        case Reason.SKILL:
            detail = f"{case.name} does not offer {case.visit.service}"
        case Reason.GENDER:
            detail = f"a {choice.gender} therapist was asked for"
        case Reason.CLEARANCE:
            detail = f"the screening is {case.visit.clearance.value}"
        case _:
            wanted = [case.visit.pinned.therapist] if case.visit.pinned else sorted(choice.require)
            detail = f"{' or '.join(wanted)} was asked for" if wanted else f"{case.name} was refused by the client"
    return case.relaxation(0, reason, detail).rejection
