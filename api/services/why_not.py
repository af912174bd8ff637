"""Why a start is not offered, for staff: a reason, a sentence, and the smallest change that would open it.

Every start of the grid within working hours is accounted for: it is possible, or refused here. What a therapist's day
would have to give is verified over every order of that day; of several therapists the one closest to opening speaks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from api.services.boards import PracticeBoard
from api.services.day_problem import buffer_of
from api.services.placing import is_full
from api.services.starts import ask, padded, wall_grid
from data.roads.source import TravelSource
from optimizer.domain.eligibility import is_eligible, obstacles
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.time import MINUTE, Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.schedule.refusal import FARTHEST, START_RULES, Case, barred, no_single_change, relaxations
from optimizer.schedule.slots import OpenDay
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import NEVER, Ints

MOST_EXPLAINED = 2_000
"""Questions about one start and one therapist that an answer is worth: half a second, up to two on crowded days."""

LIMITS = frozenset({Reason.VISIT_LIMIT, Reason.HANDS_ON_LIMIT, Reason.HEAVY_LIMIT})
"""What may close a therapist's whole day, whatever the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a start (`start`, in UTC) or, where that is None, a whole date is not offered.

    `therapist` is the id of whose day would open, empty where that is nobody's question; `nearest` the possible start
    of that therapist's day next to the refused one. `opens_if` is empty where no single change was verified.
    """

    date: date
    start: datetime | None
    reason: Reason
    detail: str
    therapist: str = ""
    opens_if: Mapping[str, int | str] = field(default_factory=dict)
    nearest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What was refused, by date and start. `left_out` counts refused starts that were too many to explain."""

    refused: tuple[Refused, ...]
    left_out: int


@dataclass(frozen=True, kw_only=True)
class Unoffered:
    """What was searched: a visit (its windows are not looked at) on some dates.

    `served` are those dates on which the practice drives to its place.
    """

    view: PracticeBoard
    visit: Visit
    dates: Sequence[date]
    served: Collection[date]
    now: datetime


def why_not(searched: Unoffered, *, roads: TravelSource) -> Refusals:
    """Every refused start and date of a search, dates in order."""
    asked = Searched.of(searched, roads)
    refused: list[Refused] = []
    left_out, worth = 0, MOST_EXPLAINED
    for day in searched.dates:
        whole = whole_day(asked, day)
        if whole is not None:
            refused.append(whole)
            continue
        rows, starts = asked.rows(day), asked.refused_starts(day)
        explained = min(len(starts), worth // max(1, len(rows)))
        worth -= explained * len(rows)
        left_out += len(starts) - explained
        closed = asked.is_empty(day) and explained == len(starts)
        refused += _merged([_start(asked, rows, start) for start in starts[:explained]], closed)
    return Refusals(refused=tuple(refused), left_out=left_out)


@dataclass(frozen=True, kw_only=True)
class Searched:
    """The board's answer on every start of the grid, and each day with the visit in it, ready to be relaxed."""

    searched: Unoffered
    roads: TravelSource
    grids: Sequence[Ints]
    possible: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    cases: dict[int, Case]

    @classmethod
    def of(cls, searched: Unoffered, roads: TravelSource, starts: Sequence[Ints] | None = None) -> "Searched":
        """`starts` are those of each day that are looked at, rising; the practice's grid where None."""
        view = searched.view
        minutes = view.practice.policies.grid_minutes
        grids = padded(starts or [wall_grid(day.problem.horizon, minutes) for day in view.days])
        found = ask(view, searched.visit, grids, roads=roads)
        return cls(searched=searched, roads=roads, grids=grids, possible=found.possible, cases={})

    @property
    def first_allowed(self) -> datetime:
        """Nothing before it may be booked: the practice wants notice."""
        return self.searched.now + timedelta(minutes=self.searched.view.practice.policies.notice_minutes)

    def rows(self, day: date) -> list[int]:
        """Days of the board of a date whose therapists may take the visit."""
        return [row for row in self.working(day) if is_eligible(self.day(row).shift, self.searched.visit)]

    def working(self, day: date) -> list[int]:
        return [row for row, open in enumerate(self.searched.view.days) if open.problem.horizon.date == day]

    def day(self, row: int) -> OpenDay:
        return self.searched.view.days[row]

    def refused_starts(self, day: date) -> list[datetime]:
        """Starts to come within anybody's hours that are not offered, rising."""
        rows = self.rows(day)
        horizon = self.searched.view.horizon(day)
        begins = min(self.day(row).shift.begins for row in rows)
        ends = max(self.day(row).shift.ends for row in rows)
        grid, open_to_anyone = self.grids[rows[0]], np.asarray(self.possible[rows].any(axis=0))
        starts = [
            (horizon.instant(int(at)), bool(is_open))
            for at, is_open in zip(grid, open_to_anyone, strict=True)
            if begins <= at < min(ends, NEVER)
        ]
        now, allowed = self.searched.now, self.first_allowed
        return [start for start, is_open in starts if start > now and not (is_open and start >= allowed)]

    def is_empty(self, day: date) -> bool:
        """Is nothing at all offered on that date?"""
        return not any(self.nearest(row, self.first_allowed) for row in self.rows(day))

    def is_possible(self, rows: Sequence[int], start: datetime) -> bool:
        """Could anybody keep it, if only it might be booked?"""
        at = self.searched.view.horizon(start.astimezone(self.searched.view.practice.zone).date()).seconds(start)
        return bool(self.possible[rows][:, self.grids[rows[0]] == at].any())

    def nearest(self, row: int, start: datetime) -> datetime | None:
        """The possible start of a day that is closest to another."""
        horizon = self.day(row).problem.horizon
        instants = [horizon.instant(int(at)) for at in self.grids[row][self.possible[row]]]
        allowed = [instant for instant in instants if instant >= self.first_allowed]
        return min(allowed, key=lambda instant: abs(instant - start), default=None)

    def case(self, row: int) -> Case:
        """A day with the visit in it, travel between all its places included."""
        if row not in self.cases:
            day, visit = self.day(row), replace(self.searched.visit, windows=(TimeWindow(0, 0),), pinned=None)
            homes = [place for place in (day.shift.start_place, day.shift.end_place) if place is not None]
            doors = [*homes, *(other.place for other in day.problem.visits), visit.place]
            places = tuple({place.id: place for place in doors}.values())
            buffer = buffer_of(self.searched.view.practice.policies)
            problem = Problem(
                horizon=day.problem.horizon,
                shifts=(day.shift,),
                visits=(*day.problem.visits, visit),
                travel=self.roads.travel_times(places, day.problem.horizon, buffer),
            )
            order = sorted(range(len(day.problem.visits)), key=lambda k: day.problem.visits[k].starts)
            timeline = Timeline.of(Day.of(problem), 0, order)
            self.cases[row] = Case.of(timeline, len(order))
        return self.cases[row]


def whole_day(asked: Searched, day: date) -> Refused | None:
    """The rule that closes a date before any start is looked at, with the change that alone would open the date."""
    rules = list(_closing(asked, day))
    if not rules:
        return None
    first, *others = rules
    return replace(first.refused, opens_if=first.opens_if if not others and first.opens(asked, day) else {})


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """A rule that closes a date; `opens_if` it gives way, and then `visit` is what is asked for, if not what it was."""

    refused: Refused
    opens_if: Mapping[str, int | str] = field(default_factory=dict)
    visit: Visit | None = None

    def opens(self, asked: Searched, day: date) -> bool:
        """Tried, like every change that is named."""
        if not self.opens_if:
            return False
        if self.visit is None:
            return not asked.is_empty(day)
        anyhow = Searched.of(replace(asked.searched, visit=self.visit), asked.roads, asked.grids)
        return not anyhow.is_empty(day)


def _closing(asked: Searched, day: date) -> Iterator[_Rule]:
    """Every rule that closes a date, the one to be told first."""
    searched = asked.searched
    view, policies = searched.view, searched.view.practice.policies
    ahead = (day - searched.now.astimezone(view.practice.zone).date()).days
    named = f"{day:%A} {day.day} {day:%B}"
    if ahead < 0:
        yield _Rule(refused=_closed(day, Reason.TIME_WINDOW, f"{named} has passed"))
        return
    if ahead < policies.lead_days:
        detail = f"bookings are taken from {policies.lead_days} days ahead"
        yield _Rule(refused=_closed(day, Reason.TIME_WINDOW, detail), opens_if={"lead_days": ahead})
    if ahead > policies.horizon_days:
        detail = f"bookings are taken up to {policies.horizon_days} days ahead"
        yield _Rule(refused=_closed(day, Reason.TIME_WINDOW, detail), opens_if={"horizon_days": ahead})
    if day not in searched.served:
        detail = f"the practice does not drive there on a {day:%A}"
        yield _Rule(refused=_closed(day, Reason.OUTSIDE_AREA, detail), opens_if={"area_weekday": f"{day:%A}".lower()})
    working, wanted = asked.working(day), searched.visit.choice.require
    if not [row for row in working if not wanted or asked.day(row).shift.id in wanted]:
        who = " or ".join(sorted(wanted)) or "anybody"
        does = "nobody works" if not wanted else f"{who} does not work"
        yield _anyone(_closed(day, Reason.SHIFT, f"{does} on {named}"), searched.visit, without_therapist=who)
    elif not asked.rows(day):
        yield _nobody_may(asked, day, working)
    if is_full(view, day):
        most = policies.visits_a_day or 0
        detail = f"the practice makes {most} visits a day, and they are promised"
        opens_if = {"visits_a_day": _promised(asked, day) + 1}
        yield _Rule(refused=_closed(day, Reason.VISIT_LIMIT, detail), opens_if=opens_if)


def _nobody_may(asked: Searched, day: date, working: Sequence[int]) -> _Rule:
    """All who work are ruled out by who they are: each by obstacles of their own, the one with the fewest first."""
    visit = asked.searched.visit
    standing = {row: list(obstacles(asked.day(row).shift, visit)) for row in working}
    rows = sorted(working, key=lambda row: (len(standing[row]), asked.day(row).shift.id))
    told = [" and ".join(barred(asked.case(row), reason).detail for reason in standing[row]) for row in rows]
    named = {
        f"{asked.case(row).name}: {what}" if asked.case(row).name not in what else what: None
        for row, what in zip(rows, told, strict=True)
    }
    reason = standing[rows[0]][0]
    closed = _closed(day, reason, "; ".join(named))
    if reason is Reason.SKILL:
        taught = (_taught(asked, closed, row) for row in rows if standing[row] == [Reason.SKILL])
        return next((rule for rule in taught if rule.opens(asked, day)), _Rule(refused=closed))
    if reason is Reason.GENDER:
        return _anyone(closed, visit, without_gender=visit.choice.gender or "")
    if reason is Reason.THERAPIST and visit.choice.require:
        return _anyone(closed, visit, without_therapist=" or ".join(sorted(visit.choice.require)))
    return _Rule(refused=closed)


def _taught(asked: Searched, closed: Refused, row: int) -> _Rule:
    """A date that is open once this therapist offers the treatment, too: as it would be for one that they do offer."""
    visit, shift = asked.searched.visit, asked.day(row).shift
    offered = min(shift.therapist.services or (), default="")
    like = replace(visit, service=offered, choice=replace(visit.choice, require=frozenset({shift.id})))
    opens_if = {"offers_service": visit.service} if offered else {}
    return _Rule(refused=replace(closed, therapist=shift.id), opens_if=opens_if, visit=like)


def _anyone(closed: Refused, visit: Visit, **wish: str) -> _Rule:
    """A date that is open to whoever gives up this wish."""
    kept = (
        replace(visit.choice, gender=None) if "without_gender" in wish else replace(visit.choice, require=frozenset())
    )
    return _Rule(refused=closed, opens_if=wish if kept != visit.choice else {}, visit=replace(visit, choice=kept))


def _promised(asked: Searched, day: date) -> int:
    return sum(not visit.busy for row in asked.working(day) for visit in asked.day(row).problem.visits)


def _closed(day: date, reason: Reason, detail: str) -> Refused:
    return Refused(date=day, start=None, reason=reason, detail=detail)


def _start(asked: Searched, rows: Sequence[int], start: datetime) -> Refused:
    """The refusal of the therapist whose day is closest to opening."""
    view = asked.searched.view
    day = start.astimezone(view.practice.zone).date()
    if start < asked.first_allowed:
        return _too_soon(asked, rows, start)
    closest: tuple[Seconds, Rejection, int] | None = None
    for row in rows:
        within = FARTHEST if closest is None else closest[0] - 1
        case = asked.case(row).at(view.horizon(day).seconds(start))
        found = relaxations(case, START_RULES, within) if within >= 0 else ()
        if found:
            closest = (found[0].seconds, found[0].rejection, row)
    if closest is None:
        row = rows[0]
        return _refused(asked, no_single_change(asked.case(row).at(view.horizon(day).seconds(start))), row, start)
    return _refused(asked, closest[1], closest[2], start)


def _refused(asked: Searched, why: Rejection, row: int, start: datetime) -> Refused:
    horizon, nearest = asked.day(row).problem.horizon, asked.nearest(row, start)
    works = "" if nearest is None else f"; {nearest.astimezone(horizon.zone):%H:%M} works"
    return Refused(
        date=horizon.date,
        start=start.astimezone(UTC),
        reason=why.reason,
        detail=f"{why.detail}{works}",
        therapist=why.shift,
        opens_if=why.opens_if,
        nearest=nearest,
    )


def _too_soon(asked: Searched, rows: Sequence[int], start: datetime) -> Refused:
    """Notice is a rule like any other: named as what to change only where it alone is in the way."""
    policies = asked.searched.view.practice.policies
    day = start.astimezone(asked.searched.view.practice.zone).date()
    ahead = int((start - asked.searched.now) // timedelta(seconds=MINUTE))
    detail = f"begins in {ahead} min, the practice wants {policies.notice_minutes} min of notice"
    opens_if = {"notice_minutes": ahead} if asked.is_possible(rows, start) else {}
    return Refused(date=day, start=start.astimezone(UTC), reason=Reason.TIME_WINDOW, detail=detail, opens_if=opens_if)


def _merged(refused: Sequence[Refused], is_closed: bool) -> Iterator[Refused]:
    """A date that one limit closes from morning to night is refused as a whole.

    Where the limit stands, a start is also taken (without that visit there would be room for this one), or needs more
    than one change.
    """
    limits = [why for why in refused if why.reason not in (Reason.CAPACITY, Reason.TAKEN)]
    same = {(why.reason, why.therapist, tuple(sorted(why.opens_if.items()))) for why in limits}
    if is_closed and len(same) == 1 and limits[0].reason in LIMITS:
        yield replace(limits[0], start=None)
    else:
        yield from refused
