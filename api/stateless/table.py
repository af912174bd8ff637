"""Travel times that a caller brings along."""

from collections.abc import Sequence
from datetime import time

import numpy as np

from api.stateless.faults import Faults, Path
from api.v1.schemas.problem import TravelIn
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes


def check(given: TravelIn, faults: Faults) -> None:
    """Every fault of the table: places named twice, bands out of order, rows of a wrong length."""
    n = len(given.places)
    first: dict[str, int] = {}
    for row, name in enumerate(given.places):
        if first.setdefault(name, row) != row:
            faults.add(
                ("travel", "places", row),
                "duplicate_id",
                f"The place {name!r} is already in row {first[name]}.",
                "Give each place one row.",
            )
    for number, band in enumerate(given.bands):
        path: Path = ("travel", "bands", number)
        if number and band.start <= given.bands[number - 1].start:
            faults.add(
                (*path, "from"),
                "bands_out_of_order",
                f"The band from {band.start} comes after the one from {given.bands[number - 1].start}.",
                "List the bands from morning to night.",
            )
        _square((*path, "seconds"), band.seconds, n, faults)
        if band.meters is not None:
            _square((*path, "meters"), band.meters, n, faults)


def build(given: TravelIn, horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
    """The table of a problem. Distances are those of the first band that has any."""
    n = len(given.places)
    # On the day the clocks go forward two bands can begin at one instant: the later one on the wall counts.
    bands = {horizon.at(time.fromisoformat(band.start)): band for band in given.bands}
    starts = sorted(bands)
    meters = next((band.meters for band in given.bands if band.meters is not None), None)
    return TravelTimes.build(
        places=given.places,
        starts=starts,
        drive=np.array([bands[start].seconds for start in starts], dtype=np.int64).reshape(len(starts), n, n),
        buffer=buffer,
        meters=None if meters is None else np.array(meters, dtype=np.int64).reshape(n, n),
    )


def _square(path: Path, rows: Sequence[Sequence[int]], n: int, faults: Faults) -> None:
    if len(rows) != n:
        faults.add(
            path,
            "travel_shape",
            f"{n} places need {n} rows, and there are {len(rows)}.",
            "Send one row and one column for each place, in the order of places.",
        )
    for number, row in enumerate(rows):
        if len(row) != n:
            faults.add(
                (*path, number),
                "travel_shape",
                f"{n} places need {n} columns, and this row has {len(row)}.",
                "Send one row and one column for each place, in the order of places.",
            )
