"""Many clients who want what only one of them can have, let go at the same instant, round after round.

Each round has a therapist's day of its own. The racers are processes, each with an app and a store of its own, as the
workers of a server are.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier

from api.app import create_app
from api.services.holding import KEPT_FOR
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
    """What a racer needs to take part. `offers[round][racer]`.

    `lapsed[round]` are holds that have lapsed: the first racers confirm one each, and take up no offer.
    """

    settings: Settings
    secret: str
    offers: Sequence[Sequence[str]]
    lapsed: Sequence[Sequence[str]] = ()


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


def let_lapse(
    desk: FrontDesk, people: Sequence[str], dates: Sequence[date], is_now: Callable[[datetime], None]
) -> list[list[str]]:
    """One hold of each of these people on each of these dates, `holds[date][person]`; at NOW none of them counts.

    They are made one person after another, when those of the one before have lapsed: so that a practice which makes
    one visit a day could promise them all. `is_now` sets the clock.
    """
    by_person = []
    for number, person in enumerate(people):
        is_now(NOW - (len(people) - number) * KEPT_FOR)
        offers = draw(desk, [(person, day) for day in dates], ONE_START, racers=1)
        held = [desk.hold(offer) for (offer,) in offers]
        assert {answer.status for answer in held} == {201}, held
        by_person.append([answer.body["hold_id"] for answer in held])
    is_now(NOW)
    return [list(holds) for holds in zip(*by_person, strict=True)]


def take_up_again(desk: FrontDesk, hold_id: str, ref: str) -> Outcome:
    """Confirm a hold that has lapsed."""
    booked = desk.confirm(hold_id, ref=ref)
    if booked.status != 201:
        assert booked.status == 410, booked
        return Outcome(refusal=booked.code)
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
    for turn, offers in enumerate(contest.offers):
        lapsed, ref = contest.lapsed[turn] if contest.lapsed else (), f"client-{number}"
        line.wait(PATIENCE_SECONDS)
        if number < len(lapsed):
            outcomes.append(take_up_again(desk, lapsed[number], ref))
        else:
            outcomes.append(attempt(desk, offers[number], ref))
    parts.store.close()
    return outcomes
