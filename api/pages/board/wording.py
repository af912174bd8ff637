"""What the board says, in sentences: promises, what would open a day, what it costs, who did what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from api.feeds import words
from api.feeds.timetable import Captions
from api.services.day_changes import Change
from api.services.hand_moves import Added
from optimizer.domain.booking import Booking, StartWindow
from optimizer.domain.time import HOUR, MINUTE, Seconds

NUMBERS = {
    "visits": "may have {} visits",
    "heavy_visits": "may have {} heavy visits",
    "visits_a_day": "may have {} visits in all",
}
MINUTES = {
    "hands_on_minutes": "may reach {} hands-on",
    "driving_minutes": "may reach {} driving",
    "longest_drive_minutes": "may hold a drive of {}",
}
SECONDS = {
    "shift_begins_earlier_seconds": "may begin {} earlier",
    "shift_ends_later_seconds": "may end {} later",
    "travel_shorter_seconds": "has a drive that is {} shorter",
    "without_break_seconds": "may do without the break of {}",
}


def opening(opens_if: Mapping[str, int | str], zone: ZoneInfo) -> str:
    """`Opens if the day may end 30 min later`; empty where no single change would do."""
    for name, amount in opens_if.items():
        if name in NUMBERS:
            return f"Opens if the day {NUMBERS[name].format(amount)}."
        if name in MINUTES and isinstance(amount, int):
            return f"Opens if the day {MINUTES[name].format(words.length(amount * MINUTE))}."
        if name in SECONDS and isinstance(amount, int):
            return f"Opens if the day {SECONDS[name].format(words.length(-(-amount // MINUTE) * MINUTE))}."
        if name == "start" and isinstance(amount, str):
            return f"Opens if the client agrees to {words.clock(datetime.fromisoformat(amount).astimezone(zone))}."
    return ""


def promise(booking: Booking, zone: ZoneInfo) -> str:
    """`promised 10:30`, `promised a start from 09:30 to 13:00`."""
    if booking.fixed_start is not None:
        return f"promised {words.clock(booking.fixed_start.astimezone(zone))}"
    return f"promised a start {spans(booking.windows, zone)}" if booking.windows else "any time of the day will do"


def spans(windows: Sequence[StartWindow], zone: ZoneInfo) -> str:
    """`from 09:30 to 13:00`, `at 10:30`."""
    return " or ".join(
        f"at {words.clock(window.earliest.astimezone(zone))}"
        if window.earliest == window.latest
        else f"from {words.clock(window.earliest.astimezone(zone))} to {words.clock(window.latest.astimezone(zone))}"
        for window in windows
    )


def costs(added: Added) -> str:
    """`6 min more driving, 10 min less waiting`; `nothing changes elsewhere` where it comes to less than a minute."""
    parts = [
        f"{words.length(abs(seconds))} {'more' if seconds > 0 else 'less'} {what}"
        for seconds, what in ((added.driving, "driving"), (added.waiting, "waiting"), (added.overtime, "overtime"))
        if words.minutes(abs(seconds))
    ]
    return ", ".join(parts) or "no more driving or waiting"


def signed(seconds: Seconds) -> str:
    """`+6 min`, `−1 h 10 min`, `0 min`."""
    if not words.minutes(abs(seconds)):
        return "0 min"
    return f"{'+' if seconds > 0 else '−'}{words.length(abs(seconds))}"


def hours(seconds: Seconds) -> str:
    """`12.5 h`, for figures of a whole day."""
    return f"{seconds / HOUR:.1f} h"


DEEDS = {
    "visit.place": "put {who} on {to} day",
    "visit.override": "put {who} on {to} day against the check",
    "visit.park": "took {who} off {source} day",
    "visit.lock": "locked {who}",
    "visit.unlock": "unlocked {who}",
    "visit.undo": "put {who} back to where it was",
    "booking.add": "booked {who}",
    "booking.override": "booked {who} against the check",
    "booking.move": "moved the booking of {who}",
    "booking.cancel": "cancelled {who}",
    "booking.clearance": "said what came of the screening of {who}",
    "booking.confirm": "confirmed {who}",
    "plan.publish": "published a plan",
    "plan.dismiss": "dropped a draft",
    "plan.replan": "planned the rest of the day again",
}


def deed(change: Change, captions: Captions, names: Mapping[str, str], zone: ZoneInfo) -> str:
    """`put Casey Cedar on Fern's day at 10:30, promised 11:00 before`."""
    detail = change.detail
    caption = captions.get(change.subject)
    told = {
        "who": (caption.client or caption.service) if caption is not None else "a visit",
        "to": _whose(detail.get("to_therapist"), names),
        "source": _whose(detail.get("from_therapist"), names),
    }
    said = DEEDS.get(change.action, change.action.replace(".", " ")).format(**told)
    start, promised = detail.get("start"), detail.get("promised")
    if isinstance(start, str) and change.action in ("visit.place", "visit.override"):
        said += f" at {words.clock(datetime.fromisoformat(start).astimezone(zone))}"
    if isinstance(promised, str):
        said += f"; the client was promised {_before(str(detail.get('promised_before', '')))}"
    return said


def _before(told: str) -> str:
    ends = told.split("-")
    return ends[0] if len(ends) == 2 and ends[0] == ends[1] else told.replace("-", " to ") or "no time"


def _whose(therapist: object, names: Mapping[str, str]) -> str:
    name = names.get(str(therapist), str(therapist or ""))
    return f"{name}'s" if name else "nobody's"
