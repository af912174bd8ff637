"""What the board's addresses and forms say."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from api.services.board_day import BoardDay, board_day
from api.wiring import wiring
from data.store.page_records import PageSession
from optimizer.domain.errors import Fault, InvalidRequest, NotFound
from optimizer.domain.time import Horizon

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whose day, and from when; `start` is None for the best start within the promise."""

    therapist: str
    start: datetime | None
    field: str


def read_date(text: str) -> date:
    """Raises NotFound."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such date.", hint="Dates look like 2026-11-23.") from None


def read_wish(form: "MultiDict[str, str]", horizon: Horizon) -> Wish:
    """Where a visit is to go.

    Raises
    ------
    InvalidRequest
        When the start is no time of the clock.
    """
    field = form.get("start", "").strip()
    try:
        start = horizon.instant(horizon.at(time.fromisoformat(field))) if field else None
    except ValueError:
        fault = Fault(pointer="/start", code="not_a_time", detail=f"{field!r} is no time of the clock.", hint="10:30")
        raise InvalidRequest(fault.detail, code=fault.code, faults=[fault]) from None
    return Wish(therapist=form.get("therapist", ""), start=start, field=field)


def the_day(who: PageSession, day: date) -> BoardDay:
    """The date as it stands now."""
    parts = wiring()
    return board_day(who.practice_id, day, store=parts.store, roads=parts.roads, now=parts.clock())
