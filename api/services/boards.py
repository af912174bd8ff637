"""The practice's open days, kept ready by this process: a search reads versions, and prepares only what has changed.

A day is kept under the version of its agenda and what the practice has said about the therapist. Holds lapse without
a new version, so a day is also forgotten when the first of its holds does (and when the clock is before the instant
at which it was read). Many days together are kept under the sum of their versions: a search to which nothing has
changed reads two numbers.
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from api.services.agendas import NEVER_LAPSES, AgendaDay, Setting, agenda_day, open_days
from data.roads.source import TravelSource
from optimizer.domain.practice import Practice, Service
from optimizer.domain.therapist import Shift
from optimizer.domain.time import Horizon
from optimizer.schedule.slots import Board, OpenDay
from optimizer.schedule.world import Ints
from optimizer.travel.times import ESTIMATE, TravelTimes

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork

MOST_DAYS = 2_048
"""Therapist-days kept, about 30 kB each."""

ESTIMATES_KEPT = timedelta(minutes=1)
"""For how long a day keeps drives that were estimated because the road engine had not told them."""

FEW = 24
"""Days that are put together sooner than looked up: of somebody by name, or on a date."""

MOST_BOARDS = 12
"""Stacked boards kept, some megabytes each."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Name = TypeVar("Name", bound=Hashable)


class Shelf(Generic[Key, Value]):
    """The things asked for last. Safe to share between threads."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._things: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def get_all(self, keys: Mapping[Name, Key]) -> dict[Name, Value]:
        """Those of many that are there, by the name each key was given."""
        found: dict[Name, Value] = {}
        with self._lock:
            for name, key in keys.items():
                if key in self._things:
                    self._things.move_to_end(key)
                    found[name] = self._things[key]
        return found

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._things[key] = value
            self._things.move_to_end(key)
            while len(self._things) > self._room:
                self._things.popitem(last=False)


@dataclass(frozen=True, kw_only=True)
class KeptDay:
    """A prepared day and what it was prepared from."""

    setting: Setting
    version: int
    read_at: datetime
    lapses_at: datetime
    day: OpenDay

    def still_holds(self, setting: Setting, version: int, now: datetime) -> bool:
        """Would it be prepared the same now?"""
        return (
            self.version == version
            and self.read_at <= now < self.lapses_at
            and (self.setting is setting or self.setting == setting)
        )


@dataclass(frozen=True, kw_only=True)
class House:
    """What a practice says of itself, at one revision. `settings` go by therapist."""

    revision: int
    practice: Practice
    services: tuple[Service, ...]
    settings: Mapping[str, Setting]
    has_feeds: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one transaction saw of some dates: known days as they are kept, the others as rows made domain.

    `versions` holds each day asked for, in order of date and therapist; `fresh` those that have to be prepared. `whole`
    is there where nothing at all has changed, and `changes` is what that was told by (None where it was not asked).
    """

    house: House
    dates: tuple[date, ...]
    therapists: frozenset[str] | None
    now: datetime
    changes: int | None
    versions: Mapping["Day", int]
    kept: Mapping["Day", KeptDay]
    fresh: Mapping["Day", AgendaDay]
    whole: "PracticeBoard | None" = None

    @property
    def services(self) -> tuple[Service, ...]:
        return self.house.services

    @property
    def settings(self) -> Mapping[str, Setting]:
        return self.house.settings


@lru_cache(maxsize=1_024)
def _driveless(day: OpenDay) -> OpenDay:
    """The day if every drive took no time. Whoever is too late for a hot start asks it of the same days."""
    return OpenDay.of(replace(day.problem, travel=_no_time(day.problem.travel)), day.kind)


class Stack:
    """Prepared days, stacked when they are first asked: the public's searches need no board of the real doors."""

    def __init__(self, days: Sequence[OpenDay]) -> None:
        self.days = tuple(days)
        self._driveless: dict[date, Board] = {}

    @cached_property
    def board(self) -> Board:
        return Board.of(self.days)

    def driveless(self, day: date) -> Board:
        """A date's days if every drive took no time: what does not fit there is not for want of roads."""
        if day not in self._driveless:
            self._driveless[day] = Board.of([_driveless(self.days[row]) for row in self.rows_of.get(day, ())])
        return self._driveless[day]

    @cached_property
    def rows_of(self) -> Mapping[date, Ints]:
        """Which of the days are a date's."""
        rows: dict[date, list[int]] = {}
        for row, day in enumerate(self.days):
            rows.setdefault(day.problem.horizon.date, []).append(row)
        return {day: np.array(found, dtype=np.int64) for day, found in rows.items()}

    @cached_property
    def crew(self) -> tuple[Mapping[str, Shift], Ints]:
        """A shift of each therapist, and which of them each day is (`who[day]`): who may do what is the same on all."""
        crew = {day.shift.id: day.shift for day in self.days}
        number = {name: k for k, name in enumerate(crew)}
        return crew, np.array([number[day.shift.id] for day in self.days], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class PracticeBoard:
    """Every working therapist-day of some dates, ready to be asked. `days` go by date and therapist."""

    practice: Practice
    services: Mapping[str, Service]
    dates: tuple[date, ...]
    versions: Mapping["Day", int]
    stack: Stack
    read_at: datetime
    lapses_at: datetime

    @property
    def board(self) -> Board:
        return self.stack.board

    @property
    def days(self) -> tuple[OpenDay, ...]:
        return self.stack.days

    @cached_property
    def state(self) -> tuple[int, int]:
        """How many days there are, and how often they have been changed: the same numbers, the same promises."""
        return len(self.versions), sum(self.versions.values())

    def horizon(self, day: date) -> Horizon:
        return Horizon(day, self.practice.zone)


@dataclass(frozen=True, kw_only=True)
class KeptBoard:
    """A whole answer, and what has to be the same for it to be true still."""

    revision: int
    changes: int
    view: PracticeBoard

    def still_holds(self, revision: int, changes: int, now: datetime) -> bool:
        same = self.revision == revision and self.changes == changes
        return same and self.view.read_at <= now < self.view.lapses_at


class Boards:
    """What this process has prepared; one for all practices it serves."""

    def __init__(self, roads: TravelSource, *, most_days: int = MOST_DAYS, most_boards: int = MOST_BOARDS) -> None:
        self._roads = roads
        self._days: Shelf[tuple[str, str, date], KeptDay] = Shelf(most_days)
        self._houses: Shelf[str, House] = Shelf(most_days)
        self._wholes: Shelf[tuple[str, tuple[date, ...], frozenset[str] | None], KeptBoard] = Shelf(most_boards)

    def house(self, uow: "UnitOfWork") -> House:
        """The practice, its services and its people: one query, and four more where one of them has changed.

        Ask before the unit of work writes: what it goes on to change may be rolled back.
        """
        revision = uow.revision()
        known = self._houses.get(uow.practice_id)
        if known is not None and known.revision == revision:
            return known
        practice, services, before = uow.practice(), uow.services.list(), {} if known is None else known.settings
        settings: dict[str, Setting] = {}
        for pattern in uow.patterns.list():
            name, setting = pattern.therapist.id, Setting(practice=practice, services=services, pattern=pattern)
            # The same object as before where nothing changed, so that it is compared once and not once a day.
            settings[name] = before[name] if before.get(name) == setting else setting
        found = House(
            revision=revision, practice=practice, services=services, settings=settings,
            has_feeds=bool(uow.outside_feeds.list()),
        )  # fmt: skip
        self._houses.put(uow.practice_id, found)
        return found

    def read(
        self,
        uow: "UnitOfWork",
        dates: Iterable[date],
        now: datetime,
        *,
        house: House | None = None,
        therapists: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> Reading:
        """Read what has changed of these dates: one query, two more where something has, two for days never seen.

        Parameters
        ----------
        house
            Where the caller has asked for it already in the same transaction.
        therapists
            None for everybody.
        without
            Ids of bookings and holds that do not count. Their days are prepared for this reading alone.
        """
        house = house or self.house(uow)
        some = None if therapists is None else frozenset(therapists)
        settings = {name: it for name, it in house.settings.items() if some is None or name in some}
        wanted, changes = tuple(sorted(set(dates))), None
        if len(wanted) * len(settings) >= FEW and not without:
            changes = uow.agendas.changes(wanted[0], wanted[-1])
            whole = self._wholes.get((house.practice.id, wanted, some))
            if whole is not None and whole.still_holds(house.revision, changes, now):
                return _still(house, wanted, some, now, whole)
        versions = {
            (name, day): 0 for day in wanted for name, it in settings.items() if it.pattern.hours[day.weekday()]
        }
        if versions.keys() <= uow.agendas.held.keys():
            versions = {key: uow.agendas.held[key] for key in versions}
        else:
            for touched in uow.agendas.versions(settings, wanted[0], wanted[-1]):
                if (touched.therapist, touched.date) in versions:
                    versions[touched.therapist, touched.date] = touched.version
            versions |= {key: version for key, version in uow.agendas.held.items() if key in versions}
        practice = house.practice
        known = {} if without else self._days.get_all({key: (practice.id, *key) for key in versions})
        kept = {key: found for key, found in known.items() if found.still_holds(settings[key[0]], versions[key], now)}
        missing = [key for key in versions if key not in kept]
        bookings = uow.bookings.on_agendas(missing) if missing else ()
        holds = uow.holds.live_on(missing, now) if missing else ()
        fresh = {
            (name, day): agenda
            for name, day in missing
            if (agenda := agenda_day(settings[name], day, bookings, holds, without=without)) is not None
        }
        return Reading(
            house=house, dates=wanted, therapists=some, now=now, changes=changes, versions=versions, kept=kept,
            fresh=fresh,
        )  # fmt: skip

    def known(self, practice_id: str) -> House | None:
        """What the practice said of itself when it was last asked."""
        return self._houses.get(practice_id)

    def again(self, store: "Store", house: House, dates: Iterable[date], now: datetime) -> Reading | None:
        """The reading of these dates where nothing has changed since a board was kept of them: one query, and no
        transaction. None where `read` has to look."""
        wanted = tuple(sorted(set(dates)))
        whole = self._wholes.get((house.practice.id, wanted, None))
        if whole is None:
            return None
        with store.glance(house.practice.id) as uow:
            revision, changes = uow.marks(wanted[0], wanted[-1])
        if revision != house.revision or not whole.still_holds(revision, changes, now):
            return None
        return _still(house, wanted, None, now, whole)

    def board(self, reading: Reading, *, keep: bool = True) -> PracticeBoard:
        """Prepare what is fresh, and put it all together.

        Parameters
        ----------
        keep
            False for a reading `without` something: what it says is true for one caller only.
        """
        if reading.whole is not None:
            return reading.whole
        practice = reading.house.practice
        prepared = self._prepare(reading)
        if keep:
            for (name, day), found in prepared.items():
                self._days.put((practice.id, name, day), found)
        days = [(prepared.get(key) or reading.kept[key]) for key in reading.versions]
        view = PracticeBoard(
            practice=practice,
            services={service.code: service for service in reading.services},
            dates=reading.dates,
            versions=reading.versions,
            stack=Stack([found.day for found in days]),
            read_at=reading.now,
            lapses_at=min((found.lapses_at for found in days), default=NEVER_LAPSES),
        )
        if keep and reading.changes is not None:
            kept = KeptBoard(revision=reading.house.revision, changes=reading.changes, view=view)
            self._wholes.put((practice.id, reading.dates, reading.therapists), kept)
        return view

    def _prepare(self, reading: Reading) -> dict["Day", KeptDay]:
        by_date: dict[date, list[Day]] = {}
        for key in reading.fresh:
            by_date.setdefault(key[1], []).append(key)
        prepared: dict[Day, KeptDay] = {}
        for keys in by_date.values():
            agendas = [reading.fresh[key] for key in keys]
            opened = open_days(agendas, self._roads, reading.house.practice.policies)
            for key, agenda, day in zip(keys, agendas, opened, strict=True):
                prepared[key] = KeptDay(
                    setting=reading.settings[key[0]],
                    version=reading.versions[key],
                    read_at=reading.now,
                    lapses_at=min(agenda.lapses_at, _roads_until(day, reading.now)),
                    day=day,
                )
        return prepared


def _still(
    house: House, dates: tuple[date, ...], therapists: frozenset[str] | None, now: datetime, kept: KeptBoard
) -> Reading:
    """A reading of what is kept."""
    view = replace(kept.view, read_at=now)
    return Reading(
        house=house, dates=dates, therapists=therapists, now=now, changes=kept.changes, versions=view.versions,
        kept={}, fresh={}, whole=view,
    )  # fmt: skip


def _roads_until(day: OpenDay, now: datetime) -> datetime:
    """How long the drives of a day stand. The engine may soon tell what had to be estimated."""
    guessed = day.problem.travel.source.endswith(f"+{ESTIMATE}")
    return now + ESTIMATES_KEPT if guessed else NEVER_LAPSES


def _no_time(travel: TravelTimes) -> TravelTimes:
    nothing = np.zeros_like(travel.seconds)
    return TravelTimes(places=travel.places, starts=travel.starts, drive=nothing, seconds=nothing, source="none")


def dates_between(first: date, last: date) -> tuple[date, ...]:
    """Both ends included; empty when the last comes before the first."""
    return tuple(first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
