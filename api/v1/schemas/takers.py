"""Who can take one visit more: for staff from what is stored, and for a problem that arrives whole."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from api.services.dated import Dated
from api.services.taking import DayTaker, TakerAnswer
from api.stateless.answers import Insertions
from api.v1.schemas.base import DAY_MINUTES, Answer, Identifier, Instant, LocalDate
from api.v1.schemas.dated import DatedQuery
from api.v1.schemas.place import PlaceOut
from api.v1.schemas.plan import ReasonOut
from api.v1.schemas.slots import RefusedOut
from optimizer.domain.time import MINUTE, Horizon, TimeWindow
from optimizer.solver.taking import Taker


class TakersQuery(DatedQuery):
    """Who can take this visit? The place is a postal code, a point or an address; `from` to `to` are at most 31 dates,
    two weeks from today where left out."""

    service: Identifier
    session_minutes: Annotated[int, Field(gt=0, le=DAY_MINUTES)]

    def request(self, practice_id: str) -> Dated:
        return Dated(
            practice_id=practice_id,
            where=self.where,
            service=self.service,
            session=self.session_minutes * MINUTE,
            first=self.first,
            last=self.last,
            choice=self.choice,
            first_visit=self.first_visit,
            exact=True,
        )


class StartsOut(Answer):
    """A run of possible starts, both ends included."""

    earliest_start: Instant
    latest_start: Instant

    @classmethod
    def of(cls, window: TimeWindow, horizon: Horizon) -> Self:
        return cls(earliest_start=horizon.local(window.earliest), latest_start=horizon.local(window.latest))


class InsertionOut(Answer):
    """A therapist's day that can take the visit, in some order of all of it. `start` is where it adds least;
    `position` counts the visits served before it in `order`. What it adds is counted against the best order without
    it; `added_travel_seconds` is with buffers. `windows` are the runs of possible starts."""

    therapist: str
    date: LocalDate
    start: Instant
    position: int
    order: list[str]
    added_travel_seconds: int
    added_wait_seconds: int
    added_overtime_seconds: int
    added_points: int
    windows: list[StartsOut]

    @classmethod
    def of(cls, taker: Taker, horizon: Horizon) -> Self:
        return cls(
            therapist=taker.shift,
            date=horizon.date,
            start=horizon.local(taker.start),
            position=taker.position,
            order=list(taker.order),
            added_travel_seconds=taker.added_road,
            added_wait_seconds=taker.added_waiting,
            added_overtime_seconds=taker.added_overtime,
            added_points=taker.added_points,
            windows=[StartsOut.of(window, horizon) for window in taker.windows],
        )

    @classmethod
    def of_day(cls, found: DayTaker) -> Self:
        return cls.of(found.taker, found.horizon)


class TakersOut(Answer):
    """Who can take it, the cheapest first (the new visit stands in `order` as `asked`). `refused` says of the others
    what stands in the way and the smallest change that would open the day, without `therapist` of a whole date;
    `refused_left_out` counts those that were too many to explain. `warnings` say that calendars kept elsewhere could
    not be read lately; `roads` names what the drives come from, with "+estimate" where some are estimated."""

    timezone: str
    place: PlaceOut
    data: list[InsertionOut]
    refused: list[RefusedOut]
    refused_left_out: int
    warnings: list[str]
    roads: str

    @classmethod
    def of(cls, answer: TakerAnswer) -> Self:
        return cls(
            timezone=answer.zone,
            place=PlaceOut.of(answer.place),
            data=[InsertionOut.of_day(found) for found in answer.takers],
            refused=[RefusedOut.of(refused, ZoneInfo(answer.zone)) for refused in answer.refused],
            refused_left_out=answer.left_out,
            warnings=list(answer.warnings),
            roads=answer.roads,
        )


class InsertionsOut(Answer):
    """Who of a problem can take the visit, the cheapest first, and why the others cannot."""

    visit: str
    data: list[InsertionOut]
    refused: list[ReasonOut]

    @classmethod
    def of(cls, found: Insertions) -> Self:
        return cls(
            visit=found.visit,
            data=[InsertionOut.of(taker, found.horizon) for taker in found.takers],
            refused=[ReasonOut.of(rejection) for rejection in found.refused],
        )
