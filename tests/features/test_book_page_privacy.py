"""Whoever plays the attacker over the page learns what the API tells the public, and has the same budget."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path
from random import Random

import pytest

from data.roads.estimate import EstimateSource
from data.roads.snapped import SnappedRoads
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR
from tests.booking_world import BRAMPTON, MONDAY, Person
from tests.features.clinic import Clinic, at, open_clinic
from tests.features.web import CREW, open_page, visitor

SATURDAY = MONDAY - timedelta(days=2)
SNAPPED = SnappedRoads(EstimateSource())
CODES = ["L6X 1N3", "L6Y 2J6", "L9T 2R1", "N1H 7T8", "L5B 3C2", "M9B 2B1", "L7G 2B8", "L6J 3L5", "M5S 1B2"]


@contextmanager
def limited(url: str, folder: Path, people: Sequence[Person] = CREW, **limits: object) -> Iterator[Clinic]:
    with open_clinic(url, folder, people, **limits) as opened:
        open_page(opened)
        yield opened


def test_the_page_offers_what_a_booking_key_is_offered(site: Clinic) -> None:
    site.book("N1H 7T8", at(SATURDAY, "12:00"))
    for code in CODES[:4]:
        offered = site.public.offers(code, SATURDAY)
        on_page = visitor(site).ask(code).times
        said = [time for time in on_page if time.startswith("Saturday 21")]
        assert len(said) == len(offered)
        exact = site.staff.offers(code, SATURDAY)
        assert len(said) <= len(exact)


def test_every_page_is_the_same_wherever_in_the_cell_the_neighbour_lives(site: Clinic) -> None:
    rng = Random(3)
    home = Coordinate(lat=43.70, lng=-79.75)
    homes = [home, _elsewhere_in_the_cell(home, rng), _elsewhere_in_the_cell(home, rng)]
    seen = []
    for here in homes:
        _put_neighbour(site, here)
        seen.append([visitor(site).ask(code).times for code in CODES])
    assert seen[0] == seen[1] == seen[2]
    assert any(len(times) > 2 for times in seen[0])


def test_nobody_is_named_and_nothing_is_called_on_the_way_before_the_booking(site: Clinic) -> None:
    anna = visitor(site)
    pages = [anna.ask(), anna.press("Saturday 21 November, 9:00 am")]
    course = visitor(site)
    pages += [course.ask(rhythm="weekly"), course.press("Choose these 6 dates")]
    for page in pages:
        assert "t0" not in page.text
        assert "on the way" not in page.text.casefold()


def test_a_far_place_and_a_full_calendar_look_alike(url: str, tmp_path: Path) -> None:
    with limited(url, tmp_path, [Person(id="t0", hours=(time(9), time(9, 30)))]) as site:
        far, full = (visitor(site).ask(code).text.replace(code, "there") for code in ("K1A 0B1", BRAMPTON))
        assert far == full
        assert "We have looked as far ahead as can be booked" in far


def test_a_visitor_asks_about_so_many_places_and_is_told_politely_when_to_go_on(url: str, tmp_path: Path) -> None:
    with limited(url, tmp_path, places_per_session=3) as site:
        anna = visitor(site)
        anna.go()
        form = anna.page
        for code in CODES[:3]:
            anna.page = form
            assert anna.press("See times", where=code, service="swedish", minutes="60").status == 200
        anna.page = form
        refused = anna.press("See times", where=CODES[3], service="swedish", minutes="60")
        assert refused.status == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 3600
        assert "Please try again in" in refused.text
        anna.page = form
        assert anna.press("See times", where=CODES[0], service="swedish", minutes="60").status == 200


def test_who_forgets_who_they_were_still_meets_the_budget_of_the_page(url: str, tmp_path: Path) -> None:
    with limited(url, tmp_path, places_per_session=3, places_per_key=5) as site:
        statuses = [visitor(site).ask(code).status for code in CODES[:7]]
        assert statuses == [200] * 5 + [429] * 2
        assert site.public.search(CODES[6], SATURDAY).status == 200  # keys have budgets of their own


@pytest.mark.parametrize("known_by", ["peer", "forwarded"])
def test_where_addresses_are_known_a_new_name_wins_nothing(url: str, tmp_path: Path, known_by: str) -> None:
    with limited(url, tmp_path, places_per_session=3, visitor_address=known_by) as site:

        def ask(code: str, address: str) -> int:
            anna = visitor(site, address=address if known_by == "peer" else "10.0.0.1")
            anna.forwarded = f"6.6.6.6, {address}" if known_by == "forwarded" else ""
            return anna.ask(code).status

        assert [ask(code, "203.0.113.7") for code in CODES[:4]] == [200, 200, 200, 429]
        assert ask(CODES[4], "203.0.113.8") == 200
        same_house = [ask(code, f"2001:db8:1:2::{k}") for k, code in enumerate(CODES[:4])]
        assert same_house == [200, 200, 200, 429]


def test_nobody_holds_a_whole_calendar(url: str, tmp_path: Path) -> None:
    with limited(url, tmp_path, places_per_session=4) as site:
        anna = visitor(site)
        times = anna.ask().times
        list_of_times = anna.page
        statuses = []
        for time in times[:5]:
            anna.page = list_of_times
            statuses.append(anna.press(time).status)
        assert statuses == [200, 200, 200, 429, 429]
        with site.store.unit_of_work("north", write=False) as uow:
            assert len(uow.holds.live_between(["t0"], SATURDAY, SATURDAY + timedelta(days=30), site.now)) <= 1


def test_nothing_that_is_sent_breaks_the_page(site: Clinic) -> None:
    rng = Random(7)
    anna = visitor(site)
    anna.ask()
    anna.press("Saturday 21 November, 9:00 am")
    form = anna.page.forms[0].values
    anna.tell()
    manage = anna.page.links["Move or cancel"]
    known = [*form.values(), "swedish", "60", "weekly", "yes", "L6X 1N3", manage.rpartition("/")[2], "1795269600.x"]
    odd = ["", "\0", "x" * 5_000, "\N{PILE OF POO}" * 40, "../..", "' OR 1=1 --", "<script>", "-1", "9" * 40, "\udcff"]
    names = ["ask", "held", "terms", "start", "where", "service", "minutes", "gender", "rhythm", "name", "phone"]
    names += ["email", "door", "notes", "applies", "visitor", "from", "weekday", "part", "made", "said", "first_visit"]
    paths = [f"/book/north{rest}" for rest in ("", "/times", "/hold", "/details", "/done", "/done.ics", "/embed")]
    paths += [f"{manage}{rest}" for rest in ("", "/move", "/cancel", "/visit.ics", "/no")]
    client = site.app.test_client()
    for _ in range(150):
        sent = {name: rng.choice(known + odd) for name in rng.sample(names, rng.randrange(1, 9))}
        sent = {name: value.encode(errors="replace").decode() for name, value in sent.items()}
        path = rng.choice(paths)
        answers = [client.get(path, query_string=sent), client.post(path, data=sent, query_string=sent)]
        assert all(answer.status_code < 500 for answer in answers), (path, sent)
        assert "<script>" not in "".join(answer.text for answer in answers)


def _put_neighbour(site: Clinic, home: Coordinate) -> None:
    start = at(SATURDAY, "13:00")
    visit = Booking(
        id="neighbour",
        date=SATURDAY,
        client=Client(ref="neighbour"),
        place=Place(id="home of neighbour", coordinate=home),
        service="swedish",
        session=HOUR,
        windows=(StartWindow(earliest=start, latest=start),),
        therapist="t0",
    )
    with site.store.unit_of_work("north") as uow:
        known = {booking.id for booking in uow.bookings.list()}
        (uow.bookings.put if visit.id in known else uow.bookings.add)(visit)
        uow.commit()


def _elsewhere_in_the_cell(home: Coordinate, rng: Random) -> Coordinate:
    (cell,) = SNAPPED.cells([(home.lat, home.lng)]).tolist()
    while True:
        other = Coordinate(lat=home.lat + rng.uniform(-0.02, 0.02), lng=home.lng + rng.uniform(-0.03, 0.03))
        if SNAPPED.cells([(other.lat, other.lng)]).tolist() == [cell]:
            return other
