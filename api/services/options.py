"""Where a visit that is booked could go instead, on its own date: who, when, at what cost, and why not the others."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from api.services.boards import PracticeBoard
from api.services.cancelling import Authority
from api.services.desk import Desk
from api.services.hand_moves import open_windows
from api.services.moving import require_standing
from api.services.placing import question_of
from api.services.starts import wall_grid
from api.services.taking import DayTaker, answers
from api.services.why_not import Refused, Searched, Unoffered
from optimizer.domain.booking import Booking
from optimizer.domain.time import Horizon
from optimizer.schedule.slots import OpenDay
from optimizer.schedule.world import Ints

ANY_NUMBER_OF_DAYS = 10_000


@dataclass(frozen=True, kw_only=True)
class Options:
    """Who could take it with its promise kept, the cheapest first, and what stands in the way of the others."""

    booking: Booking
    horizon: Horizon
    takers: tuple[DayTaker, ...]
    refused: tuple[Refused, ...]


def options(practice_id: str, booking_id: str, *, desk: Desk) -> Options:
    """Ask every day of the booking's date, as if the visit were on nobody's.

    Raises
    ------
    NotFound
    Conflict
        code `booking_cancelled`.
    """
    now = desk.clock()
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        booking = uow.bookings.get(booking_id)
        require_standing(booking, Authority(actor=""), now)
        reading = desk.boards.read(uow, [booking.date], now, without={booking.id})
    view = _without_notice(desk.boards.board(reading, keep=False))
    horizon = view.horizon(booking.date)
    asked = Unoffered(view=view, visit=question_of(view, booking), dates=[booking.date], served=[booking.date], now=now)
    minutes = view.practice.policies.grid_minutes
    grids = [_starts(day, booking, now, minutes) for day in view.days]
    found = answers(Searched.of(asked, desk.roads, grids), desk.roads)
    return Options(booking=booking, horizon=horizon, takers=found.ranked, refused=tuple(found.refused))


def _without_notice(view: PracticeBoard) -> PracticeBoard:
    """Notice and horizon are for who books; this client has booked."""
    policies = replace(view.practice.policies, notice_minutes=0, lead_days=0, horizon_days=ANY_NUMBER_OF_DAYS)
    return replace(view, practice=replace(view.practice, policies=policies))


def _starts(day: OpenDay, booking: Booking, now: datetime, minutes: int) -> Ints:
    """The ends of the promised windows, and the practice's grid in between."""
    horizon, shift = day.problem.horizon, day.shift
    grid = wall_grid(horizon, minutes)
    windows = open_windows(booking, horizon, shift.begins, shift.ends, now)
    inside = [grid[(grid >= window.earliest) & (grid <= window.latest)] for window in windows]
    ends = [np.array([window.earliest, window.latest], dtype=np.int64) for window in windows]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *inside, *ends]))
