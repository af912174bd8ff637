"""Searches, holds, confirmations, moves and the clock, in any order: every answer is the one that the model gives."""

import string
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.booking_world import MONDAY
from tests.discovery.house import WHOM, House
from tests.discovery.model import HOUSE, Kept, is_home
from tests.discovery.said import Made, Offered, Search
from tests.discovery.small_world import CODES
from tests.stored_days import violations

GOOD_FOR, KEPT_FOR = timedelta(minutes=10), timedelta(minutes=5)
PLACES = st.sampled_from([*CODES, *CODES, *(code + HOUSE for code in CODES)])
NUMBERS = st.integers(0, 1000)
LETTERS = string.ascii_letters + string.digits + "-_."
WHOMS = st.sampled_from(sorted(WHOM))
MINUTES = st.sampled_from([60, 60, 60, 30])
STEPS = st.sampled_from([1, 1, 2, 60, 298, 299, 300, 600])
"""Seconds, around the five minutes of a hold and the ten of an offer."""


class Promises(House):
    """Whatever a frontend, its clients and the staff may do, in any order."""

    offers: Bundle[Offered] = Bundle("offers")
    holds: Bundle[str] = Bundle("holds")
    bookings: Bundle[Made] = Bundle("bookings")

    @rule(target=offers, place=PLACES, whom=WHOMS, minutes=MINUTES, first_visit=st.booleans(), number=NUMBERS)
    def search(self, place: str, whom: str, minutes: int, first_visit: bool, number: int) -> Any:
        """Staff see exactly the starts that the model finds, the public some of them and no other."""
        search = Search(place=place, whom=whom, minutes=minutes, first_visit=first_visit)
        exact, public = self._shown("staff", search), self._shown("one", search)
        possible = self._possible(search)
        assert [offered.start for offered in exact] == possible
        assert {offered.start for offered in public} <= set(possible)
        return multiple(*exact[number % len(exact) :][:3]) if exact else multiple()

    @rule(target=bookings, place=PLACES, whom=WHOMS, first_visit=st.booleans(), number=NUMBERS)
    def book(self, place: str, whom: str, first_visit: bool, number: int) -> Any:
        """Search, hold and confirm in one go: so that days fill up."""
        search = Search(place=place, whom=whom, minutes=60, first_visit=first_visit)
        if shown := self._shown("staff", search):
            id = self.hold(shown[number % len(shown)], "one")
            return self.confirm(id, by_owner=True)
        return multiple()

    @rule(place=PLACES, first_visit=st.booleans(), number=NUMBERS)
    def book_two_of_one_answer(self, place: str, first_visit: bool, number: int) -> None:
        """Two clients take up what one search told: two houses, unless the house is known."""
        search = Search(place=place, whom="", minutes=60, first_visit=first_visit)
        shown = self._shown("staff", search)
        for offered in (shown[number % len(shown)], shown[(number + 5) % len(shown)]) if shown else ():
            id = self.hold(offered, "one")
            if isinstance(id, str):
                self.confirm(id, by_owner=True)

    @rule(target=bookings, place=PLACES, whom=WHOMS, first_visit=st.booleans(), number=NUMBERS, by_client=st.booleans())
    def think_twice(self, place: str, whom: str, first_visit: bool, number: int, by_client: bool) -> Any:
        """Book, and move to a start next to it, or to one that only a shorter or longer visit was offered."""
        asked = Search(place=place, whom=whom, minutes=60, first_visit=first_visit)
        shown = self._shown("staff", asked)
        others = self._shown("staff", replace(asked, first_visit=not first_visit))
        if not shown:
            return multiple()
        at = number % len(shown)
        made = self.confirm(self.hold(shown[at], "one"), by_owner=True)
        starts = {offered.start for offered in shown}
        tight = [offered for offered in others if offered.start not in starts]
        self.reschedule(made, tight[number % len(tight)] if tight else shown[at - 1], by_client)
        return made

    @rule(made=bookings, by_client=st.booleans(), place=PLACES, whom=WHOMS, first_visit=st.booleans(), number=NUMBERS)
    def search_and_move(
        self, made: Made, by_client: bool, place: str, whom: str, first_visit: bool, number: int
    ) -> None:
        """Another time is looked for as anybody would, and taken for what is booked."""
        search = replace(made.offered.search, place=place, whom=whom, first_visit=first_visit)
        if shown := self._shown("staff", search):
            self.reschedule(made, shown[number % len(shown)], by_client)

    @rule(
        target=offers, made=bookings, by_client=st.booleans(), place=st.one_of(st.just(""), PLACES), whom=WHOMS,
        number=NUMBERS, take=st.booleans(),
    )  # fmt: skip
    def search_to_move(self, made: Made, by_client: bool, place: str, whom: str, number: int, take: bool) -> Any:
        """The booking does not stand in its own way; a client looks at home only."""
        booked = self.model.bookings.get(made.id)
        search = replace(made.offered.search, place=place, whom=whom, moving=made.id)
        answer = self._search_to_move(search, made.token if by_client else {}, place)
        if booked is None:
            assert (answer.status, answer.code) == (409, "booking_cancelled")
            return multiple()
        if by_client and self.model.has_begun(made.id, self.now):
            assert (answer.status, answer.code) == (409, "visit_began")
            return multiple()
        if not place or is_home(booked.door, place):
            search = replace(search, place=booked.door)
        elif by_client:
            assert (answer.status, answer.code) == (422, "place_differs")
            return multiple()
        assert answer.status == 200, answer
        (slots,) = answer.body["data"].values()
        shown, possible = self._read(slots, search), self._possible(search)
        starts = [offered.start for offered in shown]
        assert set(starts) <= set(possible)
        assert by_client or starts == possible
        if shown and take:
            self.reschedule(made, shown[number % len(shown)], by_client)
        return multiple(*shown[:1])

    @rule(target=holds, offered=offers, who=st.sampled_from(["one", "other"]))
    def hold(self, offered: Offered, who: str) -> Any:
        """A place is kept exactly when the offer is fresh and somebody's day can still keep it."""
        answer = self._write(who, "/v1/holds", {"offer": offered.offer, "client": {"ref": "anna"}})
        if self.now >= offered.expires_at:
            assert (answer.status, answer.code) == (410, "offer_expired")
            return multiple()
        if offered.search.moving:
            assert (answer.status, answer.code) == (422, "offer_moves")
            return multiple()
        door = self._door(offered.search.place)
        able = self._able(offered, door)
        if not able:
            assert answer.status == 409
            assert answer.code in ("slot_taken", "route_infeasible")
            assert int(answer.headers["Retry-After"]) > 0
            assert self._are_possible(answer.body["slots"], offered.search)
            return multiple()
        assert answer.status == 201, answer
        id, expires_at = answer.body["hold_id"], datetime.fromisoformat(answer.body["expires_at"])
        assert answer.body["start"] == offered.start
        assert expires_at == self.now + KEPT_FOR
        with self.store.unit_of_work("north", write=False) as uow:
            (found,) = uow.holds.get(id).visits
        assert found.therapist in able
        assert self._is_at(found.place, door)
        self.model.holds[id] = Kept(promise=offered.promise(found.therapist, door), owner=who, expires_at=expires_at)
        self.offered[id] = offered
        return id

    @rule(target=bookings, id=holds, by_owner=st.sampled_from([True, True, True, False]))
    def confirm(self, id: str, by_owner: bool) -> Any:
        """A live hold becomes a booking, once; a lapsed one only where its place is still free."""
        kept = self.model.holds[id]
        who = kept.owner if by_owner else {"one": "other", "other": "one"}[kept.owner]
        body = {"hold_id": id, "client": {"ref": "anna", "name": "Anna Bell"}}
        answer = self._write(who, "/v1/bookings", body)
        expected = self._fate(kept) if by_owner else (404, "not_found")
        assert (answer.status, answer.code) == expected
        if answer.status != 201:
            return multiple()
        assert answer.body["start"] == self.offered[id].start
        made = Made(id=answer.body["booking_id"], manage=answer.body["manage"], offered=self.offered[id])
        self.made[made.id] = made
        self.whom[made.id] = self.offered[id].search.whom
        self.model.confirm(id, made.id)
        return made

    def _fate(self, kept: Kept) -> tuple[int, str]:
        """What becomes of a confirmation by the owner: status and code."""
        if kept.status == "confirmed":
            return 409, "hold_confirmed"
        if kept.status == "released":
            return 410, "hold_released"
        if kept.stands(self.now) or self.model.fits(kept.promise, self.now):
            return 201, ""
        return 410, "hold_expired"

    @rule(offered=offers, seconds=st.sampled_from([299, 300, 301]), taken=st.booleans())
    def let_lapse(self, offered: Offered, seconds: int, taken: bool) -> None:
        """Confirmed at the last moment, or just too late; with or without somebody else who wants the place."""
        id = self.hold(offered, "one")
        if isinstance(id, str):
            self.wait(seconds)
            if taken:
                self.hold(offered, "other")
            self.confirm(id, by_owner=True)

    @rule(offered=offers)
    def give_up(self, offered: Offered) -> None:
        """What is given up is anybody's at once, and nobody's hold any more."""
        id = self.hold(offered, "one")
        if isinstance(id, str):
            self.release(id)
            self.confirm(id, by_owner=True)
            self.hold(offered, "other")

    @rule(id=holds)
    def release(self, id: str) -> None:
        """A hold that is given up is free at once; one that has become a booking is not given up."""
        kept = self.model.holds[id]
        answer = self.desks[kept.owner].release(id)
        if kept.status == "confirmed":
            assert (answer.status, answer.code) == (409, "hold_confirmed")
            return
        assert answer.status == 204, answer
        self.model.release(id)

    @rule(made=bookings, by_client=st.booleans())
    def cancel(self, made: Made, by_client: bool) -> None:
        """By staff, or by the client's token until the visit begins; what is cancelled stays so."""
        answer = self._manage(made, "DELETE", by_client=by_client)
        if by_client and self.model.has_begun(made.id, self.now):
            assert (answer.status, answer.code) == (409, "visit_began")
            return
        assert answer.status == 200, answer
        assert answer.body["status"] == "cancelled"
        self.model.bookings.pop(made.id, None)

    @rule(made=bookings, offered=offers, by_client=st.booleans())
    def reschedule(self, made: Made, offered: Offered, by_client: bool) -> None:
        """The new place is found before the old one is given up, and the old one does not stand in its way."""
        answer = self._manage(made, "PATCH", {"offer": offered.offer}, by_client=by_client)
        before, told, whom = self.model.bookings.get(made.id), offered.search.place, offered.search.whom
        if before is None or self.now >= offered.expires_at:
            assert (answer.status, answer.code) in {(409, "booking_cancelled"), (410, "offer_expired")}
            return
        if offered.search.minutes != made.offered.search.minutes or offered.search.moving not in ("", made.id):
            assert (answer.status, answer.code) == (422, "offer_differs")
            return
        stays = is_home(before.door, told)
        if by_client and not stays:
            assert (answer.status, answer.code) == (422, "place_differs")
            return
        booked = replace(made.offered.search, place=before.door if stays else told, whom=whom, moving=made.id)
        wanted, door = replace(offered, search=booked), before.door if stays else self._door(told)
        changed = {
            "start": before.start != datetime.fromisoformat(offered.start),
            "place": door != before.door,
            "therapist": whom not in ("", self.whom[made.id]),
        }
        able = self._able(wanted, door)
        if not able and any(changed.values()):
            assert (answer.status, answer.code) in {(409, "slot_taken"), (409, "route_infeasible")}
            assert self._are_possible(answer.body["slots"], booked)
            return
        assert answer.status == 200, answer
        assert answer.body["start"] == offered.start
        with self.store.unit_of_work("north", write=False) as uow:
            found = uow.bookings.get(made.id)
        told_new = changed | {"who_comes": found.therapist != before.therapist}
        assert answer.body["changed"] == [name for name, is_new in told_new.items() if is_new]
        if any(changed.values()):
            assert found.therapist in able
            self.model.move(made.id, wanted.promise(found.therapist, door))
            self.whom[made.id] = whom or self.whom[made.id]
        assert self._is_at(found.place, door)
        assert answer.body["place"]["id"] == found.place.id
        assert self.model.bookings[made.id].therapist == found.therapist

    @rule(offered=offers, place=NUMBERS, by=st.integers(1, 60))
    def forge(self, offered: Offered, place: int, by: int) -> None:
        """An offer that was touched anywhere is none."""
        at = place % len(offered.offer)
        other = LETTERS[(LETTERS.index(offered.offer[at]) + by) % len(LETTERS)]
        answer = self.desks["one"].hold(offered.offer[:at] + other + offered.offer[at + 1 :])
        assert (answer.status, answer.code) == (422, "offer_invalid")

    @rule(offered=offers, made=bookings)
    def pry(self, offered: Offered, made: Made) -> None:
        """Another practice's key, and another booking's token, find nothing."""
        stranger = self.desks["stranger"]
        assert stranger.hold(offered.offer).code == "offer_invalid"
        for id, kept in self.model.holds.items():
            assert self.desks["other" if kept.owner == "one" else "one"].release(id).status == 404
            assert (stranger.confirm(id).status, stranger.release(id).status) == (404, 404)
        token = made.manage[:-4] + ("AAAA" if made.manage[-4:] != "AAAA" else "BBBB")
        path, body = f"/v1/bookings/{made.id}", {"offer": offered.offer}
        for headers in ({"Authorization": f"Manage {token}"}, {"Authorization": f"Bearer {stranger.secret}"}):
            assert stranger.ask("DELETE", path, headers=headers).status == 404
            if self.now < offered.expires_at:
                assert stranger.ask("PATCH", path, body, headers=headers).status in (404, 422)

    @rule(seconds=STEPS)
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.written)
    @rule(number=NUMBERS)
    def repeat(self, number: int) -> None:
        """A key that has been answered gets that answer again, whatever has happened since."""
        written = self.written[number % len(self.written)]
        again = self.desks[written.who].ask("POST", written.path, written.body, once=written.once)
        assert (again.status, again.body) == (written.answer.status, written.answer.body)
        assert again.headers["Idempotency-Replayed"] == "true"

    @precondition(lambda self: self.written)
    @rule(number=NUMBERS)
    def misuse(self, number: int) -> None:
        """The same key with another body is refused."""
        written = self.written[number % len(self.written)]
        other = {**written.body, "client": {"ref": "somebody else"}}
        again = self.desks[written.who].ask("POST", written.path, other, once=written.once)
        assert (again.status, again.code) == (422, "idempotency_key_reused")

    def teardown(self) -> None:
        try:
            self._the_day_comes()
        finally:
            super().teardown()

    def _the_day_comes(self) -> None:
        """How every history ends: on the second of its start a visit is still its client's, one later only staff's."""
        for number, (id, promise) in enumerate(sorted(self.model.bookings.items(), key=lambda each: each[1].start)):
            self.now, made = promise.start + timedelta(seconds=number % 2), self.made[id]
            if self.model.has_begun(id, self.now):
                self.search_to_move(made, by_client=True, place="", whom="", number=0, take=False)
            self.cancel(made, by_client=True)
            self.cancel(made, by_client=False)

    @invariant()
    def staff_see_what_was_promised(self) -> None:
        listed = self.desks["staff"].ask("GET", "/v1/bookings").body["data"]
        standing = {found["booking_id"]: found["start"] for found in listed if found["status"] == "confirmed"}
        assert {id: datetime.fromisoformat(start) for id, start in standing.items()} == {
            id: promise.start for id, promise in self.model.bookings.items()
        }

    @invariant()
    def no_day_is_broken(self) -> None:
        assert violations(self.store, "north", MONDAY, MONDAY) == []


def sized(examples: int, steps: int, *, same_every_time: bool) -> settings:
    """How many histories, and how long."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=same_every_time,
        database=None,
        # No shrinking: a history of forty steps takes minutes. To see the shortest, add Phase.shrink.
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def test_every_answer_is_the_one_that_the_model_gives() -> None:
    run_state_machine_as_test(Promises, settings=sized(40, 40, same_every_time=True))


@pytest.mark.slow
@pytest.mark.marathon
def test_every_answer_is_the_one_that_the_model_gives_in_histories_nobody_has_seen() -> None:
    run_state_machine_as_test(Promises, settings=sized(600, 60, same_every_time=False))
