"""Processes that all want the same day, each with a store of its own."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar

from data.store.store import open_store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.errors import Conflict
from optimizer.domain.time import HOUR
from tests.contract.samples import DAY, NOON, answer, fixed

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

PROCESSES = 8
NINE = NOON + timedelta(hours=21)
FRESH = multiprocessing.get_context("spawn")
"""Nothing is inherited, as between the workers of a server."""


def at_once(task: Callable[[str, int], Answer], url: str, *, processes: int = PROCESSES) -> list[Answer]:
    """What each of the processes answered, in order."""
    with ProcessPoolExecutor(processes, mp_context=FRESH) as pool:
        return list(pool.map(task, [url] * processes, range(processes)))


def overlapping_promise(url: str, rival: int) -> int:
    """Look at each of 50 days under its lock, and book nine o'clock where nobody has; how many were won."""
    won = 0
    with open_store(url, patience=60) as store:
        for number in range(50):
            day = DAY + timedelta(days=number)
            with store.unit_of_work("north") as work:
                work.agendas.lock([("taylor", day)], NOON)
                if not work.bookings.on_days(["taylor"], day, day):
                    # Overridden, so that the lock alone decides and not the net under it.
                    work.bookings.add(fixed(f"{rival} on {number}", NINE, date=day, overridden=True))
                    work.commit()
                    won += 1
    return won


def careless_promise(url: str, rival: int) -> int:
    """Book one of eight overlapping starts of each of 50 days without a look; how many were won."""
    won = 0
    with open_store(url, patience=60) as store:
        for number in range(50):
            moment = NINE + timedelta(days=number, minutes=5 * rival)
            try:
                with store.unit_of_work("north") as work:
                    day = DAY + timedelta(days=number)
                    work.bookings.add(fixed(f"{rival} on {number}", moment, date=day, session=HOUR))
                    work.commit()
            except Conflict as conflict:
                if conflict.code != "slot_taken":
                    raise
            else:
                won += 1
    return won


def series(url: str, rival: int) -> int:
    """Lock and count up days of many therapists, in an order of one's own, 20 times; how many days each time."""
    names = [f"t{(k + rival) % 10}" for k in range(10)]
    days = [(name, DAY + timedelta(days=number)) for name in names for number in range(6)]
    with open_store(url, patience=60) as store:
        for _ in range(20):
            with store.unit_of_work("north") as work:
                work.agendas.lock(reversed(days) if rival % 2 else days, NOON)
                work.agendas.bump(days)
                work.commit()
    return len(days)


def twin(url: str, rival: int) -> list[str]:
    """Do 20 writes, each under a key that every twin uses too; whose answer each got, or that it is in flight."""
    answers = []
    with open_store(url, patience=60) as store:
        for number in range(20):
            key = f"once {number}"
            try:
                with store.unit_of_work("north") as work:
                    if (kept := work.idempotency.find(key)) is None:
                        work.bookings.add(fixed(f"{number} by {rival}", NINE, therapist=None))
                        kept = answer(key, body=f"by {rival}")
                        work.idempotency.add(kept)
                        work.commit()
                    answers.append(kept.body)
            except Conflict as conflict:
                if conflict.code != "in_flight":
                    raise
                answers.append("in flight")
    return answers


def die_inside(url: str, say: Connection) -> None:
    """Lock a day, write half of it, say so, and never come back."""
    with open_store(url, patience=60) as store, store.unit_of_work("north") as work:
        _half(work)
        say.send("inside")
        signal.pause()


def wait_in_line(url: str, say: Connection) -> None:
    """Say so, then wait for the day that somebody else has."""
    with open_store(url, patience=60) as store:
        say.send("waiting")
        with store.unit_of_work("north") as work:
            _half(work)
            signal.pause()


def _half(work: UnitOfWork) -> None:
    work.agendas.lock([("taylor", DAY)], NOON)
    work.bookings.add(fixed(f"half by {os.getpid()}", NINE))


class Victims:
    """Processes to be killed. `with` kills those that are left."""

    def __init__(self) -> None:
        self._started: list[BaseProcess] = []

    def start(self, task: Callable[[str, Connection], None], url: str) -> BaseProcess:
        """Start one, and wait until it has spoken."""
        here, there = FRESH.Pipe(duplex=False)
        process = FRESH.Process(target=task, args=(url, there), daemon=True)
        process.start()
        self._started.append(process)
        there.close()
        here.recv()
        here.close()
        return process

    def __enter__(self) -> "Victims":
        return self

    def __exit__(self, *_: object) -> None:
        kill(self._started)


def kill(processes: Iterable[BaseProcess]) -> None:
    """SIGKILL, and wait until they are gone."""
    doomed: Sequence[BaseProcess] = tuple(processes)
    for process in doomed:
        process.kill()
    for process in doomed:
        process.join()
