"""The motorways and arterials of the embedded estimate, as lines to draw."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_MODEL = Path(__file__).with_name("free_flow.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """`nodes` are pairs of latitude and longitude; `roads` are pairs of rows of `nodes`, by kind of road."""

    nodes: tuple[tuple[float, float], ...]
    roads: Mapping[str, tuple[tuple[int, int], ...]]


@cache
def skeleton() -> Skeleton:
    """Read once a process."""
    model = json.loads(_MODEL.read_text(encoding="utf-8"))
    origin, scale = model["origin"], model["meters_per_degree"]
    return Skeleton(
        nodes=tuple(
            (round(origin["lat"] + north / scale["north"], 4), round(origin["lng"] + east / scale["east"], 4))
            for east, north in model["nodes"]
        ),
        roads={kind: tuple((a, b) for a, b, *_ in edges) for kind, edges in model["edges"].items()},
    )
