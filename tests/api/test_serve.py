"""The built server over HTTP: it listens, answers, logs to stderr and stops when told."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from api.auth import Role
from api.wiring import Wiring
from tests.api.conftest import Door
from tests.api.problems import problem, visit

pytestmark = pytest.mark.slow


SERVE = [sys.executable, "-c", "from api.cli import main; main()", "serve"]


STOPPED_TOO_EARLY = """
import os, signal, time
from api.worker import Worker
boot = Worker.init_process
def told_to_stop_first(self):
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(1)  # the arbiter passes it on before this process has handlers of its own
    boot(self)
Worker.init_process = told_to_stop_first
from api.cli import main
main()
"""


def environment_of(wiring: Wiring) -> dict[str, str]:
    return os.environ | {"ROUNDS_VAR": str(wiring.settings.var), "ROUNDS_LOG_FORMAT": "json", "HOME": str(home(wiring))}


def home(wiring: Wiring) -> Path:
    """A home directory to look into afterwards."""
    made = wiring.settings.var / "home"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture
def address(wiring: Wiring) -> Iterator[str]:
    """Where a server over the test's own store answers."""
    environment = environment_of(wiring) | {"ROUNDS_WORKERS": "1"}
    command = [*SERVE, "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        yield listening_at(server.stderr)
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert server.returncode == 0


def listening_at(log: IO[str]) -> str:
    for line in log:
        if found := re.search(r"Listening at: (http://\S+)", json.loads(line)["event"]):
            return found[1]
    raise AssertionError("the server never listened")


def test_a_problem_is_planned_over_http(door: Door, address: str) -> None:
    body = json.dumps(problem(visit("v1"))).encode()
    headers = {"Authorization": f"Bearer {door.keys[Role.PLANNER]}", "Content-Type": "application/json"}

    with urlopen(Request(f"{address}/v1/solve", data=body, headers=headers)) as answer:  # noqa: S310
        plan = json.load(answer)

    assert plan["summary"]["visits"] == 1


def test_a_refusal_over_http_is_a_problem_document(address: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{address}/v1/solve", data=b"{}"))  # noqa: S310

    with refused.value as answer:
        assert answer.code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"


LONG = b"a" * 5_000
NO_REQUESTS = {
    "address too long": (b"GET /v1/slots?q=" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
    "headers too large": (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + 2 * LONG + b"\r\n\r\n", 431, "headers_too_large"),
    "no HTTP": (b"good morning\r\n\r\n", 400, "malformed_request"),
    "header without a name": (b"GET / HTTP/1.1\r\n: x\r\n\r\n", 400, "malformed_request"),
    "what nobody can do": (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n", 417, "malformed_request"),
}


@pytest.mark.parametrize("what", NO_REQUESTS)
def test_what_is_no_request_is_refused_by_a_problem_document(what: str, address: str) -> None:
    sent, status, code = NO_REQUESTS[what]
    host, port = address.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(sent)
        answer = HTTPResponse(line)
        answer.begin()
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
        problem_told = json.load(answer)
        assert problem_told["code"] == code
        assert problem_told["hint"]


def test_it_says_that_it_is_ready(address: str) -> None:
    with urlopen(f"{address}/readyz") as answer:  # noqa: S310
        assert json.load(answer)["status"] == "ready"


def test_a_store_of_another_release_is_refused_at_the_start(tmp_path: Path) -> None:
    environment = os.environ | {"ROUNDS_VAR": str(tmp_path)}

    done = subprocess.run([*SERVE, "--port", "0"], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 4
    assert "rounds db upgrade" in done.stderr


def test_a_port_in_use_is_said_in_one_sentence_with_the_exit_code_of_trying_later(wiring: Wiring) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*SERVE, "--port", str(port)], env=environment_of(wiring), capture_output=True, text=True, check=False
        )

    assert done.returncode == 75
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_address_of_another_machine_is_bad_input(wiring: Wiring) -> None:
    done = subprocess.run(
        [*SERVE, "--host", "192.0.2.1"], env=environment_of(wiring), capture_output=True, text=True, check=False
    )

    assert done.returncode == 4
    assert "of 192.0.2.1" in done.stderr


def test_a_server_leaves_nothing_in_the_home_directory(wiring: Wiring, address: str) -> None:
    assert address
    assert list(home(wiring).iterdir()) == []


def test_a_server_told_to_stop_while_its_worker_boots_stops_at_once(wiring: Wiring) -> None:
    environment = environment_of(wiring) | {"ROUNDS_WORKERS": "1"}
    command = [sys.executable, "-c", STOPPED_TOO_EARLY, "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        # The arbiter kills after half a minute whoever has not heard it.
        said = server.communicate(timeout=25)[1]
    assert server.returncode == 0, said


@pytest.mark.parametrize("in_chunks", [False, True])
def test_an_upload_whose_connection_ends_before_its_body_is_refused(door: Door, address: str, in_chunks: bool) -> None:
    table = "uid,service,postal_code,date,start\nu1,swedish,L6Y 2J6,2026-11-23,10:00\n"
    promised = len(table) + 9
    framing = "Transfer-Encoding: chunked" if in_chunks else f"Content-Length: {promised}"
    lines = (
        "POST /v1/bookings/import HTTP/1.1", "Host: rounds", f"Authorization: Bearer {door.keys[Role.PLANNER]}",
        "Idempotency-Key: once", "Content-Type: text/csv", framing, "",
    )  # fmt: skip
    body = f"{promised:x}\r\n{table}" if in_chunks else table
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("\r\n".join((*lines, body)).encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"body_truncated" in answer
