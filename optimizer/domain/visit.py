"""What is planned: one treatment at a client's place."""

from dataclasses import dataclass
from enum import StrEnum

from optimizer.domain.place import Place
from optimizer.domain.time import Seconds, TimeWindow


class Clearance(StrEnum):
    """The outcome of a screening; no health data is kept. A visit that is not clear is never routed."""

    PENDING = "pending"
    CLEAR = "clear"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Fixed by hand: this therapist, and this start where one is given."""

    therapist: str
    start: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapistChoice:
    """Whom the client wants. Sets hold therapist ids; an empty `require` means anyone.

    `prefer` is a wish: missing it costs, but the visit still goes. The others are rules.
    """

    require: frozenset[str] = frozenset()
    prefer: frozenset[str] = frozenset()
    refuse: frozenset[str] = frozenset()
    gender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One treatment at a client's place.

    The block at the door: arrive, (wait,) parking, set-up, consultation, **session**, wrap-up, tear-down, leave.
    Parking and set-up are paid by the first of consecutive visits at one place, tear-down by the last; consultation
    and wrap-up belong to the visit. `windows` bound the start of the session; they are sorted and do not touch
    (see `optimizer.domain.time.merge`). `priority` is 1 to 100; a `required` visit outranks every optional one.

    A `busy` one is no treatment: its session is time that its pinned therapist has given to something else. It is
    neither a visit nor hands-on to any limit, and whoever is pinned need not offer it.
    """

    id: str
    place: Place
    service: str
    session: Seconds
    windows: tuple[TimeWindow, ...]
    parking: Seconds = 0
    setup: Seconds = 0
    consultation: Seconds = 0
    wrap_up: Seconds = 0
    tear_down: Seconds = 0
    priority: int = 50
    required: bool = True
    choice: TherapistChoice = TherapistChoice()
    pinned: Pin | None = None
    heavy: bool = False
    clearance: Clearance = Clearance.CLEAR
    busy: bool = False

    @property
    def hands_on(self) -> Seconds:
        """The session, as limits and totals count it."""
        return 0 if self.busy else self.session

    @property
    def lead(self) -> Seconds:
        """From arrival at a new place to the start of the session."""
        return self.parking + self.setup + self.consultation

    @property
    def tail(self) -> Seconds:
        """From the start of the session to leaving for another place."""
        return self.session + self.wrap_up + self.tear_down

    @property
    def starts(self) -> tuple[TimeWindow, ...]:
        """The windows, or the pinned start."""
        if self.pinned is not None and self.pinned.start is not None:
            return (TimeWindow(self.pinned.start, self.pinned.start),)
        return self.windows
