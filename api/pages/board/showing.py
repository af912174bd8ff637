"""How a part of the board is answered: alone in a page of its own, or bare to the script that puts it in a dialog."""

from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from api.pages.board import wording
from api.services.board_day import BoardDay
from api.services.day_changes import Change

PART_HEADER = "Rounds-Part"
"""Sent by the board's script, which wants no page around the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing done, said: when, by whom, what."""

    at: str
    who: str
    said: str


def wants_part() -> bool:
    return PART_HEADER in request.headers


def show(part: str, title: str, day: date, status: int = 200, **context: object) -> Response:
    """A template of `board/`, in its page or bare."""
    if wants_part():
        return Response(render_template(f"board/{part}", title=title, day=day, **context), status=status)
    page = render_template("board/alone.html", part=f"board/{part}", title=title, day=day, **context)
    return Response(page, status=status)


def deeds(changes: tuple[Change, ...], day: BoardDay) -> list[Deed]:
    """Who did what, in sentences."""
    zone, today = day.practice.zone, day.read_at.astimezone(day.practice.zone).date()
    return [
        Deed(
            at=f"{(at := change.at.astimezone(zone)):{'%H:%M' if at.date() == today else '%d %b %H:%M'}}",
            who=change.actor,
            said=wording.deed(change, day.captions, day.names, zone),
        )
        for change in changes
    ]
