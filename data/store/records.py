"""What is kept beside the domain's own words. Instants are aware UTC datetimes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from optimizer.domain.driving import LearnedRoads
from optimizer.domain.itinerary import Plan, Unassigned
from optimizer.domain.time import Horizon, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan as a run left it. At most one plan of a date is published (`published_at` is not None).

    `run_id` is None for a plan that no run made.
    """

    id: str
    date: date
    created_at: datetime
    plan: Plan
    run_id: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """A stored plan without its days: what it takes to read one of them.

    `unassigned` are the visits that found no place in it, and why.
    """

    id: str
    date: date
    created_at: datetime
    published_at: datetime | None
    horizon: Horizon
    roads: str
    unassigned: tuple[Unassigned, ...]

    @property
    def left_out(self) -> frozenset[str]:
        """The ids of the visits that found no place."""
        return frozenset(left.visit.id for left in self.unassigned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A therapist's day as the consistency boundary. `version` counts every change of it, from 0."""

    therapist: str
    date: date
    version: int


class Role(StrEnum):
    """What a key may do. The strings are public."""

    BOOKING = "booking"
    THERAPIST = "therapist"
    PLANNER = "planner"
    ADMIN = "admin"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A bearer key, without its secret: the store sees only a hash. A key of role `therapist` names the therapist."""

    id: str
    practice_id: str
    role: Role
    created_at: datetime
    label: str = ""
    therapist: str | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key that was shown, and the zone of its practice: what every door asks first."""

    key: ApiKey
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedToken:
    """The right to read one therapist's calendar feed, without its secret: the store sees only a hash."""

    id: str
    practice_id: str
    therapist: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedVersion:
    """What a practice's drives have taught at some time; `report` says in words how it was judged."""

    learned: LearnedRoads
    learned_at: datetime
    report: str
    forgotten_at: datetime | None = None


class FeedFormat(StrEnum):
    ICS = "ics"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideFeed:
    """A calendar kept elsewhere, whose events are promises on one therapist's agenda.

    `address` is a URL or a file's path; it may hold a secret, so it belongs in no log and no message. What was read
    last is known up to the date `read_to`; `etag` and `last_modified` are what its server called it. `fresh_for` is
    how long (in seconds) it counts as true. `trouble` says why it could not be read last time, empty when it could.
    """

    id: str
    therapist: str
    address: str
    format: FeedFormat
    added_at: datetime
    fresh_for: Seconds
    allow_loopback: bool = False
    succeeded_at: datetime | None = None
    read_to: date | None = None
    etag: str = ""
    last_modified: str = ""
    trouble: str = ""
    trouble_at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        """Was it never read, or too long ago?"""
        return self.succeeded_at is None or now - self.succeeded_at > timedelta(seconds=self.fresh_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyRecord:
    """The answer a write once got, kept so that the same request gets it again.

    `key` is unique in the practice: the caller puts in front whatever else scopes it (the API key's id).
    `fingerprint` is a hash of method, path and body; the same key with another fingerprint is another request.
    """

    key: str
    fingerprint: str
    status: int
    body: str
    created_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to what. Ids only: no name, phone or e-mail of a client belongs in here.

    `actor` is an API key id or `cli`; `action` a verb (`plan.publish`); `subject` the id of the thing acted on.
    """

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, str | int] = field(default_factory=dict)
