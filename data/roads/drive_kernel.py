"""The embedded roads as compiled arithmetic: doors, free flow, and the rush hour driven through.

Everything is counted in doubles and in one direction of each pair, so a drive takes the same seconds there and back,
and whether it is asked for alone, among spokes or in a table. All of it lies in one file, because compiled code is
kept until its own file changes.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.travel.compiled import allocating, inlined, kernel

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

CELL = 15 * 60
"""Seconds for which speed is constant."""

# Columns of a door: kilometres east and north, factor of the correction field, how far around it lies (0: a point), the
# grid of its streets, and the number of its square.
EAST, NORTH, FACTOR, RADIUS, GRID, SQUARE = range(6)
COLUMNS = 6

SIDE_KM = 2.0
"""Of the cells that the public knows other clients by: 4 km², some thousands of homes. A smaller cell hides less, a
larger one costs starts next to visits."""

SQUARE_CELLS = 5
"""Sides of a cell in the side of a square, of which alone a practice learns: whole ones, so that every home of a cell
is in one square."""

SQUARE_ROWS, SQUARE_COLUMNS = 14, 16
SOUTHERN, WESTERN = 6, 8
"""Squares there are, and how many of them lie south and west of the origin; ten kilometres beyond the skeleton."""

SQUARES = SQUARE_ROWS * SQUARE_COLUMNS

EITHER = 2.0
"""Grid of a door with a radius that lies in both: whatever is farther counts."""

# Places of the model's figures. From COSINES on: cosine and sine of the first grid, then of the second.
START_MINUTES, MINUTES_PER_KM, SATURATING_MINUTES, SATURATION_KM, WEST_KM, SOUTH_KM, FIELD_KM = range(7)
GRID_SHARE, COSINES, BORDER_EAST, BORDER_NORTH, ALONG_EAST, ALONG_NORTH = 7, 8, 12, 13, 14, 15

# Columns of a node behind kilometres east and north: minutes to get on or off there, and the grid of its streets.
RAMP, NODE_GRID = 2, 3

# Places of what is known of congestion by place: the centre, and how base and peak fall with the distance from it.
CENTRE_EAST, CENTRE_NORTH, BASE_LEAST, BASE_MORE, BASE_RATE, PEAK_LEAST, PEAK_MORE, PEAK_RATE = range(8)

MOST_CELLS = 400
"""Of a drive's clock: four days and more; later than that the last speed holds."""


class Clock(NamedTuple):
    """What slows a drive at each cell of the clock, counted from the horizon's origin.

    `hourly[0, cell]` and `hourly[1, cell]` are base and peak, `hourly[2, cell]` is a factor on all of it.
    `areas[row, cell]` is the square root of what was learned of a square more than that, and `row_of[square]` its row:
    a drive has two ends. Of row 0 nothing was learned.
    """

    hourly: Floats
    areas: Floats
    row_of: Rows


@inlined
def square_of(east: float, north: float) -> int:
    """The number of the square that a point lies in, from 1; 0 outside of all."""
    column = math.floor(math.floor(east / SIDE_KM) / SQUARE_CELLS) + WESTERN
    row = math.floor(math.floor(north / SIDE_KM) / SQUARE_CELLS) + SOUTHERN
    if column < 0 or column >= SQUARE_COLUMNS or row < 0 or row >= SQUARE_ROWS:
        return 0
    return 1 + column * SQUARE_ROWS + row


@inlined
def local_minutes(figures: Floats, km: float) -> float:
    """All local streets."""
    saturating = -math.expm1(-km / figures[SATURATION_KM])
    return figures[MINUTES_PER_KM] * km + figures[SATURATING_MINUTES] * saturating


@inlined
def log_factor(figures: Floats, field: Floats, east: float, north: float) -> float:
    """The correction field, bilinear between its corners and constant outside."""
    columns, rows = field.shape[0] - 1, field.shape[1] - 1
    x = min(max((east - figures[WEST_KM]) / figures[FIELD_KM], 0.0), float(columns))
    y = min(max((north - figures[SOUTH_KM]) / figures[FIELD_KM], 0.0), float(rows))
    i, j = min(int(x), columns - 1), min(int(y), rows - 1)
    u, v = x - i, y - j
    south = field[i, j] * (1 - u) + field[i + 1, j] * u
    north_side = field[i, j + 1] * (1 - u) + field[i + 1, j + 1] * u
    return south * (1 - v) + north_side * v


@inlined
def grid_of(figures: Floats, east: float, north: float, around: float) -> float:
    """The grid of the streets at a point, 0 left of the border and 1 on its right; of a square perhaps EITHER."""
    left, right = False, False
    for corner in range(4 if around > 0 else 1):
        x = east - figures[BORDER_EAST] + (2 * (corner % 2) - 1) * around
        y = north - figures[BORDER_NORTH] + (2 * (corner // 2) - 1) * around
        if figures[ALONG_EAST] * y - figures[ALONG_NORTH] * x > 0:
            left = True
        else:
            right = True
    return EITHER if left and right else 1.0 if right else 0.0


@inlined
def along_grid(figures: Floats, grid: int, dx: float, dy: float) -> float:
    """Kilometres that count: partly the straight line, partly along the streets of a grid; as long on average."""
    cosine, sine = figures[COSINES + 2 * grid], figures[COSINES + 2 * grid + 1]
    blocks = (abs(dx * cosine + dy * sine) + abs(dy * cosine - dx * sine)) * (math.pi / 4)
    return (1 - figures[GRID_SHARE]) * math.sqrt(dx * dx + dy * dy) + figures[GRID_SHARE] * blocks


@inlined
def street_km(figures: Floats, grid: float, other: float, dx: float, dy: float) -> float:
    """By streets between two ends in their grids: a norm where both are in one, so no way round is shorter."""
    if grid == other and grid != EITHER:
        return along_grid(figures, int(grid), dx, dy)
    first, second = along_grid(figures, 0, dx, dy), along_grid(figures, 1, dx, dy)
    farther = max(first, second)
    here = first if grid == 0 else second if grid == 1 else farther
    there = first if other == 0 else second if other == 1 else farther
    return (here + there) / 2


@inlined
def farthest_km(figures: Floats, grid: float, other: float, dx: float, dy: float, around: float) -> float:
    """The longest `street_km` with one end anywhere in a square; a norm is largest at a corner."""
    if around <= 0:
        return street_km(figures, grid, other, dx, dy)
    farthest = 0.0
    for corner in range(4):
        x, y = dx + (2 * (corner % 2) - 1) * around, dy + (2 * (corner // 2) - 1) * around
        farthest = max(farthest, street_km(figures, grid, other, x, y))
    return farthest


@allocating
def street_table(figures: Floats, ends: Floats, others: Floats, table: Floats) -> None:
    """Fill `table[i, j]`: kilometres by streets between points."""
    for i in range(ends.shape[0]):
        for j in range(others.shape[0]):
            grid = grid_of(figures, ends[i, EAST], ends[i, NORTH], 0.0)
            other = grid_of(figures, others[j, EAST], others[j, NORTH], 0.0)
            dx, dy = ends[i, EAST] - others[j, EAST], ends[i, NORTH] - others[j, NORTH]
            table[i, j] = street_km(figures, grid, other, dx, dy)


@inlined
def corner_km(node: Floats, east: float, north: float, around: float) -> float:
    """From a node to the farthest corner of a square, or with a negative `around` to its nearest point."""
    dx, dy = max(0.0, abs(node[0] - east) + around), max(0.0, abs(node[1] - north) + around)
    return math.sqrt(dx * dx + dy * dy)


@inlined
def put_in(names: Rows, figures: Floats, name: int, figure: float) -> None:
    """Insert into a list kept in rising order; its last entry falls out."""
    slot = figures.size - 1
    while slot > 0 and figure < figures[slot - 1]:
        names[slot], figures[slot] = names[slot - 1], figures[slot - 1]
        slot -= 1
    names[slot], figures[slot] = name, figure


@kernel
def open_doors(figures: Floats, nodes: Floats, field: Floats, doors: Floats, near: Rows, access: Floats) -> None:
    """From kilometres to doors: fill FACTOR, GRID and SQUARE, the nearest nodes and the minutes to them
    with the ramp, quickest first.

    A door with a radius is a square. It reaches only nodes that are among the nearest of each of its points, each from
    its farthest corner, and has its largest factor: so a drive to it takes at least as long as to any of its points.
    """
    most = near.shape[1]
    for k in range(doors.shape[0]):
        east, north, around = doors[k, EAST], doors[k, NORTH], doors[k, RADIUS]
        doors[k, GRID] = grid_of(figures, east, north, around)
        doors[k, SQUARE] = square_of(east, north)
        for slot in range(most):
            near[k, slot], access[k, slot] = 0, np.inf
        for node in range(nodes.shape[0]):
            far = corner_km(nodes[node], east, north, around)
            if far < access[k, most - 1]:
                put_in(near[k], access[k], node, far)
        for slot in range(most):
            if around > 0:
                closer = 0
                for node in range(nodes.shape[0]):
                    closer += corner_km(nodes[node], east, north, -around) < access[k, slot]
                if closer > most:
                    access[k, slot] = np.inf
            if access[k, slot] < np.inf:
                node = nodes[near[k, slot]]
                dx, dy = node[EAST] - east, node[NORTH] - north
                km = farthest_km(figures, doors[k, GRID], node[NODE_GRID], dx, dy, around)
                access[k, slot] = local_minutes(figures, km) + node[RAMP]
        for slot in range(1, most):
            name, minutes = near[k, slot], access[k, slot]
            access[k, slot] = np.inf
            put_in(near[k, : slot + 1], access[k, : slot + 1], name, minutes)
        largest = -np.inf
        for step in range(9 if around > 0 else 1):
            x = east + (step % 3 - 1) * around if around > 0 else east
            y = north + (step // 3 - 1) * around if around > 0 else north
            largest = max(largest, log_factor(figures, field, x, y))
        doors[k, FACTOR] = math.exp(largest)


@inlined
def free_minutes(
    figures: Floats, between: Floats,
    door: Floats, near: Rows, access: Floats, other: Floats, other_near: Rows, other_access: Floats,
) -> float:  # fmt: skip
    """Empty roads between two doors; at one point a drive round the block."""
    dx, dy = door[EAST] - other[EAST], door[NORTH] - other[NORTH]
    best = local_minutes(figures, farthest_km(figures, door[GRID], other[GRID], dx, dy, door[RADIUS] + other[RADIUS]))
    for p in range(near.size):
        for q in range(other_near.size):
            # Both ends first: a sum that is the same from either side.
            ends = access[p] + other_access[q]
            if ends >= best:
                break
            best = min(best, ends + between[near[p], other_near[q]])
    return (best + figures[START_MINUTES]) * (door[FACTOR] * other[FACTOR])


@inlined
def exposure_at(door: Floats, other: Floats, by_place: Floats) -> tuple[float, float]:
    """How much of base and peak a drive meets: means along its straight line, which five points see to 0.5 %.

    A door with a radius counts as if it lay that much closer to the centre.
    """
    if door[EAST] > other[EAST] or (door[EAST] == other[EAST] and door[NORTH] > other[NORTH]):
        door, other = other, door
    base, peak = 0.0, 0.0
    for k in range(5):
        share = 0.1 + 0.2 * k
        east = door[EAST] + (other[EAST] - door[EAST]) * share - by_place[CENTRE_EAST]
        north = door[NORTH] + (other[NORTH] - door[NORTH]) * share - by_place[CENTRE_NORTH]
        away = math.sqrt(east * east + north * north)
        around = door[RADIUS] * (1 - share) + other[RADIUS] * share
        if around > 0:
            away = max(0.0, away - around * math.sqrt(2.0))
        peak += math.exp(away * away * by_place[PEAK_RATE])
        base += math.exp(away * math.sqrt(away) * by_place[BASE_RATE])
    return by_place[BASE_LEAST] + by_place[BASE_MORE] * base, by_place[PEAK_LEAST] + by_place[PEAK_MORE] * peak


@inlined
def covered(clock: Clock, cell: int, base: float, peak: float, here: int, there: int) -> float:
    """Seconds of empty road that a whole cell of the clock gets one along."""
    # Both ends first: a product that is the same from either side.
    learned = clock.hourly[2, cell] * (clock.areas[here, cell] * clock.areas[there, cell])
    return CELL / (learned * (1.0 + clock.hourly[0, cell] * base + clock.hourly[1, cell] * peak))


@kernel
def drive_through(
    free: float, base: float, peak: float, clock: Clock, square: float, other: float, starts: Rows, done: Floats,
    seconds: Floats,
) -> None:  # fmt: skip
    """`seconds[band]` of one drive of `free` seconds on empty roads between two squares.

    `done` is scratch, one longer than the clock has cells.
    """
    cells, bands = clock.hourly.shape[1], starts.size
    here, there = clock.row_of[int(square)], clock.row_of[int(other)]
    done[0], known, arriving = 0.0, 0, 0
    for band in range(bands):
        leaving = min(starts[band] // CELL, cells - 1)
        while known <= leaving:
            done[known + 1] = done[known] + covered(clock, known, base, peak, here, there)
            known += 1
        rate = (done[leaving + 1] - done[leaving]) / CELL
        goal = done[leaving] + rate * (starts[band] - leaving * CELL) + free
        arriving = max(arriving, leaving)
        while arriving < cells - 1:
            if known <= arriving:
                done[known + 1] = done[known] + covered(clock, known, base, peak, here, there)
                known += 1
            if done[arriving + 1] >= goal:
                break
            arriving += 1
        while known <= arriving:
            done[known + 1] = done[known] + covered(clock, known, base, peak, here, there)
            known += 1
        into = (goal - done[arriving]) / (done[arriving + 1] - done[arriving]) * CELL
        seconds[band] = arriving * CELL - starts[band] + into


@allocating
def time_spokes(
    figures: Floats, between: Floats, hub: Floats, hub_near: Rows, hub_access: Floats,
    doors: Floats, near: Rows, access: Floats, rows: Rows, by_place: Floats,
    clock: Clock, starts: Rows, minutes: int, percent: int, table: NDArray[np.int32],
) -> None:  # fmt: skip
    """Fill `table[band, k]`: seconds with the buffer between the hub and each door in `rows`, FIFO."""
    done, seconds = np.empty(clock.hourly.shape[1] + 1), np.empty(starts.size)
    for k in range(rows.size):
        j = rows[k]
        free = free_minutes(figures, between, hub, hub_near, hub_access, doors[j], near[j], access[j]) * 60
        base, peak = exposure_at(hub, doors[j], by_place)
        drive_through(free, base, peak, clock, hub[SQUARE], doors[j, SQUARE], starts, done, seconds)
        plain, padded = np.int64(0), np.int64(0)
        for band in range(starts.size):
            plain = max(plain, np.int64(np.rint(seconds[band])) + starts[band])
            drive = plain - starts[band]
            padded = max(padded, plain + minutes * 60 + (drive * percent + 99) // 100)
            table[band, k] = padded - starts[band]


@allocating
def time_table(
    figures: Floats, between: Floats, doors: Floats, near: Rows, access: Floats, by_place: Floats, clock: Clock,
    starts: Rows, table: NDArray[np.int32],
) -> None:  # fmt: skip
    """Fill `table[band, i, j]`: whole seconds between all doors, no buffer; nothing from a door to itself."""
    done, seconds = np.empty(clock.hourly.shape[1] + 1), np.empty(starts.size)
    for i in range(doors.shape[0]):
        for j in range(i):
            free = free_minutes(figures, between, doors[i], near[i], access[i], doors[j], near[j], access[j]) * 60
            base, peak = exposure_at(doors[i], doors[j], by_place)
            drive_through(free, base, peak, clock, doors[i, SQUARE], doors[j, SQUARE], starts, done, seconds)
            for band in range(starts.size):
                table[band, i, j] = table[band, j, i] = np.int32(np.rint(seconds[band]))


@allocating
def free_table(figures: Floats, between: Floats, doors: Floats, near: Rows, access: Floats, table: Floats) -> None:
    """Fill `table[i, j]`: minutes on empty roads."""
    for i in range(doors.shape[0]):
        for j in range(i + 1):
            free = free_minutes(figures, between, doors[i], near[i], access[i], doors[j], near[j], access[j])
            table[i, j] = table[j, i] = free


@allocating
def free_between(
    figures: Floats, between: Floats, doors: Floats, near: Rows, access: Floats, rows: Rows, columns: Rows,
    wanted: NDArray[np.bool_], table: Floats,
) -> None:  # fmt: skip
    """Fill `table[i, j]` where it is wanted: seconds on empty roads from door `rows[i]` to door `columns[j]`."""
    for i in range(rows.size):
        for j in range(columns.size):
            if wanted[i, j]:
                a, b = rows[i], columns[j]
                table[i, j] = 60 * free_minutes(
                    figures, between, doors[a], near[a], access[a], doors[b], near[b], access[b]
                )


@allocating
def time_between(
    free: Floats, doors: Floats, rows: Rows, columns: Rows, by_place: Floats, clock: Clock, starts: Rows,
    table: NDArray[np.int32],
) -> None:  # fmt: skip
    """Fill `table[band, i, j]`: whole seconds of drives that take `free[i, j]` on empty roads, no buffer."""
    done, seconds = np.empty(clock.hourly.shape[1] + 1), np.empty(starts.size)
    for i in range(rows.size):
        for j in range(columns.size):
            here, there = doors[rows[i]], doors[columns[j]]
            base, peak = exposure_at(here, there, by_place)
            drive_through(free[i, j], base, peak, clock, here[SQUARE], there[SQUARE], starts, done, seconds)
            for band in range(starts.size):
                table[band, i, j] = np.int32(np.rint(seconds[band]))


@allocating
def exposures(doors: Floats, by_place: Floats, base: Floats, peak: Floats) -> None:
    """Fill base and peak of the drives between doors 2k and 2k + 1."""
    for k in range(base.size):
        base[k], peak[k] = exposure_at(doors[2 * k], doors[2 * k + 1], by_place)


@allocating
def time_drives(free: Floats, base: Floats, peak: Floats, clock: Clock, starts: Rows, table: Floats) -> None:
    """Fill `table[band, drive]`, seconds, wherever that is."""
    done, seconds = np.empty(clock.hourly.shape[1] + 1), np.empty(starts.size)
    for k in range(free.size):
        drive_through(free[k], base[k], peak[k], clock, 0.0, 0.0, starts, done, seconds)
        for band in range(starts.size):
            table[band, k] = seconds[band]
