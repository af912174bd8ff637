"""What a schema cannot see: faults between fields, each at its place in the caller's document."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from api.stateless.faults import Faults, Path
from api.stateless.reading import Reading
from api.v1.schemas.problem import EvaluateOptionsIn, InsertionIn, TherapistIn, VisitIn
from api.v1.schemas.reading import did_you_mean
from optimizer.domain.time import HOUR, Horizon, Seconds

LONGEST_NIGHT: Seconds = 12 * HOUR
"""A shift of the date may end so long after its midnight."""


def check(reading: Reading, horizon: Horizon | None, faults: Faults) -> None:
    """Every fault between fields. Without a horizon (an unknown zone) nothing is asked about the date."""
    therapists = list(zip(reading.therapist_rows, reading.given.therapists, strict=True))
    visits = list(zip(reading.visit_rows, reading.given.visits, strict=True))
    _unique("therapists", ((row, therapist.id) for row, therapist in therapists), faults)
    _unique("visits", ((row, visit.id) for row, visit in visits), faults)
    for row, therapist in therapists:
        _shift(("therapists", row), therapist, horizon, faults)
        _breaks(("therapists", row, "breaks"), therapist, faults)
    for row, visit in visits:
        _windows(("visits", row), visit, horizon, _day_end(reading, horizon), faults)
        _named_therapists(("visits", row), visit, reading, faults)
    if isinstance(reading.given.options, EvaluateOptionsIn) and not reading.unread:
        _order(reading, reading.given.options, faults)
        if isinstance(reading.given, InsertionIn):
            _asked(reading, reading.given, reading.given.options, faults)


def read_horizon(reading: Reading, faults: Faults) -> Horizon | None:
    """The date in its zone; None, with the fault noted, when either is not known."""
    name = reading.given.timezone
    try:
        zone = ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # what zoneinfo raises for a bad name, a folder, an unknown name
        faults.add(
            ("timezone",),
            "unknown_timezone",
            f"There is no time zone {name!r}.",
            _near_zone(name),
        )
        return None
    if reading.unread & {"date", "timezone"}:
        return None
    return Horizon(reading.given.date, zone)


def _near_zone(name: str) -> str:
    hint = did_you_mean(name, available_timezones())
    return hint or "Use a name of the IANA database, such as America/Toronto."


def _unique(kind: str, ids: Iterable[tuple[int, str]], faults: Faults) -> None:
    first: dict[str, int] = {}
    for row, name in ids:
        if name in first:
            faults.add(
                (kind, row, "id"),
                "duplicate_id",
                f"The id {name!r} is taken by /{kind}/{first[name]}.",
                f"Give each of the {kind} an id of its own.",
            )
        first.setdefault(name, row)


def _shift(path: Path, therapist: TherapistIn, horizon: Horizon | None, faults: Faults) -> None:
    begins, ends = therapist.shift.start, therapist.shift.end
    if _utc(ends) <= _utc(begins):
        faults.add(
            (*path, "shift", "end"),
            "end_before_start",
            f"The shift of {therapist.id} ends at {ends.isoformat()}, not after its start at {begins.isoformat()}.",
            "Swap the two, or check the offsets; a night shift ends on the next date.",
        )
    elif horizon is not None and not 0 <= horizon.seconds(begins) < horizon.length:
        faults.add(
            (*path, "shift", "start"),
            "not_on_date",
            f"The shift of {therapist.id} starts on {begins.astimezone(horizon.zone):%Y-%m-%d}, not on {horizon.date}.",
            f"Send shifts that start on {horizon.date} in {horizon.zone.key}.",
        )
    elif horizon is not None and horizon.seconds(ends) > horizon.length + LONGEST_NIGHT:
        faults.add(
            (*path, "shift", "end"),
            "not_on_date",
            f"The shift of {therapist.id} ends more than 12 hours after the end of {horizon.date}.",
            "Check the date of the shift's end.",
        )


def _breaks(path: Path, therapist: TherapistIn, faults: Faults) -> None:
    for number, rest in enumerate(therapist.breaks):
        if _utc(rest.latest_start) < _utc(rest.earliest_start):
            faults.add(
                (*path, number, "latest_start"),
                "end_before_start",
                f"The break's window ends at {rest.latest_start.isoformat()}, before it begins.",
                "Swap the two, or check the offsets.",
            )
    for number, (before, after) in enumerate(zip(therapist.breaks, therapist.breaks[1:], strict=False), start=1):
        earlier = _utc(after.earliest_start) < _utc(before.earliest_start)
        if earlier or _utc(after.latest_start) < _utc(before.latest_start):
            faults.add(
                (*path, number),
                "breaks_out_of_order",
                f"Break {number + 1} of {therapist.id} would come before break {number}.",
                "List the breaks in the order in which they are taken.",
            )


def _windows(path: Path, visit: VisitIn, horizon: Horizon | None, day_end: Seconds, faults: Faults) -> None:
    for number, window in enumerate(visit.windows or ()):
        here = (*path, "windows", number)
        if _utc(window.latest_start) < _utc(window.earliest_start):
            faults.add(
                (*here, "latest_start"),
                "end_before_start",
                f"The window of {visit.id} ends at {window.latest_start.isoformat()}, before it begins.",
                "Swap the two, or check the offsets; a fixed start has both equal.",
            )
        elif horizon is not None and (
            horizon.seconds(window.latest_start) < 0 or horizon.seconds(window.earliest_start) > day_end
        ):
            faults.add(
                here,
                "not_on_date",
                f"The window of {visit.id} from {window.earliest_start.isoformat()} is not on {horizon.date}.",
                f"Send windows on {horizon.date} in {horizon.zone.key}, or plan the other date.",
            )
    start = visit.pinned.start if visit.pinned else None
    if start is not None and horizon is not None and not 0 <= horizon.seconds(start) <= day_end:
        faults.add(
            (*path, "pinned", "start"),
            "not_on_date",
            f"The start pinned for {visit.id}, {start.isoformat()}, is not on {horizon.date}.",
            f"Pin a start on {horizon.date} in {horizon.zone.key}.",
        )


def _named_therapists(path: Path, visit: VisitIn, reading: Reading, faults: Faults) -> None:
    """Required and pinned therapists exist. A preferred or refused one may have the day off, and all may have."""
    if not reading.therapist_ids or "therapists" in reading.unread:
        return
    named = [((*path, "therapist", "require", place), name) for place, name in enumerate(visit.therapist.require)]
    if visit.pinned:
        named.append(((*path, "pinned", "therapist"), visit.pinned.therapist))
    for where, name in named:
        if name not in reading.therapist_ids:
            faults.add(
                where,
                "unknown_therapist",
                f"There is no therapist {name!r} in this problem.",
                did_you_mean(name, reading.therapist_ids),
            )


def _order(reading: Reading, options: EvaluateOptionsIn, faults: Faults) -> None:
    visits = {visit.id for visit in reading.given.visits}
    seen: dict[str, str] = {}
    for therapist, order in options.order.items():
        path = ("options", "order", therapist)
        if therapist not in reading.therapist_ids:
            hint = did_you_mean(therapist, reading.therapist_ids)
            faults.add(path, "unknown_therapist", f"There is no therapist {therapist!r} in this problem.", hint)
        for place, name in enumerate(order):
            if name not in visits and len(reading.visit_rows) == len(visits):
                faults.add((*path, place), "unknown_visit", f"There is no visit {name!r}.", did_you_mean(name, visits))
            if name in seen:
                detail = f"The visit {name!r} is already in the order of {seen[name]}."
                faults.add((*path, place), "duplicate_id", detail, "A visit is driven to once.")
            seen.setdefault(name, therapist)


def _asked(reading: Reading, given: InsertionIn, options: EvaluateOptionsIn, faults: Faults) -> None:
    """The visit asked about is one of the problem's, and nobody has it."""
    visits = {visit.id for visit in given.visits}
    if given.visit not in visits and len(reading.visit_rows) == len(visits):
        detail = f"There is no visit {given.visit!r}."
        faults.add(("visit",), "unknown_visit", detail, did_you_mean(given.visit, visits))
    for therapist, order in options.order.items():
        if given.visit in order:
            detail = f"The visit {given.visit!r} is in the order of {therapist} already."
            faults.add(("visit",), "already_placed", detail, "Leave it out of the order to ask who else could take it.")


def _day_end(reading: Reading, horizon: Horizon | None) -> Seconds:
    """The last instant that belongs to the date: its midnight, or the end of a night shift that runs over it."""
    if horizon is None:
        return 0
    ends = [horizon.seconds(therapist.shift.end) for therapist in reading.given.therapists]
    return max(horizon.length - 1, min(max(ends, default=0), horizon.length + LONGEST_NIGHT))


def _utc(instant: datetime) -> datetime:
    """Two datetimes of one zone compare as wall clocks; in UTC they compare as instants."""
    return instant.astimezone(UTC)
