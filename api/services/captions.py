"""What readers see of each booking."""

from collections.abc import Collection, Mapping, Sequence

from api.feeds import words
from api.feeds.timetable import Captions
from api.feeds.words import Caption
from data.store.records import PlanHead
from optimizer.domain.booking import Booking
from optimizer.domain.practice import Service


def captions(
    bookings: Sequence[Booking], services: Sequence[Service], marks: Mapping[str, tuple[str, ...]] = {}
) -> Captions:
    """What readers see of each booking, by booking id. Of time that a therapist is busy elsewhere: that, and where.

    Parameters
    ----------
    marks
        What else is to be said of some of them.
    """
    names = {service.code: service.name for service in services}
    return {
        booking.id: Caption(service="Busy", where=booking.place.label, marks=_marks(booking, marks))
        if booking.busy
        else Caption(
            service=names.get(booking.service, booking.service),
            client=booking.client.name,
            where=booking.place.label,
            phone=booking.client.phone,
            email=booking.client.email,
            notes=booking.notes,
            marks=_marks(booking, marks),
        )
        for booking in bookings
    }


def _marks(booking: Booking, marks: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    flagged = (words.OVERRIDDEN,) if booking.overridden else ()
    return (*marks.get(booking.id, ()), *flagged)


def why_added(visit: str, plan: PlanHead, by_hand: Collection[str]) -> str:
    """What is said of a visit that is on the agenda and was not in this therapist's planned day."""
    if visit in by_hand:
        return words.PLACED_BY_HAND
    return words.LEFT_OUT if visit in plan.left_out else words.BOOKED_SINCE
