"""Column types that SQLite and PostgreSQL agree on."""

import re
from datetime import UTC, datetime

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from optimizer.domain.errors import InvalidRequest

UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class NaiveDateTime(ValueError, DontWrapMixin):
    """A datetime without an offset was about to be stored: a bug of ours."""


class UnwritableText(InvalidRequest, DontWrapMixin):
    """A text holds what no database of ours can keep."""

    code = "unwritable_text"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept and returned in UTC.

    SQLite drops offsets without a word, so it is given UTC and gets its offset back on reading.

    Raises
    ------
    NaiveDateTime
        When a naive datetime is written or asked for.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise NaiveDateTime(f"{value.isoformat()} says no offset from UTC")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that both databases can keep: PostgreSQL takes no NUL, neither of them half a surrogate pair.

    Raises
    ------
    UnwritableText
        When such a text is written or asked for.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is not None and UNWRITABLE.search(value):
            raise UnwritableText(f"{value!a} holds a sign that cannot be stored")
        return value
