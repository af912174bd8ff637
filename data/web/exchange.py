"""Ask one address once: the whole answer within a time and a size, or WebTrouble.

No redirect is followed and no proxy of the environment is asked, so nothing but the address given is ever read. A
socket's own timeout begins anew with every byte, so a watch closes the connection when the time is over.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Event, Timer

from data.web.address import WebAddress
from optimizer.domain.errors import Unavailable

CHUNK = 64 * 1024
LONGEST_WAIT = 3600
"""Seconds; whatever a server asks for beyond is not believed."""


class WebTrouble(Unavailable):
    """No whole answer came. The detail names neither the address nor anything read from it."""

    code = "web_trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """No more than so many bytes, in so many seconds from the first to the last."""

    bytes: int = 5 * 1024 * 1024
    seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """With a `body` it is a POST."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status and headers of any answer; the body, empty unless the status is 200 or 400."""

    status: int
    reason: str
    headers: Message
    body: bytes = b""

    @property
    def retry_after(self) -> int | None:
        """Seconds that the server asks to be left alone, by its own clock; None where it does not say."""
        said = self.headers.get("Retry-After", "")
        if said.isascii() and said.isdecimal():
            return min(int(said), LONGEST_WAIT)
        try:
            seconds = parsedate_to_datetime(said) - parsedate_to_datetime(self.headers.get("Date", ""))
        except (TypeError, ValueError):
            return None
        return min(max(int(seconds.total_seconds()), 0), LONGEST_WAIT)


def exchange(web: WebAddress, question: Question, limits: Limits) -> Reply:
    """Ask, and read the answer whatever its status.

    Raises
    ------
    WebTrouble
        When none comes, or not the whole of it, or one beyond the limits.
    """
    connection = _connection(web, limits)
    out_of_time = Event()
    try:
        with _watched(connection, limits, out_of_time):
            method = "GET" if question.body is None else "POST"
            headers = {"Accept-Encoding": "identity", **question.headers}
            connection.request(method, web.target, body=question.body, headers=headers)
            reply = _read(connection.getresponse(), limits)
        if out_of_time.is_set():  # a body that ends with its connection looks whole
            raise _too_slow(limits)
        return reply
    except WebTrouble:
        if out_of_time.is_set():
            raise _too_slow(limits) from None
        raise
    except TimeoutError as error:
        raise _too_slow(limits) from error
    except ssl.SSLError as error:
        raise WebTrouble(f"no safe connection: {error.reason or 'the certificate is not good'}") from error
    except (OSError, HTTPException, UnicodeError) as error:
        if out_of_time.is_set():
            raise _too_slow(limits) from error
        name = getattr(error, "strerror", None) or type(error).__name__
        raise WebTrouble(f"the server cannot be read: {name}") from error
    finally:
        connection.close()


def _connection(web: WebAddress, limits: Limits) -> HTTPConnection:
    if web.secure:
        context = ssl.create_default_context()
        return HTTPSConnection(web.host, web.port, timeout=limits.seconds, context=context)
    return HTTPConnection(web.host, web.port, timeout=limits.seconds)


@contextmanager
def _watched(connection: HTTPConnection, limits: Limits, out_of_time: Event) -> Iterator[None]:
    """End the connection when the time is over, however steadily it drips."""
    connection.connect()
    sock = connection.sock

    def end() -> None:
        out_of_time.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed already

    watch = Timer(limits.seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _read(answer: HTTPResponse, limits: Limits) -> Reply:
    body = b""
    if answer.status in (200, 400):  # what else comes with a body says nothing to a program
        if answer.getheader("Content-Encoding", "identity").lower() != "identity":
            raise WebTrouble("the server sends it compressed, which was not asked for")
        body = _whole(answer, limits)
    return Reply(status=answer.status, reason=answer.reason, headers=answer.headers, body=body)


def _whole(answer: HTTPResponse, limits: Limits) -> bytes:
    stated = answer.getheader("Content-Length", "")
    promised = int(stated) if stated.isascii() and stated.isdecimal() else None
    if promised is not None and promised > limits.bytes:
        raise _too_large(limits)
    parts: list[bytes] = []
    length = 0
    while part := answer.read(CHUNK):
        parts.append(part)
        length += len(part)
        if length > limits.bytes:
            raise _too_large(limits)
    if promised is not None and length < promised:
        raise WebTrouble(f"only {length} of {promised} bytes came")
    return b"".join(parts)


def _too_large(limits: Limits) -> WebTrouble:
    return WebTrouble(f"it is larger than {limits.bytes} bytes")


def _too_slow(limits: Limits) -> WebTrouble:
    return WebTrouble(f"it was not there after {limits.seconds:g} seconds")
