"""vrp-cli (reinterpretcat/vrp), by the C interface of the library in its wheel."""

import ctypes
import importlib.util
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from optimizer.domain.time import Seconds
from optimizer.schedule.problem import Problem
from tests.benchmarks.engines.engine import Answer, Deadline, Task
from tests.benchmarks.flat import FlatDay, obstacle

Json = dict[str, object]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
UNLIMITED = 2**30
ENDLESS = 10**9


class VrpCli:
    """Minimises visits left out first, then cost. Its clock knows whole seconds only."""

    name = "vrp-cli"
    package = "vrp-cli"
    limit = "termination.maxTime, whole seconds, at least one"

    def obstacle(self, problem: Problem) -> str:
        if importlib.util.find_spec("vrp_cli") is None:
            return "not installed"
        return obstacle(problem)

    def warm_up(self) -> None:
        _library()

    def plan(self, task: Task) -> Answer:
        deadline = Deadline.of(task)
        day = FlatDay.of(task.problem, price=task.price, serve_all=task.serve_all)
        wishes = list(dict.fromkeys(row.tobytes() for row in day.wishes))
        problem = {
            "plan": {"jobs": [_job(day, visit) for visit in range(len(day.price))]},
            "fleet": {
                "vehicles": [
                    _vehicle(day, row, wishes.index(day.wishes[row].tobytes())) for row in range(len(day.homes))
                ],
                "profiles": [{"name": f"car {k}"} for k in range(len(wishes))],
            },
            "objectives": [[{"type": "minimize-unassigned"}], [{"type": "minimize-cost"}]],
        }
        matrices = [_matrix(day, k, np.frombuffer(row, dtype=np.int64)) for k, row in enumerate(wishes)]
        config = {
            "termination": {"maxTime": max(1, round(deadline.left)), "maxGenerations": ENDLESS},
            "environment": {
                "parallelism": {"numThreadPools": 1, "threadsPerPool": 1},
                "logging": {"enabled": False},
            },
        }
        solution = _solve(problem, matrices, config)
        orders: dict[int, list[int]] = {}
        for tour in solution["tours"]:
            done = [activity["jobId"] for stop in tour["stops"] for activity in stop["activities"]]
            if order := [int(job[1:]) for job in done if job.startswith("v")]:
                orders[int(tour["vehicleId"][1:])] = order
        return Answer(orders=day.named(orders))


def _job(day: FlatDay, visit: int) -> Json:
    task: Json = {
        "places": [
            {
                "location": {"index": visit},
                "duration": float(day.service[visit]),
                "times": [[_moment(max(0, a)), _moment(b)] for a, b in day.windows[visit]],
            }
        ]
    }
    job: Json = {"id": f"v{visit}"}
    if day.limited:
        task["demand"] = [int(day.loads[visit, column]) for column in day.limited]
        job["deliveries"] = [task]
    else:
        job["services"] = [task]
    if not day.fits[:, visit].all():
        job["skills"] = {"allOf": [_skill(day, visit)]}
    return job


def _vehicle(day: FlatDay, row: int, profile: int) -> Json:
    shift, weights = day.problem.shifts[row], day.problem.weights
    start, end = (int(node) for node in day.homes[row])
    span: Json = {
        "start": {"earliest": _moment(shift.begins), "location": {"index": start}},
        "end": {"latest": _moment(shift.ends), "location": {"index": end}},
    }
    if shift.breaks:
        span["breaks"] = [
            {
                "time": [_moment(rule.window.earliest), _moment(rule.window.latest)],
                "places": [{"duration": float(rule.duration)}],
            }
            for rule in shift.breaks
        ]
    vehicle: Json = {
        "typeId": f"t{row}",
        "vehicleIds": [f"s{row}"],
        "profile": {"matrix": f"car {profile}"},
        "costs": {"fixed": 0.0, "distance": 1.0, "time": float(weights.waiting)},
        "shifts": [span],
        "capacity": [int(min(day.capacity[row, c], UNLIMITED)) for c in day.limited] or [1],
    }
    skills = {_skill(day, visit) for visit in day.takes[row] if not day.fits[:, visit].all()}
    return {**vehicle, "skills": sorted(skills)} if skills else vehicle


def _matrix(day: FlatDay, profile: int, wishes: "np.ndarray") -> Json:
    weights = day.problem.weights
    points = day.road * (weights.road - weights.waiting)
    points[:, : len(day.price)] += wishes
    return {
        "profile": f"car {profile}",
        "travelTimes": day.time.ravel().tolist(),
        "distances": points.ravel().tolist(),
    }


def _skill(day: FlatDay, visit: int) -> str:
    """Visits that the same therapists may take ask for one skill, named after those."""
    return "only " + ",".join(map(str, np.flatnonzero(day.fits[:, visit]).tolist()))


def _moment(seconds: Seconds) -> str:
    return (EPOCH + timedelta(seconds=int(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")


def _library() -> ctypes.CDLL:
    spec = importlib.util.find_spec("vrp_cli")
    assert spec is not None
    assert spec.origin is not None
    return ctypes.CDLL(str(Path(spec.origin).with_name("native.so")))


def _solve(problem: Json, matrices: Iterable[Json], config: Json) -> "dict[str, list[dict[str, object]]]":
    texts = [json.dumps(matrix).encode() for matrix in matrices]
    told: list[str] = []
    faults: list[str] = []
    callback = ctypes.CFUNCTYPE(None, ctypes.c_char_p)
    succeed = callback(lambda text: told.append(text.decode()))
    fail = callback(lambda text: faults.append(text.decode()))
    _library().solve_pragmatic(
        ctypes.c_char_p(json.dumps(problem).encode()),
        (ctypes.c_char_p * len(texts))(*texts),
        ctypes.c_size_t(len(texts)),
        ctypes.c_char_p(json.dumps(config).encode()),
        succeed,
        fail,
    )
    if faults:
        raise ValueError(f"vrp-cli refuses: {faults[0][:400]}")
    return json.loads(told[0])
