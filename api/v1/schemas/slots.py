"""Searching for a start, and holding it."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from api.problem_details import ProblemOut
from api.services.moving import Moving, differs
from api.services.slot_search import Slot, SlotAnswer, SlotQuery
from api.services.why_not import Refused
from api.v1.schemas.base import DAY_MINUTES, Answer, Identifier, Instant, LocalDate, Request
from api.v1.schemas.dated import DatedQuery
from api.v1.schemas.place import PlaceOut
from optimizer.domain.booking import Booking
from optimizer.domain.promise import Hold
from optimizer.domain.reason import Reason
from optimizer.domain.time import MINUTE

OfferText = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=20_000)]
"""A signed offer, as it came with the slot."""


class Sort(StrEnum):
    """The order of the starts within a date: by the clock, or the cheapest for the practice first."""

    TIME = "time"
    BEST = "best"


class SlotsQuery(DatedQuery):
    """When can someone come? The place is a postal code, a point or an address; `from` to `to` are at most 31 dates,
    two weeks from today where left out. With `moving` (a booking) place, service, length and whom the client wants are
    those that are booked where they are left out; without it place, service and length are needed. `manage` is the
    client's token, where a link cannot carry it in the Authorization header."""

    moving: Identifier | None = None
    service: Annotated[Identifier | None, Field(validate_default=True)] = None
    session_minutes: Annotated[int | None, Field(gt=0, le=DAY_MINUTES, validate_default=True)] = None
    sort: Sort = Sort.TIME
    include: Literal["refused"] | None = None
    manage: Annotated[str, Field(max_length=500)] | None = None

    @property
    def needs_place(self) -> bool:
        return self.moving is None

    @field_validator("service", "session_minutes", mode="before")
    @classmethod
    def is_told_or_booked(cls, value: object, said: ValidationInfo) -> object:
        """Only a booking knows what is looked for without being told."""
        if value is None and said.data.get("moving") is None:
            raise PydanticKnownError("missing")
        return value

    def request(self, *, practice_id: str, exact: bool, moving: Moving | None = None) -> SlotQuery:
        """What is looked for; `moving` is the booking that this names.

        Raises
        ------
        InvalidRequest
            code `treatment_differs`, when it is not the treatment that is booked.
        """
        booked = None if moving is None else moving.booking
        if booked is not None:
            self._require_treatment_of(booked)
        minutes = self.session_minutes or 0
        return SlotQuery(
            practice_id=practice_id,
            where=self.where,
            known=None if booked is None or self.says_where else booked.place,
            service=(self.service or "") if booked is None else booked.service,
            session=minutes * MINUTE if booked is None else booked.session,
            first=self.first,
            last=self.last,
            choice=self.choice,
            first_visit=self.first_visit if booked is None else booked.first_visit,
            exact=exact,
            cheapest_first=self.sort is Sort.BEST,
            explained=self.include is not None,
            moving=moving,
        )

    def _require_treatment_of(self, booked: Booking) -> None:
        told = {
            "service": (self.service, booked.service),
            "session_minutes": (self.session_minutes, booked.session // MINUTE),
        }
        for name, (asked, was) in told.items():
            if asked is not None and asked != was:
                raise differs(
                    "treatment_differs", f"{was} is booked, not {asked}.", pointer=f"?{name}", hint="Leave it out."
                )


class SlotOut(Answer):
    """A start on offer until `expires_at`. `on_the_way`: it costs the practice next to no detour."""

    start: Instant
    end: Instant
    offer: str
    expires_at: Instant
    on_the_way: bool

    @classmethod
    def of(cls, slot: Slot, zone: ZoneInfo) -> Self:
        # Ours already: an answer holds hundreds, and nothing in them is to be checked.
        return cls.model_construct(
            start=slot.start.astimezone(zone),
            end=slot.end.astimezone(zone),
            offer=slot.offer,
            expires_at=slot.expires_at.astimezone(zone),
            on_the_way=slot.on_the_way,
        )


class RefusedOut(Answer):
    """Why a start (or, where `start` is null, a whole date) is not offered. `opens_if` is the smallest change that
    would open it on the day of `therapist`, verified; null where no single change was found. `nearest` is the
    possible start of that day closest to it."""

    date: LocalDate
    start: Instant | None
    code: Reason
    detail: str
    therapist: str | None
    opens_if: dict[str, int | str] | None
    nearest: Instant | None

    @classmethod
    def of(cls, refused: Refused, zone: ZoneInfo) -> Self:
        return cls(
            date=refused.date,
            start=None if refused.start is None else refused.start.astimezone(zone),
            code=refused.reason,
            detail=refused.detail,
            therapist=refused.therapist or None,
            opens_if=dict(refused.opens_if) or None,
            nearest=None if refused.nearest is None else refused.nearest.astimezone(zone),
        )


class SlotsOut(Answer):
    """Starts by date, every date asked for among them. `place` is the point used, null for the public
    where nothing is on offer.
    `next_from` is where to search on when one answer could not hold all. `refused` is there for staff who include it;
    `refused_left_out` counts the refused starts that were too many to explain in one answer. `warnings` say that
    calendars kept elsewhere could not be read lately: what is offered rests on what they said last. `roads` names what
    the drives come from, with `+estimate` where the engine did not tell all of them; null where nothing is offered."""

    timezone: str
    place: PlaceOut | None
    data: dict[LocalDate, list[SlotOut]]
    next_from: LocalDate | None
    refused: list[RefusedOut] | None
    refused_left_out: int | None
    warnings: list[str]
    roads: str | None

    @classmethod
    def of(cls, answer: SlotAnswer) -> Self:
        zone, why = ZoneInfo(answer.zone), answer.refusals
        return cls(
            timezone=answer.zone,
            place=PlaceOut.of(answer.place) if answer.place else None,
            data={day: [SlotOut.of(slot, zone) for slot in slots] for day, slots in answer.days.items()},
            next_from=answer.next_from,
            refused=None if why is None else [RefusedOut.of(refused, zone) for refused in why.refused],
            refused_left_out=None if why is None else why.left_out,
            warnings=list(answer.warnings),
            roads=answer.roads,
        )


class HeldForIn(Request):
    """Whom the place is kept for: the caller's own key of the client."""

    ref: Identifier


class HoldIn(Request):
    """An offer to be kept while the client makes up their mind."""

    offer: OfferText
    client: HeldForIn | None = None


class HeldVisitOut(Answer):
    start: Instant
    end: Instant


class HoldOut(Answer):
    """A place that is kept until `expires_at`; of a series, `visits` are all of them and `start` is the first. `roads`
    names what the drives around it come from, with "+estimate" where some are estimated."""

    hold_id: str
    start: Instant
    end: Instant
    expires_at: Instant
    visits: list[HeldVisitOut]
    roads: str

    @classmethod
    def of(cls, hold: Hold, zone: ZoneInfo) -> Self:
        visits = [
            HeldVisitOut(start=visit.start.astimezone(zone), end=visit.end.astimezone(zone)) for visit in hold.visits
        ]
        return cls(
            hold_id=hold.id,
            start=visits[0].start,
            end=visits[0].end,
            expires_at=hold.expires_at.astimezone(zone),
            visits=visits,
            roads=hold.roads,
        )


class SlotLostOut(ProblemOut):
    """A start that is gone, with fresh ones near it."""

    slots: list[SlotOut]
