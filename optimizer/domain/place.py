"""Where things happen."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A door. Two visits at one place (equal `id`) share parking and set-up when they follow each other.

    `coordinate` is None only where the caller brought a travel table of their own.
    """

    id: str
    coordinate: Coordinate | None = None
    label: str = ""
    precision: Precision = Precision.EXACT
