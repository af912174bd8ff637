"""The roads of an installation, out of its settings: which engine, where, and what it falls back to."""

from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from api.settings import Settings
from data.roads.source import TravelSource
from optimizer.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from data.roads.engine import RoadEngine
    from data.roads.pairs import PairStore

HOSTED = ("openrouteservice", "graphhopper")


def travel_source(settings: Settings, store: "Callable[[], PairStore]", today: Callable[[], date]) -> TravelSource:
    """Roads as staff know them.

    Parameters
    ----------
    store
        Opens the cache of drives; not called where nothing is cached.

    Raises
    ------
    InvalidRequest
        code `bad_setting`, `bad_address` or `roads_missing`: what is set does not lead to any roads.
    """
    from data.roads.estimate import EstimateSource

    if settings.roads == "estimate":
        return EstimateSource()
    from data.roads.breaker import Breaker
    from data.roads.learning import Learner
    from data.roads.network import NetworkRoads
    from data.roads.pair_book import PairBook

    engine = road_engine(settings)
    book = PairBook(network(engine), _kept_in(store), clock=monotonic, today=today, most=settings.roads_pairs)
    return NetworkRoads(
        Learner(engine, book, Breaker(monotonic), monotonic), margin_percent=settings.roads_margin_percent
    )


def public_source(
    settings: Settings, roads: TravelSource, store: "Callable[[], PairStore]", today: Callable[[], date]
) -> TravelSource:
    """The same roads for people who may not know where other clients live. Roads of another kind stay what they are."""
    from data.roads.estimate import EstimateSource
    from data.roads.network import NetworkRoads
    from data.roads.snapped import SnappedRoads

    match roads:
        case EstimateSource():
            return SnappedRoads(roads)
        case NetworkRoads():
            from data.roads.breaker import Breaker
            from data.roads.cell_engine import CellEngine
            from data.roads.learning import Learner
            from data.roads.pair_book import PairBook
            from data.roads.snapped_network import SnappedNetwork, square_of

            engine = CellEngine(roads.learner.engine, square_of)
            book = PairBook(network(engine), _kept_in(store), clock=monotonic, today=today, most=settings.roads_pairs)
            return SnappedNetwork(roads, Learner(engine, book, Breaker(monotonic), monotonic))
        case _:
            return roads


def road_engine(settings: Settings) -> "RoadEngine":
    """The engine that is set. Raises as `travel_source`."""
    if settings.roads in HOSTED and settings.roads_avoid_tolls:
        raise InvalidRequest(
            f"{settings.roads} cannot be told to keep off tolls.",
            code="bad_setting",
            hint="Leave ROUNDS_ROADS_AVOID_TOLLS out, or use osrm or valhalla. For a practice with the policy"
            " avoid_tolls drives that the 407 would shorten are estimated.",
        )
    if settings.roads in HOSTED:
        from data.roads.engines.hosted import hosted_engine

        return hosted_engine(
            settings.roads,
            base=settings.roads_url,
            allow_loopback=settings.roads_allow_loopback,
            api_key=settings.roads_key.get_secret_value(),
            version=settings.roads_version,
            most=settings.roads_points,
            user_agent=settings.user_agent,
            timeout=settings.roads_timeout,
        )
    if bool(settings.roads_url) == (settings.roads_data is not None):
        raise InvalidRequest(
            f"ROUNDS_ROADS={settings.roads} needs either ROUNDS_ROADS_DATA or ROUNDS_ROADS_URL.",
            code="bad_setting",
            hint="Build a folder with `rounds roads build`, or name a server.",
        )
    if settings.roads_data is not None:
        from data.roads.building import read_built
        from data.roads.engines.child import ChildEngine

        built = read_built(settings.roads_data)
        if built.engine != settings.roads:
            raise InvalidRequest(
                f"{settings.roads_data} was built for {built.engine}, not for {settings.roads}.",
                code="bad_setting",
                hint=f"Set ROUNDS_ROADS={built.engine}, or build again.",
            )
        return ChildEngine(
            settings.roads,
            settings.roads_data,
            version=built.version,
            timeout=settings.roads_timeout,
            avoid_tolls=settings.roads_avoid_tolls,
        )
    from data.roads.engines.web import JsonService, OsrmServer, ValhallaServer

    service = JsonService(
        settings.roads_url,
        allow_loopback=settings.roads_allow_loopback,
        user_agent=settings.user_agent,
        timeout=settings.roads_timeout,
    )
    kind = OsrmServer if settings.roads == "osrm" else ValhallaServer
    return kind(
        service,
        version=settings.roads_version,
        most=settings.roads_points,
        avoid_tolls=settings.roads_avoid_tolls,
    )


def network(engine: "RoadEngine") -> str:
    """What an engine's drives are kept under."""
    return f"{engine.name} {engine.version}"


def _kept_in(store: "Callable[[], PairStore]") -> "PairStore | None":
    """The cache; None where no store has been created yet, so that a problem in a file needs none."""
    from data.store.errors import SchemaMissing

    try:
        return store()
    except SchemaMissing:
        return None
