"""The two parents of every schema, and the scalars they share."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

DAY_MINUTES = 24 * 60
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
YEARS = range(2000, 2100)

LINE = r"^[^\x00-\x1f\x7f]+$"
LINE_OR_EMPTY = r"^[^\x00-\x1f\x7f]*$"
WALL_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
REGION = r"^([A-Z]{2}(-[A-Z0-9]{1,3})?|none)?$"
POSTAL_PREFIX = r"^[A-Za-z0-9]{1,6}$"
"""The shapes of text; `fault_words` says each in a sentence."""


class Request(BaseModel):
    """What a caller sends: unknown keys are refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Answer(BaseModel):
    """What a caller gets. Written by name (`from_place`), sent by alias where a name is a Python keyword."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, serialize_by_alias=True)


def refuse(code: str, detail: str, hint: str = "") -> PydanticCustomError:
    """A fault with a public code and a hint, to raise inside a validator."""
    # The texts go in as context: pydantic reads braces in a message as placeholders.
    return PydanticCustomError(code, "{detail}", {"detail": detail, "hint": hint})


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not (shape := RFC_3339.fullmatch(value)):
        raise refuse("not_an_instant", "This is not an RFC 3339 instant.", "Write it like 2026-11-23T09:00:00-05:00.")
    if shape[2] is None:
        raise refuse(
            "naive_time", f"{value} says no offset from UTC.", f"Add the offset: {value}-05:00 for Toronto in winter."
        )
    try:
        instant = datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise refuse(
            "not_an_instant", f"{value} is not in the calendar.", "Check month, day, hour and offset."
        ) from error
    if instant.year not in YEARS:
        raise refuse("not_an_instant", f"{value} is not in this century.", "Check the year.")
    return instant


def _date(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        raise refuse("not_a_date", "This is not a date.", "Write it like 2026-11-23.")
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise refuse("not_a_date", f"{value} is not in the calendar.", "Check month and day.") from error
    if day.year not in YEARS:
        raise refuse("not_a_date", f"{value} is not in this century.", "Check the year.")
    return day


def _rfc_3339(instant: datetime) -> str:
    text = instant.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z") if instant.tzinfo is UTC else text


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(_rfc_3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T09:00:00-05:00"]}),
]
"""RFC 3339 with an offset; written with the offset it carries, whole seconds."""

LocalDate = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-23"]}),
]
"""A date on the practice's wall calendar."""

Identifier = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=LINE)]
"""An opaque id: any text without control characters."""

Text = Annotated[str, StringConstraints(strict=True, max_length=500, pattern=LINE_OR_EMPTY)]
"""A short line of text."""

Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=DAY_MINUTES)]
"""A duration in whole minutes, at most a day."""
