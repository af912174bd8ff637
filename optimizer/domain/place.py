"""Where things happen."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinate:
    """A point on WGS 84, in degrees. Keyword-only, so that latitude and longitude cannot be swapped unseen."""

    lat: float
    lng: float


class Precision(StrEnum):
    """How well a point stands for a door."""

    EXACT = "exact"
    POSTAL_CODE = "postal_code"
    AREA = "area"


ROUGH_METERS = 1_000
"""A point that may be further from its door is told to staff: a drive planned to it may miss by minutes."""

PIN, POSTAL_CODE, POSTAL_AREA, TOWN = "pin", "postal_code", "postal_area", "town"
"""What a point comes from, beside the names of geocoding services: a pin is the caller's own point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A door. Two visits at one place (equal `id`) share parking and set-up when they follow each other.

    `coordinate` is None only where the caller brought a travel table of their own. `source` says what the point comes
    from, empty where nobody said; nine of ten such points are within `radius_meters` of their door, None where nobody
    knows. Neither makes another place of it.
    """

    id: str
    coordinate: Coordinate | None = None
    label: str = ""
    precision: Precision = Precision.EXACT
    source: str = field(default="", compare=False)
    radius_meters: int | None = field(default=None, compare=False)

    @property
    def is_rough(self) -> bool:
        """Whether the point may be more than `ROUGH_METERS` from the door."""
        if self.radius_meters is None:
            return self.precision is Precision.AREA
        return self.radius_meters > ROUGH_METERS
