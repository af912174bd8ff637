"""Charts for a practice's owner: drawn here as plain SVG, each with its table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.feeds import words
from api.pages.board.pages import DESK, trouble
from api.pages.board.reading import read_date
from api.pages.shell import lock_down
from api.pages.signed_in import signed_in
from api.services.figures import FEW, Figures, figures
from api.wiring import wiring
from data.store.page_records import PageSession
from optimizer.domain.errors import RoundsError
from optimizer.domain.time import HOUR, Seconds

blueprint = Blueprint("board_figures", __name__)
blueprint.after_request(lock_down)
blueprint.register_error_handler(RoundsError, trouble)

WEEKS = 8
WIDTH = 560
"""Units of a bar that fills its chart."""

REASONS = {
    "taken": "the time is taken",
    "travel": "the drive is too long",
    "shift": "outside working hours",
    "break": "in the way of a break",
    "time_window": "too soon or too late to book",
    "skill": "nobody offers the treatment",
    "therapist": "the therapist asked for is not free",
    "gender": "nobody of the gender asked for",
    "visit_limit": "the day has its visits",
    "hands_on_limit": "the day has its hands-on time",
    "heavy_limit": "the day has its heavy treatments",
    "driving_limit": "the day has its driving",
    "outside_area": "not driven to on that day",
    "clearance": "the screening is not clear",
    "capacity": "several rules at once",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a bar, in units of the chart; `kind` is its class."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A row of a chart and of its table."""

    name: str
    pieces: tuple[Piece, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars, and what their table's columns are called; `legend` pairs classes with words."""

    columns: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]


@blueprint.get("/board/figures")
def show() -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts = wiring()
    zone = parts.store.practices.get(who.practice_id).zone
    wanted = request.args.get("week")
    day = read_date(wanted) if wanted else parts.clock().astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    found = figures(who.practice_id, monday, WEEKS, store=parts.store, tally=parts.tally)
    page = render_template(
        "board/figures.html",
        monday=monday,
        week=words.long_date(monday),
        earlier=monday - timedelta(weeks=1),
        later=monday + timedelta(weeks=1),
        span=f"{_short(found.first)} to {_short(found.last)}",
        work=_work(found),
        trend=_trend(found),
        on_time=_on_time(found),
        refused=_refused(found),
        demand=_demand(found),
        in_vain=f"{round(100 * found.in_vain / found.searches)} %" if found.searches >= FEW else "",
        few=FEW,
    )
    return Response(page)


def _work(found: Figures) -> Chart:
    rows = found.weeks[-1].rows
    most = max((row.hands_on + row.driving for row in rows), default=1)
    return Chart(
        columns=("Therapist", "Visits", "Hands-on", "Driving", "Driving for an hour hands-on"),
        legend=(("first", "hands-on"), ("second", "driving, with buffers")),
        bars=tuple(
            Bar(
                name=row.name,
                pieces=_pieces([(row.hands_on, "first"), (row.driving, "second")], most),
                cells=(
                    str(row.visits),
                    _hours(row.hands_on),
                    _hours(row.driving),
                    words.length(row.driving * HOUR // row.hands_on) if row.hands_on else "",
                ),
            )
            for row in rows
        ),
    )


def _trend(found: Figures) -> Chart:
    most = max((week.hands_on + week.driving for week in found.weeks), default=0) or 1
    bars = tuple(
        Bar(
            name=_short(week.monday),
            pieces=_pieces([(week.hands_on, "first"), (week.driving, "second")], most),
            cells=(str(sum(row.visits for row in week.rows)), _hours(week.hands_on), _hours(week.driving)),
        )
        for week in found.weeks
    )
    return Chart(
        columns=("Week of", "Visits", "Hands-on", "Driving"),
        legend=(("first", "hands-on"), ("second", "driving, with buffers")),
        bars=bars if any(week.rows for week in found.weeks) else (),
    )


def _on_time(found: Figures) -> Chart:
    kinds = (("good", "on time (up to 5 min late)"), ("warn", "5 to 15 min late"), ("bad", "later"), ("none", "missed"))
    return Chart(
        columns=("Therapist", "On time", "5 to 15 min late", "Later", "Nobody there"),
        legend=kinds,
        bars=tuple(
            Bar(
                name=row.name,
                pieces=_pieces(
                    [(row.on_time, "good"), (row.a_little_late, "warn"), (row.late, "bad"), (row.missed, "none")],
                    row.told,
                ),
                cells=(
                    f"{row.on_time} ({round(100 * row.on_time / row.told)} %)",
                    str(row.a_little_late),
                    str(row.late),
                    str(row.missed),
                ),
            )
            for row in found.punctuality
            if row.told
        ),
    )


def _refused(found: Figures) -> Chart:
    most = max((count for _, count in found.refused), default=1)
    return Chart(
        columns=("Reason", "Searches"),
        legend=(),
        bars=tuple(
            Bar(name=REASONS.get(code, code), pieces=_pieces([(count, "second")], most), cells=(str(count),))
            for code, count in found.refused
        ),
    )


def _demand(found: Figures) -> Chart:
    most = max(((each.searches or 0) + (each.bookings or 0) for each in found.demand), default=0) or 1
    return Chart(
        columns=("Town", "Searches", "In vain", "Bookings"),
        legend=(("first", "searches that found something"), ("bad", "that found nothing"), ("second", "bookings")),
        bars=tuple(
            Bar(
                name=each.area or "Elsewhere",
                pieces=_pieces(
                    [
                        ((each.searches or 0) - (each.in_vain or 0), "first"),
                        (each.in_vain or 0, "bad"),
                        (each.bookings or 0, "second"),
                    ],
                    most,
                ),
                cells=(_told(each.searches), _told(each.in_vain), _told(each.bookings)),
            )
            for each in found.demand
        ),
    )


def _pieces(amounts: Sequence[tuple[int, str]], whole: int) -> tuple[Piece, ...]:
    found: list[Piece] = []
    x = 0.0
    for amount, kind in amounts:
        width = round(WIDTH * amount / whole, 1)
        if width > 0:
            found.append(Piece(x=x, width=width, kind=kind))
            x = round(x + width, 1)
    return tuple(found)


def _told(count: int | None) -> str:
    return f"fewer than {FEW}" if count is None else str(count)


def _hours(seconds: Seconds) -> str:
    return f"{seconds / HOUR:.1f} h"


def _short(day: date) -> str:
    return f"{day.day} {day:%B}"
