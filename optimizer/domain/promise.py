"""A promise that lapses: places on agendas, kept for one client while they make up their mind."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from optimizer.domain.place import Place
from optimizer.domain.time import Seconds
from optimizer.domain.visit import TherapistChoice


class HoldStatus(StrEnum):
    """What became of a hold. One that nobody touched stays live in the store and lapses by the clock."""

    LIVE = "live"
    CONFIRMED = "confirmed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVisit:
    """One place on one agenda: this therapist, and a session that starts exactly then.

    `choice` is what the client asked for, `therapist` who was found.

    Raises
    ------
    ValueError
        When the start is naive.
    """

    therapist: str
    date: date
    start: datetime
    service: str
    session: Seconds
    place: Place
    first_visit: bool = False
    choice: TherapistChoice = TherapistChoice()

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise ValueError("a held start needs an offset from UTC")

    @property
    def end(self) -> datetime:
        """When the session is over, as aware UTC."""
        return self.start.astimezone(UTC) + timedelta(seconds=self.session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Places kept for one client until `expires_at`: all of them or none.

    `owner` is the id of the key that may confirm or release it; `replaces` the booking that gives way once this is
    confirmed; `series` the id that the bookings of a course of treatment will share. `roads` names what the drives
    came from when it was made; it is told then, and not kept.
    """

    id: str
    owner: str
    created_at: datetime
    expires_at: datetime
    visits: tuple[HeldVisit, ...]
    client_ref: str = ""
    status: HoldStatus = HoldStatus.LIVE
    replaces: str | None = None
    series: str | None = None
    roads: str = ""

    def is_live(self, now: datetime) -> bool:
        """Does it keep its places? At `expires_at` it does no longer."""
        return self.status is HoldStatus.LIVE and now < self.expires_at

    def has_lapsed(self, now: datetime) -> bool:
        """Neither confirmed nor released in time."""
        return self.status is HoldStatus.LIVE and now >= self.expires_at
