"""What one has just done to a visit by hand is undone, unless its place is somebody else's by now."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from optimizer.domain.booking import Booking
from tests.booking_world import BRAMPTON, MILTON
from tests.features.clinic import Clinic, open_clinic
from tests.features.test_board_page import PAGE, enter, token
from tests.features.test_by_hand import PEOPLE, booked, changes, place

DEEDS = {
    "moved": ("place", {"therapist": "t2", "start": "10:15"}),
    "moved to the best place": ("place", {"therapist": "t1"}),
    "promised anew": ("place", {"therapist": "t0", "start": "16:00", "new_promise": "yes"}),
    "overridden": ("place", {"therapist": "t2", "start": "14:00", "override": "yes"}),
    "locked": ("lock", {}),
    "parked": ("park", {}),
}


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, PEOPLE) as opened:
        yield opened


def stored(clinic: Clinic, id: str) -> Booking:
    with clinic.store.unit_of_work("north", write=False) as uow:
        return uow.bookings.get(id)


def do(clinic: Clinic, client: FlaskClient, visit: str, deed: str, **form: str) -> int:
    clinic.now += timedelta(seconds=1)
    return client.post(f"{PAGE}/visits/{visit}/{deed}", data={**form, **token(client)}).status_code


@pytest.mark.parametrize(("deed", "form"), DEEDS.values(), ids=DEEDS.keys())
def test_a_visit_is_back_exactly_as_it_was(clinic: Clinic, deed: str, form: dict[str, str]) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    before, client = stored(clinic, anna), enter(clinic)
    assert do(clinic, client, anna, deed, **form) == 303
    assert stored(clinic, anna) != before
    assert do(clinic, client, anna, "undo") == 303
    assert stored(clinic, anna) == before
    assert "visit.undo" in {each["action"] for each in changes(clinic)}


def test_only_ones_own_last_deed_of_the_hour_is_undone(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    sam, kim = enter(clinic), enter(clinic, name="Kim")
    assert do(clinic, sam, anna, "undo") == 409  # booked by somebody else
    assert do(clinic, sam, anna, "place", therapist="t2", start="10:15") == 303
    assert do(clinic, kim, anna, "undo") == 409
    clinic.now += timedelta(minutes=59)
    assert do(clinic, sam, anna, "undo") == 303
    assert do(clinic, sam, anna, "undo") == 409
    assert do(clinic, sam, anna, "lock") == 303
    clinic.now += timedelta(minutes=61)
    assert do(clinic, sam, anna, "undo") == 409


def test_a_place_that_is_somebody_elses_by_now_is_not_taken_back(clinic: Clinic) -> None:
    anna, bob = booked(clinic, "anna", BRAMPTON, ("10:00", "10:00")), booked(clinic, "bob", MILTON, ("09:00", "15:00"))
    assert place(clinic, anna, "t1").status == 200
    sam = enter(clinic)
    assert do(clinic, sam, anna, "place", therapist="t0") == 303
    assert place(clinic, bob, "t1", "10:00").status == 200
    clinic.now += timedelta(seconds=1)
    refused = sam.post(f"{PAGE}/visits/{anna}/undo", data=token(sam))
    assert refused.status_code == 409
    assert "It cannot go back" in refused.text
    assert stored(clinic, anna).therapist == "t0"
