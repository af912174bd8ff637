"""Whoever forgets to look at the day: the store refuses two sessions of one therapist at one time, and nothing else."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.store.store import Store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.booking import Booking, BookingStatus, StartWindow
from optimizer.domain.errors import Conflict
from optimizer.domain.promise import HoldStatus
from optimizer.domain.time import HOUR, MINUTE
from tests.contract.samples import DAY, NOON, booking, fixed, held, hold

NINE = NOON + timedelta(hours=21)
EXPIRY = NOON + timedelta(minutes=5)


def after(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def refused() -> AbstractContextManager[object]:
    return pytest.raises(Conflict, check=lambda conflict: conflict.code == "slot_taken")


@pytest.mark.parametrize("minutes", [-59, -15, 0, 15, 59])
def test_sessions_that_overlap_are_refused_whichever_came_first_and_whatever_they_are(
    store: Store, minutes: int
) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.holds.add(hold("h1", held(after(300))))
        with refused():
            work.bookings.add(fixed("b2", after(minutes)))
        with refused():
            work.holds.add(hold("h2", held(after(minutes))))
        with refused():
            work.holds.add(hold("h2", held(after(300 + minutes))))
        with refused():
            work.bookings.add(fixed("b2", after(300 + minutes)))
        assert _on_the_day(work) == ["b1", "h1"]
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert _on_the_day(work) == ["b1", "h1"]


def test_sessions_back_to_back_pass_as_they_do_for_a_couple_in_one_house(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.add(fixed("b2", after(60)))
        work.holds.add(hold("h1", held(after(-60)), held(after(120))))
        assert _on_the_day(work) == ["b1", "b2", "h1"]


@pytest.mark.parametrize(
    "other",
    [
        fixed("b2", NINE, therapist="kim"),
        fixed("b2", NINE, therapist=None),
        fixed("b2", NINE, overridden=True),
        fixed("b2", NINE, status=BookingStatus.CANCELLED),
        fixed("b2", NINE, windows=(StartWindow(earliest=NINE, latest=after(1)),)),
        fixed("b2", NINE + timedelta(days=1), date=DAY + timedelta(days=1)),
    ],
    ids=["another therapist", "nobody's", "overridden", "cancelled", "a window", "another day"],
)
def test_what_is_for_the_days_check_alone_to_judge_passes(store: Store, other: Booking) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.add(other)
        work.bookings.put(replace(other, notes="again"))
        assert work.bookings.get("b2").notes == "again"


def test_a_booking_that_is_cancelled_moved_or_overridden_makes_room(store: Store) -> None:
    for number, change in enumerate(
        [
            {"status": BookingStatus.CANCELLED},
            {"therapist": "kim"},
            {"overridden": True},
            {"windows": (StartWindow(earliest=after(60), latest=after(60)),)},
        ]
    ):
        with store.unit_of_work("north") as work:
            work.bookings.add(fixed("b1", NINE))
            work.bookings.put(replace(fixed("b1", NINE), **change))  # type: ignore[arg-type]
            work.bookings.add(fixed(f"next {number}", NINE))


def test_a_booking_cannot_be_moved_onto_another_and_stays_where_it_was(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.add(fixed("b2", after(60)))
        with refused():
            work.bookings.put(fixed("b2", after(30)))
        assert work.bookings.get("b2") == fixed("b2", after(60))
        with refused():
            work.bookings.add(fixed("b3", after(90)))
        work.bookings.put(fixed("b2", after(60), session=30 * MINUTE))
        work.bookings.add(fixed("b3", after(90)))


def test_a_series_is_refused_whole_for_one_date_that_is_taken(store: Store) -> None:
    week = timedelta(days=7)
    series = hold("h1", *(held(NINE + k * week, date=DAY + k * week) for k in range(3)))
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE + 2 * week, date=DAY + 2 * week))
        with refused():
            work.holds.add(series)
        assert work.holds.live_between(["taylor"], DAY, DAY + 2 * week, NOON) == ()
        work.holds.add(hold("h2", *series.visits[:2]))


@pytest.mark.parametrize(
    ("now", "passes"), [(EXPIRY - timedelta(seconds=1), False), (EXPIRY, True)], ids=["live", "lapsed"]
)
def test_a_hold_blocks_until_it_has_lapsed_and_the_day_is_locked(store: Store, now: datetime, passes: bool) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold("h1", held(NINE)))
        work.agendas.lock([("kim", DAY)], EXPIRY)  # another day: nothing to do with it
        work.agendas.lock([("taylor", DAY)], now)
        with nullcontext() if passes else refused():
            work.bookings.add(fixed("b1", NINE))


def test_a_released_hold_blocks_nothing(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold("h1", held(NINE)))
        work.holds.put(hold("h1", held(NINE), status=HoldStatus.RELEASED))
        work.bookings.add(fixed("b1", NINE))


def test_a_hold_becomes_its_booking_in_one_transaction(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold("h1", held(NINE)))
        work.holds.put(hold("h1", held(NINE), status=HoldStatus.CONFIRMED))
        work.bookings.add(fixed("b1", NINE))
        with refused():
            work.holds.add(hold("h2", held(NINE)))


def test_a_lapsed_hold_is_taken_up_again_only_while_its_time_is_free(store: Store) -> None:
    later, renewed = EXPIRY + timedelta(minutes=1), EXPIRY + timedelta(minutes=6)
    with store.unit_of_work("north") as work:
        work.holds.add(hold("h1", held(NINE)))
        work.agendas.lock([("taylor", DAY)], later)
        work.holds.put(hold("h1", held(NINE), expires_at=renewed))
        assert _on_the_day(work, later) == ["h1"]
        work.agendas.lock([("taylor", DAY)], renewed)
        work.holds.add(hold("h2", held(NINE), created_at=renewed, expires_at=renewed + timedelta(minutes=5)))
        with refused():
            work.holds.put(hold("h1", held(NINE), expires_at=renewed + timedelta(minutes=5)))
        assert work.holds.get("h1").has_lapsed(renewed)
        assert _on_the_day(work, renewed) == ["h2"]


@pytest.mark.parametrize("minutes", [-60, -30, 0, 15, 60])
def test_a_move_by_minutes_holds_the_new_time_while_the_old_one_stands(store: Store, minutes: int) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.holds.add(hold("h1", held(after(minutes)), replaces="b1"))
        for taken in {0, minutes}:
            with refused():
                work.bookings.add(fixed("b2", after(taken)))
        work.holds.put(hold("h1", held(after(minutes)), replaces="b1", status=HoldStatus.CONFIRMED))
        work.bookings.put(fixed("b1", after(minutes)))
        with refused():
            work.bookings.add(fixed("b2", after(minutes)))


def test_a_move_does_not_pass_over_another_booking(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.add(fixed("b2", after(60)))
        with refused():
            work.holds.add(hold("h1", held(after(15)), replaces="b1"))


def test_a_long_session_is_seen_from_its_far_end(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE, session=8 * HOUR))
        with refused():
            work.bookings.add(fixed("b2", after(479)))
        work.bookings.add(fixed("b2", after(480)))


def test_a_booking_that_stays_where_it_lies_is_not_asked_again(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.put(fixed("b1", NINE, notes="ring twice"))
        work.bookings.add(booking("b2"))
        assert work.bookings.get("b1").notes == "ring twice"


def _on_the_day(work: UnitOfWork, now: datetime = NOON) -> list[str]:
    """Everything on Taylor's agenda."""
    promises = [*work.bookings.on_days(["taylor"], DAY, DAY), *work.holds.live_on([("taylor", DAY)], now)]
    return [each.id for each in promises]
