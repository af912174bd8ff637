"""VROOM, by its Python bindings."""

import importlib.util
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from optimizer.schedule.problem import Problem
from tests.benchmarks.engines.engine import Answer, Deadline, Task
from tests.benchmarks.flat import FlatDay, obstacle

if TYPE_CHECKING:
    import vroom

EXPLORATION = 5
"""The most thorough level."""
UNLIMITED = 2**31


class Vroom:
    """Leaves as few visits out as it can, then drives least; it has no price for waiting.

    Its search ends by itself, often long before the limit: what it used is printed.
    """

    name = "vroom"
    package = "pyvroom"
    limit = "timeout of solve; ends by itself at its highest exploration level"

    def obstacle(self, problem: Problem) -> str:
        if importlib.util.find_spec("vroom") is None:
            return "not installed"
        return obstacle(problem)

    def warm_up(self) -> None:
        import vroom  # noqa: F401

    def plan(self, task: Task) -> Answer:
        import vroom

        deadline = Deadline.of(task)
        day = FlatDay.of(task.problem, price=task.price, serve_all=task.serve_all)
        skills = _skills(day)
        model = vroom.Input()
        profiles = _add_profiles(model, day)
        for row in range(len(day.homes)):
            model.add_vehicle(_vehicle(day, row, profiles[row], skills))
        for row in range(len(day.price)):
            model.add_job(_job(day, row, skills))
        found = model.solve(
            exploration_level=EXPLORATION, nb_threads=1, timeout=timedelta(seconds=deadline.left)
        ).routes
        orders: dict[int, list[int]] = {}
        for vehicle, kind, job in zip(found["vehicle_id"], found["type"], found["id"], strict=True):
            if kind == "job":
                orders.setdefault(int(vehicle) - 1, []).append(int(job) - 1)
        return Answer(orders=day.named(orders))


def _skills(day: FlatDay) -> dict[bytes, int]:
    """Visits that the same therapists may take ask for one skill: its number by that column of `fits`."""
    columns = dict.fromkeys(column.tobytes() for column in day.fits.T)
    return {column: number for number, column in enumerate(columns, start=1)}


def _add_profiles(model: "vroom.Input", day: FlatDay) -> list[str]:
    """The name of each shift's profile: shifts whose clients have the same wishes share their matrices."""
    names: dict[bytes, str] = {}
    for wishes in day.wishes:
        if wishes.tobytes() in names:
            continue
        name = names[wishes.tobytes()] = f"car {len(names)}"
        points = day.road * day.problem.weights.road
        points[:, : len(day.price)] += wishes
        model.set_durations_matrix(name, day.time.astype(np.uint32))
        model.set_costs_matrix(name, points.astype(np.uint32))
    return [names[wishes.tobytes()] for wishes in day.wishes]


def _vehicle(day: FlatDay, row: int, profile: str, skills: dict[bytes, int]) -> "vroom.Vehicle":
    import vroom

    shift = day.problem.shifts[row]
    return vroom.Vehicle(
        row + 1,
        start=int(day.homes[row, 0]),
        end=int(day.homes[row, 1]),
        profile=profile,
        capacity=[int(min(day.capacity[row, column], UNLIMITED)) for column in day.limited],
        skills={number for column, number in skills.items() if np.frombuffer(column, dtype=np.bool_)[row]},
        time_window=vroom.TimeWindow(shift.begins, shift.ends),
        breaks=[
            vroom.Break(k + 1, [vroom.TimeWindow(rule.window.earliest, rule.window.latest)], rule.duration)
            for k, rule in enumerate(shift.breaks)
        ],
    )


def _job(day: FlatDay, row: int, skills: dict[bytes, int]) -> "vroom.Job":
    import vroom

    return vroom.Job(
        row + 1,
        row,
        default_service=int(day.service[row]),
        delivery=vroom.Amount([int(day.loads[row, column]) for column in day.limited]),
        skills={skills[day.fits[:, row].tobytes()]},
        priority=day.problem.visits[row].priority,
        time_windows=[vroom.TimeWindow(max(0, first), last) for first, last in day.windows[row]],
    )
