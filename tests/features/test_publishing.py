"""Publishing looks at what was promised since the plan was made."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.services.publishing import publish
from data.demo.solo import SOLO
from data.store.records import StoredPlan
from optimizer.domain.booking import Booking, StartWindow
from optimizer.domain.errors import Conflict
from optimizer.domain.time import MINUTE, Horizon
from optimizer.schedule.evaluate import evaluate
from tests.builders import TORONTO
from tests.features.conftest import MONDAY, House
from tests.features.days import planned, problem_of


@pytest.fixture
def drafted(house: House) -> House:
    """The demo's first day, planned and not published. Its first visit starts at 09:00, the next at 10:35."""
    house.load(SOLO)
    plan, _ = planned(SOLO, MONDAY)
    with house.wiring.store.unit_of_work(house.practice) as uow:
        uow.plans.add(StoredPlan(id="p1", date=MONDAY, created_at=house.now, plan=plan))
        uow.commit()
    return house


def _promise(house: House, start: datetime, *, minutes: int = 30, overridden: bool = False) -> None:
    """A session at the last client's door, booked since."""
    with house.wiring.store.unit_of_work(house.practice) as uow:
        last = uow.plans.get("p1").plan.itineraries[0].order[-1]
        pattern: Booking = uow.bookings.get(last)
        window = StartWindow(earliest=start, latest=start)
        since = replace(
            pattern,
            id="since",
            uid=None,
            windows=(window,),
            session=minutes * MINUTE,
            therapist="taylor",
            overridden=overridden,
        )
        uow.bookings.add(since)
        uow.commit()


def _publish(house: House) -> StoredPlan:
    parts = house.wiring
    return publish(house.practice, "p1", actor="test", store=parts.store, roads=parts.roads, clock=parts.clock)


def test_a_plan_that_cannot_be_driven_beside_a_later_promise_is_not_published(drafted: House) -> None:
    _promise(drafted, datetime(2026, 11, 23, 14, 45, tzinfo=UTC))
    with pytest.raises(Conflict) as refused:
        _publish(drafted)
    assert refused.value.code == "plan_outdated"
    assert "Plan the date again" in refused.value.hint
    with drafted.wiring.store.unit_of_work(drafted.practice, write=False) as uow:
        assert uow.plans.published(MONDAY) is None


def test_a_promise_made_since_that_leaves_room_for_the_plan_stays_beside_it(drafted: House) -> None:
    last = planned(SOLO, MONDAY)[0].itineraries[0].stops[-1]
    _promise(drafted, Horizon(MONDAY, TORONTO).instant(last.finish + last.wrap_up), minutes=10)
    assert _publish(drafted).published_at == drafted.now


def test_a_day_that_staff_overrode_is_theirs_to_answer_for(drafted: House) -> None:
    _promise(drafted, datetime(2026, 11, 23, 14, 45, tzinfo=UTC), overridden=True)
    assert _publish(drafted).published_at == drafted.now


def test_a_promised_start_that_the_plan_leaves_out_stays_on_its_agenda_and_is_flagged(drafted: House) -> None:
    store, practice = drafted.wiring.store, drafted.practice
    with store.unit_of_work(practice) as uow:
        left_out = next(booking for booking in uow.bookings.on(MONDAY) if booking.fixed_start)
        uow.bookings.place(MONDAY, {left_out.id: "taylor"})
        plan = uow.plans.get("p1").plan
        visits = [visit for visit in plan.itineraries[0].order if visit != left_out.id]
        problem = problem_of(SOLO, MONDAY)
        without = evaluate(problem, {problem.shifts[0].id: visits}).plan
        uow.plans.add(StoredPlan(id="p2", date=MONDAY, created_at=drafted.now, plan=without))
        uow.commit()
    parts = drafted.wiring
    publish(practice, "p2", actor="test", store=store, roads=parts.roads, clock=parts.clock)
    with store.unit_of_work(practice, write=False) as uow:
        after = uow.bookings.get(left_out.id)
    assert (after.therapist, after.overridden) == ("taylor", True)
