"""Asks the same services as a booking key does, as the public, and where nothing is free looks for what helps."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from api.pages.book.forms import place_query
from api.pages.book.rhythms import TOLERANCE_DAYS, rhythm_of
from api.pages.book.state import Ask
from api.services.desk import Desk
from api.services.moving import Moving
from api.services.series_offers import Preferred, SeriesAnswer, SeriesQuery, offer_series
from api.services.slot_search import SlotAnswer, SlotQuery, search
from api.services.visitors import Visitor
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.practice import Practice, Service
from optimizer.domain.time import MINUTE
from optimizer.domain.visit import TherapistChoice

DAYS_A_PAGE = 7
DAYS_A_STEP = 31
MOST_STEPS = 4
"""How far ahead a next date is looked for where a week is empty."""

PARTS = {
    "": ("00:00", "23:59"),
    "morning": ("00:00", "11:59"),
    "afternoon": ("12:00", "16:59"),
    "evening": ("17:00", "23:59"),
}
"""Parts of the day by their names in the form, each from its first to its last start; the empty one is all of it."""


@dataclass(frozen=True, kw_only=True)
class Another:
    """Something near what was asked for: its first start, and the question that finds it."""

    ask: Ask
    start: datetime


@dataclass(frozen=True, kw_only=True)
class Week:
    """The times of a week. `earlier` and `later` begin the weeks beside it, None where the calendar ends.

    Where it is empty, `next_day` is the first date with a time, and `others` are other ways to have one this week.
    """

    answer: SlotAnswer
    first: date
    earlier: date | None
    later: date | None
    next_day: date | None = None
    others: tuple[Another, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a client likes best in a course: a weekday (Monday is 0), a part of the day."""

    weekday: int | None = None
    part: str = ""


def week_of(
    ask: Ask, first: date | None, *, visitor: Visitor, practice: Practice, services: tuple[Service, ...], desk: Desk
) -> Week:
    """The week from a date on, from the first that may be booked where None.

    Raises
    ------
    InvalidRequest, optimizer.domain.errors.TooMany
        As `slot_search.search`.
    """
    query = _query(ask, visitor)
    found = _week(query, first, practice, desk)
    if any(found.answer.days.values()):
        return found
    service = next((each for each in services if each.code == ask.service), None)
    lengths = [length // MINUTE for length in service.lengths if length != ask.session] if service else []
    asks = [ask.but(minutes=minutes) for minutes in lengths]
    asks += [ask.but(gender="")] if ask.gender else []
    others = []
    for other in asks:
        answer = search(replace(_query(other, visitor), first=found.first, last=_last(found.first)), desk=desk)
        start = _first_start(answer)
        others += [Another(ask=other, start=start)] if start else []
    return replace(found, next_day=_next_day(query, found.later, practice, desk), others=tuple(others))


def first_look(ask: Ask, *, visitor: Visitor, practice: Practice, desk: Desk) -> SlotAnswer:
    """The first week, to see whether such a question can be asked at all. Raises as `week_of`."""
    return _week(_query(ask, visitor), None, practice, desk).answer


def week_to_move(moving: Moving, first: date | None, *, practice: Practice, desk: Desk) -> Week:
    """The week with the starts to which a booking can be moved."""
    booked = moving.booking
    query = SlotQuery(
        practice_id=practice.id,
        where=place_query(booked.place.label),
        known=booked.place,
        service=booked.service,
        session=booked.session,
        first_visit=booked.first_visit,
        moving=moving,
    )
    found = _week(query, first, practice, desk)
    if any(found.answer.days.values()):
        return found
    return replace(found, next_day=_next_day(query, found.later, practice, desk))


def courses_of(ask: Ask, wishes: Wishes, *, visitor: Visitor, practice: Practice, desk: Desk) -> SeriesAnswer:
    """The best courses of the asked rhythm.

    Raises
    ------
    InvalidRequest
        As `series_offers.offer_series`; code `rhythm_over`, where the calendar has no more room for the rhythm.
    optimizer.domain.errors.TooMany
    """
    today = desk.clock().astimezone(practice.zone).date()
    rhythm = rhythm_of(ask.rhythm, today, practice.policies)
    if rhythm is None:
        raise InvalidRequest("This course cannot be booked any more.", code="rhythm_over")
    earliest, latest = (time.fromisoformat(end) for end in PARTS[wishes.part])
    query = SeriesQuery(
        what=_query(ask, visitor),
        first_from=today,
        phases=rhythm.phases,
        tolerance=TOLERANCE_DAYS,
        preferred=Preferred(weekday=wishes.weekday, earliest=earliest, latest=latest),
    )
    return offer_series(query, desk=desk)


def _query(ask: Ask, visitor: Visitor) -> SlotQuery:
    return SlotQuery(
        practice_id=visitor.practice_id,
        where=place_query(ask.where),
        service=ask.service,
        session=ask.session,
        choice=TherapistChoice(gender=ask.gender or None),
        first_visit=ask.first_visit,
        asker=visitor.asker,
    )


def _week(query: SlotQuery, first: date | None, practice: Practice, desk: Desk) -> Week:
    today = desk.clock().astimezone(practice.zone).date()
    opens, closes = (today + timedelta(days=n) for n in (practice.policies.lead_days, practice.policies.horizon_days))
    begin = min(max(first or opens, opens), max(opens, closes))
    later = begin + timedelta(days=DAYS_A_PAGE)
    return Week(
        answer=search(replace(query, first=begin, last=_last(begin)), desk=desk),
        first=begin,
        earlier=max(opens, begin - timedelta(days=DAYS_A_PAGE)) if begin > opens else None,
        later=later if later <= closes else None,
    )


def _next_day(query: SlotQuery, begin: date | None, practice: Practice, desk: Desk) -> date | None:
    today = desk.clock().astimezone(practice.zone).date()
    closes = today + timedelta(days=practice.policies.horizon_days)
    for _ in range(MOST_STEPS):
        if begin is None or begin > closes:
            return None
        last = begin + timedelta(days=DAYS_A_STEP - 1)
        start = _first_start(search(replace(query, first=begin, last=last), desk=desk))
        if start is not None:
            return start.astimezone(practice.zone).date()
        begin = last + timedelta(days=1)
    return None


def _last(first: date) -> date:
    return first + timedelta(days=DAYS_A_PAGE - 1)


def _first_start(answer: SlotAnswer) -> datetime | None:
    return next((slot.start for slots in answer.days.values() for slot in slots), None)
