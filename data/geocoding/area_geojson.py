"""A service area as GeoJSON (RFC 7946): read with every fault that it has, and written."""

import json
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from data.geocoding.gazetteer import normalise_town
from data.geocoding.service_area import Ring, ServiceArea, Zone
from optimizer.domain.errors import Fault, InvalidRequest

MOST_ZONES = 100
MOST_CORNERS = 500
"""Of one ring: a coast line is drawn with fewer, and a point is asked about in microseconds."""

Position = tuple[float, float]


def read_area(document: object) -> ServiceArea:
    """A FeatureCollection of polygons or multi-polygons without holes, each with a property `name` of its own.

    `within` may name the zone that another is part of, and `ask` the towns that a bare name could mean.

    Raises
    ------
    InvalidRequest
        code `invalid_area`, with every fault and where it is.
    """
    faults: list[Fault] = []
    zones = tuple(_zones(document, faults))
    faults += _between(zones)
    if faults:
        raise InvalidRequest(
            f"The service area cannot be used: {faults[0].detail}.",
            code="invalid_area",
            hint="It is a GeoJSON FeatureCollection of polygons, each with a property `name`.",
            faults=faults,
        )
    return ServiceArea(zones=zones)


def read_area_text(text: str) -> ServiceArea:
    """The same out of a file. Raises as `read_area`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise InvalidRequest(
            "The service area is not JSON.", code="invalid_area", hint="It is a GeoJSON FeatureCollection of polygons."
        ) from broken
    return read_area(document)


def write_area(area: ServiceArea) -> dict[str, Any]:
    """What `read_area` reads."""
    return {"type": "FeatureCollection", "features": [_feature(zone) for zone in area.zones]}


def _feature(zone: Zone) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": zone.name, "within": zone.within, "ask": list(zone.ask)},
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[[list(corner) for corner in ring]] for ring in zone.rings],
        },
    }


def _zones(document: object, faults: list[Fault]) -> Iterator[Zone]:
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(features, list):
        faults.append(_fault("", "it is no FeatureCollection with a list of features"))
        return
    if not 1 <= len(features) <= MOST_ZONES:
        faults.append(_fault("/features", f"it has {len(features)} zones, not 1 to {MOST_ZONES}"))
        return
    for number, feature in enumerate(features):
        zone = _zone(feature, f"/features/{number}", faults)
        if zone is not None:
            yield zone


def _zone(feature: object, at: str, faults: list[Fault]) -> Zone | None:
    before = len(faults)
    if not isinstance(feature, dict) or feature.get("type", "Feature") != "Feature":
        faults.append(_fault(at, "this is no Feature"))
        return None
    named = feature.get("properties")
    named = named if isinstance(named, dict) else {}
    name, within, ask = named.get("name"), named.get("within"), named.get("ask", [])
    if not isinstance(name, str) or not name.strip() or len(name) > 80 or not name.isprintable():
        faults.append(_fault(f"{at}/properties/name", "a zone has a name of up to 80 letters"))
    if within is not None and not isinstance(within, str):
        faults.append(_fault(f"{at}/properties/within", "`within` names the zone that this one is part of"))
    if not isinstance(ask, list) or not all(isinstance(town, str) for town in ask) or len(ask) == 1:
        faults.append(_fault(f"{at}/properties/ask", "`ask` lists the towns that the name could mean, two or more"))
    rings = tuple(_rings(feature.get("geometry"), f"{at}/geometry", faults))
    if len(faults) > before or not isinstance(name, str):
        return None
    return Zone(name=name.strip(), rings=rings, within=within, ask=tuple(ask))


def _rings(shape: object, at: str, faults: list[Fault]) -> Iterator[Ring]:
    kind = shape.get("type") if isinstance(shape, dict) else None
    polygons = shape.get("coordinates") if isinstance(shape, dict) else None
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(polygons, list) or not polygons:
        faults.append(_fault(at, "a zone is a Polygon or a MultiPolygon with coordinates"))
        return
    for number, polygon in enumerate([polygons] if kind == "Polygon" else polygons):
        where = f"{at}/coordinates" if kind == "Polygon" else f"{at}/coordinates/{number}"
        if not isinstance(polygon, list) or not polygon:
            faults.append(_fault(where, "a polygon is a list with a ring in it"))
        elif len(polygon) > 1:
            faults.append(_fault(f"{where}/1", "a polygon has no holes here", "draw the zone around the hole"))
        elif (ring := _ring(polygon[0], f"{where}/0", faults)) is not None:
            yield ring


def _ring(corners: object, at: str, faults: list[Fault]) -> Ring | None:
    if not isinstance(corners, list) or not 4 <= len(corners) <= MOST_CORNERS:
        faults.append(_fault(at, f"a ring has 4 to {MOST_CORNERS} corners, the last of them the first again"))
        return None
    ring: list[Position] = []
    for number, corner in enumerate(corners):
        position = _position(corner)
        if position is None:
            faults.append(_fault(f"{at}/{number}", "a corner is [lng, lat] in degrees"))
            return None
        ring.append(position)
    if ring[0] != ring[-1]:
        faults.append(_fault(at, "the ring is open", "repeat its first corner at its end"))
    elif all(lat < 0 < lng for lng, lat in ring):
        faults.append(_fault(at, "longitude and latitude are swapped", "GeoJSON writes [lng, lat], as [-79.76, 43.68]"))
    elif abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))) < 1e-9:
        faults.append(_fault(at, "the ring has no inside"))
    elif (crossing := _crossing(ring)) is not None:
        faults.append(_fault(f"{at}/{crossing}", "the ring crosses itself after this corner"))
    else:
        return tuple(ring)
    return None


def _position(corner: object) -> Position | None:
    if not isinstance(corner, list) or len(corner) not in (2, 3):
        return None
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in corner):
        return None
    lng, lat = corner[:2]
    if not (math.isfinite(lng) and math.isfinite(lat) and abs(lng) <= 180 and abs(lat) <= 180):
        return None
    return float(lng), float(lat)


def _crossing(ring: list[Position]) -> int | None:
    """The first side that another one crosses between its ends."""
    sides = list(pairwise(ring))
    for i, (a, b) in enumerate(sides):
        for c, d in sides[i + 2 :]:
            if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
                return i
    return None


def _turn(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(zones: tuple[Zone, ...]) -> Iterator[Fault]:
    names = [normalise_town(zone.name) for zone in zones]
    for number, zone in enumerate(zones):
        if names[number] in names[:number]:
            yield _fault("/features", f"two zones are called {zone.name}")
        if zone.within is not None and normalise_town(zone.within) not in names:
            yield _fault("/features", f"{zone.name} lies within {zone.within}, which is no zone")


def _fault(pointer: str, detail: str, hint: str = "") -> Fault:
    return Fault(pointer=pointer, code="invalid_area", detail=detail, hint=hint)
