"""A geocoding service on this machine: a real HTTP server that answers as it is told."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

QUERY_WORDS = {"q", "text", "address"}
"""What each service calls the words that it is asked about."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`silent` answers nothing until the test is over."""

    body: str = "[]"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False


class GeocodingService(ThreadingHTTPServer):
    """`answer` is what every request gets; `asked` are their targets so far, `headers` what came with each.

    `meanwhile` is done while whoever asks is waiting.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = Answer()
        self.asked: list[str] = []
        self.headers: list[Message] = []
        self.over = Event()
        self.meanwhile: Callable[[], object] = lambda: None

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def heard(self) -> list[str]:
        """The words of each question."""
        queries = [parse_qs(urlsplit(target).query) for target in self.asked]
        return [value for query in queries for name in QUERY_WORDS & set(query) for value in query[name]]

    def know(self, *found: Mapping[str, Any]) -> None:
        """Answer as Nominatim does from now on."""
        self.answer = Answer(body=json.dumps(found))


def house(lat: float, lng: float, number: str = "") -> dict[str, Any]:
    """A building, as Nominatim tells it."""
    address = {"house_number": number} if number else {}
    return {"lat": str(lat), "lon": str(lng), "display_name": "x", "class": "building", "type": "yes"} | {
        "address": address
    }


def street(lat: float, lng: float) -> dict[str, Any]:
    return {**house(lat, lng), "class": "highway", "type": "residential"}


def town(lat: float, lng: float) -> dict[str, Any]:
    return {**house(lat, lng), "class": "boundary", "type": "administrative"}


@contextmanager
def geocoding_service() -> Iterator[GeocodingService]:
    server = GeocodingService()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: GeocodingService

    def do_GET(self) -> None:  # the name that http.server calls
        self.server.asked.append(self.path)
        self.server.headers.append(self.headers)
        answer = self.server.answer
        self.server.meanwhile()
        if answer.silent:
            self.server.over.wait()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
