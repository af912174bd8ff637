"""What engines are compared on, by name: `gta-30`, `solomon`, `made-up-30x180`, and so on."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from hashlib import sha256

from optimizer.schedule.problem import Problem
from tests.benchmarks import gta, instances
from tests.benchmarks.contracted_days import contracted_day
from tests.benchmarks.hhcrsp import hhcrsp_day
from tests.benchmarks.made_up_days import OVER, made_up_day, office_day
from tests.benchmarks.rush_hour import Belief, Roads

FREE = 30_000
"""Seconds of driving that a visit served is worth: far more than any day can save."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A problem with its price for a visit left out, in points.

    `best_known` is a published value; `serve_all` says that all visits fit and that none may be left out. `roads` are
    what really happens where travel depends on the hour.
    """

    name: str
    problem: Problem
    price: int
    best_known: float | None = None
    serve_all: bool = False
    roads: Roads | None = None

    @cached_property
    def content(self) -> str:
        """Its name and a digest of what it asks: an instance that is generated otherwise is another one."""
        travel = self.problem.travel
        asked = sha256(travel.seconds.tobytes() + travel.starts.tobytes())
        told = (self.problem.shifts, self.problem.visits, self.problem.weights, self.price)
        asked.update(repr(_ordered(told)).encode())
        return f"{self.name} {asked.hexdigest()[:12]}"

    def believing(self, belief: Belief) -> "Case":
        """The same day, planned by someone to whom a drive takes equally long at any hour."""
        assert self.roads is not None
        travel = self.roads.believed(belief, list(self.problem.travel.places))
        return replace(self, problem=replace(self.problem, travel=travel))


def _ordered(value: object) -> object:
    """The same in every process: sets have an order of their own in each."""
    if is_dataclass(value):
        return [(part.name, _ordered(getattr(value, part.name))) for part in fields(value)]
    if isinstance(value, Mapping):
        return sorted((repr(_ordered(key)), repr(_ordered(item))) for key, item in value.items())
    if isinstance(value, Set):
        return sorted(repr(_ordered(item)) for item in value)
    if isinstance(value, (tuple, list)):
        return [_ordered(item) for item in value]
    return value


SETS = """sets
  gta-6 gta-9 gta-30 gta-60 gta-180   generated days of the shared folder (three seeds each); gta: 30 and 60
  made-up-TxV                         fresh days: T therapists, V visits, by --seeds; room-TxV: every visit fits
  contract-TxV                        the same with hours by contract: as tight at any size as the shared ones
  rush-gta-30 rush-TxV                the same with a rush hour; engines that know none: vroom@average, vroom@padded
  office-TxV                          one office, everybody alike, rush hour: what kayros can prove as well
  hhcrsp-TxV hhcrsp-plain-TxV         home health care: skills, wishes, shared windows; breaks unless plain
  solomon homberger tsptw timefold    published routing instances, or one of them: solomon:R101"""

THERAPISTS = {6: 1, 9: 1, 30: 5, 60: 10, 180: 30}
"""Of the shared days, by their visits."""


def cases(name: str, seeds: Sequence[int]) -> Iterator[Case]:
    """The cases of a set. Seeds choose among generated days; published instances have none.

    Raises
    ------
    ValueError
        When there is no such set.
    """
    if name == "gta":
        yield from (*cases("gta-30", seeds), *cases("gta-60", seeds))
    elif generated := re.fullmatch(r"(made-up|room|contract|rush|office|hhcrsp|hhcrsp-plain)-(\d+)x(\d+)", name):
        kind, therapists, visits = generated[1], int(generated[2]), int(generated[3])
        for seed in seeds:
            yield _generated(kind, therapists, visits, seed)
    elif shared := re.fullmatch(r"(rush-)?gta-(\d+)", name):
        for seed in seeds if gta.FOLDER.exists() else ():
            yield _shared(int(shared[2]), seed, is_rush=shared[1] is not None)
    else:
        yield from _published(name)


def _generated(kind: str, therapists: int, visits: int, seed: int) -> Case:
    name = f"{kind} {therapists}x{visits} seed {seed}"
    if kind.startswith("hhcrsp"):
        problem = hhcrsp_day(therapists, visits, seed, breaks=kind == "hhcrsp")
        return Case(name=name, problem=problem, price=FREE * problem.weights.road)
    if kind == "contract":
        problem = contracted_day(therapists, visits, seed)
        return Case(name=name, problem=problem, price=FREE * problem.weights.road)
    if kind == "office":
        day = office_day(therapists, visits, seed)
        return Case(name=name, problem=day.problem, price=FREE, roads=day.roads)
    day = made_up_day(therapists, visits, seed, over=0.0 if kind == "room" else OVER)
    case = Case(name=name, problem=day.problem, price=FREE * day.problem.weights.road)
    return _with_rush_hour(case, day.roads) if kind == "rush" else case


def _shared(visits: int, seed: int, *, is_rush: bool) -> Case:
    if visits not in THERAPISTS:
        raise ValueError(f"no shared days of {visits} visits\n{SETS}")
    therapists = THERAPISTS[visits]
    problem = gta.gta_day(therapists, visits, seed)
    case = Case(name=f"{'rush ' * is_rush}gta {therapists}x{visits} seed {seed}", problem=problem, price=FREE)
    return _with_rush_hour(case, gta.gta_roads(therapists, visits, seed)) if is_rush else case


def _with_rush_hour(case: Case, roads: Roads) -> Case:
    travel = roads.table(list(case.problem.travel.places))
    return replace(case, problem=replace(case.problem, travel=travel), roads=roads)


def _published(name: str) -> Iterator[Case]:
    kind, _, only = name.partition(":")
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
