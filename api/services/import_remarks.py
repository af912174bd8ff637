"""What a reader should know of an imported file although nothing in it must be mended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter

from api.feeds.booking_rows import BookingRow
from api.feeds.whereabouts import POSTAL_CODE
from api.services.distributing import Distributed
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Fault
from optimizer.domain.place import POSTAL_AREA, Place, Precision
from optimizer.domain.reason import Rejection

FAR_AHEAD = timedelta(days=2 * 365)
FAR_BACK = timedelta(days=31)
"""A date outside of these is more often a mistyped year than a visit."""


def remarks_on(rows: Sequence[BookingRow], places: Mapping[PlaceQuery, Place], today: date) -> tuple[Fault, ...]:
    """Remarks by their kind, in the order of the file; a place is remarked once, where it comes first."""
    return (*_unknown_codes(rows, places), *_rough_places(rows, places), *_far_dates(rows, today))


def unkept_remarks(found: Distributed, rows: Sequence[BookingRow]) -> list[Fault]:
    """Promises that no day can keep, as ordered in the file: they are stored, and somebody has to decide."""
    lines = {row.uid: row.line for row in rows}
    refused = [(lines[b.uid], b) for b in found.bookings if b.id in found.refused and b.uid is not None]
    return [_unkept(line, booking, found.refused[booking.id]) for line, booking in sorted(refused, key=itemgetter(0))]


def _unkept(line: int, booking: Booking, why: Rejection) -> Fault:
    if booking.overridden:
        told = f"uid {booking.uid} was booked although its day cannot keep it"
        hint = "it is flagged as overridden; move one of the two"
    else:
        told = f"uid {booking.uid} is on nobody's agenda, because no day can keep it"
        hint = "name a therapist to book it all the same, or move it"
    return Fault(pointer=f"line {line}", code=why.reason.value, detail=f"{told}: {why.detail}", hint=hint)


def _unknown_codes(rows: Sequence[BookingRow], places: Mapping[PlaceQuery, Place]) -> Iterator[Fault]:
    told = set()
    for row in rows:
        if row.where is None or (code := _unknown_code(row.where, places[row.where])) is None or code in told:
            continue
        told.add(code)
        area, rest = code
        yield Fault(
            pointer=f"line {row.line}, place",
            code="postal_code_unknown",
            detail=f"the postal code {area} {rest} is not known; the visit is placed at the middle of its area {area}",
            hint="check the code, or give lat and lng",
        )


def _unknown_code(where: PlaceQuery, place: Place) -> tuple[str, str] | None:
    """The halves of a postal code that only its area is known of."""
    if place.precision is not Precision.AREA or place.source not in {"", POSTAL_AREA}:
        return None
    found = POSTAL_CODE.search(where.postal_code or where.address or "")
    return None if found is None else (found[1].upper(), found[2].upper())


def _rough_places(rows: Sequence[BookingRow], places: Mapping[PlaceQuery, Place]) -> Iterator[Fault]:
    """Every other place whose point may be more than a kilometre off; its words are not repeated."""
    told = set()
    for row in rows:
        if row.where is None or not places[row.where].is_rough or _unknown_code(row.where, places[row.where]):
            continue
        place = places[row.where]
        if (place.coordinate, place.source) in told:
            continue
        told.add((place.coordinate, place.source))
        how_far = f"about {place.radius_meters / 1000:.0f} km" if place.radius_meters else "more than a kilometre"
        yield Fault(
            pointer=f"line {row.line}, place",
            code="place_approximate",
            detail=f"the point of this place ({place.source.replace('_', ' ') or 'area'}) may be {how_far} off",
            hint="give the whole address with its postal code, or lat and lng",
        )


def _far_dates(rows: Sequence[BookingRow], today: date) -> Iterator[Fault]:
    for row in rows:
        if row.day is None:
            continue
        if row.day > today + FAR_AHEAD:
            detail = f"{row.day} is more than two years ahead"
        elif row.day < today - FAR_BACK:
            detail = f"{row.day} is more than a month ago"
        else:
            continue
        yield Fault(pointer=f"line {row.line}, date", code="date_far", detail=detail, hint="is the year right?")
