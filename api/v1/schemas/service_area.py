"""A service area in and out: GeoJSON (RFC 7946)."""

from typing import Any, Literal, Self

from api.v1.schemas.base import Answer
from data.geocoding.area_geojson import write_area
from data.geocoding.service_area import ServiceArea


class AreaDocument(Answer):
    """A FeatureCollection of polygons or multi-polygons without holes. Each has a `name` among its properties, and may
    say `within` which other zone it lies, and in `ask` which towns its bare name could mean."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]

    @classmethod
    def of(cls, area: ServiceArea) -> Self:
        return cls(**write_area(area))
