"""Fit the free-flow model, and say how well it tells drives of zones that it has not seen.

`python -m tests.benchmarks.fit_roads` holds out a fifth of the zones at a time: no drive that begins or ends in one of
them is learned from, and all of those are told. `--write` fits all of them and writes `data/roads/free_flow.json`.

The skeleton and the two grids of streets stay as they are. Fitted are the local curve, the pace of each edge, the ramp
of each node and the correction field, by Gauss and Newton on the logarithm of the minutes along the quickest way,
reweighted towards the median: errors in parts of the drive would be a little smaller with drives told too short, which
is the wrong side to err on.
Each edge is drawn to its kind of road, each ramp to all ramps, each corner of the field to its neighbours.
"""

import csv
import gzip
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.roads.free_flow import figures_of, straight_km, streets_km
from optimizer.travel.compiled import allocating, kernel

TARGET = Path(__file__).parents[2] / "data" / "roads" / "free_flow.json"
GEO = Path(__file__).parents[3] / "shared" / "geo"
FOLDS, ROUNDS, STEP = 5, 6, 0.7
NEAREST = 12
SPEEDS = {"motorway": 93.0, "toll": 93.0, "arterial": 69.4}
LOCAL, RAMP = (1.825, 1.275, 3.935, 3.745), 0.6
"""Where the fit begins: km/h along the straight line; minutes to start, per kilometre, saturating, over kilometres."""
WEST_KM, SOUTH_KM, CELL_KM, COLUMNS, ROWS = -75, -50, 5, 25, 23
"""Of the field. Its lines lie on whole kilometres, so that a bound over a public cell sees each kink."""

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Drives between zones: kilometres of each zone, the ends and minutes of each drive, its great circle."""

    zones: Floats
    start: Rows
    end: Rows
    minutes: Floats
    straight_km: Floats

    def only(self, rows: NDArray[np.bool_]) -> "Pairs":
        return replace(
            self,
            start=self.start[rows],
            end=self.end[rows],
            minutes=self.minutes[rows],
            straight_km=self.straight_km[rows],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """Nodes in kilometres, and edges with their kind and length; `kinds` names the kinds."""

    nodes: Floats
    edges: Rows
    kind: Rows
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """Kilometres: `straight[node, node]` along roads; by streets `between[node, node]`, `access[zone, node]` and
    `direct[zone, zone]`. `near[zone, k]` are the nodes that a zone may drive to."""

    straight: Floats
    between: Floats
    access: Floats
    direct: Floats
    near: Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """`local` is start, per kilometre, saturating minutes and its kilometres; `pace[edge]` in minutes per kilometre."""

    local: Floats
    pace: Floats
    ramp: Floats
    field: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """How hard each figure is drawn to its like, and how far off a drive may be before it counts for less.

    All of them half as hard would tell unseen zones better by 0.2 %, but neighbours more apart: the bounds that the
    public is told of a cell would cost more. The field twice as hard costs nothing, and makes them cheaper.
    """

    edge: float = 3.0
    ramp: float = 2.0
    field: float = 6.0
    corner: float = 0.6
    far: float = 0.12


def read_pairs(model: dict[str, Any]) -> Pairs:
    zones: dict[str, tuple[float, float]] = {}
    trips = []
    with gzip.open(GEO / "free_flow_minutes.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            zones[row["zone_from"]] = float(row["lon_o"]), float(row["lat_o"])
            zones[row["zone_to"]] = float(row["lon_d"]), float(row["lat_d"])
            trips.append(row)
    number = {zone: k for k, zone in enumerate(zones)}
    per_degree = np.array([model["meters_per_degree"]["east"], model["meters_per_degree"]["north"]]) / 1000
    return Pairs(
        zones=(np.array(list(zones.values())) - (model["origin"]["lng"], model["origin"]["lat"])) * per_degree,
        start=np.array([number[row["zone_from"]] for row in trips]),
        end=np.array([number[row["zone_to"]] for row in trips]),
        minutes=np.array([float(row["freeflow_minutes"]) for row in trips]),
        straight_km=np.array([float(row["great_circle_km"]) for row in trips]),
    )


def read_skeleton(model: dict[str, Any]) -> Skeleton:
    kinds = tuple(model["edges"])
    edges = [(edge[0], edge[1], k) for k, kind in enumerate(kinds) for edge in model["edges"][kind]]
    table = np.array(edges, dtype=np.int64)
    nodes = np.array([node[:2] for node in model["nodes"]], dtype=np.float64) / 1000
    return Skeleton(nodes=nodes, edges=table[:, :2], kind=table[:, 2], kinds=kinds)


def measure(model: dict[str, Any], skeleton: Skeleton, zones: Floats) -> Ways:
    figures, nodes = figures_of(model), skeleton.nodes
    return Ways(
        straight=straight_km(nodes, nodes),
        between=streets_km(figures, nodes, nodes),
        access=streets_km(figures, zones, nodes),
        direct=streets_km(figures, zones, zones),
        near=np.argsort(straight_km(zones, nodes), axis=1, kind="stable")[:, :NEAREST],
    )


def begin(skeleton: Skeleton) -> Figures:
    """Where the fit begins: one pace for each kind of road, one ramp, no correction."""
    pace = np.array([60 / SPEEDS[kind] for kind in skeleton.kinds])
    return Figures(
        local=np.array(LOCAL),
        pace=pace[skeleton.kind],
        ramp=np.full(len(skeleton.nodes), RAMP),
        field=np.zeros(COLUMNS * ROWS),
    )


def network(figures: Figures, skeleton: Skeleton, ways: Ways, joined_km: float) -> tuple[Floats, Rows, Rows]:
    """Minutes between nodes, the node before the last on each way, and the edge of two neighbours (-1: streets)."""
    km, (_, per_km, saturating, saturation) = ways.straight, figures.local
    streets = per_km * ways.between + saturating * -np.expm1(-ways.between / saturation) + figures.ramp.mean() / 2
    table = np.where(km < joined_km, streets, np.inf)
    edge_of = np.full(table.shape, -1, dtype=np.int64)
    for e, (a, b) in enumerate(skeleton.edges.tolist()):
        minutes = figures.pace[e] * km[a, b]
        if minutes < table[a, b]:
            table[a, b] = table[b, a] = minutes
            edge_of[a, b] = edge_of[b, a] = e
    np.fill_diagonal(table, 0)
    before = np.tile(np.arange(len(table))[:, None], (1, len(table)))
    for via in range(len(table)):
        through = table[:, via, None] + table[None, via, :]
        better = through < table - 1e-12
        table = np.where(better, through, table)
        before = np.where(better, before[via][None, :], before)
    return table, before, edge_of


@allocating
def quickest(
    start: Rows, end: Rows, near: Rows, access_km: Floats, direct_km: Floats, ramp: Floats, between: Floats,
    local: Floats,
) -> tuple[Floats, Rows, Rows]:  # fmt: skip
    """Minutes of each drive, and its first and last node; -1 where it keeps to local streets."""
    access = np.zeros(near.shape)
    for z in range(near.shape[0]):
        for k in range(near.shape[1]):
            km = access_km[z, near[z, k]]
            access[z, k] = local[1] * km + local[2] * (1 - np.exp(-km / local[3])) + ramp[near[z, k]]
    minutes = np.zeros(start.size)
    first, last = np.zeros(start.size, dtype=np.int64) - 1, np.zeros(start.size, dtype=np.int64) - 1
    for k in range(start.size):
        a, b = start[k], end[k]
        km = direct_km[a, b]
        minutes[k] = local[1] * km + local[2] * (1 - np.exp(-km / local[3]))
        for p in range(near.shape[1]):
            for q in range(near.shape[1]):
                took = access[a, p] + between[near[a, p], near[b, q]] + access[b, q]
                if took < minutes[k]:
                    minutes[k], first[k], last[k] = took, near[a, p], near[b, q]
    return minutes, first, last


@kernel
def derivatives(
    start: Rows, end: Rows, first: Rows, last: Rows, before: Rows, edge_of: Rows, access_km: Floats, direct_km: Floats,
    streets_km: Floats, km: Floats, pace: Floats, saturation: float, total: Floats, kind: Rows, design: Floats,
) -> None:  # fmt: skip
    """Fill `design[drive, figure]`: start, per km, saturating, two kinds, each edge, all ramps, each ramp."""
    edges = pace.size
    for k in range(start.size):
        row = design[k]
        row[0] = 1 / total[k]
        if first[k] < 0:
            away = direct_km[start[k], end[k]]
            row[1] += away / total[k]
            row[2] += (1 - np.exp(-away / saturation)) / total[k]
            continue
        for side in range(2):
            node = first[k] if side == 0 else last[k]
            away = access_km[start[k] if side == 0 else end[k], node]
            row[1] += away / total[k]
            row[2] += (1 - np.exp(-away / saturation)) / total[k]
            row[5 + edges] += 1 / total[k]
            row[6 + edges + node] += 1 / total[k]
        here = last[k]
        while here != first[k]:
            there = before[first[k], here]
            edge = edge_of[there, here]
            if edge < 0:
                away = streets_km[there, here]
                row[1] += away / total[k]
                row[2] += (1 - np.exp(-away / saturation)) / total[k]
            else:
                share = pace[edge] * km[there, here] / total[k]
                row[3 + kind[edge]] += share
                row[5 + edge] += share
            here = there


def corners(points: Floats) -> Floats:
    """`weight[point, corner]` of the field."""
    x = np.clip((points[:, 0] - WEST_KM) / CELL_KM, 0, COLUMNS - 1 - 1e-9)
    y = np.clip((points[:, 1] - SOUTH_KM) / CELL_KM, 0, ROWS - 1 - 1e-9)
    i, j = x.astype(int), y.astype(int)
    weights, row = np.zeros((len(points), COLUMNS * ROWS)), np.arange(len(points))
    for di, dj in ((0, 0), (1, 0), (0, 1), (1, 1)):
        weights[row, (i + di) * ROWS + j + dj] = np.abs(1 - di - (x - i)) * np.abs(1 - dj - (y - j))
    return weights


def along(figures: Figures, pairs: Pairs, ways: Ways, between: Floats) -> tuple[Floats, Rows, Rows]:
    """The quickest way of each drive."""
    return quickest(pairs.start, pairs.end, ways.near, ways.access, ways.direct, figures.ramp, between, figures.local)


def tell(figures: Figures, skeleton: Skeleton, pairs: Pairs, ways: Ways, joined_km: float) -> Floats:
    """Minutes of each drive."""
    minutes, *_ = along(figures, pairs, ways, network(figures, skeleton, ways, joined_km)[0])
    field = corners(pairs.zones) @ figures.field
    return np.asarray((minutes + figures.local[0]) * np.exp(field[pairs.start] + field[pairs.end]))


def fit(model: dict[str, Any], skeleton: Skeleton, pairs: Pairs, ways: Ways, pull: Pull) -> Figures:
    """The figures that tell these drives best."""
    figures = begin(skeleton)
    joined = model["roads"]["joined_km"]
    edges, nodes, cells = len(figures.pace), len(skeleton.nodes), COLUMNS * ROWS
    kind = np.array([int(skeleton.kinds[k] == "arterial") for k in skeleton.kind], dtype=np.int64)
    weights = corners(pairs.zones)
    at_edges, at_ramps, at_field = 5, 6 + edges, 6 + edges + nodes
    apart, ramp_off = np.zeros(edges), np.zeros(nodes)
    for _ in range(ROUNDS):
        between, before, edge_of = network(figures, skeleton, ways, joined)
        minutes, first, last = along(figures, pairs, ways, between)
        total = minutes + figures.local[0]
        field = weights @ figures.field
        left = np.log(pairs.minutes) - np.log(total) - field[pairs.start] - field[pairs.end]
        design = np.zeros((len(left), at_field + cells))
        derivatives(
            pairs.start, pairs.end, first, last, before, edge_of, ways.access, ways.direct, ways.between, ways.straight,
            figures.pace, figures.local[3], total, kind, design,
        )  # fmt: skip
        design[:, at_field:] = weights[pairs.start] + weights[pairs.end]
        doubt = np.sqrt(pull.far / np.maximum(np.abs(left), pull.far))
        design *= doubt[:, None]
        gram, target = design.T @ design, design.T @ (left * doubt)
        _draw(gram, target, pull.edge, np.arange(at_edges, at_edges + edges), apart)
        _draw(gram, target, pull.ramp, np.arange(at_ramps, at_ramps + nodes), ramp_off)
        _draw(gram, target, pull.corner, np.arange(at_field, at_field + cells), figures.field)
        _smooth(gram, target, pull.field, at_field, figures.field)
        gram[np.arange(at_edges), np.arange(at_edges)] += 1e-6
        step = STEP * np.linalg.solve(gram + 1e-9 * np.eye(len(gram)), target)
        apart += step[at_edges : at_edges + edges]
        ramp_off += step[at_ramps : at_ramps + nodes]
        figures = Figures(
            local=np.array([*np.maximum(figures.local[:3] + step[:3], (0.3, 0.5, 0.5)), figures.local[3]]),
            pace=figures.pace * np.exp(step[at_edges : at_edges + edges] + step[3:5][kind]),
            ramp=np.maximum(0.05, figures.ramp + step[at_ramps - 1] + step[at_ramps : at_ramps + nodes]),
            field=figures.field + step[at_field:],
        )
    return figures


def _draw(gram: Floats, target: Floats, pull: float, rows: Rows, now: Floats) -> None:
    gram[rows, rows] += pull**2
    target[rows] -= pull**2 * now


def _smooth(gram: Floats, target: Floats, pull: float, offset: int, now: Floats) -> None:
    grid = np.arange(COLUMNS * ROWS).reshape(COLUMNS, ROWS)
    for one, other in ((grid[1:].ravel(), grid[:-1].ravel()), (grid[:, 1:].ravel(), grid[:, :-1].ravel())):
        for a, b in zip(one, other, strict=True):
            slope = pull**2 * (now[a] - now[b])
            gram[offset + a, offset + a] += pull**2
            gram[offset + b, offset + b] += pull**2
            gram[offset + a, offset + b] -= pull**2
            gram[offset + b, offset + a] -= pull**2
            target[offset + a] -= slope
            target[offset + b] += slope


def held_out(model: dict[str, Any], pull: Pull, *, seed: int = 0) -> tuple[Floats, Floats]:
    """Errors in per cent of drives with an end in a zone that was not seen, and their great circles.

    The share of the grid and the pulls were chosen on other splits of the zones (seeds 11 and 12).
    """
    skeleton, pairs = read_skeleton(model), read_pairs(model)
    ways = measure(model, skeleton, pairs.zones)
    group = np.random.default_rng(seed).integers(0, FOLDS, len(pairs.zones))
    errors, straight = [], []
    for part in range(FOLDS):
        held = (group[pairs.start] == part) | (group[pairs.end] == part)
        figures = fit(model, skeleton, pairs.only(~held), ways, pull)
        unseen = pairs.only(held)
        told = tell(figures, skeleton, unseen, ways, model["roads"]["joined_km"])
        errors.append(np.abs(told - unseen.minutes) / unseen.minutes * 100)
        straight.append(unseen.straight_km)
    return np.concatenate(errors), np.concatenate(straight)


def laid_out(model: dict[str, Any], figures: Figures, skeleton: Skeleton) -> dict[str, Any]:
    """The model with these figures, as `data.roads.free_flow` reads it; each edge with its km/h."""
    start, per_km, saturating, saturation = (round(float(figure), 5) for figure in figures.local)
    rows = zip(skeleton.edges.tolist(), skeleton.kind.tolist(), figures.pace.tolist(), strict=True)
    edges: dict[str, list[list[float]]] = {kind: [] for kind in skeleton.kinds}
    for (a, b), kind, pace in rows:
        edges[skeleton.kinds[kind]].append([a, b, round(60 / pace, 1)])
    field = [[round(float(corner), 3) for corner in column] for column in figures.field.reshape(COLUMNS, ROWS)]
    roads = {"street_ramp_minutes": round(float(figures.ramp.mean()), 5)}
    roads |= {name: model["roads"][name] for name in ("joined_km", "access_nodes")}
    local = {"start_minutes": start, "minutes_per_km": per_km, "saturating_minutes": saturating}
    return {
        **model,
        "local": local | {"saturation_km": saturation},
        "roads": roads,
        "ramp_minutes": [round(float(ramp), 3) for ramp in figures.ramp],
        "edges": edges,
        "field": {"west_km": WEST_KM, "south_km": SOUTH_KM, "cell_km": CELL_KM, "log_factor": field},
    }


def write(model: dict[str, Any], target: Path) -> None:
    """One line per entry, so that a new fit reads as a difference."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in model.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def told(error: Floats) -> str:
    return f"{np.median(error):.2f} / {np.percentile(error, 90):.2f} %"


if __name__ == "__main__":
    MODEL = json.loads(TARGET.read_text(encoding="utf-8"))
    ERROR, STRAIGHT = held_out(MODEL, Pull())
    print(f"zones not seen, median / p90: {told(ERROR)}; over 40 km {told(ERROR[STRAIGHT > 40])}")
    if "--write" in sys.argv:
        BONES, PAIRS = read_skeleton(MODEL), read_pairs(MODEL)
        write(laid_out(MODEL, fit(MODEL, BONES, PAIRS, measure(MODEL, BONES, PAIRS.zones), Pull()), BONES), TARGET)
