"""Two figures tell whether a practice or its days have changed: whatever shapes a search counts one of them up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from data.store.records import FeedFormat, OutsideFeed
from data.store.store import Store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.errors import NotFound
from optimizer.domain.practice import Policies, Service
from optimizer.domain.therapist import Therapist, WorkPattern
from tests.contract.samples import NORTH

DAY = date(2026, 11, 23)
LATELY = datetime(2026, 11, 1, tzinfo=UTC)
SWEDISH = Service(code="swedish", name="Swedish", lengths=(3_600,))
TAYLOR = WorkPattern(therapist=Therapist(id="taylor"), hours=((time(9), time(18)),) * 7)
FEED = OutsideFeed(
    id="feed",
    therapist="taylor",
    address="/feed.ics",
    format=FeedFormat.ICS,
    added_at=LATELY,
    fresh_for=3_600,
)


@pytest.fixture
def practices(store: Store) -> Store:
    with store.unit_of_work("north") as work:
        work.services.put(SWEDISH)
        work.patterns.put(TAYLOR)
        work.commit()
    return store


def revision(store: Store, practice: str = "north") -> int:
    with store.unit_of_work(practice, write=False) as work:
        return work.revision()


def changes(store: Store, first: date = DAY, last: date = DAY, practice: str = "north") -> int:
    with store.unit_of_work(practice, write=False) as work:
        return work.agendas.changes(first, last)


@pytest.mark.parametrize(
    "change",
    [
        lambda work: work.services.put(replace(SWEDISH, name="Swedish massage")),
        lambda work: work.services.remove("swedish"),
        lambda work: work.patterns.put(replace(TAYLOR, hours=(None,) * 7)),
        lambda work: work.patterns.remove("taylor"),
        lambda work: work.outside_feeds.add(FEED),
    ],
    ids=["a service", "a service gone", "a week", "a week gone", "a calendar"],
)
def test_what_a_practice_says_of_itself_has_a_revision(practices: Store, change: Callable[[UnitOfWork], None]) -> None:
    before, others = revision(practices), revision(practices, "south")
    with practices.unit_of_work("north") as work:
        change(work)
    assert revision(practices) == before  # nobody has committed that
    with practices.unit_of_work("north") as work:
        change(work)
        work.commit()
    assert revision(practices) > before
    assert revision(practices, "south") == others


def test_policies_count_too(practices: Store) -> None:
    before = revision(practices)
    practices.practices.put(replace(NORTH, policies=replace(Policies(), notice_minutes=5)))
    assert revision(practices) > before


def test_a_practice_that_is_not_there_has_no_revision(practices: Store) -> None:
    with pytest.raises(NotFound):
        revision(practices, "nowhere")


def test_days_count_their_changes_for_whatever_dates_are_asked(practices: Store) -> None:
    tomorrow = DAY + timedelta(days=1)
    with practices.unit_of_work("north") as work:
        work.agendas.lock([("taylor", DAY), ("kim", DAY)])  # a look changes nothing
        work.agendas.bump([("taylor", DAY), ("kim", tomorrow)])
        assert work.agendas.changes(DAY, DAY) == 1
        work.agendas.bump([("taylor", DAY)])
        work.commit()
    assert (changes(practices), changes(practices, tomorrow, tomorrow), changes(practices, DAY, tomorrow)) == (2, 1, 3)
    assert changes(practices, DAY - timedelta(days=9), DAY - timedelta(days=1)) == 0
    assert changes(practices, practice="south") == 0
