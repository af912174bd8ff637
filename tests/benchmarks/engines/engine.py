"""What a benchmark asks of an engine, whoever made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from optimizer.domain.itinerary import Objective
from optimizer.schedule.problem import Problem

Orders = Mapping[str, Sequence[str]]
"""Shift id to visit ids in the order served; visits not named are left out."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A day to plan in `seconds` of the clock that `time.monotonic` reads (see `cpu_clock`).

    `price` is what a visit of usual priority costs when left out, in points. `serve_all` says that every visit must be
    served: some engines have a form of their own for that.
    """

    problem: Problem
    price: int
    serve_all: bool
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A better plan on the way, `seconds` after the task was given, with the bound proven by then."""

    seconds: float
    orders: Orders
    bound: Objective | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last orders, None when there are none; those met before, where an engine tells; a bound, where it proves."""

    orders: Orders | None
    moments: tuple[Moment, ...] = ()
    bound: Objective | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """An answer and what it took.

    `cpu` is what the system says the process and its children used, in seconds; `clock` what `time.monotonic` said
    (the two agree under the CPU clock); `memory` the peak of the largest of them, in bytes.
    """

    answer: Answer
    cpu: float
    clock: float
    memory: int


class Engine(Protocol):
    """One way to plan. It is run in a process of its own: libraries clash when they meet."""

    @property
    def name(self) -> str: ...

    @property
    def package(self) -> str:
        """The distribution whose version is printed."""
        ...

    @property
    def limit(self) -> str:
        """How this engine is told to stop, in words."""
        ...

    def obstacle(self, problem: Problem) -> str:
        """Why it cannot plan such a day; empty when it can."""
        ...

    def warm_up(self) -> None:
        """Import and load what is not charged to anybody."""
        ...

    def plan(self, task: Task) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Counts from when a task was given: building the model is part of the work."""

    begun: float
    seconds: float

    @classmethod
    def of(cls, task: Task) -> "Deadline":
        return cls(begun=monotonic(), seconds=task.seconds)

    @property
    def spent(self) -> float:
        return monotonic() - self.begun

    @property
    def left(self) -> float:
        return max(0.02, self.seconds - self.spent)
