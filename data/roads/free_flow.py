"""How long a drive takes on empty roads, estimated without a map.

A trip is either all local streets, or local streets to one of the nearest nodes of a skeleton of motorways and
arterials, along the skeleton, and local streets again: the quicker of the two, plus a fixed start, times a smooth
correction for where it begins and ends. Symmetric by construction. The parameters were fitted to TTS2016R (Soukhov and
Paez, CC BY 4.0), see `data.roads.build_model`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.place import Coordinate

Array = NDArray[np.float32]
_MODEL = Path(__file__).with_name("free_flow.json")
_ROWS = 256  # origins at a time: 2,000 columns of these stay in the processor's cache

STREET_DETOUR = 1.3
"""Metres driven for each metre of straight line. The calibration pairs hold minutes only, so this is not fitted: it is
the usual figure for street networks (Boscoe, Henry and Zdeb 2012 found 1.4 for the United States, cities below)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeFlow:
    """The fitted model, ready to ask.

    Attributes
    ----------
    nodes
        `nodes[node]`: kilometres east and north of the origin.
    between
        `between[node, node]`: minutes along the skeleton, quickest path.
    field
        `field[column, row]`: logarithm of the correction at the corners of square cells, from the south-west.
    """

    origin: Coordinate
    km_per_degree: tuple[float, float]
    start_minutes: float
    minutes_per_km: float
    saturating_minutes: float
    saturation_km: float
    ramp_minutes: float
    access_nodes: int
    nodes: Array
    between: Array
    field: Array
    field_corner: tuple[float, float]
    field_cell: float

    def project(self, points: Sequence[Coordinate]) -> Array:
        """`km[point]`: kilometres east and north of the origin. Good to 0.5 % within 100 km of it."""
        degrees = np.array([(point.lng, point.lat) for point in points], dtype=np.float64).reshape(-1, 2)
        km = (degrees - (self.origin.lng, self.origin.lat)) * self.km_per_degree
        return km.astype(np.float32)

    def minutes(self, km: Array) -> Array:
        """`minutes[i, j]` between projected points; the diagonal is not zero but a drive round the block."""
        times = np.empty((len(km), len(km)), dtype=np.float32)
        if not len(km):
            return times
        nearest, access = self._access(km)
        # Every origin to every node first (12 per origin), then to every destination (12 per destination): 12 n² steps
        # instead of 144 n².
        to_node = np.full((len(km), len(self.nodes)), np.inf, dtype=np.float32)
        for k in range(nearest.shape[1]):
            np.minimum(to_node, access[:, k, None] + self.between[nearest[:, k]], out=to_node)
        factor = np.exp(self._log_factor(km))
        for first in range(0, len(km), _ROWS):
            rows = slice(first, first + _ROWS)
            best = self._local(straight_km(km[rows], km))
            for k in range(nearest.shape[1]):
                np.minimum(best, np.take(to_node[rows], nearest[:, k], axis=1) + access[:, k], out=best)
            times[rows] = (best + np.float32(self.start_minutes)) * (factor[rows, None] * factor)
        return times

    def _local(self, km: Array) -> Array:
        saturating = np.float32(self.saturating_minutes) * -np.expm1(km * np.float32(-1 / self.saturation_km))
        return np.float32(self.minutes_per_km) * km + saturating

    def _access(self, km: Array) -> tuple[NDArray[np.intp], Array]:
        """The nearest nodes of each point, and the minutes to them with the ramp."""
        away = straight_km(km, self.nodes)
        nearest = np.argpartition(away, self.access_nodes, axis=1)[:, : self.access_nodes]
        reach = self._local(np.take_along_axis(away, nearest, axis=1))
        return nearest, reach + np.float32(self.ramp_minutes)

    def _log_factor(self, km: Array) -> Array:
        """The correction field, bilinear between its corners and constant outside."""
        last = np.array(self.field.shape) - 1
        cell = np.clip((km - np.array(self.field_corner, dtype=np.float32)) / np.float32(self.field_cell), 0, last)
        corner = np.minimum(cell.astype(np.intp), last - 1)
        (u, v), (i, j) = (cell - corner).astype(np.float32).T, corner.T
        south = self.field[i, j] * (1 - u) + self.field[i + 1, j] * u
        north = self.field[i, j + 1] * (1 - u) + self.field[i + 1, j + 1] * u
        blended: Array = south * (1 - v) + north * v
        return blended


def straight_km(origins: Array, destinations: Array) -> Array:
    """`km[i, j]`: the straight line between projected points."""
    east = origins[:, None, 0] - destinations[None, :, 0]
    north = origins[:, None, 1] - destinations[None, :, 1]
    return np.sqrt(east * east + north * north)


@cache
def embedded() -> FreeFlow:
    """The model in this package, read and prepared once a process (about 20 ms)."""
    fitted: dict[str, Any] = json.loads(_MODEL.read_text(encoding="utf-8"))
    local, roads, field = fitted["local"], fitted["roads"], fitted["field"]
    nodes = np.array(fitted["nodes"], dtype=np.float64) / 1000
    km = np.hypot(nodes[:, None, 0] - nodes[None, :, 0], nodes[:, None, 1] - nodes[None, :, 1])
    saturating = local["saturating_minutes"] * -np.expm1(-km / local["saturation_km"])
    street = local["minutes_per_km"] * km + saturating + roads["ramp_minutes"] / 2
    between = np.where(km < roads["joined_km"], street, np.inf)
    speed = {"motorway": roads["motorway_kmh"], "toll": roads["motorway_kmh"], "arterial": roads["arterial_kmh"]}
    for kind, edges in fitted["edges"].items():
        a, b = np.array(edges).T
        along = np.minimum(between[a, b], km[a, b] * roads["detour"] / speed[kind] * 60)
        between[a, b] = between[b, a] = along
    np.fill_diagonal(between, 0)
    for via in range(len(nodes)):  # Floyd and Warshall, a row at a time
        np.minimum(between, between[:, via, None] + between[None, via, :], out=between)
    return FreeFlow(
        origin=Coordinate(**fitted["origin"]),
        km_per_degree=(
            fitted["meters_per_degree"]["east"] / 1000,
            fitted["meters_per_degree"]["north"] / 1000,
        ),
        start_minutes=local["start_minutes"],
        minutes_per_km=local["minutes_per_km"],
        saturating_minutes=local["saturating_minutes"],
        saturation_km=local["saturation_km"],
        ramp_minutes=roads["ramp_minutes"],
        access_nodes=roads["access_nodes"],
        nodes=nodes.astype(np.float32),
        between=between.astype(np.float32),
        field=np.array(field["log_factor"], dtype=np.float32),
        field_corner=(field["west_km"], field["south_km"]),
        field_cell=field["cell_km"],
    )
