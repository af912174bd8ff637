"""How fast the booking promise is: `python -m tests.benchmarks.bench_slots`. Prints figures, asserts nothing.

20 therapists, 14 days, 5 to 6 visits a day; gunicorn with two workers, warm, on loopback, driven open-loop. The driver
shares the machine with the server, and both share it with whatever else runs: so the load of the last minute stands at
the head of each part, and beside every latency the processor time that the server took, which does not grow with it.
"""

import asyncio
import importlib.util
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from random import Random
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

import numpy as np

from data.store.records import Role
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR
from optimizer.domain.visit import Visit
from optimizer.schedule.slots import Board, OpenDay, Spokes
from tests.benchmarks import busy_practice
from tests.benchmarks.busy_practice import BUFFER, DAYS, FIRST, GRID, ROADS, TherapistDay, somewhere
from tests.benchmarks.busy_server import Running, databases, open_practice
from tests.benchmarks.open_loop import Client, Reply, Request, drive, told

SEARCH_RATES = (50, 100, 250)
BOOK_RATE = 10
BOOKINGS = 60
SECONDS = 3
VISITORS = 150
HOT_CLIENTS = 64


def show(what: str, figure: str, goal: str = "") -> None:
    print(f"{what:<58} {figure:<34} {goal}", flush=True)


def main() -> None:
    begun = perf_counter()
    named = ("numpy", "numba", "sqlalchemy", "pydantic", "flask", "gunicorn")
    print(f"Python {sys.version.split()[0]}, {', '.join(f'{name} {version(name)}' for name in named)}; {cores()} cores")
    people, days = busy_practice.two_weeks()
    visits = sum(len(day.visits) for day in days)
    show("practice made up", f"{len(days)} days, {visits} visits, {perf_counter() - begun:.1f} s")
    core(days)
    for kind, url in databases():
        with open_practice(url, people, days) as (server, keys):
            print(f"\n{kind} (load {os.getloadavg()[0]:.1f})")
            asyncio.run(over_http(server, keys))


def cores() -> int:
    return len(os.sched_getaffinity(0))


# The core alone, and a peer.


def core(days: Sequence[TherapistDay]) -> None:
    board = Board.of([OpenDay.of(day.problem(), "day") for day in days])
    rng, eligible, grids = Random(2), [True] * len(days), [GRID] * len(days)
    horizon = days[0].horizon
    spent, roads, possible = [], [], 0
    for number in range(60):
        visit = asked(somewhere(rng))
        begun = perf_counter()
        spokes = dict.fromkeys(board.kinds, ROADS.spokes(visit.place, board.stops, horizon, BUFFER))
        read = perf_counter()
        found = board.openings(visit, eligible, spokes, grids)
        done = perf_counter()
        if number >= 10:
            roads.append(read - begun)
            spent.append(done - read)
            possible += int(found.possible.sum())
    show("feasibility core, 280 days", f"p50 {1e3 * median(spent):.2f} ms ({possible / 50:.0f} starts)", "<= 0.5 ms")
    show(f"roads to {len(board.stops)} stops", f"p50 {1e3 * median(roads):.2f} ms", "<= 1 ms")
    if importlib.util.find_spec("vroom") is None:
        print("pyvroom is not installed (group `bench`): no comparison with asking a solver again")
        return
    solver_again(board, days, median(spent))


def solver_again(board: Board, days: Sequence[TherapistDay], ours: float) -> None:
    """The same question put to a route engine: is there a day with this visit in it, therapist-day by therapist-day."""
    import vroom

    visit, some = asked(somewhere(Random(3))), days[:: len(days) // 40]
    spokes = ROADS.spokes(visit.place, board.stops, days[0].horizon, BUFFER)
    column = {stop.id: k for k, stop in enumerate(board.stops)}
    spent = []
    for day in some:
        matrix = midday_matrix(day, spokes, column)
        begun = perf_counter()
        problem = vroom.Input()
        problem.set_durations_matrix("car", matrix)
        lunch = vroom.Break(1, [vroom.TimeWindow(11 * HOUR + HOUR // 2, 14 * HOUR)], service=HOUR // 2)
        shift = vroom.TimeWindow(day.shift.begins, day.shift.ends)
        problem.add_vehicle(vroom.Vehicle(1, start=0, end=0, time_window=shift, breaks=[lunch]))
        for k, booked in enumerate((*day.visits, visit)):
            arrival = None if booked is visit else booked.windows[0].earliest - booked.lead
            window = [] if arrival is None else [vroom.TimeWindow(arrival, arrival)]
            block = booked.lead + booked.tail
            problem.add_job(vroom.Job(k + 1, location=k + 1, default_service=block, time_windows=window))
        problem.solve(exploration_level=1, nb_threads=1)
        spent.append(perf_counter() - begun)
    theirs = sum(spent) / len(spent) * len(days)
    show(f"pyvroom again for each of {len(days)} therapist-days", f"{1e3 * theirs:.0f} ms, one start each")
    show("the core is faster by (roads given to both)", f"{theirs / ours:.0f} times", ">= 100 times")


def midday_matrix(day: TherapistDay, spokes: Spokes, column: dict[str, int]) -> "np.ndarray":
    """Home, the visits, and the new place last: one band, as a route engine has it."""
    problem, band = day.problem(), 16
    rows = [problem.travel.index[name] for name in problem.travel.places]
    known = problem.travel.seconds[band][np.ix_(rows, rows)]
    out = spokes.out[band, [column[name] for name in problem.travel.places]]
    size = len(known)
    matrix = np.zeros((size + 1, size + 1), dtype=np.uint32)
    matrix[:size, :size], matrix[size, :size], matrix[:size, size] = known, out, out
    return matrix


def asked(where: Coordinate) -> Visit:
    return Visit(
        id="asked",
        place=Place(id="asked", coordinate=where),
        service="swedish",
        session=HOUR,
        windows=(),
        parking=300,
        setup=600,
        wrap_up=300,
        tear_down=300,
    )


# The whole service.


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody at the frontend: a place, and a session."""

    name: str
    where: Coordinate
    key: str

    def headers(self, once: str | None = None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.key}", "Rounds-Session": self.name}
        return own if once is None else {**own, "Idempotency-Key": once}

    def search(self, *, days: int = DAYS, **more: str) -> Request:
        asked_for = {
            "service": "swedish", "session_minutes": "60", "lat": f"{self.where.lat:.5f}",
            "lng": f"{self.where.lng:.5f}", "from": FIRST.isoformat(),
            "to": (FIRST + timedelta(days=days - 1)).isoformat(), **more,
        }  # fmt: skip
        return Request(method="GET", path=f"/v1/slots?{urlencode(asked_for)}", headers=self.headers())

    def hold(self, offer: str, once: str) -> Request:
        body = {"offer": offer, "client": {"ref": self.name}}
        return Request(method="POST", path="/v1/holds", headers=self.headers(once), body=body)

    def confirm(self, hold_id: str, once: str) -> Request:
        body = {"hold_id": hold_id, "client": {"ref": self.name, "name": self.name}}
        return Request(method="POST", path="/v1/bookings", headers=self.headers(once), body=body)


async def over_http(server: Running, keys: dict[Role, str]) -> None:
    client, rng = Client(server.host, server.port), Random(4)
    crowd = [Visitor(name=f"v{k}", where=somewhere(rng), key=keys[Role.BOOKING]) for k in range(VISITORS)]
    first = await client.send(crowd[0].search())
    show("first search of a process", f"{1e3 * first.seconds:.0f} ms")
    # The workers share no memory: each has to have prepared the days.
    for _ in range(3):
        await asyncio.gather(*(client.send(visitor.search()) for visitor in crowd[:8]))
    new = [await client.send(visitor.search()) for visitor in crowd]
    show("search about a new place (its budget is written)", told([reply.seconds for reply in new]), "one at a time")
    again = [await client.send(visitor.search()) for visitor in crowd]
    show("search about a place known", told([reply.seconds for reply in again]), "one at a time")
    server.log.clear()
    await searching(client, server, crowd)
    await booking(client, server, crowd)
    await hot_start(client, server, crowd)
    client.close()


async def searching(client: Client, server: Running, crowd: Sequence[Visitor]) -> None:
    for rate in SEARCH_RATES:
        replies: list[Reply] = []

        def task(number: int, into: list[Reply]) -> Callable[[float], Awaitable[None]]:
            async def send(meant: float) -> None:
                into.append(await client.send(crowd[number % len(crowd)].search(), meant))

            return send

        begun, cpu = perf_counter(), server.cpu()
        await drive([task(k, replies) for k in range(rate * SECONDS)], rate=rate)
        took, cpu = perf_counter() - begun, server.cpu() - cpu
        await asyncio.sleep(0.2)
        inside = server.take("GET", "/v1/slots")
        bad = sum(reply.status != 200 for reply in replies)
        show(
            f"slot search at {rate}/s: {len(replies) / took:.0f} answered a second, {bad} refused",
            told([reply.seconds for reply in replies]),
            "from when it was due",
        )
        show("  in the server", told(inside), "p50 <= 8, p99 <= 40 ms")
        show("  processor time of the server", f"{1e3 * cpu / len(replies):.1f} ms a search")
    starts = sum(len(day) for day in replies[-1].document()["data"].values())
    print(f"  (an answer is {len(replies[-1].body) / 1000:.0f} kB with {starts} starts)")


async def booking(client: Client, server: Running, crowd: Sequence[Visitor]) -> None:
    wanted = await _apart(client, crowd)
    held = await writing("hold", wanted, client, server)
    visitors = {visitor.name: visitor for visitor in crowd}
    kept = [
        visitors[request.body["client"]["ref"]].confirm(reply.document()["hold_id"], f"confirm {number}")
        for number, (request, reply) in enumerate(zip(wanted, held, strict=True))
        if reply.status == 201
    ]
    await writing("confirm", kept, client, server)
    # Each worker draws the changed days again.
    after = [await client.send(visitor.search()) for visitor in crowd[:8]]
    show("search right after all that", told([reply.seconds for reply in after]), "one at a time")
    server.log.clear()


async def _apart(client: Client, crowd: Sequence[Visitor]) -> list[Request]:
    """Holds that do not stand in each other's way: no two on one therapist's day."""
    found: dict[tuple[str, str], Request] = {}
    for number, visitor in enumerate(crowd):
        therapist = f"t{number % busy_practice.THERAPISTS:02}"
        days = (await client.send(visitor.search(therapist=therapist))).document()["data"]
        for day, slots in days.items():
            if slots and len(found) < BOOKINGS and (therapist, day) not in found:
                found[therapist, day] = visitor.hold(slots[number % len(slots)]["offer"], f"hold {len(found)}")
    return list(found.values())


async def writing(what: str, requests: Sequence[Request], client: Client, server: Running) -> list[Reply]:
    """Send each at its time; the replies, in the order of the requests."""
    replies: dict[int, Reply] = {}

    def task(number: int) -> Callable[[float], Awaitable[None]]:
        async def send(meant: float) -> None:
            replies[number] = await client.send(requests[number], meant)

        return send

    cpu = server.cpu()
    await drive([task(k) for k in range(len(requests))], rate=BOOK_RATE)
    cpu = (server.cpu() - cpu) / max(1, len(requests))
    done = [replies[k] for k in range(len(requests))]
    lost = sum(reply.status != 201 for reply in done)
    show(f"{what} ({len(done)}, {lost} lost)", told([r.seconds for r in done]), "p50 <= 15, p99 <= 100 / 80 ms")
    show("  processor time of the server", f"{1e3 * cpu:.1f} ms")
    return done


async def _offers_of_one(client: Client, crowd: Sequence[Visitor]) -> list[str]:
    """What the first therapist with any room offers to the first visitor with any choice."""
    for visitor in crowd:
        if not await _offers(client, visitor):
            continue
        for number in range(busy_practice.THERAPISTS):
            if offers := await _offers(client, visitor, therapist=f"t{number:02}"):
                return offers
    return []


async def _offers(client: Client, visitor: Visitor, **more: str) -> list[str]:
    found = (await client.send(visitor.search(**more))).document()["data"]
    return [slot["offer"] for day in found.values() for slot in day]


async def hot_start(client: Client, server: Running, crowd: Sequence[Visitor]) -> None:
    """Everybody wants the same start of the same therapist."""
    offers = await _offers_of_one(client, crowd)
    if not offers:
        print("nobody is free: no hot start")
        return
    begun, cpu = perf_counter(), server.cpu()
    replies = await asyncio.gather(*(client.send(crowd[k].hold(offers[0], f"hot {k}")) for k in range(HOT_CLIENTS)))
    took, cpu = perf_counter() - begun, server.cpu() - cpu
    won = sum(reply.status == 201 for reply in replies)
    show(f"one hot start, {HOT_CLIENTS} clients: {won} won", f"all answered in {1e3 * took:.0f} ms", "<= 500 ms, 1 won")
    show("  processor time of the server", f"{1e3 * cpu:.0f} ms in all")


if __name__ == "__main__":
    main()
