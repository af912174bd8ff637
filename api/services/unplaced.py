"""What is booked on a date and on nobody's agenda: nobody drives to it until a plan places it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.feeds import words
from api.feeds.timetable import Captions
from data.store.records import PlanHead
from optimizer.domain.booking import Booking
from optimizer.domain.visit import Clearance


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A booking on nobody's agenda; `why` in a few words."""

    booking: Booking
    why: str


def unplaced(bookings: Iterable[Booking], plan: PlanHead | None, planned: Collection[str]) -> tuple[Unplaced, ...]:
    """Those of a date that are in nobody's day, by time.

    Parameters
    ----------
    planned
        Ids of the visits in the plan's days. A plan that is not published has put nothing on an agenda yet: what is in
        it is shown there.
    """
    shown = () if plan is None or plan.published_at is not None else planned
    found = [booking for booking in bookings if booking.therapist is None and booking.id not in shown]
    found.sort(key=lambda booking: (booking.windows[0].earliest, booking.id))
    return tuple(Unplaced(booking=booking, why=_why(booking, plan, planned)) for booking in found)


def warnings_of(booking: Booking, now: datetime) -> tuple[str, ...]:
    """What to tell whoever has just made a booking; nothing where somebody has it on their agenda."""
    if booking.therapist is not None:
        return ()
    if booking.clearance is not Clearance.CLEAR:
        return ("Nobody has this visit on their agenda: no plan places it before its screening is clear.",)
    if max(window.latest for window in booking.windows) < now:
        return ("Nobody has this visit on their agenda.",)
    return ("Nobody has this visit on their agenda yet: the next plan of its date will try to place it.",)


def in_words(found: Unplaced, captions: Captions, zone: ZoneInfo) -> str:
    """`On nobody's agenda: 10:30 Swedish massage, 1 h, Anna Bell (booked since the plan)`."""
    booking, caption = found.booking, captions[found.booking.id]
    when = " or ".join(
        "-".join(dict.fromkeys(words.clock(end.astimezone(zone)) for end in (window.earliest, window.latest)))
        for window in booking.windows
    )
    what = ", ".join(part for part in (caption.service, words.length(booking.session), caption.client) if part)
    return f"On nobody's agenda: {when} {what} ({found.why})"


def _why(booking: Booking, plan: PlanHead | None, planned: Collection[str]) -> str:
    if booking.clearance is not Clearance.CLEAR:
        return "its screening is not clear"
    if plan is None:
        return "nothing is planned yet"
    if booking.id in plan.left_out:
        return words.LEFT_OUT
    return words.CHANGED_SINCE if booking.id in planned else words.BOOKED_SINCE
