"""OSRM's table of durations: out of its library in this process, or out of its answer in JSON."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.roads.door_book import Point
from data.roads.engine import EmptyRoads, EngineDown, figures

Ask = Callable[[Sequence[Point], Sequence[Point]], EmptyRoads]


NO_TOLLS = "toll"
"""The class of roads to exclude; the profile that `rounds roads build` uses knows it."""


def load(folder: Path, *, avoid_tolls: bool) -> Ask:
    """Open what `rounds roads build` has made. It holds the interpreter during a table: give it a process of its own.

    The files are mapped, not read, so that many processes share them.
    """
    import osrm

    engine = osrm.OSRM(
        algorithm="MLD",  # the default, CH, does not open these files
        storage_config=str(folder / "roads.osrm"),
        use_shared_memory=False,
        use_mmap=True,
        max_locations_distance_table=-1,
    )

    def ask(origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        points = [(lng, lat) for lat, lng in (*origins, *destinations)]
        asked = osrm.TableParameters(
            coordinates=points,
            sources=list(range(len(origins))),
            destinations=list(range(len(origins), len(points))),
            annotations=["duration", "distance"],
            generate_hints=False,
            **({"exclude": [NO_TOLLS]} if avoid_tolls else {}),
        )
        try:
            return read_table(engine.Table(asked))
        except RuntimeError as error:
            raise EngineDown(f"OSRM refuses: {type(error).__name__}") from error

    return ask


def read_table(answer: Any) -> EmptyRoads:
    """The answer of the table service: a JSON object, or the library's own that looks like one.

    Raises
    ------
    EngineDown
        When it is something else.
    """
    try:
        if answer["code"] != "Ok":
            raise EngineDown("OSRM refuses the question")
        return EmptyRoads(
            seconds=figures(answer["durations"]),
            meters=figures(answer["distances"]),
            snapped=np.array([float(end["distance"]) for end in answer["sources"]]),
            arrived=np.array([float(end["distance"]) for end in answer["destinations"]]),
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise EngineDown(f"OSRM sent no table ({type(error).__name__})") from error
