"""The generated GTA days of the shared benchmark folder, as problems. Nothing of them is copied into the project."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift, Therapist
from optimizer.domain.time import TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import TravelTimes
from tests.benchmarks.rush_hour import Roads
from tests.builders import MONDAY

FOLDER = Path(__file__).parents[3] / "shared" / "bench" / "gta"

PRICE_LEFT_OUT = 30_000
"""Seconds that the benchmark adds for each visit left out."""


def gta_day(therapists: int, visits: int, seed: int) -> Problem:
    """A day in which serving most comes first and driving least second: waiting and wishes cost nothing."""
    given = json.loads((FOLDER / f"gta_t{therapists}_v{visits}_s{seed}.json").read_text())
    times = np.array(given["time"])
    np.fill_diagonal(times, 0)
    places = [Place(id=str(node)) for node in range(len(times))]
    asked = {_service(job) for job in given["jobs"]}
    return Problem(
        horizon=MONDAY,
        shifts=tuple(
            Shift(
                therapist=Therapist(id=f"t{row}", services=_offered(asked, vehicle)),
                begins=vehicle["e"],
                ends=vehicle["l"],
                start_place=places[vehicle["start"]],
                end_place=places[vehicle["end"]],
            )
            for row, vehicle in enumerate(given["vehicles"])
        ),
        visits=tuple(
            Visit(
                id=f"v{row}",
                place=places[job["node"]],
                service=_service(job),
                session=job["service"],
                windows=(TimeWindow(job["a"], job["b"]),),
            )
            for row, job in enumerate(given["jobs"])
        ),
        travel=TravelTimes.build(places=[place.id for place in places], starts=[0], drive=times),
        weights=Weights(road=1, waiting=0, preference=0),
    )


def gta_roads(therapists: int, visits: int, seed: int) -> Roads:
    """Roads with a rush hour whose average over the working day is the day's table."""
    given = json.loads((FOLDER / f"gta_t{therapists}_v{visits}_s{seed}.json").read_text())
    return Roads.averaging(np.array(given["time"]), np.array(given["meta"]["coords"]), homes=therapists)


def _service(job: dict[str, Any]) -> str:
    """Skills asked for together are one service."""
    return "+".join(sorted(job["skills"]))


def _offered(asked: set[str], vehicle: dict[str, Any]) -> frozenset[str]:
    skills = {"", *vehicle["skills"]}
    return frozenset(service for service in asked if set(service.split("+")) <= skills)
