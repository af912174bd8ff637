"""Counting what a store asks its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from data.store.store import Store


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Every statement sent meanwhile, savepoints aside; the list grows as they are sent."""
    seen: list[str] = []
    engines = [engine for engine in (store._database.engine, store._database.turns) if engine is not None]

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
