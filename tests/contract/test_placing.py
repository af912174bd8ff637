"""On whose agenda a booking lies, and that the day knows of each change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from data.store.records import Agenda
from data.store.store import Store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.booking import BookingStatus
from optimizer.domain.errors import Conflict
from optimizer.domain.itinerary import Plan, Stop
from tests.contract.samples import DAY, NOON, booking, fixed, held, hold, stored_plan
from tests.contract.statements import statements

NINE = NOON + timedelta(hours=21)
TOMORROW = DAY + timedelta(days=1)


def test_bookings_are_found_by_therapist_and_day(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b2", NINE))
        work.bookings.add(fixed("b1", NINE, therapist="kim"))
        work.bookings.add(fixed("b3", NINE + timedelta(days=1), date=TOMORROW))
        work.bookings.add(fixed("b4", NINE, status=BookingStatus.CANCELLED))
        work.bookings.add(booking("b5"))
        assert _ids(work.bookings.on_days(["taylor", "kim"], DAY, TOMORROW)) == ["b1", "b2", "b3"]
        assert _ids(work.bookings.on_days(["taylor"], DAY, DAY)) == ["b2"]
        assert _ids(work.bookings.on_agendas([("taylor", TOMORROW), ("kim", DAY)])) == ["b1", "b3"]
        assert _ids(work.bookings.unplaced(DAY, TOMORROW)) == ["b5"]
        assert work.bookings.on_days([], DAY, DAY) == work.bookings.on_agendas([]) == ()
        assert work.bookings.get("b2") == fixed("b2", NINE)


def test_each_change_of_a_booking_counts_up_the_days_it_lies_on(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        assert _versions(work) == {"taylor": 1}
        work.bookings.put(fixed("b1", NINE, therapist="kim"))
        assert _versions(work) == {"taylor": 2, "kim": 1}
        work.bookings.put(fixed("b1", NINE, therapist="kim", status=BookingStatus.CANCELLED))
        assert _versions(work) == {"taylor": 2, "kim": 2}
        work.bookings.put(fixed("b1", NINE, therapist=None))
        work.bookings.put(fixed("b1", NINE, therapist=None, notes="nobody's day"))
        assert _versions(work) == {"taylor": 2, "kim": 3}


def test_bookings_trade_places_at_once(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.add(fixed("b2", NINE, therapist="kim"))
        work.bookings.add(fixed("b3", NINE, therapist="ana"))
        moved = work.bookings.place(DAY, {"b1": "kim", "b2": "taylor", "b3": None, "b9": "kim"})
        assert {each.id: each.therapist for each in moved} == {"b1": "kim", "b2": "taylor", "b3": None}
        assert {each.id: each.therapist for each in work.bookings.on(DAY)} == {
            "b1": "kim",
            "b2": "taylor",
            "b3": None,
        }
        assert _versions(work) == {"taylor": 1, "kim": 1, "ana": 1}  # nobody has asked between the one and the other
        assert work.bookings.place(DAY, {"b1": "kim"}) == ()
        assert _versions(work) == {"taylor": 1, "kim": 1, "ana": 1}  # nobody has asked between the one and the other


def test_a_place_that_is_taken_moves_nothing(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("b1", NINE))
        work.bookings.add(fixed("b2", NINE, therapist="kim"))
        with pytest.raises(Conflict) as refusal:
            work.bookings.place(DAY, {"b1": "kim"})
        assert refusal.value.code == "slot_taken"
        assert work.bookings.get("b1").therapist == "taylor"
        assert _versions(work) == {"taylor": 1, "kim": 1}


def test_publishing_a_plan_moves_its_bookings_to_the_agendas_it_gives_them(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(booking("v1"))
        work.bookings.add(fixed("v2", NINE, therapist="kim"))
        work.bookings.add(fixed("since", NINE, therapist="ana"))
        work.plans.add(stored_plan("p1", "taylor"))  # v1 to Taylor, v2 left out
        before = _versions(work)
        work.plans.publish("p1", NOON)
        assert {each.id: each.therapist for each in work.bookings.on(DAY)} == {
            "v1": "taylor",
            "v2": None,
            "since": "ana",
        }
        assert _ids(work.bookings.unplaced(DAY, DAY)) == ["v2"]
        assert all(version > before.get(name, 0) for name, version in _versions(work).items() if name != "ana")


def test_a_plan_does_not_overrule_what_was_promised_since_it_was_made(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.bookings.add(fixed("v1", NINE, therapist="kim"))
        work.plans.add(stored_plan("p1", "taylor"))
        work.holds.add(hold("h1", held(NINE)))
        work.commit()
    with store.unit_of_work("north") as work, pytest.raises(Conflict) as refusal:
        work.plans.publish("p1", NOON)
    assert (refusal.value.code, refusal.value.hint) == ("slot_taken", "plan the date again")
    with store.unit_of_work("north") as work:
        assert work.plans.published(DAY) is None
        assert work.bookings.get("v1").therapist == "kim"
        work.plans.publish("p1", hold().expires_at)  # lapsed by now
        assert work.bookings.get("v1").therapist == "taylor"


def test_days_are_locked_and_counted_up_in_as_many_statements_as_one(store: Store) -> None:
    many = [(f"t{k}", DAY + timedelta(days=day)) for k in range(30) for day in range(30)]
    with store.unit_of_work("north") as work:
        with statements(store) as for_one:
            work.agendas.lock(many[:1], NOON)
            work.agendas.bump(many[:1])
        with statements(store) as for_many:
            locked = work.agendas.lock(many, NOON)
            work.agendas.bump(many)
        bumped = work.agendas.between(DAY, DAY + timedelta(days=29))
    assert len(for_many) == len(for_one) == 2
    assert [(each.date, each.therapist) for each in locked] == [(each.date, each.therapist) for each in bumped]
    assert [each.version for each in locked] == [1] + 899 * [0]
    assert [each.version for each in bumped] == [2] + 899 * [1]


def test_a_day_locked_to_be_changed_is_counted_up_once_until_somebody_asks(store: Store) -> None:
    day = ("kim", DAY)
    with store.unit_of_work("north") as work:
        with statements(store) as asked:
            (locked,) = work.agendas.lock([day], to_change=True)
            assert (locked.version, work.agendas.held) == (0, {day: 0})  # nothing has changed so far
            work.agendas.bump([day])
            work.agendas.bump([day])
        assert (len(asked), work.agendas.held) == (1, {})
        assert work.agendas.get(*day).version == 1
        work.agendas.bump([day])  # whoever has asked may remember the day as it was then
        assert work.agendas.get(*day).version == 2
        with work._connection.begin_nested() as part:
            work.agendas.bump([day])
            part.rollback()
        work.agendas.bump([day])
        assert work.agendas.get(*day).version == 3


def test_the_version_of_a_locked_day_is_known_until_it_is_counted_up(store: Store) -> None:
    day, other = ("kim", DAY), ("taylor", DAY)
    with store.unit_of_work("north") as work:
        assert work.agendas.held == {}
        work.agendas.lock([day, other])
        assert work.agendas.held == {day: 0, other: 0}
        work.agendas.bump([day])
        assert work.agendas.held == {other: 0}
        work.agendas.lock([day])
        assert work.agendas.held == {day: 1, other: 0}


def test_a_plan_of_many_is_published_in_as_many_statements_as_a_plan_of_few(store: Store) -> None:
    counts = []
    for size in (1, 12):
        names = [f"v{k}" for k in range(size)]
        with store.unit_of_work("north") as work:
            for name in names:
                work.bookings.add(fixed(name, NINE, therapist=f"before {name}"))
            stored = stored_plan("p1", *(f"after {name}" for name in names))
            work.plans.add(replace(stored, plan=_one_each(stored.plan, names)))
            with statements(store) as asked:
                work.plans.publish("p1", NOON)
            assert {each.id: each.therapist for each in work.bookings.on(DAY)} == {n: f"after {n}" for n in names}
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_no_days_no_lock(store: Store) -> None:
    with store.unit_of_work("north") as work:
        assert work.agendas.lock([], NOON) == ()
        work.agendas.bump([])
        work.agendas.bump([("taylor", DAY)])
        assert work.agendas.versions(["taylor", "kim"], DAY, TOMORROW) == (
            Agenda(therapist="taylor", date=DAY, version=1),
        )


def _one_each(plan: Plan, names: list[str]) -> Plan:
    """The plan with its k-th itinerary serving the k-th name."""
    days = tuple(
        replace(
            day,
            steps=tuple(
                replace(step, visit=replace(step.visit, id=name)) if isinstance(step, Stop) else step
                for step in day.steps
            ),
        )
        for day, name in zip(plan.itineraries, names, strict=True)
    )
    return replace(plan, itineraries=days, unassigned=())


def _versions(work: UnitOfWork) -> Mapping[str, int]:
    return {agenda.therapist: agenda.version for agenda in work.agendas.between(DAY, DAY)}


def _ids(bookings: tuple[object, ...]) -> list[str]:
    return [each.id for each in bookings]  # type: ignore[attr-defined]
