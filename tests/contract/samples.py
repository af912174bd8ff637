"""Two practices, and one of each thing that a store keeps."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.store.records import ApiKey, AuditEntry, FeedToken, IdempotencyRecord, Role, StoredPlan
from optimizer.domain.booking import Booking, Client, PlanRun, RunStatus, StartWindow
from optimizer.domain.itinerary import Break, Certificate, Itinerary, Leg, Objective, Plan, Status, Stop, Unassigned
from optimizer.domain.place import Coordinate, Place, Precision
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.promise import HeldVisit, Hold
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.therapist import BreakRule, Limits, Shift, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import HOUR, MINUTE, Horizon, TimeWindow
from optimizer.domain.visit import Clearance, Pin, TherapistChoice, Visit

TORONTO = ZoneInfo("America/Toronto")
DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)

NORTH = Practice(id="north", name="North", zone=TORONTO, policies=Policies(buffer_percent=20))
SOUTH = Practice(id="south", name="South", zone=ZoneInfo("America/Vancouver"))

HOME = Place(id="home", coordinate=Coordinate(lat=43.6858, lng=-79.7599), label="Brampton")
DOOR = Place(
    id="door", coordinate=Coordinate(lat=43.4675, lng=-79.6877), label="Oakville", precision=Precision.POSTAL_CODE
)

SWEDISH = Service(code="swedish", name="Swedish", lengths=(45 * MINUTE, HOUR), setup=0, heavy=True)


def pattern(therapist: str = "taylor", name: str = "Taylor") -> WorkPattern:
    return WorkPattern(
        therapist=Therapist(id=therapist, name=name, gender="male", services=frozenset({"swedish", "sports"})),
        hours=(*((time(9), time(18, 30)) for _ in range(5)), None, None),
        start_place=HOME,
        breaks=(WallBreak(earliest=time(12), latest=time(14), minutes=30),),
        limits=Limits(visits=6, hands_on=5 * HOUR),
        travel_percent=110,
    )


def booking(id: str = "b1", day: date = DAY, **more: object) -> Booking:
    full = Booking(
        id=id,
        date=day,
        client=Client(ref="c7", name="Zoë Example", phone="+1 905 555 0100", email="zoe@example.org"),
        place=DOOR,
        service="swedish",
        session=HOUR,
        windows=(StartWindow(earliest=NOON + timedelta(hours=20), latest=NOON + timedelta(hours=22)),),
        uid=f"{id}@example.org",
        choice=TherapistChoice(require=frozenset({"taylor"}), prefer=frozenset(), refuse=frozenset({"kim", "ana"})),
        pinned=Pin(therapist="taylor"),
        clearance=Clearance.PENDING,
        parking=0,
        notes="side door",
    )
    return replace(full, **more)  # type: ignore[arg-type]


def fixed(id: str = "b1", start: datetime = NOON + timedelta(hours=20), **more: object) -> Booking:
    """An hour promised for exactly then, on Taylor's agenda."""
    placed = booking(id, windows=(StartWindow(earliest=start, latest=start),), pinned=None, therapist="taylor")
    return replace(placed, **more)  # type: ignore[arg-type]


def held(start: datetime = NOON + timedelta(hours=20), **more: object) -> HeldVisit:
    """An hour on Taylor's agenda."""
    visit = HeldVisit(
        therapist="taylor",
        date=DAY,
        start=start,
        service="swedish",
        session=HOUR,
        place=DOOR,
        choice=TherapistChoice(gender="male"),
    )
    return replace(visit, **more)  # type: ignore[arg-type]


def hold(id: str = "h1", *visits: HeldVisit, **more: object) -> Hold:
    """Five minutes from noon."""
    kept = Hold(
        id=id,
        owner="k1",
        client_ref="c7",
        created_at=NOON,
        expires_at=NOON + timedelta(minutes=5),
        visits=visits or (held(),),
    )
    return replace(kept, **more)  # type: ignore[arg-type]


def run(id: str = "r1", **more: object) -> PlanRun:
    queued = PlanRun(id=id, date=DAY, status=RunStatus.QUEUED, requested_at=NOON, therapists=("taylor", "kim"))
    return replace(queued, **more)  # type: ignore[arg-type]


def plan(*therapists: str, roads: str = "estimate") -> Plan:
    """One itinerary for each therapist, with a step of every kind, and a visit left out."""
    visit = Visit(
        id="v1",
        place=DOOR,
        service="swedish",
        session=HOUR,
        windows=(TimeWindow(10 * HOUR, 12 * HOUR),),
        setup=10 * MINUTE,
        choice=TherapistChoice(prefer=frozenset({"taylor"}), gender="male"),
        pinned=Pin(therapist="taylor", start=11 * HOUR),
    )
    rest = BreakRule(window=TimeWindow(12 * HOUR, 14 * HOUR), duration=30 * MINUTE)
    steps = (
        Leg(origin=HOME, destination=DOOR, depart=9 * HOUR, arrive=10 * HOUR, travel=50 * MINUTE, buffer=10 * MINUTE),
        Stop(
            visit=visit,
            arrival=10 * HOUR,
            start=11 * HOUR,
            finish=12 * HOUR,
            depart=12 * HOUR,
            wait=50 * MINUTE,
            slack=0,
            parking=0,
            setup=10 * MINUTE,
            consultation=0,
            wrap_up=0,
            tear_down=0,
        ),
        Break(rule=rest, start=12 * HOUR, finish=12 * HOUR + 30 * MINUTE, place=DOOR),
    )
    objective = Objective(required_left_out=50, optional_left_out=0, promises_moved=0, overtime=0, cost=36_000)
    late = Rejection(reason=Reason.SHIFT, shift="taylor", detail="11 minutes short", opens_if={"later_minutes": 11})
    return Plan(
        horizon=Horizon(DAY, TORONTO),
        itineraries=tuple(
            Itinerary(
                shift=Shift(therapist=Therapist(id=name), begins=9 * HOUR, ends=18 * HOUR, breaks=(rest,)), steps=steps
            )
            for name in therapists
        ),
        unassigned=(Unassigned(visit=replace(visit, id="v2", pinned=None), rejections=(late,)),),
        certificate=Certificate(
            status=Status.OPTIMAL, objective=objective, bound=objective, engine="exact", seed=1, checked=True
        ),
        roads=roads,
    )


def stored_plan(id: str = "p1", *therapists: str, **more: object) -> StoredPlan:
    stored = StoredPlan(id=id, date=DAY, created_at=NOON, plan=plan(*(therapists or ("taylor",))))
    return replace(stored, **more)  # type: ignore[arg-type]


def key(id: str = "k1", practice: str = "north", **more: object) -> ApiKey:
    return replace(ApiKey(id=id, practice_id=practice, role=Role.BOOKING, created_at=NOON), **more)  # type: ignore[arg-type]


def token(id: str = "t1", practice: str = "north", therapist: str = "taylor") -> FeedToken:
    return FeedToken(id=id, practice_id=practice, therapist=therapist, created_at=NOON)


def answer(key: str = "once", body: str = "{}") -> IdempotencyRecord:
    return IdempotencyRecord(
        key=key, fingerprint="f", status=201, body=body, created_at=NOON, headers={"Location": "/v1/bookings/b1"}
    )


def entry(id: str = "a1", at: datetime = NOON, actor: str = "k1") -> AuditEntry:
    return AuditEntry(id=id, at=at, actor=actor, action="plan.publish", subject="p1", detail={"visits": 6})
