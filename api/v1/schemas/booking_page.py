"""The practice's own booking page, in and out."""

from typing import Annotated, Self

from pydantic import Field

from api.v1.schemas.base import Answer, Flag, Identifier, Request, Text
from optimizer.domain.booking_page import BookingPage

Question = Annotated[Text, Field(min_length=1)]
Origin = Annotated[Text, Field(examples=["https://www.example.org"])]


class BookingPageIn(Request):
    """What clients find at `/book/{practice}`. `framed_by` are the origins that may show it in theirs, `services` the
    treatments on it (all where empty). `screening` are reasons to talk first, null for the usual ones: a client says
    whether any applies, and then the visit is booked on hold. `phone` is where clients reach the practice."""

    on: Flag = False
    framed_by: Annotated[tuple[Origin, ...], Field(max_length=20)] = ()
    services: Annotated[tuple[Identifier, ...], Field(max_length=200)] = ()
    screening: Annotated[tuple[Question, ...], Field(max_length=20)] | None = None
    phone: Annotated[Text, Field(max_length=40)] = ""

    def page(self) -> BookingPage:
        return BookingPage(
            is_open=self.on,
            framed_by=self.framed_by,
            services=self.services,
            screening=self.screening,
            phone=self.phone,
        )


class BookingPageOut(Answer):
    """The booking page as it is; `screening` is null for the usual reasons."""

    on: bool
    framed_by: list[str]
    services: list[str]
    screening: list[str] | None
    phone: str

    @classmethod
    def of(cls, page: BookingPage) -> Self:
        return cls(
            on=page.is_open,
            framed_by=list(page.framed_by),
            services=list(page.services),
            screening=None if page.screening is None else list(page.screening),
            phone=page.phone,
        )
