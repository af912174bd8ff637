"""A day on the map: numbered stops, and straight lines between them where the roads' own shape is not known."""

from api.feeds import words
from api.pages.day.view import caption_of, clock
from api.services.itineraries import TherapistDay
from optimizer.domain.place import Place


def route(day: TherapistDay, over: frozenset[str] = frozenset()) -> list[dict[str, object]]:
    """What map.js draws. Stops whose place is not known are left out; the list names them.

    Parameters
    ----------
    over
        Visits to show faded.
    """
    itinerary = day.itinerary
    if itinerary is None or not itinerary.stops:
        return []
    stops: list[dict[str, object]] = []
    start, end = itinerary.shift.start_place, itinerary.shift.end_place
    for name, place in (("Start", start), ("End", None if end == start else end)):
        if place is not None and place.coordinate is not None:
            stops.append(_point(place) | {"id": name.lower(), "number": "", "title": name, "text": "", "kind": "home"})
    number = 0
    for stop in itinerary.stops:
        number += not stop.visit.busy
        if stop.visit.place.coordinate is None:
            continue
        caption = caption_of(day, stop)
        stops.append(
            _point(stop.visit.place)
            | {
                "id": stop.visit.id,
                "number": "" if stop.visit.busy else number,
                "title": words.first_name(caption.client) or caption.service,
                "text": f"{clock(day, stop.start)}, {words.length(stop.visit.session)}",
                "kind": "visit",
                "faded": stop.visit.id in over,
            }
        )
    places = [leg.origin for leg in itinerary.legs[:1]] + [leg.destination for leg in itinerary.legs]
    line = [[place.coordinate.lat, place.coordinate.lng] for place in places if place.coordinate is not None]
    return [{"id": "day", "name": words.long_date(day.date), "colour": 0, "stops": stops, "line": line}]


def _point(place: Place) -> dict[str, object]:
    point = place.coordinate
    if point is None:
        raise ValueError(f"{place.id!r} has no point")
    return {"lat": point.lat, "lng": point.lng}
