"""Where the practice drives to: named polygons, and the way to ask whether a point lies in one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from data.geocoding.gazetteer import normalise_town
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate

DATA = Path(__file__).with_name("service_area.geojson")


Ring = tuple[tuple[float, float], ...]
"""A closed line of `(lng, lat)` as in GeoJSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One named place: everything inside any of its rings.

    `within` names the zone it is part of (Etobicoke lies in Toronto). `ask` lists the towns that the bare name could
    mean (Halton).

    Raises
    ------
    ValueError
        When a ring is open or has no inside.
    """

    name: str
    rings: tuple[Ring, ...]
    within: str | None = None
    ask: tuple[str, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.rings or any(len(ring) < 4 or ring[0] != ring[-1] for ring in self.rings):
            raise ValueError(f"{self.name} needs closed rings")
        bounds = tuple((*map(min, zip(*ring, strict=True)), *map(max, zip(*ring, strict=True))) for ring in self.rings)
        object.__setattr__(self, "boxes", bounds)

    def __contains__(self, point: Coordinate) -> bool:
        x, y = point.lng, point.lat
        return any(
            west <= x <= east and south <= y <= north and _inside(ring, x, y)
            for ring, (west, south, east, north) in zip(self.rings, self.boxes, strict=True)
        )


def _inside(ring: Ring, x: float, y: float) -> bool:
    """Whether a line to the north crosses the ring an odd number of times."""
    inside = False
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (x0 > x) != (x1 > x) and y < y0 + (x - x0) * (y1 - y0) / (x1 - x0):
            inside = not inside
    return inside


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Zones that may overlap; a point is served when any of them holds it."""

    zones: tuple[Zone, ...]

    def __contains__(self, point: Coordinate) -> bool:
        return any(point in zone for zone in self.zones)

    def names(self, point: Coordinate) -> Iterator[str]:
        """The zones that hold a point, in their order: a place in Etobicoke lies in Toronto, too."""
        return (zone.name for zone in self.zones if point in zone)

    def zone(self, name: str) -> Zone | None:
        """A zone by name in any case; "Halton Region" and "City of Toronto" count."""
        bare = " ".join(w for w in normalise_town(name).split() if w not in {"region", "of", "city", "town", "the"})
        return next((zone for zone in self.zones if normalise_town(zone.name) == bare), None)

    def admit(self, point: Coordinate, name: str = "The point") -> Coordinate:
        """The point itself, when it is one that the practice drives to. `name` begins the sentence of a refusal.

        Raises
        ------
        InvalidRequest
            code `invalid_coordinate` (not a number, not on Earth), `swapped_coordinates` or `outside_area`.
        """
        lat, lng = point.lat, point.lng
        if not (math.isfinite(lat) and math.isfinite(lng)):
            raise InvalidRequest(f"{name} has a coordinate that is not a number.", code="invalid_coordinate")
        if point in self:
            return point
        # In Canada the longitude is negative and the latitude is not: the other way round can only be a swap.
        if Coordinate(lat=lng, lng=lat) in self or (lat < 0 < lng <= 90):
            detail = f"{name} ({lat:g}, {lng:g}) has latitude and longitude swapped."
            hint = f"Did you mean lat {lng:g}, lng {lat:g}?"
            raise InvalidRequest(detail, code="swapped_coordinates", hint=hint)
        if abs(lat) > 90 or abs(lng) > 180:
            raise InvalidRequest(f"{name} ({lat:g}, {lng:g}) is not on Earth.", code="invalid_coordinate")
        mirrored = Coordinate(lat=lat, lng=-lng)
        raise InvalidRequest(
            f"{name} ({lat:g}, {lng:g}) lies outside the service area.",
            code="outside_area",
            hint=f"Did you mean lng {-lng:g}?" if mirrored in self else self._served(),
        )

    def _served(self) -> str:
        return f"Served are {', '.join(zone.name for zone in self.zones)}."


@cache
def embedded() -> ServiceArea:
    """The ten places of the package, read once a process."""
    from data.geocoding.area_geojson import read_area_text

    return read_area_text(DATA.read_text(encoding="utf-8"))
