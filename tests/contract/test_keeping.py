"""What goes in comes out again, equal."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from data.store.store import Store
from data.store.types import NaiveDateTime, UnwritableText
from optimizer.domain.booking import BookingStatus, StartWindow
from optimizer.domain.errors import Conflict, NotFound
from tests.contract.samples import DAY, NOON, NORTH, SWEDISH, answer, booking, entry, pattern, run


def test_a_practice_comes_back_with_its_zone_and_policies(store: Store) -> None:
    with store.unit_of_work("north", write=False) as work:
        assert work.practice() == NORTH
    assert store.practices.get("north") == NORTH
    assert [practice.id for practice in store.practices.list()] == ["north", "south"]


def test_a_practice_can_change_its_name_but_not_be_created_twice(store: Store) -> None:
    store.practices.put(replace(NORTH, name="North Star"))
    assert store.practices.get("north").name == "North Star"
    with pytest.raises(Conflict):
        store.practices.create(NORTH)
    with pytest.raises(NotFound, match="'east'"):
        store.practices.put(replace(NORTH, id="east"))


def test_services_and_therapists_are_added_replaced_and_removed(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.services.put(SWEDISH)
        work.services.put(replace(SWEDISH, name="Swedish massage"))
        work.patterns.put(pattern())
        work.patterns.put(pattern("ana"))
        work.patterns.put(pattern(name="Taylor B."))
        work.commit()
    with store.unit_of_work("north") as work:
        assert work.services.list() == (replace(SWEDISH, name="Swedish massage"),)
        assert work.services.get("swedish").lengths == SWEDISH.lengths
        assert work.patterns.list() == (pattern("ana"), pattern(name="Taylor B."))
        assert work.patterns.get("ana") == pattern("ana")
        work.services.remove("swedish")
        work.patterns.remove("ana")
        for gone in (
            lambda: work.services.get("swedish"),
            lambda: work.services.remove("swedish"),
            lambda: work.patterns.get("ana"),
            lambda: work.patterns.remove("ana"),
        ):
            with pytest.raises(NotFound):
                gone()


def test_a_booking_comes_back_whole_and_is_found_by_its_uid(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(booking())
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.bookings.get("b1") == booking()
        assert work.bookings.by_uid("b1@example.org") == booking()
        assert work.bookings.by_uid("nobody") is None


def test_a_second_booking_under_one_id_or_uid_is_refused_and_the_unit_of_work_goes_on(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(booking("b1"))
        with pytest.raises(Conflict):
            work.bookings.add(booking("b1", uid="other"))
        with pytest.raises(Conflict):
            work.bookings.add(booking("b2", uid="b1@example.org"))
        work.bookings.add(booking("b3", uid=None))
        work.bookings.add(booking("b4", uid=None))
        with pytest.raises(Conflict):
            work.bookings.put(booking("b3", uid="b1@example.org"))
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert [each.id for each in work.bookings.on(DAY)] == ["b1", "b3", "b4"]


def test_a_cancelled_booking_leaves_the_day_but_not_the_list(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(booking("b1"))
        work.bookings.add(booking("b2"))
        work.bookings.put(booking("b1", status=BookingStatus.CANCELLED))
        assert [each.id for each in work.bookings.on(DAY)] == ["b2"]
        assert [each.id for each in work.bookings.list()] == ["b1", "b2"]
        with pytest.raises(NotFound):
            work.bookings.put(booking("b9"))


def test_bookings_are_listed_by_date_a_page_at_a_time(store: Store) -> None:
    days = {"b1": DAY + timedelta(days=1), "b2": DAY, "b3": DAY, "b4": DAY + timedelta(days=2)}
    with store.unit_of_work("north") as work:
        for id, day in days.items():
            work.bookings.add(booking(id, day))
        first = work.bookings.list(limit=2)
        second = work.bookings.list(limit=2, after=(first[-1].date, first[-1].id))
        assert [each.id for each in (*first, *second)] == ["b2", "b3", "b1", "b4"]
        assert work.bookings.list(after=(second[-1].date, second[-1].id)) == ()
        tomorrow = DAY + timedelta(days=1)
        assert [each.id for each in work.bookings.list(first=tomorrow, last=tomorrow)] == ["b1"]


def test_instants_come_back_in_utc_whatever_offset_they_had(store: Store) -> None:
    # 01:30 happens twice in Toronto on this date; the offsets tell the two apart.
    first = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=-4)))
    second = datetime(2026, 11, 1, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    twice = booking("b1", date(2026, 11, 1), windows=(StartWindow(earliest=first, latest=second),))
    with store.unit_of_work("north") as work:
        work.bookings.add(twice)
        work.plan_runs.add(run(requested_at=second))
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        (window,) = work.bookings.get("b1").windows
        assert (window.earliest, window.latest) == (first, second)
        assert window.earliest.tzinfo is UTC
        requested_at = work.plan_runs.get("r1").requested_at
        assert (requested_at, requested_at.tzinfo) == (second, UTC)


def test_a_naive_instant_is_refused(store: Store) -> None:
    with (
        pytest.raises(NaiveDateTime, match="says no offset from UTC"),
        store.unit_of_work("north") as work,
    ):
        work.plan_runs.add(run(requested_at=NOON.replace(tzinfo=None)))


def test_an_answer_is_kept_once_and_forgotten_in_time(store: Store) -> None:
    with store.unit_of_work("north") as work:
        assert work.idempotency.find("once") is None
        work.idempotency.add(answer())
        assert work.idempotency.find("once") == answer()
        with pytest.raises(Conflict) as refusal:
            work.idempotency.add(answer(body="another"))
        assert refusal.value.code == "in_flight"
        assert work.idempotency.purge(before=NOON) == 0
        assert work.idempotency.purge(before=NOON + timedelta(seconds=1)) == 1
        assert work.idempotency.find("once") is None


def test_the_audit_is_read_newest_first_and_never_rewritten(store: Store) -> None:
    entries = [entry(f"a{hour}", NOON + timedelta(hours=hour)) for hour in range(3)]
    with store.unit_of_work("north") as work:
        for each in entries:
            work.audit.add(each)
        with pytest.raises(Conflict):
            work.audit.add(entry("a0", actor="somebody else"))
        newest = work.audit.list(limit=2)
        rest = work.audit.list(before=(newest[-1].at, newest[-1].id))
        assert [*newest, *rest] == entries[::-1]


@pytest.mark.parametrize("sign", ["\0", "\ud83d"])
def test_a_text_that_a_database_cannot_keep_is_the_callers_fault_on_both(store: Store, sign: str) -> None:
    with pytest.raises(UnwritableText), store.unit_of_work("north") as work:
        work.bookings.add(booking(notes=f"side{sign}door"))
    with pytest.raises(UnwritableText), store.unit_of_work("north", write=False) as work:
        work.bookings.get(sign)


def test_an_answer_too_old_to_count_makes_room_for_the_next_under_its_key(store: Store) -> None:
    later = replace(answer(body="another"), created_at=NOON + timedelta(hours=24))
    with store.unit_of_work("north") as work:
        work.idempotency.add(answer())
        with pytest.raises(Conflict):
            work.idempotency.add(later, outdated=NOON - timedelta(seconds=1))
        work.idempotency.add(later, outdated=NOON)
        assert work.idempotency.find("once") == later
