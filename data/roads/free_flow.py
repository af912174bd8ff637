"""How long a drive takes on empty roads, estimated without a map.

A trip is either all local streets, or local streets to one of the nearest nodes of a skeleton of motorways and
arterials, along the skeleton, and local streets again: the quicker of the two, plus a fixed start, times a smooth
correction for where it begins and ends. Each edge has a speed of its own along the straight line, each node its own
minutes to get on or off. Local streets run in grids, so that a drive along them is shorter than one across: kilometres
of streets are half those of the straight line, half those of the grid. Toronto's and York's concessions lie 16.5
degrees from the compass, those of Peel, Halton and Wellington 45, and the border between the two runs from the mouth of
Etobicoke Creek past Bolton. Symmetric by construction. The parameters were fitted to TTS2016R (Soukhov and Paez, CC BY
4.0) by `tests.benchmarks.fit_roads`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from data.roads.drive_kernel import (
    COLUMNS,
    EAST,
    NORTH,
    RADIUS,
    Floats,
    Rows,
    free_table,
    grid_of,
    open_doors,
    street_table,
)
from optimizer.domain.driving import Driving
from optimizer.domain.place import Coordinate

_MODEL = Path(__file__).with_name("free_flow.json")

STREET_DETOUR = 1.3
"""Metres driven for each metre of straight line. The calibration pairs hold minutes only, so this is not fitted: it is
the usual figure for street networks (Boscoe, Henry and Zdeb 2012 found 1.4 for the United States, cities below)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doors:
    """Points as the roads see them, in the columns of `drive_kernel`.

    `points[door]`: kilometres east and north, factor, radius, grid; `near[door, k]`: the nearest nodes;
    `access[door, k]`: minutes to them.
    """

    points: Floats
    near: Rows
    access: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeFlow:
    """The fitted model, ready to ask.

    Attributes
    ----------
    nodes
        `nodes[node]`: kilometres east and north of the origin, minutes to get on or off, grid.
    figures
        The single figures in the places that `drive_kernel` names.
    between
        `between[node, node]`: minutes along the skeleton, quickest path.
    between_free
        The same without its toll roads: the 407 ETR from Burlington to Brock Road in Pickering. East of there it is
        the province's, and has been free since June 2025.
    field
        `field[column, row]`: logarithm of the correction at the corners of square cells, from the south-west.
    """

    origin: Coordinate
    km_per_degree: tuple[float, float]
    figures: Floats
    access_nodes: int
    nodes: Floats
    between: Floats
    between_free: Floats
    field: Floats

    def along(self, driving: Driving) -> Floats:
        """`minutes[node, node]` along the skeleton, on the roads that a practice takes."""
        return self.between_free if driving.avoid_tolls else self.between

    def project(self, points: Sequence[Coordinate]) -> Floats:
        """`km[point]`: kilometres east and north of the origin. Good to 0.5 % within 100 km of it."""
        return self.project_degrees([(point.lat, point.lng) for point in points])

    def project_degrees(self, points: Sequence[tuple[float, float]]) -> Floats:
        """The same for pairs of latitude and longitude."""
        degrees = np.array(points, dtype=np.float64).reshape(-1, 2)[:, ::-1]
        return np.ascontiguousarray((degrees - (self.origin.lng, self.origin.lat)) * self.km_per_degree)

    def degrees(self, km: Floats) -> list[tuple[float, float]]:
        """Latitude and longitude of projected points."""
        lng_lat = np.asarray(km).reshape(-1, 2) / self.km_per_degree + (self.origin.lng, self.origin.lat)
        return [(float(lat), float(lng)) for lng, lat in lng_lat]

    def doors(self, km: Floats, *, radius: float = 0.0) -> Doors:
        """Prepare projected points, 3 µs each.

        With a `radius` (kilometres) each stands for the square around it: a drive to it takes at least as long as one
        to any point of the square.
        """
        points = np.zeros((len(km), COLUMNS))
        points[:, [EAST, NORTH]], points[:, RADIUS] = km, radius
        near = np.zeros((len(km), self.access_nodes), dtype=np.int64)
        access = np.zeros((len(km), self.access_nodes))
        open_doors(self.figures, self.nodes, self.field, points, near, access)
        return Doors(points=points, near=near, access=access)

    def minutes(self, km: Floats) -> Floats:
        """`minutes[i, j]` between projected points; the diagonal is not zero but a drive round the block."""
        doors, times = self.doors(km), np.empty((len(km), len(km)))
        free_table(self.figures, self.between, doors.points, doors.near, doors.access, times)
        return times


def straight_km(origins: Floats, destinations: Floats) -> Floats:
    """`km[i, j]`: the straight line between projected points."""
    east = origins[:, None, 0] - destinations[None, :, 0]
    north = origins[:, None, 1] - destinations[None, :, 1]
    return np.sqrt(east * east + north * north)


def figures_of(fitted: Mapping[str, Any]) -> Floats:
    """The single figures of a fitted model, in the places that `drive_kernel` names."""
    local, field, streets = fitted["local"], fitted["field"], fitted["streets"]
    turned = np.radians(streets["grid_degrees"])
    (east, north), (to_east, to_north) = streets["border_km"]
    return np.array(
        [
            *(local[name] for name in ("start_minutes", "minutes_per_km", "saturating_minutes", "saturation_km")),
            *(field[name] for name in ("west_km", "south_km", "cell_km")),
            streets["grid_share"],
            *np.column_stack([np.cos(turned), np.sin(turned)]).ravel(),
            *(east, north, to_east - east, to_north - north),
        ]
    )


def streets_km(figures: Floats, ends: Floats, others: Floats) -> Floats:
    """`km[i, j]`: by streets between projected points."""
    table = np.empty((len(ends), len(others)))
    street_table(figures, ends, others, table)
    return table


@cache
def embedded() -> FreeFlow:
    """The model in this package, read and prepared once a process (about 20 ms)."""
    fitted: dict[str, Any] = json.loads(_MODEL.read_text(encoding="utf-8"))
    local, roads, figures = fitted["local"], fitted["roads"], figures_of(fitted)
    ends = np.array(fitted["nodes"]) / 1000
    grids = [grid_of(figures, east, north, 0.0) for east, north in ends.tolist()]
    nodes = np.column_stack([ends, fitted["ramp_minutes"], grids])
    km, by_street = straight_km(ends, ends), streets_km(figures, ends, ends)
    saturating = local["saturating_minutes"] * -np.expm1(-by_street / local["saturation_km"])
    street = local["minutes_per_km"] * by_street + saturating + roads["street_ramp_minutes"] / 2
    street = np.where(km < roads["joined_km"], street, np.inf)
    tables = {}
    for avoid_tolls in (False, True):
        table = street.copy()
        for kind, edges in fitted["edges"].items():
            if kind == "toll" and avoid_tolls:
                continue
            rows, speed = np.array([edge[:2] for edge in edges]), np.array([edge[2] for edge in edges])
            a, b = rows.T
            along = np.minimum(table[a, b], km[a, b] / speed * 60)
            table[a, b] = table[b, a] = along
        np.fill_diagonal(table, 0)
        for via in range(len(nodes)):  # Floyd and Warshall, a row at a time
            np.minimum(table, table[:, via, None] + table[None, via, :], out=table)
        tables[avoid_tolls] = table
    return FreeFlow(
        origin=Coordinate(**fitted["origin"]),
        km_per_degree=(
            fitted["meters_per_degree"]["east"] / 1000,
            fitted["meters_per_degree"]["north"] / 1000,
        ),
        figures=figures,
        access_nodes=roads["access_nodes"],
        nodes=nodes,
        between=tables[False],
        between_free=tables[True],
        field=np.array(fitted["field"]["log_factor"], dtype=np.float64),
    )
