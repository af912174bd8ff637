"""From what a person writes to a point: the seam every geocoder fills."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from data.geocoding.service_area import ServiceArea
from optimizer.domain.place import Coordinate, Place, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceQuery:
    """What a caller knows of a place; the first of `coordinate`, `address`, `postal_code` that helps is used.

    `id` makes two queries one door; without it the id comes from what was given, and never from a postal code
    alone: two clients may share one. `precision`, `source` and `radius_meters` are what an earlier answer said of the
    `coordinate`; without them it is a pin that stands for the door exactly.
    """

    id: str | None = None
    coordinate: Coordinate | None = None
    address: str | None = None
    postal_code: str | None = None
    label: str = ""
    precision: Precision | None = None
    source: str | None = None
    radius_meters: int | None = None


def written(address: str, postal_code: str) -> str:
    """Address and postal code as one line, the code once: a street is nothing to a map without its town or code."""
    if not address or not postal_code:
        return address or postal_code
    known = postal_code.replace(" ", "").casefold() in address.replace(" ", "").casefold()
    return address if known else f"{address}, {postal_code}"


def nothing() -> None:
    """Whoever asks may ask as much as they want."""


class Geocoder(Protocol):
    def within(self, area: ServiceArea) -> Self:
        """The same for a practice that drives elsewhere."""
        ...

    def locate(self, query: PlaceQuery, *, before_asking: Callable[[], None] = nothing) -> Place:
        """The place meant, with what its point comes from and how far off that may be.

        Never called inside a transaction that writes: it may wait for a service, and remembers in the store.
        `before_asking` is called before a question goes out to a service; what it raises ends the search.

        Raises
        ------
        optimizer.domain.errors.InvalidRequest
            code `unknown_postal_code`, `unknown_address`, `ambiguous_place`, `outside_area`, `swapped_coordinates`,
            `invalid_coordinate` or `place_missing`; with a hint.
        optimizer.domain.errors.Unavailable
            When the provider that was needed is down.
        """
        ...
