"""Somebody else's calendar on this machine: a real HTTP server that answers as it is told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
DRIP_SECONDS = 0.02


class Manner(StrEnum):
    """How an answer is given."""

    WHOLE = "whole"
    CUT = "cut"  # half of the body that was promised
    SILENT = "silent"  # nothing until the test is over
    DRIPPING = "dripping"  # a byte now and then, without end


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: CALENDAR)
    body: bytes = b""
    manner: Manner = Manner.WHOLE


class CalendarServer(ThreadingHTTPServer):
    """`answer` is what every request gets; `asked` are the headers of each request so far."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = Answer(status=404)
        self.asked: list[Message] = []
        self.over = Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/taylor/secret.ics"

    def say(self, text: str, **headers: str) -> None:
        """A good calendar from now on."""
        self.answer = Answer(body=text.encode(), headers={**CALENDAR, **headers})


@contextmanager
def calendar_server() -> Iterator[CalendarServer]:
    server = CalendarServer()
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
    server: CalendarServer

    def do_GET(self) -> None:  # the name that http.server calls
        answer = self.server.answer
        self.server.asked.append(self.headers)
        if answer.manner is Manner.SILENT:
            self.server.over.wait()
            return
        etag = answer.headers.get("ETag")
        if etag is not None and self.headers.get("If-None-Match") == etag:
            answer = Answer(status=304, headers={"ETag": etag})
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.manner is not Manner.DRIPPING and answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        match answer.manner:
            case Manner.CUT:
                self.wfile.write(answer.body[: len(answer.body) // 2])
            case Manner.DRIPPING:
                self._drip()
            case _:
                self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815 - the name is the standard library's

    def _drip(self) -> None:
        try:
            while not self.server.over.wait(DRIP_SECONDS):
                self.wfile.write(b"x")
        except OSError:
            return  # whoever asked has had enough

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
