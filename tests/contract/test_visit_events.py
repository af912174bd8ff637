"""What happened at the visits of a day, on both stores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.store.store import Store
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.visit_event import EventKind, VisitEvent
from tests.contract.samples import DAY

NINE = datetime(2026, 11, 23, 14, tzinfo=UTC)
ARRIVED = VisitEvent(
    id="e1",
    therapist="taylor",
    date=DAY,
    visit="b1",
    kind=EventKind.ARRIVED,
    at=NINE,
    recorded_at=NINE + timedelta(minutes=3),
    source="api",
)


def test_an_event_comes_back_whole_and_only_to_its_practice(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.visit_events.add(ARRIVED)
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.visit_events.get("e1") == ARRIVED
        assert work.visit_events.on(DAY) == work.visit_events.on(DAY, "taylor") == (ARRIVED,)
        assert work.visit_events.on(DAY, "ana") == work.visit_events.on(DAY + timedelta(days=1)) == ()
    with store.unit_of_work("south") as work:
        assert work.visit_events.on(DAY) == ()
        work.visit_events.undo("e1", NINE)
        with pytest.raises(NotFound):
            work.visit_events.get("e1")
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.visit_events.on(DAY) == (ARRIVED,)


def test_one_of_a_kind_stands_for_a_visit_until_it_is_taken_back(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.visit_events.add(ARRIVED)
        with pytest.raises(Conflict):
            work.visit_events.add(replace(ARRIVED, id="e2", at=NINE + timedelta(hours=1)))
        work.visit_events.undo("e1", NINE + timedelta(minutes=5))
        work.visit_events.undo("e1", NINE + timedelta(minutes=9))
        work.visit_events.add(replace(ARRIVED, id="e2"))
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.visit_events.get("e1").undone_at == NINE + timedelta(minutes=5)
        assert [event.id for event in work.visit_events.on(DAY)] == ["e2"]


def test_events_come_in_the_order_they_happened(store: Store) -> None:
    told = [
        replace(ARRIVED, id="e3", kind=EventKind.FINISHED, at=NINE + timedelta(hours=1)),
        replace(ARRIVED, id="e2", kind=EventKind.STARTED),
        ARRIVED,
        replace(ARRIVED, id="e0", date=DAY - timedelta(days=1), at=NINE - timedelta(days=1)),
    ]
    with store.unit_of_work("north") as work:
        for event in told:
            work.visit_events.add(event)
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert [event.id for event in work.visit_events.on(DAY)] == ["e1", "e2", "e3"]
        found = work.visit_events.between(DAY - timedelta(days=1), DAY, "taylor")
        assert [event.id for event in found] == ["e0", "e1", "e2", "e3"]
