"""Signed-in browsers and addresses for links, in the store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.store.page_records import PageSession, SignInAddress
from data.store.records import Role
from data.store.store import Store
from optimizer.domain.errors import Conflict, NotFound
from tests.contract.samples import NOON, pattern

MONTH = timedelta(days=30)
PLANNER = PageSession(
    id="s1",
    practice_id="north",
    role=Role.PLANNER,
    name="Robin",
    created_at=NOON,
    seen_at=NOON,
    expires_at=NOON + MONTH,
)
ADDRESS = SignInAddress(practice_id="north", email="robin@example.org", role=Role.PLANNER, name="Robin")


def test_a_session_is_found_by_its_hash_until_it_is_over_or_revoked(store: Store) -> None:
    sessions = store.page_sessions
    sessions.open(PLANNER, secret_hash="1")
    assert sessions.find_by_hash("1", NOON) == PLANNER
    assert sessions.find_by_hash("2", NOON) is None
    assert sessions.find_by_hash("1", NOON + MONTH) is None
    sessions.touch(replace(PLANNER, seen_at=NOON + MONTH, expires_at=NOON + 2 * MONTH))
    assert sessions.find_by_hash("1", NOON + MONTH) is not None
    sessions.revoke("north", "s1", NOON)
    assert sessions.find_by_hash("1", NOON) is None
    assert sessions.list("north", NOON) == ()
    with pytest.raises(NotFound):
        sessions.revoke("south", "s1", NOON)


def test_a_session_needs_its_practice_its_therapist_and_an_id_of_its_own(store: Store) -> None:
    sessions = store.page_sessions
    sessions.open(PLANNER, secret_hash="1")
    for twin in (replace(PLANNER, name="again"), replace(PLANNER, id="s2")):
        with pytest.raises(Conflict):
            sessions.open(twin, secret_hash="1" if twin.id == "s2" else "2")
    with pytest.raises(NotFound, match="practice 'east'"):
        sessions.open(replace(PLANNER, practice_id="east"), secret_hash="3")
    with pytest.raises(NotFound, match="therapist 'kim'"):
        sessions.open(replace(PLANNER, id="s3", therapist="kim"), secret_hash="3")


def test_ending_the_others_is_about_one_person_of_one_practice(store: Store) -> None:
    sessions = store.page_sessions
    for row, each in enumerate(
        (
            PLANNER,
            replace(PLANNER, id="s2"),
            replace(PLANNER, id="s3", name="Kim"),
            replace(PLANNER, id="s4", practice_id="south"),
            replace(PLANNER, id="s5", role=Role.ADMIN),
        )
    ):
        sessions.open(each, secret_hash=str(row))
    assert sessions.revoke_others(PLANNER, NOON) == 1
    assert [each.id for each in sessions.list("north", NOON)] == ["s1", "s3", "s5"]
    assert [each.id for each in sessions.list("south", NOON)] == ["s4"]


def test_sessions_long_over_are_forgotten(store: Store) -> None:
    store.page_sessions.open(PLANNER, secret_hash="1")
    much_later = NOON + 3 * MONTH
    store.page_sessions.open(replace(PLANNER, id="s2", created_at=much_later), secret_hash="2")
    with pytest.raises(NotFound):
        store.page_sessions.revoke("north", "s1", much_later)


def test_an_address_is_told_of_so_often_an_hour_and_leaves_with_its_therapist(store: Store) -> None:
    addresses = store.sign_in_addresses
    with store.unit_of_work("north") as work:
        work.patterns.put(pattern())
        work.commit()
    taylor = replace(ADDRESS, role=Role.THERAPIST, therapist="taylor", name="")
    addresses.put(ADDRESS)
    addresses.put(taylor)
    addresses.put(replace(ADDRESS, practice_id="south"))
    assert addresses.list("north") == (taylor,)
    assert {each.practice_id for each in addresses.ask(ADDRESS.email, hour=7, most=2)} == {"north", "south"}
    assert len(addresses.ask(ADDRESS.email, hour=7, most=2)) == 2
    assert addresses.ask(ADDRESS.email, hour=7, most=2) == ()
    assert len(addresses.ask(ADDRESS.email, hour=8, most=2)) == 2
    assert addresses.ask("nobody@example.org", hour=7, most=2) == ()
    with store.unit_of_work("north") as work:
        work.patterns.remove("taylor")
        work.commit()
    assert addresses.list("north") == ()
    addresses.remove("south", ADDRESS.email)
    with pytest.raises(NotFound):
        addresses.remove("south", ADDRESS.email)
    with pytest.raises(NotFound):
        addresses.put(replace(ADDRESS, therapist="kim"))
    with pytest.raises(NotFound):
        addresses.put(replace(ADDRESS, practice_id="east"))
