"""Learn from a practice's own drives, and keep it only where days that were held out say that it is better."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from api.services.day_problem import buffer_of
from api.services.road_log import read_log
from data.roads.source import TravelSource
from data.store.records import AuditEntry, LearnedVersion
from optimizer.domain.driving import LearnedRoads
from optimizer.domain.errors import Conflict

if TYPE_CHECKING:
    from data.roads.lesson import Lesson, Trial
    from data.store.store import Store

LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What came of learning; `learned` is what is in use now because of it, None where nothing was kept."""

    lesson: "Lesson"
    learned: LearnedRoads | None

    def sentences(self) -> list[str]:
        return [
            _told("drives", "median error", self.lesson.drives, " %"),
            self._of_areas(),
            self._of_paces(),
            _told("parkings", "median error", self.lesson.parkings, " s"),
        ]

    def _of_areas(self) -> str:
        said = _told("drives told apart by area", "median error", self.lesson.areas_apart, " %")
        return f"{said}: {len(self.lesson.areas or ())} areas" if self.lesson.areas_apart.helps else said

    def _of_paces(self) -> str:
        said = _told("drives told apart by therapist", "median error", self.lesson.paces, " %")
        found = ", ".join(f"{name} {percent} %" for name, percent in self.lesson.percents or ())
        return f"{said}: {found or 'everybody 100 %'}" if self.lesson.paces.helps else said


def learn_roads(
    practice_id: str,
    *,
    store: "Store",
    roads: TravelSource,
    clock: Callable[[], datetime],
    actor: str,
    since: date | None = None,
    keep: bool = True,
) -> Learnt:
    """Refit the time of day, what areas have apart, what drives take each therapist and the minutes of parking to what
    was told, and use what helps from now on.

    A percentage that somebody has set for a therapist by hand stays, and is not learned.

    Parameters
    ----------
    since
        From which date; a year back without one.
    keep
        False to look only.

    Raises
    ------
    Conflict
        When somebody learned at the same time.
    """
    from data.roads.areas import try_areas, with_areas
    from data.roads.lesson import Lesson, try_drives, try_parkings
    from data.roads.pace import try_paces

    now = clock()
    with store.unit_of_work(practice_id, write=False) as uow:
        today = now.astimezone(uow.practice().zone).date()
        log = read_log(uow, since or today - LOOK_BACK, today)
    policies = log.practice.policies
    ways = buffer_of(policies).roads
    drives, workday, weekend = try_drives(log.drives, roads, ways, log.percents)
    if drives.helps:
        standing = ways.learned or LearnedRoads(version=1)
        ways = replace(ways, learned=replace(standing, workday=workday, weekend=weekend))
    areas_apart, areas = try_areas(log.drives, roads, ways, log.percents)
    if areas_apart.helps:
        ways = with_areas(ways, areas)
    paces, percents = try_paces(log.drives, roads, ways, said=log.said)
    parkings, parking = try_parkings(log.parkings, policies.parking, policies.learned)
    lesson = Lesson(
        drives=drives,
        areas_apart=areas_apart,
        parkings=parkings,
        paces=paces,
        workday=workday if drives.helps else None,
        weekend=weekend if drives.helps else None,
        areas=areas if areas_apart.helps else None,
        parking=parking if parkings.helps else None,
        percents=percents if paces.helps else None,
    )
    if not keep or not lesson.helps:
        return Learnt(lesson=lesson, learned=None)
    with store.unit_of_work(practice_id) as uow:
        known = uow.learned_roads.list()
        before = uow.practice().policies.learned
        if before != policies.learned:
            raise Conflict("somebody else has learned meanwhile", hint="learn again")
        learned = replace(
            before or LearnedRoads(version=1), version=1 + max((each.learned.version for each in known), default=0)
        )
        if drives.helps:
            learned = replace(learned, workday=workday, weekend=weekend)
        if areas_apart.helps:
            learned = replace(learned, areas=areas)
        if parkings.helps:
            learned = replace(learned, parking=parking)
        if paces.helps:
            learned = replace(learned, percents=percents)
        found = Learnt(lesson=lesson, learned=learned)
        uow.learned_roads.use(learned)
        report = "; ".join(found.sentences())
        uow.learned_roads.add(LearnedVersion(learned=learned, learned_at=now, report=report))
        uow.audit.add(_audit("roads.learn", learned.version, actor, now))
        uow.commit()
    return found


def forget_roads(
    practice_id: str, *, store: "Store", clock: Callable[[], datetime], actor: str
) -> tuple[int, LearnedRoads | None]:
    """Give up what is in use, and go back to what was learned before it; tells the version that was given up, 0 where
    there was none, and what is in use now."""
    with store.unit_of_work(practice_id) as uow:
        inuse = uow.practice().policies.learned
        if inuse is None:
            return 0, None
        now = clock()
        uow.learned_roads.forget(inuse.version, now)
        left = [
            each.learned
            for each in uow.learned_roads.list()
            if each.forgotten_at is None and each.learned.version < inuse.version
        ]
        back = left[-1] if left else None
        uow.learned_roads.use(back)
        uow.audit.add(_audit("roads.forget", inuse.version, actor, now))
        uow.commit()
    return inuse.version, back


def _audit(action: str, version: int, actor: str, now: datetime) -> AuditEntry:
    return AuditEntry(id=uuid.uuid4().hex, at=now, actor=actor, action=action, subject=f"version {version}")


def _told(what: str, figure: str, trial: "Trial", unit: str) -> str:
    measured = f", {figure} {trial.before:.1f}{unit} before, {trial.after:.1f}{unit} after" if trial.before else ""
    kept = "kept" if trial.helps else f"not kept: {trial.why}"
    return f"{trial.seen} {what} on {trial.days} days{measured}; {kept}"
