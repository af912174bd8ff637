"""Asking for a visit at a place, on dates: what a search for slots and one for takers have in common."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from api.services.dated import MOST_DAYS
from api.v1.schemas.base import Identifier, LocalDate, Request, Text, refuse
from data.geocoding.geocoder import PlaceQuery, written
from optimizer.domain.place import Coordinate
from optimizer.domain.visit import TherapistChoice


class DatedQuery(Request):
    """The place is a postal code, a point or an address."""

    postal_code: Text | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    address: Text | None = None
    first: Annotated[LocalDate | None, Field(alias="from")] = None
    last: Annotated[LocalDate | None, Field(alias="to")] = None
    therapist: Identifier | None = None
    therapist_gender: Identifier | None = None
    first_visit: bool = False

    @property
    def says_where(self) -> bool:
        return self.lat is not None or bool(self.postal_code) or bool(self.address)

    @property
    def needs_place(self) -> bool:
        """Whether nobody else knows the place."""
        return True

    @property
    def where(self) -> PlaceQuery:
        """The place as it is told."""
        point = Coordinate(lat=self.lat, lng=self.lng) if self.lat is not None and self.lng is not None else None
        return PlaceQuery(
            coordinate=point,
            address=self.address or None,
            postal_code=self.postal_code or None,
            label=written(self.address or "", self.postal_code or ""),
        )

    @property
    def choice(self) -> TherapistChoice:
        """Whom the client wants."""
        return TherapistChoice(
            require=frozenset({self.therapist} if self.therapist else ()), gender=self.therapist_gender
        )

    @model_validator(mode="after")
    def says_where_and_when(self) -> Self:
        if (self.lat is None) != (self.lng is None):
            raise refuse("half_a_point", "A point has both lat and lng.", "Send both, or a postal code.")
        if not self.says_where and self.needs_place:
            raise refuse(
                "place_missing", "Nobody said where the place is.", "Send postal_code, lat and lng, or address."
            )
        if self.first is not None and self.last is not None:
            if self.last < self.first:
                raise refuse("dates_reversed", "The search ends before it begins.", "Swap `from` and `to`.")
            if (self.last - self.first).days >= MOST_DAYS:
                raise refuse("too_many_days", f"A search spans at most {MOST_DAYS} dates.", "Search in parts.")
        return self
