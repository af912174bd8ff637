"""Services and therapists of a practice, in and out."""

from datetime import time
from typing import Annotated, Self

from pydantic import Field, model_validator

from api.v1.schemas.base import DAY_MINUTES, WALL_CLOCK, Answer, Flag, Identifier, Minutes, Request, Text, refuse
from api.v1.schemas.place import PlaceIn, PlaceOut
from api.v1.schemas.problem import Gender, LimitsIn, TravelPercent
from optimizer.domain.driving import LearnedRoads
from optimizer.domain.place import Precision
from optimizer.domain.practice import Service
from optimizer.domain.therapist import Limits, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import MINUTE, Seconds

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WallTime = Annotated[str, Field(strict=True, pattern=WALL_CLOCK, examples=["09:00"])]
"""A time on the practice's clocks."""

SessionLength = Annotated[int, Field(strict=True, gt=0, le=DAY_MINUTES)]


class ServiceIn(Request):
    """A treatment. Minutes left out come from the practice."""

    name: Annotated[Text, Field(min_length=1)]
    session_minutes: Annotated[tuple[SessionLength, ...], Field(min_length=1, max_length=20)]
    setup_minutes: Minutes | None = None
    teardown_minutes: Minutes | None = None
    heavy: Flag = False

    def service(self, code: str) -> Service:
        return Service(
            code=code,
            name=self.name,
            lengths=tuple(sorted({minutes * MINUTE for minutes in self.session_minutes})),
            setup=None if self.setup_minutes is None else self.setup_minutes * MINUTE,
            tear_down=None if self.teardown_minutes is None else self.teardown_minutes * MINUTE,
            heavy=self.heavy,
        )


class ServiceOut(Answer):
    """A treatment and the lengths it is offered for."""

    code: str
    name: str
    session_minutes: list[int]
    setup_minutes: int | None
    teardown_minutes: int | None
    heavy: bool

    @classmethod
    def of(cls, service: Service) -> Self:
        return cls(
            code=service.code,
            name=service.name,
            session_minutes=[length // MINUTE for length in service.lengths],
            setup_minutes=_minutes(service.setup),
            teardown_minutes=_minutes(service.tear_down),
            heavy=service.heavy,
        )


class ServiceListOut(Answer):
    data: list[ServiceOut]


class HoursIn(Request):
    """From when the therapist may leave the start place, to when they are back at the end place."""

    start: WallTime
    end: WallTime

    @model_validator(mode="after")
    def is_a_span(self) -> Self:
        if self.end <= self.start:
            raise refuse("shift_reversed", f"A shift from {self.start} to {self.end} ends before it begins.")
        return self


class WallBreakIn(Request):
    """A rest of so many minutes that begins between the two."""

    earliest_start: WallTime
    latest_start: WallTime
    minutes: Annotated[int, Field(strict=True, gt=0, le=DAY_MINUTES)]

    @model_validator(mode="after")
    def is_a_window(self) -> Self:
        if self.latest_start < self.earliest_start:
            raise refuse("window_reversed", "A break's window ends before it begins.", "Swap its two ends.")
        return self


class WeekIn(Request):
    """Hours by weekday; a day left out is a day off."""

    monday: HoursIn | None = None
    tuesday: HoursIn | None = None
    wednesday: HoursIn | None = None
    thursday: HoursIn | None = None
    friday: HoursIn | None = None
    saturday: HoursIn | None = None
    sunday: HoursIn | None = None

    def hours(self) -> tuple[tuple[time, time] | None, ...]:
        days: list[HoursIn | None] = [getattr(self, day) for day in WEEKDAYS]
        return tuple(
            None if day is None else (time.fromisoformat(day.start), time.fromisoformat(day.end)) for day in days
        )


class HomeIn(PlaceIn):
    """A door as it is given, or as it was answered: a point then stands for no more than it did (`precision`, `source`,
    `radius_meters`; `approximate` follows from them)."""

    precision: Precision | None = None
    source: Text | None = None
    radius_meters: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    approximate: Flag | None = None


class StaffIn(Request):
    """A therapist and their usual week. Without `services` every service is offered.

    `travel_percent` is how long drives take this therapist, in percent of what the roads say; null goes by what
    `rounds roads learn` has learned of them, and by the roads alone where it has not.

    What was read can be sent back as it is; an `id` is then the one in the path, and `travel_percent_in_use` changes
    nothing.
    """

    id: Identifier | None = None
    name: Text = ""
    gender: Gender | None = None
    services: tuple[Identifier, ...] | None = None
    start: HomeIn | None = None
    end: HomeIn | None = None
    hours: WeekIn
    breaks: Annotated[tuple[WallBreakIn, ...], Field(max_length=20)] = ()
    limits: LimitsIn = LimitsIn()
    travel_percent: TravelPercent | None = None
    travel_percent_in_use: TravelPercent | None = None

    @model_validator(mode="after")
    def rests_in_order(self) -> Self:
        for before, after in zip(self.breaks, self.breaks[1:], strict=False):
            if before.earliest_start > after.earliest_start or before.latest_start > after.latest_start:
                raise refuse("breaks_out_of_order", "Breaks are taken in the order given.", "Sort them by time.")
        return self

    def pattern(self, therapist: str) -> WorkPattern:
        """The week, its places still to be found."""
        limits = self.limits
        return WorkPattern(
            therapist=Therapist(
                id=therapist,
                name=self.name,
                gender=self.gender,
                services=None if self.services is None else frozenset(self.services),
            ),
            hours=self.hours.hours(),
            breaks=tuple(
                WallBreak(
                    earliest=time.fromisoformat(rest.earliest_start),
                    latest=time.fromisoformat(rest.latest_start),
                    minutes=rest.minutes,
                )
                for rest in self.breaks
            ),
            limits=Limits(
                visits=limits.visits,
                hands_on=_seconds(limits.hands_on_minutes),
                driving=_seconds(limits.driving_minutes),
                longest_drive=_seconds(limits.longest_drive_minutes),
                heavy_visits=limits.heavy_visits,
                overtime=limits.overtime_minutes * MINUTE,
            ),
            travel_percent=self.travel_percent,
        )


class HoursOut(Answer):
    start: str
    end: str


class WallBreakOut(Answer):
    earliest_start: str
    latest_start: str
    minutes: int


class LimitsOut(Answer):
    visits: int | None
    hands_on_minutes: int | None
    driving_minutes: int | None
    longest_drive_minutes: int | None
    heavy_visits: int | None
    overtime_minutes: int


class StaffOut(Answer):
    """A therapist and their usual week; a day off is null. `travel_percent` is what was set by hand, null where nothing
    was; `travel_percent_in_use` is what offers and plans go by now: that, else what was learned, else 100."""

    id: str
    name: str
    gender: str | None
    services: list[str] | None
    start: PlaceOut | None
    end: PlaceOut | None
    hours: dict[str, HoursOut | None]
    breaks: list[WallBreakOut]
    limits: LimitsOut
    travel_percent: int | None
    travel_percent_in_use: int

    @classmethod
    def of(cls, pattern: WorkPattern, learned: LearnedRoads | None) -> Self:
        person, limits = pattern.therapist, pattern.limits
        return cls(
            id=person.id,
            name=person.name,
            gender=person.gender,
            services=None if person.services is None else sorted(person.services),
            start=PlaceOut.of(pattern.start_place) if pattern.start_place else None,
            end=PlaceOut.of(pattern.end_place) if pattern.end_place else None,
            hours={
                day: HoursOut(start=f"{span[0]:%H:%M}", end=f"{span[1]:%H:%M}") if span else None
                for day, span in zip(WEEKDAYS, pattern.hours, strict=True)
            },
            breaks=[
                WallBreakOut(
                    earliest_start=f"{rest.earliest:%H:%M}", latest_start=f"{rest.latest:%H:%M}", minutes=rest.minutes
                )
                for rest in pattern.breaks
            ],
            limits=LimitsOut(
                visits=limits.visits,
                hands_on_minutes=_minutes(limits.hands_on),
                driving_minutes=_minutes(limits.driving),
                longest_drive_minutes=_minutes(limits.longest_drive),
                heavy_visits=limits.heavy_visits,
                overtime_minutes=limits.overtime // MINUTE,
            ),
            travel_percent=pattern.travel_percent,
            travel_percent_in_use=pattern.percent_by(learned),
        )


class StaffListOut(Answer):
    data: list[StaffOut]


def _minutes(seconds: Seconds | None) -> int | None:
    return None if seconds is None else seconds // MINUTE


def _seconds(minutes: int | None) -> Seconds | None:
    return None if minutes is None else minutes * MINUTE
