"""Many clients who want what only one of them can have, let go at the same instant, round after round.

Each round has a therapist's day of its own. The racers are processes, each with an app and a store of its own, as the
workers of a server are.
"""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from tests.booking_world import BRAMPTON, GUELPH, NOW
from tests.doors import PATIENCE_SECONDS, AppDoor
from tests.front_desk import FrontDesk

RACERS = 8


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a racer is after: a session at this place that starts at this wall time."""

    postal_code: str
    start: str


ONE_START = (Goal(postal_code=BRAMPTON, start="10:00"),)
TOO_FAR_APART = (Goal(postal_code=BRAMPTON, start="10:00"), Goal(postal_code=GUELPH, start="11:30"))
"""Either alone is fine. Together the therapist would need an hour that is not there; the blocks do not overlap."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a round ended for a racer: the booking it got, or the code it was refused with."""

    booking_id: str = ""
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Contest:
    """What a racer needs to take part. `offers[round][racer]`."""

    settings: Settings
    secret: str
    offers: Sequence[Sequence[str]]


def settings_of(url: str, var: Path) -> Settings:
    return Settings(database_url=url, var=var, secret_key="one key for every racer")  # type: ignore[arg-type]


def therapist_days(people: int, first: date, rounds: int) -> list[tuple[str, date]]:
    """A day of its own for each round."""
    return [(f"t{number % people}", first + timedelta(days=number // people)) for number in range(rounds)]


def draw(
    desk: FrontDesk, days: Sequence[tuple[str, date]], goals: Sequence[Goal], racers: int = RACERS
) -> list[list[str]]:
    """An offer for every racer of every round; the racers take turns at the goals."""
    first, last = days[0][1], days[-1][1]
    length = (last - first).days + 1
    found = {
        (therapist, goal): desk.offers(goal.postal_code, first, length, therapist=therapist)
        for therapist in sorted({therapist for therapist, _ in days})
        for goal in goals
    }

    def offer(therapist: str, day: date, goal: Goal) -> str:
        wanted = f"{day.isoformat()}T{goal.start}"
        return next(offer for start, offer in found[therapist, goal].items() if start.startswith(wanted))

    return [[offer(therapist, day, goals[k % len(goals)]) for k in range(racers)] for therapist, day in days]


def touch(desk: FrontDesk, offers: Sequence[str]) -> None:
    """Hold each and let it go: so that the days are known to the store, as those of a practice at work are."""
    for offer in offers:
        held = desk.hold(offer)
        assert desk.release(held.body["hold_id"]).status == 204


def attempt(desk: FrontDesk, offer: str, ref: str) -> Outcome:
    """Hold, and confirm what was held."""
    held = desk.hold(offer, ref=ref)
    if held.status != 201:
        assert held.status == 409, held
        return Outcome(refusal=held.code)
    booked = desk.confirm(held.body["hold_id"], ref=ref)
    assert booked.status == 201, booked
    return Outcome(booking_id=booked.body["booking_id"])


def race(contest: Contest) -> list[list[Outcome]]:
    """Run the rounds with a process for each racer: `outcomes[round][racer]`."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(RACERS, mp_context=context) as pool:
        line = manager.Barrier(RACERS)
        runs = [pool.submit(_run, contest, number, line) for number in range(RACERS)]
        by_racer = [run.result() for run in runs]
    return [list(outcomes) for outcomes in zip(*by_racer, strict=True)]


def _run(contest: Contest, number: int, line: Barrier) -> list[Outcome]:
    parts = Wiring(contest.settings, clock=lambda: NOW)
    desk = FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=contest.secret)
    outcomes = []
    for offers in contest.offers:
        line.wait(PATIENCE_SECONDS)
        outcomes.append(attempt(desk, offers[number], f"client-{number}"))
    parts.store.close()
    return outcomes
