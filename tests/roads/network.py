"""Roads over an engine as tests put them together: a clock that only they move, a book with or without a store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from data.roads.breaker import Breaker
from data.roads.door_book import Point
from data.roads.engine import FAR_METERS, EmptyRoads, EngineDown, RoadEngine
from data.roads.learning import Learner
from data.roads.network import NetworkRoads
from data.roads.pair_book import PairBook
from data.roads.pairs import PairStore
from optimizer.domain.place import Coordinate, Place

SQUARE = (43.68, 43.9, -80.2, -79.6)
"""South, north, west and east of a part of the synthetic network around Toronto that has roads nearly everywhere."""


@dataclass
class Watch:
    """A clock that stands until it is moved."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Counting:
    """An engine that counts what it is asked, and can be cut off: the cable between us and a real one."""

    engine: RoadEngine
    questions: list[tuple[int, int]] = field(default_factory=list)
    cut: bool = False

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def version(self) -> str:
        return self.engine.version

    @property
    def most(self) -> int:
        return self.engine.most

    @property
    def avoids_tolls(self) -> bool:
        return self.engine.avoids_tolls

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        self.questions.append((len(origins), len(destinations)))
        if self.cut:
            raise EngineDown("the cable is cut")
        return self.engine.ask(origins, destinations)


def roads_over(
    engine: RoadEngine, *, store: PairStore | None = None, watch: Watch | None = None, margin_percent: int = 25
) -> NetworkRoads:
    clock = watch or Watch()
    book = PairBook(
        f"{engine.name} {engine.version}", store, clock=clock, today=lambda: date(2026, 11, 20), most=100_000
    )
    return NetworkRoads(Learner(engine, book, Breaker(clock), clock), margin_percent=margin_percent)


def on_roads(engine: RoadEngine, rng: Random, count: int, *, name: str = "p") -> list[Place]:
    """Places with a road near enough to be on it."""
    south, north, west, east = SQUARE
    found: list[Place] = []
    while len(found) < count:
        point = round(rng.uniform(south, north), 5), round(rng.uniform(west, east), 5)
        if engine.ask([point], [point]).snapped[0] <= FAR_METERS:
            found.append(Place(id=f"{name}{len(found)}", coordinate=Coordinate(lat=point[0], lng=point[1])))
    return found
