"""gunicorn's threads, with its refusals in our shape: what it cannot read never reaches the app."""

import re
import signal
import socket
from contextlib import suppress
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # gunicorn has no types

from api.problem_details import MEDIA_TYPE, ProblemOut

HINTS = {
    HTTPStatus.BAD_REQUEST: "Send HTTP/1.1, with everything in the address percent-encoded and each header once.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Ask for less at once: the address has room for 4,094 characters.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "Send fewer and shorter headers.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Try again; a request that writes with the same Idempotency-Key.",
}
CODES = {
    HTTPStatus.REQUEST_URI_TOO_LONG: "uri_too_long",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers_too_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_error",
}
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
LINE = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Worker(ThreadWorker):  # type: ignore[misc]
    """One process of the server."""

    unheard: SimpleQueue[int]
    """The arbiter's, in this process's copy: what is signalled between the fork and `init_signals` ends here."""

    def init_signals(self) -> None:
        """Hear also what came too early: else a server stopped while a worker boots waits half a minute to kill it."""
        super().init_signals()
        with suppress(Empty):
            while True:
                if self.unheard.get_nowait() in STOPS:
                    self.alive = False

    def handle_error(self, req: object, client: socket.socket, addr: object, exc: Exception) -> None:
        """Answer a request that is none (a line too long, a header that cannot be read) with a problem document.

        gunicorn decides on the status and logs; only its page of HTML is left out.
        """
        page = _Page()
        super().handle_error(req, page, addr, exc)
        if found := LINE.match(page.written):
            try:
                client.settimeout(1.0)  # whoever does not read keeps no thread
                client.sendall(_answer(HTTPStatus(int(found[1]))))
            except OSError:
                self.log.debug("Failed to send error message.")


def hand_over(arbiter: Any, worker: Worker) -> None:
    """gunicorn's `post_fork`."""
    worker.unheard = arbiter.SIG_QUEUE


class _Page:
    """Stands where gunicorn expects a socket."""

    def __init__(self) -> None:
        self.written = b""

    def gettimeout(self) -> float:
        return 0.0

    def sendall(self, data: bytes) -> None:
        self.written += data


def _answer(status: HTTPStatus) -> bytes:
    problem = ProblemOut(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=status.description or status.phrase,
        code=CODES.get(status, "malformed_request"),
        hint=HINTS.get(status, HINTS[HTTPStatus.BAD_REQUEST]),
        errors=[],
    )
    body = problem.model_dump_json().encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin1") + body
