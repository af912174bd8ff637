"""How often a write asks the store: each question is a round trip, and none may come with more people or days."""

import pytest

from tests.booking_world import BRAMPTON, MONDAY, crew
from tests.contract.statements import statements
from tests.features.clinic import Clinic
from tests.features.test_slots import Open, opened

__all__ = ["opened"]

pytestmark = pytest.mark.slow

HOLD, CONFIRMATION = 10, 12
TURN = {"postgresql": 2}
"""The lock in front of twins: a file on SQLite."""
BEGIN = {"sqlite": 1}
"""On PostgreSQL it goes along with the first statement."""


def asked_by_both(clinic: Clinic, offer: str) -> tuple[int, int]:
    """Statements of a hold and of its confirmation."""
    with statements(clinic.store) as of_hold:
        held = clinic.public.hold(offer)
    with statements(clinic.store) as of_confirmation:
        confirmed = clinic.public.confirm(held.body["hold_id"])
    assert (held.status, confirmed.status) == (201, 201)
    dialect = clinic.store._database.engine.dialect.name
    more = TURN.get(dialect, 0) + BEGIN.get(dialect, 0)
    return len(of_hold) - more, len(of_confirmation) - more


@pytest.mark.parametrize("people", [1, 12])
def test_a_hold_and_its_confirmation_ask_the_store_no_oftener_for_more_people(opened: Open, people: int) -> None:
    with opened(*crew(people)) as clinic:
        offers = list(clinic.public.offers(BRAMPTON, MONDAY, 3).values())
        asked_by_both(clinic, offers[0])  # the first of all tidies up, too
        clinic.public.search(BRAMPTON, MONDAY, 3)
        assert asked_by_both(clinic, offers[-1]) == (HOLD, CONFIRMATION)


def test_a_course_of_treatment_asks_the_store_as_often_as_one_visit(opened: Open) -> None:
    with opened(*crew(3)) as clinic:
        first, second = (clinic.series(clinic.public, first_from=day).body["offers"][0]["offer"] for day in DAYS)
        asked_by_both(clinic, first)
        clinic.series(clinic.public, first_from=DAYS[1])
        hold, confirmation = asked_by_both(clinic, second)
        assert (hold, confirmation) == (HOLD, CONFIRMATION)


DAYS = "2026-11-23", "2026-11-24"
