"""The practice's open days, kept ready by this process: a search reads versions, and prepares only what has changed.

A day is kept under the version of its agenda and what the practice has said about the therapist. Holds lapse without
a new version, so a day is also forgotten when the first of its holds does (and when the clock is before the instant
at which it was read).
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from api.services.agendas import NEVER_LAPSES, AgendaDay, Setting, agenda_day, open_days
from data.roads.source import TravelSource
from optimizer.domain.practice import Practice, Service
from optimizer.domain.time import Horizon
from optimizer.schedule.slots import Board, OpenDay

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day
    from data.store.unit_of_work import UnitOfWork

MOST_DAYS = 2_048
"""Therapist-days kept, about 30 kB each."""

FEW = 24
"""Days that are stacked sooner than looked up; a hold asks only a few."""

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
class Reading:
    """What one transaction saw of some dates: known days as they are kept, the others as rows made domain.

    `versions` holds each day asked for, in order of date and therapist; `fresh` those that have to be prepared.
    """

    practice: Practice
    services: tuple[Service, ...]
    settings: Mapping[str, Setting]
    dates: tuple[date, ...]
    now: datetime
    versions: Mapping["Day", int]
    kept: Mapping["Day", KeptDay]
    fresh: Mapping["Day", AgendaDay]


@dataclass(frozen=True, kw_only=True)
class PracticeBoard:
    """Every working therapist-day of some dates, ready to be asked. `board.days` go by date and therapist."""

    practice: Practice
    services: Mapping[str, Service]
    dates: tuple[date, ...]
    versions: Mapping["Day", int]
    board: Board
    read_at: datetime
    lapses_at: datetime

    @property
    def days(self) -> tuple[OpenDay, ...]:
        return self.board.days

    def horizon(self, day: date) -> Horizon:
        return Horizon(day, self.practice.zone)


class Boards:
    """What this process has prepared; one for all practices it serves."""

    def __init__(self, roads: TravelSource, *, most_days: int = MOST_DAYS, most_boards: int = MOST_BOARDS) -> None:
        self._roads = roads
        self._days: Shelf[tuple[str, str, date], KeptDay] = Shelf(most_days)
        self._settings: Shelf[tuple[str, str], Setting] = Shelf(most_days)
        self._boards: Shelf[tuple[int, ...], Board] = Shelf(most_boards)

    def read(
        self,
        uow: "UnitOfWork",
        dates: Iterable[date],
        now: datetime,
        *,
        practice: Practice | None = None,
        therapists: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> Reading:
        """Read what has changed of these dates: four queries, and two more where something has.

        Parameters
        ----------
        practice
            Where the caller has read it already in the same transaction.
        therapists
            None for everybody.
        without
            Ids of bookings and holds that do not count. Their days are prepared for this reading alone.
        """
        practice, services = practice or uow.practice(), uow.services.list()
        settings = {
            pattern.therapist.id: self._setting(Setting(practice=practice, services=services, pattern=pattern))
            for pattern in uow.patterns.list()
            if therapists is None or pattern.therapist.id in therapists
        }
        wanted = tuple(sorted(set(dates)))
        versions = {
            (name, day): 0 for day in wanted for name, it in settings.items() if it.pattern.hours[day.weekday()]
        }
        if versions:
            for touched in uow.agendas.versions(settings, wanted[0], wanted[-1]):
                if (touched.therapist, touched.date) in versions:
                    versions[touched.therapist, touched.date] = touched.version
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
            practice=practice, services=services, settings=settings, dates=wanted, now=now, versions=versions,
            kept=kept, fresh=fresh,
        )  # fmt: skip

    def board(self, reading: Reading, *, keep: bool = True) -> PracticeBoard:
        """Prepare what is fresh, and stack it all.

        Parameters
        ----------
        keep
            False for a reading `without` something: what it says is true for one caller only.
        """
        prepared = self._prepare(reading)
        if keep:
            for (name, day), found in prepared.items():
                self._days.put((reading.practice.id, name, day), found)
        days = [(prepared.get(key) or reading.kept[key]) for key in reading.versions]
        return PracticeBoard(
            practice=reading.practice,
            services={service.code: service for service in reading.services},
            dates=reading.dates,
            versions=reading.versions,
            board=self._stacked([found.day for found in days]) if keep else Board.of([found.day for found in days]),
            read_at=reading.now,
            lapses_at=min((found.lapses_at for found in days), default=NEVER_LAPSES),
        )

    def _prepare(self, reading: Reading) -> dict["Day", KeptDay]:
        by_date: dict[date, list[Day]] = {}
        for key in reading.fresh:
            by_date.setdefault(key[1], []).append(key)
        prepared: dict[Day, KeptDay] = {}
        for keys in by_date.values():
            agendas = [reading.fresh[key] for key in keys]
            opened = open_days(agendas, self._roads, reading.practice.policies)
            for key, agenda, day in zip(keys, agendas, opened, strict=True):
                prepared[key] = KeptDay(
                    setting=reading.settings[key[0]],
                    version=reading.versions[key],
                    read_at=reading.now,
                    lapses_at=agenda.lapses_at,
                    day=day,
                )
        return prepared

    def _stacked(self, days: Sequence[OpenDay]) -> Board:
        # The board holds its days, so their ids are theirs alone for as long as it is kept.
        if len(days) < FEW:
            return Board.of(days)
        key = tuple(id(day) for day in days)
        board = self._boards.get(key)
        if board is None:
            board = Board.of(days)
            self._boards.put(key, board)
        return board

    def _setting(self, setting: Setting) -> Setting:
        """The same setting as before where nothing changed, so that it is compared once a search and not once a day."""
        key = (setting.practice.id, setting.therapist)
        before = self._settings.get(key)
        if before == setting:
            return before
        self._settings.put(key, setting)
        return setting


def dates_between(first: date, last: date) -> tuple[date, ...]:
    """Both ends included; empty when the last comes before the first."""
    return tuple(first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
