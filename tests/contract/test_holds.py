"""Holds: kept whole, live until their time is up, seen on every day they lie on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.store.store import Store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.promise import Hold, HoldStatus
from tests.contract.samples import DAY, NOON, held, hold
from tests.contract.statements import statements

TOMORROW = DAY + timedelta(days=1)
EXPIRY = NOON + timedelta(minutes=5)
SECOND = timedelta(seconds=1)
WEEKLY = hold(
    "weekly",
    *(held(NOON + timedelta(hours=20, days=7 * week), date=DAY + timedelta(days=7 * week)) for week in range(3)),
    series="s1",
)


def _version(work: UnitOfWork, therapist: str = "taylor") -> int:
    return work.agendas.get(therapist, DAY).version


def test_a_hold_comes_back_as_it_was_kept(store: Store) -> None:
    kept = replace(WEEKLY, replaces="b7")
    with store.unit_of_work("north") as work:
        work.holds.add(kept)
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.holds.get("weekly") == kept
        with pytest.raises(NotFound):
            work.holds.get("h9")


def test_a_hold_cannot_be_kept_twice_and_the_second_changes_nothing(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold())
        with pytest.raises(Conflict) as refusal:
            work.holds.add(hold("h1", held(NOON), owner="k2"))
        assert refusal.value.code == "already_exists"
        assert work.holds.get("h1") == hold()
        assert _version(work) == 1


@pytest.mark.parametrize(
    ("now", "is_live"), [(EXPIRY - SECOND, True), (EXPIRY, False), (EXPIRY + SECOND, False)], ids=["T-1", "T", "T+1"]
)
def test_a_hold_keeps_its_place_until_the_second_it_expires(store: Store, now: datetime, is_live: bool) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold())
        assert work.holds.live_on([("taylor", DAY)], now) == ((hold(),) if is_live else ())
        assert work.holds.live_between(["taylor"], DAY, DAY, now) == ((hold(),) if is_live else ())
        assert work.holds.get("h1").is_live(now) is is_live
        assert work.holds.get("h1").has_lapsed(now) is not is_live


@pytest.mark.parametrize("ended", [HoldStatus.CONFIRMED, HoldStatus.RELEASED])
def test_a_hold_that_has_ended_keeps_nothing(store: Store, ended: HoldStatus) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold())
        work.holds.put(hold(status=ended))
        assert work.holds.get("h1").status is ended
        assert work.holds.live_on([("taylor", DAY)], NOON) == ()


def test_a_series_comes_whole_for_each_of_its_days_and_once_for_all(store: Store) -> None:
    last = WEEKLY.visits[-1].date
    with store.unit_of_work("north") as work:
        work.holds.add(WEEKLY)
        for visit in WEEKLY.visits:
            assert work.holds.live_on([("taylor", visit.date)], NOON) == (WEEKLY,)
        assert work.holds.live_between(["taylor"], DAY, last, NOON) == (WEEKLY,)
        assert work.holds.live_between(["taylor"], TOMORROW, TOMORROW, NOON) == ()


def test_only_the_days_asked_for_are_looked_at(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold("h1"))
        work.holds.add(hold("h2", held(therapist="kim")))
        work.holds.add(hold("h3", held(NOON + timedelta(hours=44), date=TOMORROW)))
        assert _ids(work.holds.live_on([("taylor", DAY), ("kim", TOMORROW)], NOON)) == ["h1"]
        assert _ids(work.holds.live_on([("taylor", TOMORROW), ("kim", DAY)], NOON)) == ["h2", "h3"]
        assert _ids(work.holds.live_between(["taylor", "ana"], DAY, TOMORROW, NOON)) == ["h1", "h3"]
        assert work.holds.live_on([], NOON) == ()
        assert work.holds.live_between([], DAY, TOMORROW, NOON) == ()


def test_however_many_days_are_asked_for_it_is_one_question(store: Store) -> None:
    names, days = [f"t{k}" for k in range(30)], [DAY + timedelta(days=k) for k in range(31)]
    with store.unit_of_work("north", write=False) as work, statements(store) as asked:
        work.holds.live_on([(name, day) for name in names for day in days], NOON)
        work.holds.live_between(names, days[0], days[-1], NOON)
        work.bookings.on_days(names, days[0], days[-1])
        work.bookings.on_agendas([(name, day) for name in names for day in days])
        work.bookings.unplaced(days[0], days[-1])
        work.agendas.versions(names, days[0], days[-1])
    assert len(asked) == 6


def test_each_change_of_a_hold_counts_up_the_days_it_lies_on(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold())
        assert (_version(work), _version(work, "kim")) == (1, 0)
        moved = hold("h1", held(therapist="kim"))
        work.holds.put(moved)
        assert (_version(work), _version(work, "kim")) == (2, 1)
        assert work.holds.get("h1") == moved
        work.holds.put(replace(moved, status=HoldStatus.RELEASED))
        assert (_version(work), _version(work, "kim")) == (2, 2)


def test_old_holds_are_forgotten_and_live_ones_kept(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(hold("lapsed"))
        work.holds.add(hold("confirmed", held(NOON + timedelta(hours=22))))
        work.holds.put(replace(work.holds.get("confirmed"), status=HoldStatus.CONFIRMED))
        work.holds.add(hold("live", held(NOON + timedelta(hours=24)), expires_at=EXPIRY + timedelta(hours=1)))
        assert work.holds.purge(before=EXPIRY) == 0
        assert work.holds.purge(before=EXPIRY + SECOND) == 2
        with pytest.raises(NotFound):
            work.holds.get("lapsed")
        assert _ids(work.holds.live_on([("taylor", DAY)], EXPIRY)) == ["live"]
        work.holds.add(hold("next", expires_at=EXPIRY + timedelta(hours=1)))


def test_a_hold_speaks_of_instants_with_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        held(datetime(2026, 11, 23, 9))  # noqa: DTZ001  # the point
    assert held(NOON).end == datetime(2026, 11, 22, 18, tzinfo=UTC)


def _ids(holds: tuple[Hold, ...]) -> list[str]:
    return [each.id for each in holds]


def test_an_owner_is_told_of_their_own_live_holds_only(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.holds.add(WEEKLY)
        work.holds.add(hold("other", held(NOON + timedelta(hours=22)), owner="k2"))
        work.holds.add(hold("gone", held(NOON + timedelta(hours=24)), status=HoldStatus.RELEASED))
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.holds.live_of("k1", EXPIRY - SECOND) == (WEEKLY,)
        assert work.holds.live_of("k1", EXPIRY) == ()
