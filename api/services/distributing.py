"""Put many bookings on agendas: each where it costs least, the hardest to place first, and each seen by the next."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.services.agendas import NEVER_LAPSES, Setting, agenda_day, open_days
from api.services.boards import PracticeBoard, Stack
from api.services.day_problem import windows_of
from api.services.forced import why_forced
from api.services.placing import cheapest, costs_in_windows, question_of
from data.roads.source import TravelSource
from optimizer.domain.booking import Booking
from optimizer.domain.eligibility import is_eligible
from optimizer.domain.promise import Hold
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.time import Seconds
from optimizer.schedule.slots import OpenDay

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork


MOST_TOLD = 3
"""Therapists whose reasons are told, where everybody has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributed:
    """Bookings on agendas; `refused` says of each that no day can keep, by id, why: those that are `overridden`, and
    those on nobody's agenda."""

    bookings: tuple[Booking, ...]
    refused: Mapping[str, Rejection]


def distribute(
    bookings: Iterable[Booking],
    *,
    uow: "UnitOfWork",
    roads: TravelSource,
    now: datetime,
    without: Collection[str] = (),
) -> Distributed:
    """The same bookings, each on somebody's agenda where a day can keep it; their days are locked from here on.

    What is fixed for one therapist was promised elsewhere: it goes on their agenda whatever the day says, and is
    flagged as `overridden`. Anything else that no day can keep stays on nobody's agenda.

    Parameters
    ----------
    without
        Ids of stored bookings that do not count, because they are about to change.
    """
    waiting: dict[date, list[Booking]] = {}
    for booking in bookings:
        waiting.setdefault(booking.date, []).append(booking)
    practice, services = uow.practice(), uow.services.list()
    settings = {
        pattern.therapist.id: Setting(practice=practice, services=services, pattern=pattern)
        for pattern in uow.patterns.list()
    }
    days = [(therapist, day) for day in waiting for therapist in settings]
    uow.agendas.lock(days, now)
    promised = [booking for booking in uow.bookings.on_agendas(days) if booking.id not in without] if days else []
    holds = uow.holds.live_on(days, now) if days else ()
    placed: list[Booking] = []
    refused: dict[str, Rejection] = {}
    for day, some in waiting.items():
        date_of = _Date(
            day=day, settings=settings, promised=promised, holds=holds, roads=roads, now=now, refused=refused
        )
        placed += date_of.filled_with(some)
    return Distributed(bookings=tuple(placed), refused=refused)


@dataclass(frozen=True, kw_only=True)
class _Date:
    """One date of a practice while it fills; `refused` collects why no day can keep something."""

    day: date
    settings: Mapping[str, Setting]
    promised: Sequence[Booking]
    holds: Sequence[Hold]
    roads: TravelSource
    now: datetime
    refused: dict[str, Rejection]

    def filled_with(self, bookings: Sequence[Booking]) -> list[Booking]:
        opened = {name: day for name in self.settings if (day := self._open(name, self.promised)) is not None}
        done: list[Booking] = []
        for booking in sorted(bookings, key=_room):
            placed = self._placed(booking, opened)
            done.append(placed)
            if placed.therapist in opened and (day := self._open(placed.therapist, [*self.promised, *done])):
                opened[placed.therapist] = day
        return done

    def _open(self, therapist: str, promised: Sequence[Booking]) -> OpenDay | None:
        setting = self.settings[therapist]
        agenda = agenda_day(setting, self.day, promised, self.holds)
        return None if agenda is None else open_days([agenda], self.roads, setting.practice.policies)[0]

    def _placed(self, booking: Booking, opened: Mapping[str, OpenDay]) -> Booking:
        able: Mapping[str, Seconds] = {}
        if opened:
            view = self._view(tuple(opened.values()))
            windows = windows_of(booking, view.horizon(self.day))
            able = costs_in_windows(view, question_of(view, booking), windows, roads=self.roads)
        if able:
            return replace(booking, therapist=cheapest(able, booking.choice), overridden=False)
        if booking.fixed_start is not None and len(booking.choice.require) == 1:
            (therapist,) = booking.choice.require
            self.refused[booking.id] = self._why(booking, therapist, opened.get(therapist))
            return replace(booking, therapist=therapist, overridden=True)
        self.refused[booking.id] = self._why_nobody(booking, opened)
        return booking

    def _why_nobody(self, booking: Booking, opened: Mapping[str, OpenDay]) -> Rejection:
        """Where a start was promised, the reason of everybody who might have come; there may be too many to tell."""
        if booking.fixed_start is None or not opened:
            detail = "nobody's day has room in its windows" if opened else f"nobody works on {self.day:%A}s"
            return Rejection(reason=Reason.CAPACITY if opened else Reason.SHIFT, shift="", detail=detail)
        view = self._view(tuple(opened.values()))
        visit = question_of(view, booking)
        may = [name for name, day in opened.items() if is_eligible(day.shift, visit)] or list(opened)
        whys = [self._why(booking, name, opened[name]) for name in may[:MOST_TOLD]]
        more = f"; and {len(may) - MOST_TOLD} more" if len(may) > MOST_TOLD else ""
        return replace(whys[0], shift="", detail="; ".join(why.detail for why in whys) + more)

    def _why(self, booking: Booking, therapist: str, day: OpenDay | None) -> Rejection:
        if day is None or booking.fixed_start is None:
            name = self.settings[therapist].pattern.therapist.name if therapist in self.settings else ""
            return Rejection(
                reason=Reason.SHIFT, shift=therapist, detail=f"{name or therapist} does not work on {self.day:%A}s"
            )
        view = self._view((day,))
        start = view.horizon(self.day).seconds(booking.fixed_start)
        return why_forced(day, question_of(view, booking), start, roads=self.roads, policies=view.practice.policies)

    def _view(self, days: tuple[OpenDay, ...]) -> PracticeBoard:
        setting = next(iter(self.settings.values()))
        return PracticeBoard(
            practice=setting.practice,
            services={service.code: service for service in setting.services},
            dates=(self.day,),
            versions={},
            stack=Stack(days),
            read_at=self.now,
            lapses_at=NEVER_LAPSES,
        )


def _room(booking: Booking) -> tuple[float, str]:
    """How much its start may vary; of equals by id, so that the same file is placed the same way."""
    return sum((window.latest - window.earliest).total_seconds() for window in booking.windows), booking.id
