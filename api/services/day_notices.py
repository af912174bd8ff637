"""What nobody may overlook on a therapist's day, in sentences: for the page, for paper and for the command line."""

from typing import TYPE_CHECKING

from api.feeds import words
from api.services.day_now import Behind
from api.services.itineraries import TherapistDay

if TYPE_CHECKING:
    from optimizer.schedule.checker import Violation


def notices(day: TherapistDay) -> tuple[str, ...]:
    """The worst first: what cannot be kept, how the day differs from its plan, which calendars are behind."""
    found = [_broken(day, violation) for violation in day.broken]
    if day.off:
        found.append(words.DAY_OFF)
    if day.behind and day.plan is None:
        found.append("Not planned yet: this is what has been booked so far.")
    elif day.behind:
        found.append(f"Not as planned any more: {in_words(day.behind)}. These are the times as booked now.")
    return (*found, *day.warnings)


def in_words(behind: Behind) -> str:
    """`2 visits not in the plan, 1 changed, 1 cancelled or moved away`."""
    added, changed, gone = len(behind.added), len(behind.changed), len(behind.gone)
    parts = [f"{added} visit{'' if added == 1 else 's'} not in the plan"] if added else []
    parts += [f"{changed} changed"] if changed else []
    parts += [f"{gone} cancelled or moved away"] if gone else []
    return ", ".join(parts)


def _broken(day: TherapistDay, violation: "Violation") -> str:
    stops = day.itinerary.stops if day.itinerary is not None else ()
    stop = next((stop for stop in stops if stop.visit.id == violation.visit), None)
    if stop is None:
        return f"This day cannot be kept: {violation.detail}."
    caption = day.captions.get(stop.visit.id)
    who = (caption.client or caption.service) if caption is not None else stop.visit.service
    begins, latest = (words.clock(day.horizon.local(at)) for at in (stop.start, stop.visit.starts[-1].latest))
    if stop.start > stop.visit.starts[-1].latest:
        return f"{who} was promised {latest} at the latest, which cannot be kept: {begins} is the earliest."
    return f"{begins} {who} cannot be kept: {violation.detail}."
