"""Keys and feed tokens: found by the hash of a secret, gone when revoked, gone with the therapist."""

from datetime import timedelta

import pytest

from data.store.records import KnownKey, Role
from data.store.store import Store
from optimizer.domain.errors import Conflict, NotFound
from tests.contract.samples import NOON, NORTH, key, pattern, token

LATER = NOON + timedelta(days=1)
HASH = "9f86d081884c7d65"


@pytest.fixture
def staffed(store: Store) -> Store:
    """North has one therapist."""
    with store.unit_of_work("north") as work:
        work.patterns.put(pattern())
        work.commit()
    return store


def test_a_key_is_found_by_its_hash_until_it_is_revoked(store: Store) -> None:
    planner = key("k1", role=Role.PLANNER, label="office")
    store.keys.create(planner, secret_hash=HASH)
    assert store.keys.find_by_hash(HASH) == KnownKey(key=planner, zone=NORTH.zone)
    assert store.keys.find_by_hash("another") is None
    store.keys.revoke("north", "k1", LATER)
    store.keys.revoke("north", "k1", LATER + timedelta(days=1))
    assert store.keys.find_by_hash(HASH) is None
    assert store.keys.list("north") == (key("k1", role=Role.PLANNER, label="office", revoked_at=LATER),)


def test_keys_are_listed_oldest_first(store: Store) -> None:
    store.keys.create(key("k1", created_at=LATER), secret_hash="1")
    store.keys.create(key("k2"), secret_hash="2")
    assert [each.id for each in store.keys.list("north")] == ["k2", "k1"]


def test_a_key_needs_its_practice_its_therapist_and_a_secret_of_its_own(staffed: Store) -> None:
    staffed.keys.create(key("k1", role=Role.THERAPIST, therapist="taylor"), secret_hash=HASH)
    with pytest.raises(NotFound, match="practice 'east'"):
        staffed.keys.create(key("k2", practice="east"), secret_hash="2")
    with pytest.raises(NotFound, match="therapist 'kim'"):
        staffed.keys.create(key("k2", therapist="kim"), secret_hash="2")
    for id, secret_hash in (("k1", "2"), ("k2", HASH)):
        with pytest.raises(Conflict):
            staffed.keys.create(key(id), secret_hash=secret_hash)
    with pytest.raises(NotFound):
        staffed.keys.revoke("north", "k9", NOON)


def test_a_feed_token_is_found_without_knowing_the_practice_until_it_is_revoked(staffed: Store) -> None:
    with staffed.unit_of_work("north") as work:
        work.feeds.create(token(), secret_hash=HASH)
        with pytest.raises(Conflict):
            work.feeds.create(token("t2"), secret_hash=HASH)
        with pytest.raises(NotFound):
            work.feeds.create(token("t2", therapist="kim"), secret_hash="2")
        work.commit()
    assert staffed.feed_tokens.find_by_hash(HASH) == token()
    with staffed.unit_of_work("north") as work:
        work.feeds.revoke("t1", LATER)
        with pytest.raises(NotFound):
            work.feeds.revoke("t9", LATER)
        assert [each.revoked_at for each in work.feeds.list("taylor")] == [LATER]
        work.commit()
    assert staffed.feed_tokens.find_by_hash(HASH) is None


def test_a_therapist_who_leaves_takes_keys_and_feeds_along(staffed: Store) -> None:
    staffed.keys.create(key("k1", role=Role.THERAPIST, therapist="taylor"), secret_hash="1")
    staffed.keys.create(key("k2", role=Role.PLANNER), secret_hash="2")
    with staffed.unit_of_work("north") as work:
        work.feeds.create(token(), secret_hash="3")
        work.patterns.put(pattern(name="still here"))
        work.commit()
    assert staffed.feed_tokens.find_by_hash("3") is not None
    with staffed.unit_of_work("north") as work:
        work.patterns.remove("taylor")
        work.commit()
    assert staffed.keys.find_by_hash("1") is None
    assert staffed.keys.find_by_hash("2") is not None
    assert staffed.feed_tokens.find_by_hash("3") is None
