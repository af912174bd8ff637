"""Calendars kept elsewhere: what is known of them comes back, in their practice only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.store.records import FeedFormat, OutsideFeed
from data.store.store import Store
from optimizer.domain.booking import BUSY, BookingStatus
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.therapist import Therapist, WorkPattern
from optimizer.domain.time import HOUR
from tests.contract.samples import DAY, NOON, booking, fixed

FEED = OutsideFeed(
    id="feed_1",
    therapist="taylor",
    address="https://calendar.example/taylor.ics",
    format=FeedFormat.ICS,
    added_at=NOON,
    fresh_for=2 * HOUR,
)


@pytest.fixture(autouse=True)
def taylor(store: Store) -> None:
    with store.unit_of_work("north") as uow:
        uow.patterns.put(WorkPattern(therapist=Therapist(id="taylor"), hours=(None,) * 7))
        uow.commit()


def test_what_is_known_of_a_calendar_comes_back(store: Store) -> None:
    read = replace(
        FEED,
        allow_loopback=True,
        succeeded_at=NOON + timedelta(hours=1),
        read_to=DAY,
        etag='"abc"',
        last_modified="Fri, 20 Nov 2026 12:00:00 GMT",
        trouble="a web page, not a calendar",
        trouble_at=NOON + timedelta(hours=2),
    )
    with store.unit_of_work("north") as uow:
        uow.outside_feeds.add(FEED)
        uow.outside_feeds.put(read)
        uow.commit()
    with store.unit_of_work("north", write=False) as uow:
        assert uow.outside_feeds.get("feed_1") == read
        assert uow.outside_feeds.list() == (read,)


def test_another_practice_sees_none_of_it(store: Store) -> None:
    with store.unit_of_work("north") as uow:
        uow.outside_feeds.add(FEED)
        uow.commit()
    with store.unit_of_work("south") as uow:
        assert uow.outside_feeds.list() == ()
        for touch in (uow.outside_feeds.get, uow.outside_feeds.remove):
            with pytest.raises(NotFound):
                touch("feed_1")
        with pytest.raises(NotFound):
            uow.outside_feeds.put(FEED)
        with pytest.raises(NotFound):
            uow.outside_feeds.add(FEED)  # no such therapist there


def test_a_calendar_is_added_once(store: Store) -> None:
    with store.unit_of_work("north") as uow:
        uow.outside_feeds.add(FEED)
        with pytest.raises(Conflict):
            uow.outside_feeds.add(replace(FEED, id="feed_2"))


def test_a_calendar_is_stale_once_its_last_reading_is_older_than_it_may_be_and_before_the_first(store: Store) -> None:
    read = replace(FEED, succeeded_at=NOON)
    assert FEED.is_stale(NOON)
    assert not read.is_stale(NOON + timedelta(hours=2))
    assert read.is_stale(NOON + timedelta(hours=2, seconds=1))
    with store.unit_of_work("north") as uow:
        uow.outside_feeds.add(read)
        uow.commit()
    assert store.feed_health.stale(NOON + timedelta(hours=2)) == 0
    assert store.feed_health.stale(NOON + timedelta(hours=3)) == 1


def test_bookings_of_a_calendar_are_found_by_it_and_may_trade_places(store: Store) -> None:
    early, late = fixed("b1", feed="feed_1"), fixed("b2", NOON + timedelta(hours=22), feed="feed_1")
    with store.unit_of_work("north") as uow:
        uow.bookings.put_all([early, late, booking("b3")])
        uow.bookings.put_all([replace(early, windows=late.windows), replace(late, windows=early.windows)])
        uow.commit()
    with store.unit_of_work("north", write=False) as uow:
        assert [found.windows for found in uow.bookings.of_feed("feed_1", DAY)] == [late.windows, early.windows]
        assert uow.bookings.of_feed("feed_1", DAY + timedelta(days=1)) == ()
        assert uow.agendas.get("taylor", DAY).version == 2


def test_busy_time_may_overlap_and_is_never_given_to_somebody_else(store: Store) -> None:
    blocks = [fixed(id, service=BUSY, busy=True, feed="feed_1") for id in ("b1", "b2")]
    with store.unit_of_work("north") as uow:
        uow.bookings.put_all(blocks)
        assert uow.bookings.place(DAY, {"b1": None, "b2": "kim"}) == ()
        assert [found.therapist for found in uow.bookings.on(DAY)] == ["taylor", "taylor"]


def test_what_a_calendar_overlaps_with_is_refused_unless_it_is_flagged_and_nothing_is_kept(store: Store) -> None:
    with store.unit_of_work("north") as uow:
        uow.bookings.add(fixed("b1"))
        with pytest.raises(Conflict, match="taken"):
            uow.bookings.put_all([booking("b0"), fixed("b2")])
        assert [found.id for found in uow.bookings.on(DAY)] == ["b1"]
        uow.bookings.put_all([fixed("b2", overridden=True)])
        assert [found.status for found in uow.bookings.on(DAY)] == [BookingStatus.CONFIRMED] * 2
