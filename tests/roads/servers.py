"""Real routing servers on this machine."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PATIENCE = 30.0


@contextmanager
def osrm_routed(folder: Path) -> Iterator[str]:
    """OSRM's own server, with its own limit of 100 points a question."""
    port = _free_port()
    command = [_tool("osrm", "osrm-routed"), "-a", "mld", "-i", "127.0.0.1", "-p", str(port), folder / "roads.osrm"]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def valhalla_service(folder: Path, draft: Path) -> Iterator[str]:
    """Valhalla's own server."""
    port = _free_port()
    config = json.loads((folder / "valhalla.json").read_text())
    config["httpd"]["service"]["listen"] = f"tcp://127.0.0.1:{port}"
    file = draft / "service.json"
    file.write_text(json.dumps(config))
    with _running([_tool("valhalla", "valhalla_service"), file, "1"], port):
        yield f"http://127.0.0.1:{port}"


def _tool(package: str, name: str) -> Path:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "bin" / name


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def _running(command: list[str | Path], port: int) -> Iterator[None]:
    server = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not _listens(port):
            assert server.poll() is None, f"{Path(command[0]).name} ended"
            assert time.monotonic() < until, f"{Path(command[0]).name} never listened"
        yield
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        return False
    return True
