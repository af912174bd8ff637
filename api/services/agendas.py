"""A therapist's date as it is promised: the shift, and whatever is confirmed or held on it, ready to be asked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from api.services.day_problem import buffer_of, visit_of
from data.roads.source import TravelSource
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.place import Place
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.promise import HeldVisit, Hold
from optimizer.domain.therapist import Shift, WorkPattern
from optimizer.domain.time import Horizon
from optimizer.domain.visit import Visit
from optimizer.schedule.busy import settle
from optimizer.schedule.problem import Problem
from optimizer.schedule.slots import MOST_VISITS, OpenDay
from optimizer.travel.times import TravelTimes

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day

NEVER_LAPSES = datetime.max.replace(tzinfo=UTC)

PLACES_A_CALL = 150
"""A travel table grows with the square of its places; a crowded date is asked for in parts."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a practice has said about one therapist: whatever shapes a day beside its promises."""

    practice: Practice
    services: tuple[Service, ...]
    pattern: WorkPattern

    @property
    def therapist(self) -> str:
        return self.pattern.therapist.id


@dataclass(frozen=True, kw_only=True)
class AgendaDay:
    """One therapist's date with every promise on it. `lapses_at` is when the first of its live holds does."""

    horizon: Horizon
    shift: Shift
    visits: tuple[Visit, ...]
    lapses_at: datetime = NEVER_LAPSES

    @property
    def places(self) -> tuple[Place, ...]:
        homes = [place for place in (self.shift.start_place, self.shift.end_place) if place is not None]
        return tuple({place.id: place for place in (*homes, *(visit.place for visit in self.visits))}.values())


def agenda_day(
    setting: Setting,
    day: date,
    bookings: Collection[Booking],
    holds: Collection[Hold],
    *,
    without: Collection[str] = (),
) -> AgendaDay | None:
    """Put a therapist's date together; None on a day off.

    Parameters
    ----------
    bookings
        Confirmed ones; those of other days and therapists are passed over.
    holds
        Live ones, whole.
    without
        Ids of bookings and holds that do not count, because they are about to give way.
    """
    horizon = Horizon(day, setting.practice.zone)
    shift = setting.pattern.shift_on(horizon, setting.practice.policies.learned)
    if shift is None:
        return None
    catalogue = {service.code: service for service in setting.services}
    policies, mine = setting.practice.policies, (setting.therapist, day)
    promised = [b for b in bookings if (b.therapist, b.date) == mine and b.id not in without]
    live = [hold for hold in holds if hold.id not in without]
    held = [
        (f"{hold.id}/{position}", visit, hold.expires_at)
        for hold in live
        for position, visit in enumerate(hold.visits)
        if (visit.therapist, visit.date) == mine
    ]
    promised += [booking_of(visit, id=name, client=Client(ref="")) for name, visit, _ in held]
    return AgendaDay(
        horizon=horizon,
        shift=shift,
        visits=tuple(visit_of(booking, catalogue, policies, horizon) for booking in promised),
        lapses_at=min((expires for _, _, expires in held), default=NEVER_LAPSES),
    )


def booking_of(visit: HeldVisit, *, id: str, client: Client) -> Booking:
    """What a held place becomes when it is confirmed."""
    return Booking(
        id=id,
        date=visit.date,
        client=client,
        place=visit.place,
        service=visit.service,
        session=visit.session,
        windows=(StartWindow(earliest=visit.start, latest=visit.start),),
        first_visit=visit.first_visit,
        choice=visit.choice,
        therapist=visit.therapist,
    )


def open_days(days: Sequence[AgendaDay], roads: TravelSource, policies: Policies) -> tuple[OpenDay, ...]:
    """Prepare days of one date for questions: one table of travel for all of them, cut to the places of each."""
    if not days:
        return ()
    buffer = buffer_of(policies)
    prepared: list[OpenDay] = []
    for part in _parts(days):
        places = tuple({place.id: place for day in part for place in day.places}.values())
        travel = roads.travel_times(places, days[0].horizon, buffer)
        kind = roads.kind(days[0].horizon, buffer.roads)
        prepared += [_open_day(day, travel.only([place.id for place in day.places]), kind) for day in part]
    return tuple(prepared)


def _open_day(day: AgendaDay, travel: TravelTimes, kind: str) -> OpenDay:
    problem = settle(Problem(horizon=day.horizon, shifts=(day.shift,), visits=day.visits, travel=travel))
    order = None
    if len(problem.visits) > MOST_VISITS:
        # Too many to try every order: the one in which they were promised.
        order = sorted(range(len(problem.visits)), key=lambda row: problem.visits[row].starts)
    return OpenDay.of(problem, kind, order)


def day_of(visit: HeldVisit) -> "Day":
    """The agenda it lies on."""
    return visit.therapist, visit.date


def _parts(days: Sequence[AgendaDay]) -> Iterator[list[AgendaDay]]:
    part: list[AgendaDay] = []
    for day in days:
        if part and sum(len(other.places) for other in part) + len(day.places) > PLACES_A_CALL:
            yield part
            part = []
        part.append(day)
    yield part
