"""Whoever moves a booking races with whoever holds: one has the new place, and nobody loses the old one for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.booking_world import BRAMPTON, GUELPH, MONDAY, crew
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic
from tests.stored_days import booked, violations

pytestmark = pytest.mark.slow

MOVERS, DATES = 4, [MONDAY + timedelta(days=ahead) for ahead in range(10)]
WANTED = f"t{MOVERS}"


def test_of_four_who_move_and_two_who_hold_one_gets_the_place_and_the_others_keep_what_they_have(
    url: str, tmp_path: Path
) -> None:
    """The movers want ten o'clock in Brampton, the others half past eleven in Guelph: it is too far to keep both."""
    with open_clinic(url, tmp_path, crew(MOVERS + 1)) as clinic, ThreadPoolExecutor(MOVERS + 2) as pool:
        for day in DATES:
            bookings = [clinic.book(BRAMPTON, at(day, "15:00"), therapist=f"t{k}") for k in range(MOVERS)]
            new = clinic.staff.offers(BRAMPTON, day, therapist=WANTED)[at(day, "10:00").isoformat()]
            far = clinic.staff.offers(GUELPH, day, therapist=WANTED)[at(day, "11:30").isoformat()]
            moves = [pool.submit(_move, clinic, booking, new) for booking in bookings]
            holds = [pool.submit(clinic.public.hold, far) for _ in range(2)]
            moved = [booking for booking, move in zip(bookings, moves, strict=True) if move.result().status == 200]
            held = [hold.result() for hold in holds if hold.result().status == 201]
            assert len(moved) + len(held) == 1
            refused = {each.result().code for each in (*moves, *holds)} - {""}
            assert refused <= {"slot_taken", "route_infeasible"}
            agendas = booked(clinic.store, "north", day, day)
            where = {booking.id: (who, booking.fixed_start) for (who, _), each in agendas.items() for booking in each}
            assert where == {
                booking: (WANTED, at(day, "10:00")) if booking in moved else (f"t{k}", at(day, "15:00"))
                for k, booking in enumerate(bookings)
            }
            for hold in held:
                assert clinic.public.confirm(hold.body["hold_id"]).status == 201
        assert violations(clinic.store, "north", DATES[0], DATES[-1]) == []


def _move(clinic: Clinic, booking: str, offer: str) -> Answer:
    return clinic.staff.ask("PATCH", f"/v1/bookings/{booking}", {"offer": offer})
