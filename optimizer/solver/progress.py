"""How a search gets on: what it tells whoever waits for it, and how it is stopped."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimizer.domain.itinerary import Certificate, Objective, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The best plan so far and what is proven of it, `seconds` after the search began.

    The plan has passed the checker; visits that it leaves out have no reasons yet.
    """

    plan: Plan
    seconds: float

    @property
    def certificate(self) -> Certificate:
        return self.plan.certificate

    @property
    def told(self) -> Certificate:
        """The certificate with the time it took."""
        return replace(self.plan.certificate, seconds=self.seconds)

    @property
    def bound(self) -> Objective | None:
        """What no plan is better than; None before anything is proven."""
        return self.plan.certificate.bound

    @property
    def gap(self) -> float | None:
        return self.plan.certificate.gap

    @property
    def engine(self) -> str:
        """Which engine found the plan, and which proved the bound."""
        return self.plan.certificate.engine


Report = Callable[[Progress], None]
"""Hears of the first plan, and of every better plan or higher bound."""

Cancelled = Callable[[], bool]
"""Asked between two steps of a search; true ends it with the best so far, and stays true."""


def unheard(_progress: Progress) -> None:
    """The report of a search that nobody watches."""


def never() -> bool:
    """The answer for a search that nobody stops."""
    return False
