"""What engines are compared on, by name: `gta-30`, `solomon`, `made-up-30x180`, and so on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.schedule.problem import Problem
from tests.benchmarks import gta, instances
from tests.benchmarks.made_up_days import made_up_day

FREE = 30_000
"""Seconds of driving that a visit served is worth: far more than any day can save."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A problem with its price for a visit left out, in points.

    `best_known` is a published value; `serve_all` says that all visits fit and that none may be left out.
    """

    name: str
    problem: Problem
    price: int
    best_known: float | None = None
    serve_all: bool = False


SETS = """sets
  gta-6 gta-9 gta-30 gta-60 gta-180   generated days of the shared folder (three seeds each); gta: 30 and 60
  made-up-TxV                         fresh days: T therapists, V visits, by --seeds
  solomon homberger tsptw timefold    published routing instances, or one of them: solomon:R101"""


def cases(name: str, seeds: Sequence[int]) -> Iterator[Case]:
    """The cases of a set. Seeds choose among generated days; published instances have none.

    Raises
    ------
    ValueError
        When there is no such set.
    """
    kind, _, only = name.partition(":")
    if fresh := re.fullmatch(r"made-up-(\d+)x(\d+)", kind):
        therapists, visits = map(int, fresh.groups())
        for seed in seeds:
            day = made_up_day(therapists, visits, seed)
            yield Case(name=f"{name} seed {seed}", problem=day.problem, price=FREE * day.problem.weights.road)
        return
    if kind == "gta":
        yield from cases("gta-30", seeds)
        yield from cases("gta-60", seeds)
        return
    if kind.startswith("gta-") and kind.removeprefix("gta-") in ("6", "9", "30", "60", "180"):
        visits = int(kind.removeprefix("gta-"))
        therapists = {6: 1, 9: 1, 30: 5, 60: 10, 180: 30}[visits]
        for seed in seeds:
            problem = gta.gta_day(therapists, visits, seed)
            yield Case(name=f"gta {therapists}x{visits} seed {seed}", problem=problem, price=FREE)
        return
    readers = {
        "solomon": (instances.solomon, "solomon/*.txt", FREE),
        "homberger": (instances.homberger, "homberger/*.txt", FREE),
        "tsptw": (instances.tsptw, "tsptw/*.json", 10_000 * FREE),
        "timefold": (instances.timefold, "timefold/*.json", FREE),
    }
    if kind not in readers:
        raise ValueError(f"no set {name}\n{SETS}")
    read, pattern, price = readers[kind]
    for path in sorted(instances.BENCH.glob(pattern)):
        stem = path.name.removesuffix(path.suffix)
        if only in ("", stem):
            given = read(stem)
            yield Case(name=given.name, problem=given.problem, price=price, best_known=given.best_known, serve_all=True)
