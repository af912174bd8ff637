"""Real engines on real files: OSRM and Valhalla, built with their own tools from the maps beside the repository.

Under Python 3.11 their libraries cannot be imported, but their tools and servers are programs that need no Python:
`make test` unpacks them into `.venv/engines`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from data.roads.building import build_roads
from data.roads.engines.child import ChildEngine
from optimizer.domain.errors import Unavailable
from tests.roads.servers import osrm_routed

GEO = Path(__file__).parents[3] / "shared" / "geo"
UNPACKED = Path(__file__).parents[2] / ".venv" / "engines"
if find_spec("osrm") is None and UNPACKED.exists():
    sys.path.append(str(UNPACKED))

Build = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds a map for an engine, once a session: `built("malta", "osrm")` is the folder."""
    folders: dict[tuple[str, str], Path] = {}

    def build(region: str, engine: str) -> Path:
        if not (GEO / f"{region}.osm.pbf").exists():
            pytest.skip(f"no map at {GEO / region}.osm.pbf")
        if (region, engine) not in folders:
            out = tmp_path_factory.mktemp("roads") / f"{region}-{engine}"
            try:
                build_roads(GEO / f"{region}.osm.pbf", engine, out)
            except Unavailable as missing:
                pytest.fail(f"{missing.detail} {missing.hint} `make test` installs it.")
            folders[region, engine] = out
        return folders[region, engine]

    return build


@contextmanager
def in_process(name: str, folder: Path, *, timeout: float = 60.0, avoid_tolls: bool = False) -> Iterator[ChildEngine]:
    if sys.version_info < (3, 12):
        pytest.skip(f"the library of {name} has no wheel for Python {sys.version_info.major}.{sys.version_info.minor}")
    engine = ChildEngine(name, folder, version="test", timeout=timeout, avoid_tolls=avoid_tolls)
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="session")
def gta(built: Build) -> Iterator[str]:
    """A real `osrm-routed` with the synthetic network around Toronto; its address."""
    with osrm_routed(built("gta_synth_small", "osrm")) as address:
        yield address
