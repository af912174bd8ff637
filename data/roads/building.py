"""From a map to what a road engine opens: `region.osm.pbf` through the tools that come with the engine's package."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from optimizer.domain.errors import InvalidRequest, Unavailable

STAMP = "rounds.json"
"""Beside the engine's files: what they were made of. Written last, so a folder without it is none."""

HINT = "Give a map as OpenStreetMap extracts come: region.osm.pbf."
PACKAGES = {"osrm": "osrm", "valhalla": "valhalla"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltRoads:
    """A folder of an engine's files. `version` tells one map from another; `seconds` and `bytes` are what they cost."""

    engine: str
    version: str
    source: str
    seconds: float
    bytes: int


def build_roads(region: Path, engine: str, out: Path) -> BuiltRoads:
    """Build in a folder beside `out`, and put it in place when it is whole; what was there before is replaced.

    Raises
    ------
    InvalidRequest
        code `map_missing`, `map_unreadable` or `out_taken`.
    Unavailable
        code `no_tools`, where the engine's package is not installed.
    """
    _require_map(region)
    if out.exists() and not (out / STAMP).exists() and any(out.iterdir()):
        raise InvalidRequest(
            f"{out} holds something else.", code="out_taken", hint="Give another folder with --out, or empty it."
        )
    package = _package(engine)
    out.parent.mkdir(parents=True, exist_ok=True)
    begun = monotonic()
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as draft:
        folder = Path(draft) / "roads"
        folder.mkdir()
        _BUILDERS[engine](package, region.absolute(), folder, out.absolute())
        built = BuiltRoads(
            engine=engine,
            version=_digest(region),
            source=region.name,
            seconds=round(monotonic() - begun, 1),
            bytes=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        )
        (folder / STAMP).write_text(json.dumps(asdict(built), indent=1), encoding="utf-8")
        if out.exists():
            out.rename(Path(draft) / "before")
        folder.rename(out)
    return built


def read_built(folder: Path) -> BuiltRoads:
    """What a folder holds.

    Raises
    ------
    InvalidRequest
        code `roads_missing`, where it holds no roads.
    """
    try:
        return BuiltRoads(**json.loads((folder / STAMP).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InvalidRequest(
            f"There are no roads in {folder}.",
            code="roads_missing",
            hint="Build them: rounds roads build region.osm.pbf --engine osrm",
        ) from error


def _require_map(region: Path) -> None:
    try:
        with region.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise InvalidRequest(f"{region} cannot be read: {error.strerror}.", code="map_missing", hint=HINT) from error
    if b"OSMHeader" not in head:
        raise InvalidRequest(f"{region} is no OpenStreetMap file in PBF.", code="map_unreadable", hint=HINT)


def _package(engine: str) -> Path:
    """Where the engine's package lies. It is looked for, not imported: its tools run under any Python."""
    found = find_spec(PACKAGES[engine])
    if found is None or found.origin is None or not (Path(found.origin).parent / "bin").is_dir():
        raise Unavailable(
            f"The tools of {engine} are not installed.",
            code="no_tools",
            hint="Install Rounds with the extra `roads`, under Python 3.12 or later.",
        )
    return Path(found.origin).parent


def _osrm(package: Path, region: Path, folder: Path, out: Path) -> None:
    del out
    tools, base = package / "bin", folder / "roads.osrm"
    # Built from a link, because the files are named after the map.
    link = folder / "roads.osm.pbf"
    link.symlink_to(region)
    _run([tools / "osrm-extract", "-p", package / "share" / "profiles" / "car.lua", link], region)
    link.unlink()
    _run([tools / "osrm-partition", base], region)
    _run([tools / "osrm-customize", base], region)
    if not (folder / "roads.osrm.mldgr").exists():
        raise _unreadable(region, "it holds no roads for cars")


def _valhalla(package: Path, region: Path, folder: Path, out: Path) -> None:
    tiles = folder / "tiles"
    tiles.mkdir()
    script = package / "valhalla_build_config.py"
    config = json.loads(_run([sys.executable, script, "--mjolnir-tile-dir", tiles], region))
    config["mjolnir"] |= {"tile_dir": str(tiles), "concurrency": 2}
    limits = config["service_limits"]
    limits["max_timedep_distance_matrix"] = 500_000  # beyond it, departure times are dropped without a word
    limits["auto"] |= {"max_matrix_location_pairs": 1_000_000, "max_matrix_distance": 1_000_000.0}
    config["logging"] |= {"type": ""}
    file = folder / "valhalla.json"
    file.write_text(json.dumps(config, indent=1), encoding="utf-8")
    _run([package / "bin" / "valhalla_build_tiles", "-c", file, region], region)
    if not any(tiles.rglob("*.gph")):
        raise _unreadable(region, "it holds no roads for cars")
    config["mjolnir"]["tile_dir"] = str(out / "tiles")
    file.write_text(json.dumps(config, indent=1), encoding="utf-8")


_BUILDERS: dict[str, Callable[[Path, Path, Path, Path], None]] = {"osrm": _osrm, "valhalla": _valhalla}


def _run(command: Sequence[str | Path], region: Path) -> str:
    done = subprocess.run(  # noqa: S603  # the tools of an installed package
        [str(part) for part in command], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"}, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise _unreadable(region, said[-1] if said else f"{Path(command[0]).name} gave up")
    return done.stdout


def _unreadable(region: Path, why: str) -> InvalidRequest:
    return InvalidRequest(f"No roads can be built from {region}: {why}.", code="map_unreadable", hint=HINT)


def _digest(region: Path) -> str:
    with region.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
