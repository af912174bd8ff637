"""The tenant: a practice, what it offers and how it likes to work."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from optimizer.domain.time import MINUTE, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Defaults of a practice, used where a service or a place says nothing else. All of them are ours, not facts."""

    parking: Seconds = 5 * MINUTE
    setup: Seconds = 10 * MINUTE
    consultation: Seconds = 10 * MINUTE
    wrap_up: Seconds = 5 * MINUTE
    tear_down: Seconds = 5 * MINUTE
    buffer_minutes: int = 5
    buffer_percent: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A treatment offered: allowed lengths, and how much it asks of the therapist.

    `setup` and `tear_down` replace the practice's default where given (a table and towels, or hydrotherapy kit).
    """

    code: str
    name: str
    lengths: tuple[Seconds, ...]
    setup: Seconds | None = None
    tear_down: Seconds | None = None
    heavy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The tenant. Every stored row belongs to one."""

    id: str
    name: str
    zone: ZoneInfo
    policies: Policies = field(default_factory=Policies)
