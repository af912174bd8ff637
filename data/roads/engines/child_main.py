"""The process that an engine's library lives in: `python -m data.roads.engines.child_main osrm FOLDER FD tolls`.

It answers one question after the other over the socket it was given, and ends when nobody holds the other end.
"""

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from data.roads.engine import EngineDown, TooFarFromRoad
from data.roads.engines import osrm, valhalla

LOADERS = {"osrm": osrm.load, "valhalla": valhalla.load}


def main(name: str, folder: Path, descriptor: int, *, avoid_tolls: bool) -> None:
    """Each question is a pair of lists of points; each answer a table, or the error that came in its place."""
    # A library that talks must not reach the reader of a command's output.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with Connection(descriptor) as line:
        ask = LOADERS[name](folder, avoid_tolls=avoid_tolls)
        line.send(None)
        while True:
            try:
                origins, destinations = line.recv()
            except EOFError:
                return
            try:
                line.send(ask(origins, destinations))
            except (EngineDown, TooFarFromRoad) as error:
                line.send(error)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), avoid_tolls=sys.argv[4] == "no-tolls")
