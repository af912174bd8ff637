"""What a practice's owner is told: hours, punctuality, what was asked for in vain; and nobody is told apart."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from api.services.events import Event, record_event
from api.services.figures import FEW, Figures, figures
from api.services.planning import Planner, PlanRequest, plan_now
from api.services.publishing import publish
from optimizer.domain.practice import AreaRule, Policies
from optimizer.domain.visit_event import EventKind
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, crew
from tests.contract.statements import statements
from tests.features.clinic import Clinic, at, open_clinic
from tests.features.test_by_hand import booked


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, crew(2)) as opened:
        yield opened


def told(clinic: Clinic, weeks: int = 2) -> Figures:
    parts = clinic.wiring
    return figures("north", MONDAY, weeks, store=parts.store, tally=parts.tally)


def planned(clinic: Clinic) -> None:
    """Monday planned and published."""
    parts = clinic.wiring
    planner = Planner(store=parts.store, roads=parts.roads, clock=parts.clock)
    run = plan_now(PlanRequest(practice_id="north", date=MONDAY), planner=planner)
    assert run.plan_id is not None
    publish("north", run.plan_id, actor="test", store=parts.store, roads=parts.roads, clock=parts.clock)


def test_a_practice_without_a_past_has_figures_without_rows(clinic: Clinic) -> None:
    found = told(clinic)
    assert [week.rows for week in found.weeks] == [(), ()]
    assert (found.punctuality, found.refused, found.demand, found.searches) == ((), (), (), 0)


def test_hours_are_those_of_the_published_plan(clinic: Clinic) -> None:
    booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"), therapist={"require": ["t0"]})
    booked(clinic, "bob", GUELPH, ("13:00", "13:00"), therapist={"require": ["t0"]})
    assert told(clinic).weeks[-1].rows == ()
    planned(clinic)
    (row,) = told(clinic).weeks[-1].rows
    assert (row.therapist, row.visits, row.hands_on) == ("t0", 2, 2 * 3600)
    with clinic.store.unit_of_work("north", write=False) as uow:
        plan = uow.plans.published(MONDAY)
    assert plan is not None
    assert row.driving == plan.plan.totals.travel + plan.plan.totals.buffer


@pytest.mark.parametrize(
    ("minutes", "kind"), [(-10, "on_time"), (5, "on_time"), (6, "a_little_late"), (15, "a_little_late"), (16, "late")]
)
def test_punctuality_is_against_the_last_promised_start(clinic: Clinic, minutes: int, kind: str) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "11:00"), therapist={"require": ["t0"]})
    clinic.now = at(MONDAY, "18:00").astimezone(UTC)
    event = Event(visit=anna, kind=EventKind.STARTED, at=at(MONDAY, "11:00") + timedelta(minutes=minutes))
    record_event("north", "t0", event, store=clinic.store, clock=clinic.wiring.clock, actor="test")
    (row,) = told(clinic).punctuality
    assert (row.therapist, row.told, getattr(row, kind)) == ("t0", 1, 1)


def test_searches_are_counted_by_town_and_few_are_not_told(clinic: Clinic) -> None:
    for _ in range(FEW):
        clinic.public.search(BRAMPTON, MONDAY)
    clinic.public.search(MILTON, MONDAY)
    booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"))
    found = told(clinic)
    assert found.searches == FEW + 1
    assert [(each.area, each.searches, each.in_vain, each.bookings) for each in found.demand] == [
        ("Brampton", FEW, 0, None),
        ("Milton", None, 0, 0),
    ]


def test_reasons_are_counted_once_a_search(clinic: Clinic) -> None:
    booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"), therapist={"require": ["t0"]})
    booked(clinic, "bob", BRAMPTON, ("10:00", "10:00"), therapist={"require": ["t1"]})
    clinic.refused(GUELPH, MONDAY)
    clinic.refused(GUELPH, MONDAY)
    reasons = dict(told(clinic).refused)
    assert reasons["taken"] == reasons["travel"] == 2


def test_a_day_that_is_not_driven_to_counts_as_nothing_found(url: str, tmp_path: Path) -> None:
    rules = Policies(areas=(AreaRule(towns=("Guelph",), weekdays=(3,)),))
    with open_clinic(url, tmp_path, crew(1), rules) as clinic:
        clinic.public.search(GUELPH, MONDAY)
        assert (told(clinic).searches, told(clinic).in_vain) == (1, 1)


def test_counting_asks_the_store_for_nothing_and_writes_in_one_statement(clinic: Clinic) -> None:
    clinic.public.search(BRAMPTON, MONDAY)
    with statements(clinic.store) as warm:
        clinic.public.search(BRAMPTON, MONDAY)
    assert not [sent for sent in warm if "search_tally" in sent]
    clinic.public.search(MILTON, MONDAY)
    with statements(clinic.store) as sent:
        clinic.wiring.tally.write()
    assert [one.split()[0] for one in sent if "search_tally" in one] == ["INSERT"]
    clinic.public.search(BRAMPTON, MONDAY)
    assert told(clinic).searches == 4
