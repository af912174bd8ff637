"""VROOM, by its Python bindings."""

import importlib.util
from datetime import timedelta

import numpy as np

from optimizer.schedule.problem import Problem
from tests.benchmarks.engines.engine import Answer, Deadline, Task
from tests.benchmarks.flat import FlatDay, obstacle

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
        visits = len(day.price)
        model = vroom.Input()
        profiles: dict[bytes, str] = {}
        skills: dict[bytes, int] = {}
        able = day.fits.T
        for column in able:
            skills.setdefault(column.tobytes(), len(skills) + 1)
        bears = {skill: np.frombuffer(column, dtype=np.bool_) for column, skill in skills.items()}
        for row, shift in enumerate(day.problem.shifts):
            wishes = day.wishes[row]
            if wishes.tobytes() not in profiles:
                profile = profiles[wishes.tobytes()] = f"car {len(profiles)}"
                points = day.road * day.problem.weights.road
                points[:, :visits] += wishes
                model.set_durations_matrix(profile, day.time.astype(np.uint32))
                model.set_costs_matrix(profile, points.astype(np.uint32))
            start, end = (int(node) for node in day.homes[row])
            model.add_vehicle(
                vroom.Vehicle(
                    row + 1,
                    start=start,
                    end=end,
                    profile=profiles[wishes.tobytes()],
                    capacity=[int(min(day.capacity[row, column], UNLIMITED)) for column in day.limited],
                    skills={skill for skill, holders in bears.items() if holders[row]},
                    time_window=vroom.TimeWindow(shift.begins, shift.ends),
                    breaks=[
                        vroom.Break(k + 1, [vroom.TimeWindow(rule.window.earliest, rule.window.latest)], rule.duration)
                        for k, rule in enumerate(shift.breaks)
                    ],
                )
            )
        for row, visit in enumerate(day.problem.visits):
            model.add_job(
                vroom.Job(
                    row + 1,
                    row,
                    default_service=int(day.service[row]),
                    delivery=vroom.Amount([int(day.loads[row, column]) for column in day.limited]),
                    skills={skills[able[row].tobytes()]},
                    priority=visit.priority,
                    time_windows=[vroom.TimeWindow(max(0, a), b) for a, b in day.windows[row]],
                )
            )
        found = model.solve(
            exploration_level=EXPLORATION, nb_threads=1, timeout=timedelta(seconds=deadline.left)
        ).routes
        orders: dict[int, list[int]] = {}
        for vehicle, kind, job in zip(found["vehicle_id"], found["type"], found["id"], strict=True):
            if kind == "job":
                orders.setdefault(int(vehicle) - 1, []).append(int(job) - 1)
        return Answer(orders=day.named(orders))
