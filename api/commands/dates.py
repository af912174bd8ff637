"""Dates as commands take them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click


class DateWord(click.ParamType[str]):
    """`today`, `tomorrow` or an ISO date; on the practice's calendar, which is known only later."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in ("today", "tomorrow"):
            try:
                date.fromisoformat(value)
            except ValueError:
                self.fail(f"{value!r} is none of today, tomorrow, 2026-11-23.", param, ctx)
        return value


def on_calendar(word: str, *, now: datetime, zone: ZoneInfo) -> date:
    """The date that a `DateWord` means."""
    today = now.astimezone(zone).date()
    match word:
        case "today":
            return today
        case "tomorrow":
            return today + timedelta(days=1)
        case _:
            return date.fromisoformat(word)
