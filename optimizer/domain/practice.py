"""The tenant: a practice, what it offers and how it likes to work."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from optimizer.domain.booking_page import BookingPage
from optimizer.domain.driving import LearnedRoads
from optimizer.domain.time import MINUTE, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule:
    """Where the practice drives on some weekdays only: to Guelph on Tuesdays and Thursdays.

    `towns` are names of the service area's zones, `postal_prefixes` beginnings of postal codes ("N1H"); a place in any
    of them is in the rule. Monday is weekday 0.
    """

    weekdays: tuple[int, ...]
    towns: tuple[str, ...] = ()
    postal_prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Defaults of a practice, used where a service or a place says nothing else. All of them are ours, not facts.

    The second half rules what the public is offered: starts on a grid of `grid_minutes` of the wall clock, at least
    `notice_minutes` from now, from `lead_days` to `horizon_days` ahead (0 is today), no more than `visits_a_day` on a
    date in the whole practice, and in `areas` on their weekdays only. A start is on the way when it costs a detour of
    at most `on_the_way_minutes`. `service_area` is where the practice drives at all, as GeoJSON; empty for the ten
    places of the product. `booking_page` is what clients find of it on the web.

    `avoid_tolls` keeps off the 407, `holidays` is the region whose public holidays drive like Sundays (empty: by the
    time zone), and `learned` is what the practice's own drives have taught; see `optimizer.domain.driving`.
    """

    parking: Seconds = 5 * MINUTE
    setup: Seconds = 10 * MINUTE
    consultation: Seconds = 10 * MINUTE
    wrap_up: Seconds = 5 * MINUTE
    tear_down: Seconds = 5 * MINUTE
    buffer_minutes: int = 5
    buffer_percent: int = 10
    grid_minutes: int = 15
    notice_minutes: int = 120
    lead_days: int = 0
    horizon_days: int = 90
    visits_a_day: int | None = None
    areas: tuple[AreaRule, ...] = ()
    on_the_way_minutes: int = 10
    service_area: str = ""
    booking_page: BookingPage = BookingPage()
    avoid_tolls: bool = False
    holidays: str = ""
    learned: LearnedRoads | None = None


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
