"""Places in and out."""

from typing import Annotated, Self

from pydantic import Field

from api.v1.schemas.base import Answer, Identifier, Request, Text
from optimizer.domain.place import Place, Precision


class PlaceIn(Request):
    """A door: a point, an address or a postal code.

    Equal ids, equal points or equal addresses are one door, where set-up and parking are paid once. Two visits with
    nothing but a postal code in common are two doors.
    """

    id: Identifier | None = None
    lat: Annotated[float, Field(strict=True, ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(strict=True, ge=-180, le=180)] | None = None
    address: Text | None = None
    postal_code: Text | None = None
    label: Text = ""


class PlaceOut(Answer):
    """The point used for a place and how well it stands for the door; no point where none was needed.

    `source` is `pin` (the caller's own point), `postal_code`, `postal_area`, `town`, or the geocoding service that was
    asked; empty where nobody knows. Nine of ten such points are within `radius_meters` of their door; `approximate`
    flags more than a kilometre.
    """

    id: str
    label: str
    lat: float | None
    lng: float | None
    precision: Precision
    source: str
    radius_meters: int | None
    approximate: bool

    @classmethod
    def of(cls, place: Place) -> Self:
        point = place.coordinate
        return cls(
            id=place.id,
            label=place.label,
            lat=point.lat if point else None,
            lng=point.lng if point else None,
            precision=place.precision,
            source=place.source,
            radius_meters=place.radius_meters,
            approximate=place.is_rough,
        )
