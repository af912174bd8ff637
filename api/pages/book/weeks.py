"""A week of times as the pages show it, and what is said where a time is gone."""

from datetime import date, datetime, timedelta

from api.pages.book import view, words
from api.pages.book.reception import Reception
from api.pages.book.search import DAYS_A_PAGE, Week
from api.services.slot_search import Slot
from optimizer.domain.errors import Conflict, InvalidRequest

LOOK_BACK = timedelta(days=3)
"""Where a start is lost, the days before it are looked at as well."""

NEAREST = 5


def week_view(week: Week, wanted: datetime | None, desk: Reception) -> dict[str, object]:
    """What `book/_times.html` shows; `wanted` is a start that is gone."""
    last = week.first + timedelta(days=DAYS_A_PAGE - 1)
    return {
        "list": view.time_list(week.answer.days.items(), desk.zone, desk.today),
        "nearest": nearest(week, wanted, desk),
        "week": week,
        "week_title": f"{words.short_day(week.first)} to {words.short_day(last)}",
        "next_day": words.day(week.next_day, desk.today) if week.next_day else "",
        "warnings": week.answer.warnings,
    }


def nearest(week: Week, wanted: datetime | None, desk: Reception) -> view.TimeList | None:
    """The times closest to a start that is gone; None where none is."""
    if wanted is None:
        return None
    every = [slot for slots in week.answer.days.values() for slot in slots]
    closest: list[Slot] = sorted(every, key=lambda slot: abs(slot.start - wanted))[:NEAREST]
    return view.nearest_times(sorted(closest, key=lambda slot: slot.start), desk.zone, desk.today)


def first_date(text: str, wanted: datetime | None, desk: Reception) -> date | None:
    """Where the week begins: as asked, or shortly before a start that is gone."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None if wanted is None else (wanted - LOOK_BACK).astimezone(desk.zone).date()


def lost_words(lost: Conflict | InvalidRequest, wanted: datetime | None, desk: Reception) -> str:
    """Why a time that was chosen is not to be had."""
    if lost.code == "offer_expired":
        return "These times were more than ten minutes old, so we have looked again."
    if wanted is None or lost.code not in ("slot_taken", "route_infeasible"):
        return "We could not keep this time, so we have looked again."
    return f"{words.when(wanted, desk.zone, desk.now)}, has just been taken."
