"""Ask a geocoding service politely: what it has answered is remembered, one question a second goes out, a service that
is down is left alone for a while."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.geocoding.candidates import judge
from data.geocoding.memory import GeocodingMemory, Judged, Verdict
from data.geocoding.provider import AddressProvider
from data.geocoding.typed_address import TypedAddress, folded
from data.roads.breaker import Breaker, State
from optimizer.domain.errors import Unavailable
from optimizer.domain.place import Coordinate

PATIENCE = timedelta(seconds=5)
"""So long a caller waits for a turn; beyond, the postal code is a good answer, too."""

HOUSES_KEPT = timedelta(days=180)
MISSES_KEPT = timedelta(days=7)
"""A house stays where it is; what a service does not know today, or knows in the wrong place, it may learn."""


class GeocoderBusy(Unavailable):
    """The geocoding service is not asked now: it is down, has asked to be left alone, or others come first."""

    code = "geocoder_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAddress:
    """What is asked about, and where alone an answer is believed.

    `near` is in words what `is_near` holds an answer to: another place to be near to is another question.
    """

    address: TypedAddress
    town: str
    near: str
    is_near: Callable[[Coordinate], bool]

    @property
    def words(self) -> str:
        """All that leaves the house."""
        return f"{self.address.street}, {self.town}, Ontario, Canada"

    @property
    def digest(self) -> str:
        """What it is remembered by: nobody reads an address out of it."""
        key = f"{folded(self.address.street)}|{folded(self.town)}|{self.near}"
        return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


class PoliteAsker:
    """One service, asked by every caller of this process. Safe to share between threads.

    Parameters
    ----------
    memory
        Opens what the processes share; called at the first question.
    clock
        The present as an aware datetime, the same for all processes that share the memory.
    wait
        Sleeps so many seconds.
    most
        Answers remembered; those that end soonest go.
    """

    def __init__(
        self,
        provider: AddressProvider,
        *,
        memory: Callable[[], GeocodingMemory],
        breaker: Breaker,
        clock: Callable[[], datetime],
        wait: Callable[[float], None],
        most: int,
    ) -> None:
        self.name = provider.name
        self._service = f"{provider.name} {provider.host}"
        self._provider = provider
        self._memory = memory
        self._breaker = breaker
        self._clock = clock
        self._wait = wait
        self._most = most

    def ask(self, asked: AskedAddress, before_asking: Callable[[], None]) -> Judged:
        """Where an address is, out of what is remembered or from the service. Never called inside a transaction.

        `before_asking` is called where it is not remembered; what it raises goes up.

        Raises
        ------
        Unavailable
            code `geocoder_unavailable`, when it is not remembered and the service does not answer, or is not asked.
        """
        memory = self._memory()
        known = memory.read(self._service, asked.digest, self._clock())
        if known is not None:
            return known
        before_asking()
        self._wait_for_turn(memory)
        judged = self._asked_now(asked, memory)
        kept = HOUSES_KEPT if judged.verdict is Verdict.HOUSE else MISSES_KEPT
        memory.write(self._service, asked.digest, judged, until=self._clock() + kept, most=self._most)
        return judged

    def _wait_for_turn(self, memory: GeocodingMemory) -> None:
        if self._breaker.state is State.OPEN:
            raise _busy("is left alone for a while after it failed")
        turn = memory.take_turn(self._service, self._clock(), patience=PATIENCE)
        if turn is None:
            raise _busy("is asked by others for some seconds to come, or wants to be left alone")
        if turn:
            self._wait(turn.total_seconds())

    def _asked_now(self, asked: AskedAddress, memory: GeocodingMemory) -> Judged:
        from data.geocoding.careful_adapter import GeocoderDown

        if not self._breaker.admits():
            raise _busy("is left alone for a while after it failed")
        try:
            candidates = self._provider.find(asked.words)
        except GeocoderDown as down:
            self._breaker.failed(down.rest)
            if down.rest is not None:
                memory.leave_alone(self._service, self._clock() + timedelta(seconds=down.rest))
            raise
        except BaseException:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return judge(candidates, asked.address.number, asked.is_near)


def _busy(why: str) -> GeocoderBusy:
    return GeocoderBusy(f"The geocoding service {why}.", hint="Add the postal code, or try again later.")
