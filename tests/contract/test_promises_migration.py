"""Practices that were there before promises had agendas: their bookings find their place."""

import json
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, insert

from data.store.convert import booking_to_row, plan_to_json, practice_to_row
from data.store.engine import connect
from data.store.errors import SchemaOld
from data.store.migrate import VERSIONS, migrate
from data.store.store import Store, open_store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict
from optimizer.domain.visit import Pin
from tests.contract.samples import DAY, NOON, NORTH, SOUTH, booking, fixed, plan

NINE = NOON + timedelta(hours=21)
FIELDS_SINCE = ("therapist", "series", "overridden", "manage_hash")


@pytest.fixture
def old(empty_url: str, tmp_path: Path) -> str:
    """A store as the first release made it."""
    folder = tmp_path / "first"
    folder.mkdir()
    shutil.copy(VERSIONS / "v0001_first_tables.py", folder)
    assert migrate(empty_url, versions=(folder,)) == ("0001",)
    _insert(empty_url, "practice", practice_to_row(NORTH), practice_to_row(SOUTH))
    return empty_url


def _insert(url: str, table: str, *rows: Mapping[str, Any]) -> None:
    database = connect(url)
    with database.engine.begin() as connection:
        reflected = Table(table, MetaData(), autoload_with=connection)
        connection.execute(insert(reflected), [_as_json_columns(row, reflected) for row in rows])
    database.engine.dispose()


def _as_json_columns(row: Mapping[str, Any], table: Table) -> dict[str, Any]:
    # Reflected on SQLite, JSON is a type of its own; the value is the same document.
    return {name: value for name, value in row.items() if name in table.c}


def _old_row(new: Booking, practice: str = "north") -> dict[str, Any]:
    row = {name: value for name, value in booking_to_row(new).items() if name != "therapist"}
    details = {name: value for name, value in row["details"].items() if name not in FIELDS_SINCE}
    return {"practice_id": practice, **row, "details": json.loads(json.dumps(details))}


def _old_plan(practice: str = "north", *, published: bool = True) -> dict[str, Any]:
    return {
        "practice_id": practice,
        "id": "p1",
        "run_id": None,
        "date": DAY,
        "created_at": NOON,
        "published_at": NOON if published else None,
        "details": plan_to_json(plan("taylor")),
    }


def test_bookings_go_to_the_agenda_of_the_published_plan_else_to_the_pinned_one(old: str) -> None:
    _insert(
        old,
        "booking",
        _old_row(booking("v1", pinned=Pin(therapist="kim"))),
        _old_row(booking("b2", pinned=Pin(therapist="kim"))),
        _old_row(booking("b3", pinned=None)),
        _old_row(booking("v1", pinned=None), "south"),
    )
    _insert(old, "plan", _old_plan(), _old_plan("south", published=False))
    with pytest.raises(SchemaOld):
        open_store(old)
    assert migrate(old)[0] == "0002"
    with open_store(old) as store:
        assert _agendas(store, "north") == {"v1": "taylor", "b2": "kim", "b3": None}
        assert _agendas(store, "south") == {"v1": None}
        with store.unit_of_work("north", write=False) as work:
            assert work.bookings.get("b3") == booking("b3", pinned=None)
            assert work.bookings.get("v1") == booking("v1", pinned=Pin(therapist="kim"), therapist="taylor")
            published = work.plans.published(DAY)
            assert published is not None
            assert published.plan == plan("taylor")


def test_sessions_that_overlapped_before_count_as_accepted_by_staff_and_the_first_is_guarded(old: str) -> None:
    pinned = Pin(therapist="taylor")
    _insert(
        old,
        "booking",
        _old_row(fixed("b1", NINE, pinned=pinned)),
        _old_row(fixed("b2", NINE + timedelta(minutes=30), pinned=pinned)),
        _old_row(fixed("b3", NINE + timedelta(minutes=60), pinned=pinned)),
        _old_row(fixed("b4", NINE, pinned=pinned, status=BookingStatus.CANCELLED)),
    )
    migrate(old)
    with open_store(old) as store, store.unit_of_work("north") as work:
        overridden = {each.id: each.overridden for each in work.bookings.on(DAY)}
        assert overridden == {"b1": False, "b2": True, "b3": False}
        for each in work.bookings.on(DAY):
            work.bookings.put(each)
        for start in (NINE, NINE + timedelta(minutes=60)):
            _refused(work, fixed("b9", start))


def test_a_step_that_fails_leaves_the_first_release_working(old: str, tmp_path: Path) -> None:
    _insert(old, "booking", _old_row(booking("b1")))
    folder = tmp_path / "broken"
    folder.mkdir()
    step = (VERSIONS / "v0002_promises.py").read_text()
    (folder / "v0002_promises.py").write_text(step.replace("    _place_bookings(", "    1 / 0; _place_bookings("))
    shutil.copy(VERSIONS / "v0001_first_tables.py", folder)
    with pytest.raises(ZeroDivisionError):
        migrate(old, versions=(folder,))
    with pytest.raises(SchemaOld, match="0001"):
        open_store(old)
    assert migrate(old)[0] == "0002"
    with open_store(old) as store:
        assert _agendas(store, "north") == {"b1": "taylor"}


def _agendas(store: Store, practice: str) -> dict[str, str | None]:
    with store.unit_of_work(practice, write=False) as work:
        return {each.id: each.therapist for each in work.bookings.on(DAY)}


def _refused(work: UnitOfWork, late: Booking) -> None:
    with pytest.raises(Conflict) as refusal:
        work.bookings.add(late)
    assert refusal.value.code == "slot_taken"
