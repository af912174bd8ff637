"""Time that therapists have given to something else, made a day that can be timed.

People's own calendars overlap, begin before work and leave no time to drive; a promise to a client may not. So what
no visit could fit into anyway is closed: between two blocks that are nearer in time than on the road, and before the
first and behind the last one where there is no time to drive from or to home.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.place import Place
from optimizer.domain.therapist import BreakRule, Shift
from optimizer.domain.time import Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.travel.times import TravelTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """From `begins` to `ends` the therapist is elsewhere, and then at `visit.place`."""

    begins: Seconds
    ends: Seconds
    visit: Visit


def settle(problem: Problem) -> Problem:
    """The same day with its busy visits settled; a day without them as it is.

    Busy visits are pinned to a therapist and start at one instant. Those outside the shift, of therapists who do not
    work, or inside another are no visits any more; those that touch or cannot be driven between are one. A break that
    lies in busy time altogether is not owed: that rest is nobody's to plan.
    """
    if not any(visit.busy for visit in problem.visits):
        return problem
    shifts: list[Shift] = []
    settled: list[Visit] = []
    for shift in problem.shifts:
        mine = [v for v in problem.visits if v.busy and v.pinned is not None and v.pinned.therapist == shift.id]
        travel = problem.travel.at_percent(shift.travel_percent)
        blocks = _joined(_within(shift, mine), shift, travel)
        shifts.append(_cut(shift, blocks, travel))
        settled += [_visit(block) for block in blocks]
    visits = (*(visit for visit in problem.visits if not visit.busy), *settled)
    return replace(problem, shifts=tuple(shifts), visits=visits)


def _within(shift: Shift, visits: Sequence[Visit]) -> Iterator[_Block]:
    """What of each lies in the shift, by begin."""
    for visit in sorted(visits, key=lambda visit: (visit.starts[0].earliest, visit.id)):
        begins = visit.starts[0].earliest
        ends = min(begins + visit.session, shift.ends)
        begins = max(begins, shift.begins)
        if begins < ends:
            yield _Block(begins=begins, ends=ends, visit=visit)


def _joined(blocks: Iterable[_Block], shift: Shift, travel: TravelTimes) -> list[_Block]:
    """Blocks that leave time to drive from each to the next."""
    joined: list[_Block] = []
    for block in blocks:
        found = block
        while joined and found.begins - joined[-1].ends <= _drive(travel, joined[-1].visit.place, found.visit.place):
            found = _one(joined.pop(), found, shift, travel)
        joined.append(found)
    return joined


def _one(before: _Block, block: _Block, shift: Shift, travel: TravelTimes) -> _Block:
    """Both, and all between them. Where the second ends later, that is at its place.

    Whoever can be there by as much earlier as the drive takes can be at the first one's place in time.
    """
    if block.ends <= before.ends:
        return before
    early = before.begins - _drive(travel, block.visit.place, before.visit.place)
    visit = replace(before.visit, place=block.visit.place)
    return _Block(begins=max(early, shift.begins), ends=block.ends, visit=visit)


def _cut(shift: Shift, blocks: Sequence[_Block], travel: TravelTimes) -> Shift:
    """The shift without the hours from which nobody could drive to the first block, or home from the last."""
    if not blocks:
        return shift
    first, last = blocks[0], blocks[-1]
    home, back = shift.start_place, shift.end_place
    if home is not None and first.begins - _drive(travel, home, first.visit.place) < shift.begins:
        shift = replace(shift, begins=first.begins, start_place=first.visit.place)
    if back is not None and last.ends + _drive(travel, last.visit.place, back) > shift.ends:
        limits = replace(shift.limits, overtime=0)
        shift = replace(shift, ends=last.ends, end_place=last.visit.place, limits=limits)
    return replace(shift, breaks=tuple(rule for rule in shift.breaks if _has_room(rule, blocks)))


def _has_room(rule: BreakRule, blocks: Sequence[_Block]) -> bool:
    starts = [rule.window.earliest, *(block.ends for block in blocks if block.ends in rule.window)]
    return any(
        all(start + rule.duration <= block.begins or block.ends <= start for block in blocks) for start in starts
    )


def _visit(block: _Block) -> Visit:
    start = TimeWindow(block.begins, block.begins)
    return replace(block.visit, windows=(start,), session=block.ends - block.begins)


def _drive(travel: TravelTimes, origin: Place, to: Place) -> Seconds:
    """The longest it takes all day, buffer included."""
    return int(travel.seconds[:, travel.index[origin.id], travel.index[to.id]].max())
