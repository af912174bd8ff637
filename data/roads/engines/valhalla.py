"""Valhalla's matrix: out of its library in this process, or out of its answer in JSON."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.roads.door_book import Point
from data.roads.engine import FAR_METERS, EmptyRoads, EngineDown, TooFarFromRoad, figures

Ask = Callable[[Sequence[Point], Sequence[Point]], EmptyRoads]
Act = Callable[[str, dict[str, Any]], Any]
"""Sends a request to an action ("sources_to_targets", "locate"); the answer as JSON. Raises NotJoined."""

NOT_JOINED = frozenset({170, 171})
"""Valhalla's codes where a location has no road near it, or where two of them lie on roads that do not meet."""


class NotJoined(Exception):
    """Some location is too far from every road, or cannot be reached from another; Valhalla does not say which."""


def load(folder: Path, *, avoid_tolls: bool) -> Ask:
    """Open what `rounds roads build` has made."""
    import valhalla

    actor = valhalla.Actor(json.loads((folder / "valhalla.json").read_text(encoding="utf-8")))
    actions = {"sources_to_targets": actor.matrix, "locate": actor.locate}

    def act(action: str, request: dict[str, Any]) -> Any:
        try:
            return actions[action](request)
        except RuntimeError as error:  # ValhallaError is one
            if getattr(error, "code", None) in NOT_JOINED:
                raise NotJoined from error
            raise EngineDown(f"Valhalla refuses: {type(error).__name__}") from error

    return lambda origins, destinations: ask(act, origins, destinations, avoid_tolls=avoid_tolls)


def ask(act: Act, origins: Sequence[Point], destinations: Sequence[Point], *, avoid_tolls: bool) -> EmptyRoads:
    """Every drive, with the speeds of empty roads. Where it leads to does not say how far points were moved.

    Raises
    ------
    TooFarFromRoad
        For the first point that no road is near.
    """
    options: dict[str, Any] = {"speed_types": ["freeflow", "constrained"]}
    if avoid_tolls:
        options["use_tolls"] = 0.0
    request = {
        "sources": [_location(point) for point in origins],
        "targets": [_location(point) for point in destinations],
        "costing": "auto",
        "costing_options": {"auto": options},
        "units": "kilometers",
        "verbose": False,
    }
    try:
        return read_matrix(act("sources_to_targets", request))
    except NotJoined:
        row = _first_lost(act, [*origins, *destinations])
    if row is not None:
        raise TooFarFromRoad(row, None)
    return _apart(act, origins, destinations, avoid_tolls=avoid_tolls)


def _apart(act: Act, origins: Sequence[Point], destinations: Sequence[Point], *, avoid_tolls: bool) -> EmptyRoads:
    """The answer in halves: somewhere in it lies an island, for which Valhalla refuses the whole."""
    if len(origins) == len(destinations) == 1:
        nowhere = np.full((1, 1), np.nan)
        return EmptyRoads(seconds=nowhere, meters=nowhere, snapped=nowhere[0], arrived=nowhere[0])
    tall = len(origins) >= len(destinations)
    axis, middle = (0, len(origins) // 2) if tall else (1, len(destinations) // 2)
    if tall:
        halves = [
            ask(act, part, destinations, avoid_tolls=avoid_tolls) for part in (origins[:middle], origins[middle:])
        ]
    else:
        halves = [
            ask(act, origins, part, avoid_tolls=avoid_tolls) for part in (destinations[:middle], destinations[middle:])
        ]
    return EmptyRoads(
        seconds=np.concatenate([half.seconds for half in halves], axis=axis),
        meters=np.concatenate([half.meters for half in halves], axis=axis),
        snapped=np.full(len(origins), np.nan),
        arrived=np.full(len(destinations), np.nan),
    )


def read_matrix(answer: Any) -> EmptyRoads:
    """The short form of the matrix. Raises EngineDown when it is something else."""
    try:
        table = answer["sources_to_targets"]
        seconds, kilometres = figures(table["durations"]), figures(table["distances"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise EngineDown(f"Valhalla sent no matrix ({type(error).__name__})") from error
    unsaid = [np.full(size, np.nan) for size in seconds.shape]
    return EmptyRoads(seconds=seconds, meters=kilometres * 1000, snapped=unsaid[0], arrived=unsaid[1])


def _location(point: Point) -> dict[str, float]:
    return {"lat": point[0], "lon": point[1], "search_cutoff": FAR_METERS}


def _first_lost(act: Act, points: Sequence[Point]) -> int | None:
    """Which point has no road near it, asked one by one."""
    for row, point in enumerate(points):
        request = {"locations": [_location(point)], "costing": "auto", "verbose": False}
        try:
            found = act("locate", request)
        except NotJoined:
            return row
        try:
            if not found[0].get("edges"):
                return row
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise EngineDown("Valhalla does not say where a point lies") from error
    return None
