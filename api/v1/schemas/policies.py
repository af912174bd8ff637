"""How a practice likes to work, in and out."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from api.v1.schemas.base import POSTAL_PREFIX, REGION, Answer, Flag, Minutes, Request, refuse
from api.v1.schemas.booking_page import BookingPageIn, BookingPageOut
from api.v1.schemas.practice import WEEKDAYS
from data.roads.calendar import NO_HOLIDAYS, public_holidays
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.practice import AreaRule, Policies, Practice
from optimizer.domain.time import MINUTE

USUAL = Policies()

Weekday = Annotated[str, Field(strict=True, examples=["tuesday"])]
Prefix = Annotated[str, StringConstraints(strict=True, pattern=POSTAL_PREFIX)]


class AreaRuleIn(Request):
    """Places where the practice drives on some weekdays only."""

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]
    towns: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    postal_prefixes: Annotated[tuple[Prefix, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def is_somewhere(self) -> Self:
        if not self.towns and not self.postal_prefixes:
            raise refuse("area_missing", "This rule names no place.", "Give towns or postal_prefixes.")
        for weekday in self.weekdays:
            if weekday not in WEEKDAYS:
                raise refuse("unknown_weekday", f"{weekday} is no weekday.", f"Known: {', '.join(WEEKDAYS)}.")
        return self

    def rule(self) -> AreaRule:
        return AreaRule(
            weekdays=tuple(sorted({WEEKDAYS.index(weekday) for weekday in self.weekdays})),
            towns=self.towns,
            postal_prefixes=tuple(prefix.upper() for prefix in self.postal_prefixes),
        )


class PoliciesIn(Request):
    """What is left out takes the product's default, not the value stored before. `avoid_tolls` keeps off the 407;
    `holidays` is the region whose public holidays drive like Sundays (`CA-ON`), `none` for none, empty by the time
    zone."""

    parking_minutes: Minutes = USUAL.parking // MINUTE
    setup_minutes: Minutes = USUAL.setup // MINUTE
    consultation_minutes: Minutes = USUAL.consultation // MINUTE
    wrap_up_minutes: Minutes = USUAL.wrap_up // MINUTE
    teardown_minutes: Minutes = USUAL.tear_down // MINUTE
    buffer_minutes: Annotated[int, Field(strict=True, ge=0, le=120)] = USUAL.buffer_minutes
    buffer_percent: Annotated[int, Field(strict=True, ge=0, le=200)] = USUAL.buffer_percent
    grid_minutes: Annotated[int, Field(strict=True, ge=5, le=240)] = USUAL.grid_minutes
    notice_minutes: Annotated[int, Field(strict=True, ge=0, le=60 * 24 * 60)] = USUAL.notice_minutes
    lead_days: Annotated[int, Field(strict=True, ge=0, le=365)] = USUAL.lead_days
    horizon_days: Annotated[int, Field(strict=True, ge=0, le=730)] = USUAL.horizon_days
    visits_a_day: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = None
    areas: Annotated[tuple[AreaRuleIn, ...], Field(max_length=50)] = ()
    on_the_way_minutes: Annotated[int, Field(strict=True, ge=0, le=240)] = USUAL.on_the_way_minutes
    booking_page: BookingPageIn = BookingPageIn()
    avoid_tolls: Flag = USUAL.avoid_tolls
    holidays: Annotated[str, StringConstraints(strict=True, pattern=REGION)] = USUAL.holidays

    @model_validator(mode="after")
    def has_holidays(self) -> Self:
        try:
            public_holidays(self.holidays or NO_HOLIDAYS, 2026)
        except InvalidRequest as error:
            raise refuse(error.code, error.detail, error.hint) from error
        return self

    def policies(self) -> Policies:
        return Policies(
            parking=self.parking_minutes * MINUTE,
            setup=self.setup_minutes * MINUTE,
            consultation=self.consultation_minutes * MINUTE,
            wrap_up=self.wrap_up_minutes * MINUTE,
            tear_down=self.teardown_minutes * MINUTE,
            buffer_minutes=self.buffer_minutes,
            buffer_percent=self.buffer_percent,
            grid_minutes=self.grid_minutes,
            notice_minutes=self.notice_minutes,
            lead_days=self.lead_days,
            horizon_days=self.horizon_days,
            visits_a_day=self.visits_a_day,
            areas=tuple(area.rule() for area in self.areas),
            on_the_way_minutes=self.on_the_way_minutes,
            booking_page=self.booking_page.page(),
            avoid_tolls=self.avoid_tolls,
            holidays=self.holidays,
        )


class AreaRuleOut(Answer):
    weekdays: list[str]
    towns: list[str]
    postal_prefixes: list[str]


class PracticeOut(Answer):
    """The practice and how it likes to work. Durations that a service or a booking gives come before these."""

    id: str
    name: str
    timezone: str
    parking_minutes: int
    setup_minutes: int
    consultation_minutes: int
    wrap_up_minutes: int
    teardown_minutes: int
    buffer_minutes: int
    buffer_percent: int
    grid_minutes: int
    notice_minutes: int
    lead_days: int
    horizon_days: int
    visits_a_day: int | None
    areas: list[AreaRuleOut]
    on_the_way_minutes: int
    booking_page: BookingPageOut
    avoid_tolls: bool
    holidays: str

    @classmethod
    def of(cls, practice: Practice) -> Self:
        policies = practice.policies
        return cls(
            id=practice.id,
            name=practice.name,
            timezone=str(practice.zone),
            parking_minutes=policies.parking // MINUTE,
            setup_minutes=policies.setup // MINUTE,
            consultation_minutes=policies.consultation // MINUTE,
            wrap_up_minutes=policies.wrap_up // MINUTE,
            teardown_minutes=policies.tear_down // MINUTE,
            buffer_minutes=policies.buffer_minutes,
            buffer_percent=policies.buffer_percent,
            grid_minutes=policies.grid_minutes,
            notice_minutes=policies.notice_minutes,
            lead_days=policies.lead_days,
            horizon_days=policies.horizon_days,
            visits_a_day=policies.visits_a_day,
            areas=[
                AreaRuleOut(
                    weekdays=[WEEKDAYS[day] for day in rule.weekdays],
                    towns=list(rule.towns),
                    postal_prefixes=list(rule.postal_prefixes),
                )
                for rule in policies.areas
            ],
            on_the_way_minutes=policies.on_the_way_minutes,
            booking_page=BookingPageOut.of(policies.booking_page),
            avoid_tolls=policies.avoid_tolls,
            holidays=policies.holidays,
        )
