"""How the judge walks: it looks a drive up, starts one session later and sees what becomes of the day behind it.

Naive on purpose, and shares no code with the timeline. To be earlier never hurts (travel times are FIFO), so of all
ways to take some number of breaks only the earliest is followed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from optimizer.domain.driving import USUAL_PERCENT
from optimizer.domain.itinerary import Break, Itinerary, Stop
from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift
from optimizer.domain.time import MINUTE, Seconds
from optimizer.schedule.problem import Problem
from optimizer.travel.times import Table, TravelTimes

Moments = Mapping[int, Seconds]
"""The earliest moment for each number of breaks taken by then; no entry where a break can not be taken in time."""


def drive_of(
    travel: TravelTimes, shift: Shift, origin: Place, destination: Place, depart: Seconds
) -> tuple[Seconds, Seconds]:
    """Seconds that a drive takes this therapist, with its buffer and without."""
    row, column, percent = travel.index[origin.id], travel.index[destination.id], shift.travel_percent
    if percent == USUAL_PERCENT:
        return look_up(travel, travel.seconds, row, column, depart), look_up(travel, travel.drive, row, column, depart)
    starts, buffer = travel.starts.tolist(), travel.buffer
    driven, buffered = [], []
    there = in_the_diary = starts[0]
    for start, usual in zip(starts, travel.drive[:, row, column].tolist(), strict=True):
        # To the nearest second, half of one counting as a whole; whoever leaves later does not arrive earlier.
        there = max(there, start + (usual * percent + 50) // 100)
        driven.append(there - start)
        added = 0 if row == column else buffer.minutes * MINUTE + ceil(Fraction(driven[-1] * buffer.percent, 100))
        in_the_diary = max(in_the_diary, there + added)
        buffered.append(in_the_diary - start)
    return _between(starts, buffered, depart), _between(starts, driven, depart)


def look_up(travel: TravelTimes, table: Table, row: int, column: int, depart: Seconds) -> Seconds:
    """Seconds of a drive, between two bands in proportion, fractions cut off; whole numbers make that exact."""
    return _between(travel.starts.tolist(), table[:, row, column].tolist(), depart)


def _between(starts: Sequence[Seconds], values: Sequence[Seconds], depart: Seconds) -> Seconds:
    for k in range(1, len(starts)):
        if depart < starts[k]:
            past, length = max(0, depart - starts[k - 1]), starts[k] - starts[k - 1]
            return int(values[k - 1] + past * (values[k] - values[k - 1]) // length)
    return int(values[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterWalk:
    """A day that is in order: its visits stay in theirs, its breaks too, but breaks may move between visits."""

    problem: Problem
    day: Itinerary

    def wrong_slacks(self) -> Iterator[tuple[Stop, str]]:
        """Each stop that may not start as much later as its slack says, or may start later still."""
        taken, position = 0, 0
        for step in self.day.steps:
            match step:
                case Break():
                    taken += 1
                case Stop():
                    if not self._holds(position, taken, step.start + step.slack):
                        yield step, f"starting {step.slack} s later breaks a promise"
                    elif self._holds(position, taken, step.start + step.slack + 1):
                        yield step, f"there are more than {step.slack} s in which to start"
                    position += 1

    def _holds(self, position: int, taken: int, start: Seconds) -> bool:
        """Whether that session may start then, and everything behind it is kept."""
        stop, behind = self.day.stops[position], self.day.stops[position + 1 :]
        if not any(start in window for window in stop.visit.starts):
            return False
        moments: Moments = {taken: start}
        for following in behind:
            moments = self._next_starts(self._there(moments, stop, following.visit.place), following)
            stop = following
        home = self._there(moments, stop, self.day.shift.end_place, by=self._back_by)
        return len(self.day.shift.breaks) in home

    @property
    def _back_by(self) -> Seconds:
        return self.day.shift.ends + self.day.shift.limits.overtime

    def _there(
        self, starts: Moments, stop: Stop, place: Place | None, *, by: Seconds | None = None
    ) -> dict[int, Seconds]:
        """From each start of a session to the next door, breaks before and behind the drive; there `by` then."""
        after = stop.visit.session + stop.wrap_up + stop.tear_down
        free = self._rested({taken: start + after for taken, start in starts.items()})
        arrivals = {taken: now + self._drive(stop.visit.place, place, now) for taken, now in free.items()}
        return self._rested({taken: now for taken, now in arrivals.items() if by is None or now <= by})

    def _rested(self, moments: Moments) -> dict[int, Seconds]:
        """The same moments, and those after any further breaks."""
        rested = dict(moments)
        for taken, rule in enumerate(self.day.shift.breaks):
            begin = max(rested[taken], rule.window.earliest) if taken in rested else rule.window.latest + 1
            if begin <= rule.window.latest:
                over = begin + rule.duration
                rested[taken + 1] = min(over, rested.get(taken + 1, over))
        return rested

    def _next_starts(self, arrivals: Moments, stop: Stop) -> dict[int, Seconds]:
        starts: dict[int, Seconds] = {}
        for taken, arrival in arrivals.items():
            ready = arrival + stop.parking + stop.setup + stop.consultation
            open_then = [max(ready, window.earliest) for window in stop.visit.starts if ready <= window.latest]
            if open_then:
                starts[taken] = min(open_then)
        return starts

    def _drive(self, origin: Place, destination: Place | None, depart: Seconds) -> Seconds:
        if destination is None or destination.id == origin.id:
            return 0
        return drive_of(self.problem.travel, self.day.shift, origin, destination, depart)[0]
