"""Looking for a course of treatment."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from api.services.searching import Wanted
from api.services.series_offers import MOST_VISITS, Preferred, SeriesAnswer, SeriesOffer, SeriesQuery, SeriesVisit
from api.v1.schemas.base import DAY_MINUTES, Answer, Flag, Identifier, Instant, LocalDate, Request, refuse
from api.v1.schemas.place import PlaceIn, PlaceOut
from api.v1.schemas.practice import WEEKDAYS, WallTime
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.place import Coordinate
from optimizer.domain.rhythm import MONTHLY, TWICE_A_MONTH, EveryDays, Phase, TimesAMonth
from optimizer.domain.time import MINUTE
from optimizer.domain.visit import TherapistChoice

VisitCount = Annotated[int, Field(strict=True, ge=1, le=MOST_VISITS)]
DaysApart = Annotated[int, Field(strict=True, ge=1, le=90)]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Rhythm(StrEnum):
    """Visits by the month, on the weekday of those before them."""

    MONTHLY = "monthly"
    TWICE_A_MONTH = "twice_a_month"


class ThenIn(Request):
    """How it goes on: so many days apart, or once or twice a month."""

    count: VisitCount
    every_days: DaysApart | None = None
    rhythm: Rhythm | None = None

    @model_validator(mode="after")
    def says_how_often(self) -> Self:
        if (self.every_days is None) == (self.rhythm is None):
            raise refuse("every_days_or_rhythm", "It goes on by days or by a rhythm.", "Send one of the two.")
        return self

    def phase(self) -> Phase:
        if self.every_days is not None:
            return EveryDays(count=self.count, days=self.every_days)
        return TimesAMonth(count=self.count, times=MONTHLY if self.rhythm is Rhythm.MONTHLY else TWICE_A_MONTH)


class PreferredIn(Request):
    """What the client likes best. Every visit starts between the two times; the weekday is that of the rhythm, which
    the tolerance may leave."""

    weekday: Weekday | None = None
    earliest_start: WallTime = "00:00"
    latest_start: WallTime = "23:59"

    @model_validator(mode="after")
    def is_a_window(self) -> Self:
        if self.latest_start < self.earliest_start:
            raise refuse("window_reversed", "The preferred times end before they begin.", "Swap the two.")
        return self


class SeriesIn(Request):
    """A course of treatment: `count` visits `every_days`, each movable by `tolerance_days`, and then perhaps more."""

    service: Identifier
    session_minutes: Annotated[int, Field(strict=True, gt=0, le=DAY_MINUTES)]
    place: PlaceIn
    count: VisitCount
    every_days: DaysApart = 7
    tolerance_days: Annotated[int, Field(strict=True, ge=0, le=6)] = 0
    first_from: LocalDate
    preferred: PreferredIn = PreferredIn()
    then: ThenIn | None = None
    therapist: Identifier | None = None
    therapist_gender: Identifier | None = None
    first_visit: Flag = False

    @model_validator(mode="after")
    def says_where_and_not_too_much(self) -> Self:
        place = self.place
        if (place.lat is None) != (place.lng is None):
            raise refuse("half_a_point", "A point has both lat and lng.", "Send both, or a postal code.")
        if place.lat is None and not place.postal_code and not place.address:
            raise refuse(
                "place_missing", "Nobody said where the place is.", "Send postal_code, lat and lng, or address."
            )
        if self.count + (self.then.count if self.then else 0) > MOST_VISITS:
            raise refuse("too_many_visits", f"A course has at most {MOST_VISITS} visits.", "Ask for fewer.")
        return self

    def request(self, *, practice_id: str, exact: bool) -> SeriesQuery:
        place, preferred = self.place, self.preferred
        point = None
        if place.lat is not None and place.lng is not None:
            point = Coordinate(lat=place.lat, lng=place.lng)
        rest: tuple[Phase, ...] = (self.then.phase(),) if self.then else ()
        return SeriesQuery(
            what=Wanted(
                practice_id=practice_id,
                where=PlaceQuery(
                    id=place.id,
                    coordinate=point,
                    address=place.address or None,
                    postal_code=place.postal_code or None,
                    label=place.label or place.address or place.postal_code or "",
                ),
                service=self.service,
                session=self.session_minutes * MINUTE,
                choice=TherapistChoice(
                    require=frozenset({self.therapist} if self.therapist else ()), gender=self.therapist_gender
                ),
                first_visit=self.first_visit,
                exact=exact,
                words="/",
            ),
            first_from=self.first_from,
            phases=(EveryDays(count=self.count, days=self.every_days), *rest),
            tolerance=self.tolerance_days,
            preferred=Preferred(
                weekday=None if preferred.weekday is None else WEEKDAYS.index(preferred.weekday),
                earliest=time.fromisoformat(preferred.earliest_start),
                latest=time.fromisoformat(preferred.latest_start),
            ),
        )


class SeriesVisitOut(Answer):
    """One visit of a course. `moved_from` is where the rhythm would have had it, null where it has."""

    start: Instant
    end: Instant
    moved_from: Instant | None

    @classmethod
    def of(cls, visit: SeriesVisit, zone: ZoneInfo) -> Self:
        return cls(
            start=visit.start.astimezone(zone),
            end=visit.end.astimezone(zone),
            moved_from=None if visit.moved_from is None else visit.moved_from.astimezone(zone),
        )


class SeriesOfferOut(Answer):
    """A course in which every date is possible; one offer, held and confirmed whole. `therapist_continuity`: the same
    therapist comes each time."""

    offer: str
    expires_at: Instant
    visits: list[SeriesVisitOut]
    therapist_continuity: bool

    @classmethod
    def of(cls, found: SeriesOffer, answer: SeriesAnswer, zone: ZoneInfo) -> Self:
        return cls(
            offer=found.offer,
            expires_at=answer.expires_at.astimezone(zone),
            visits=[SeriesVisitOut.of(visit, zone) for visit in found.visits],
            therapist_continuity=found.one_therapist,
        )


class SeriesOffersOut(Answer):
    """At most three courses of different weekdays or times, the best first. `place` is the point used, null for
    the public where there is no course. `unserved` (staff only): where there is no course, the dates on which nobody
    can come. `warnings` say that calendars kept elsewhere could not be read lately. `roads` names what the drives come
    from, with "+estimate" where some are estimated; null where there is no course."""

    timezone: str
    place: PlaceOut | None
    offers: list[SeriesOfferOut]
    unserved: list[LocalDate] | None
    warnings: list[str]
    roads: str | None

    @classmethod
    def of(cls, answer: SeriesAnswer, *, is_staff: bool) -> Self:
        zone = ZoneInfo(answer.zone)
        dates: list[date] | None = list(answer.unserved) if is_staff else None
        return cls(
            timezone=answer.zone,
            place=PlaceOut.of(answer.place) if answer.place else None,
            offers=[SeriesOfferOut.of(found, answer, zone) for found in answer.offers],
            unserved=dates,
            warnings=list(answer.warnings),
            roads=answer.roads,
        )
