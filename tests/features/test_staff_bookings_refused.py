"""A start that no day can keep is refused to staff as to the public: when to ask again, and what is free instead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, crew
from tests.features.clinic import Clinic, at, open_clinic


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """One therapist, who works from eight to eight, and is in Brampton from ten to eleven."""
    with open_clinic(url, tmp_path, crew(1)) as opened:
        opened.book(BRAMPTON, at(MONDAY, "10:00"))
        yield opened


@pytest.mark.parametrize(
    ("postal_code", "wall", "code"), [(MILTON, "10:30", "slot_taken"), (GUELPH, "11:30", "route_infeasible")]
)
def test_a_refused_start_comes_with_the_nearest_that_are_free_and_when_to_ask_again(
    clinic: Clinic, postal_code: str, wall: str, code: str
) -> None:
    refused = clinic.try_to_book(postal_code, at(MONDAY, wall))
    assert (refused.status, refused.body["code"]) == (409, code)
    assert int(refused.headers["Retry-After"]) >= 1
    assert "override" in refused.body["hint"]
    fresh = [slot["start"] for slot in refused.body["slots"]]
    offered = list(clinic.staff.offers(postal_code, MONDAY))
    assert fresh
    assert set(fresh) <= set(offered)
    nearest = min(offered, key=lambda start: abs(at(MONDAY, start[11:16]) - at(MONDAY, wall)))
    assert nearest in fresh
    assert clinic.staff.hold(refused.body["slots"][0]["offer"]).status == 201
