"""Read a calendar kept elsewhere: all of it within a time and a size, or FeedTrouble.

No redirect is followed (a login page is one redirect away) and no proxy of the environment is asked. A socket's own
timeout begins anew with every byte, so a watch closes the connection when the time is over.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Event, Timer

from data.feeds.address import WebAddress, read_address
from data.feeds.errors import FeedTrouble

MEBIBYTE = 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """No more than so many bytes, in so many seconds from the first to the last."""

    bytes: int = 5 * MEBIBYTE
    seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the server called the version read before; empty where it did not."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole body. `charset` is what the server says; `as_of` when a file was last written, None from the web."""

    body: bytes
    charset: str | None
    seen: Seen
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server still has the version that was seen."""


def fetch(
    address: str, *, allow_loopback: bool, seen: Seen, user_agent: str, limits: Limits = Limits()
) -> Fetched | Unchanged:
    """Get a calendar from a file or the web.

    Raises
    ------
    FeedTrouble
        When it cannot be had whole.
    InvalidRequest
        code `bad_address`.
    """
    match read_address(address, allow_loopback=allow_loopback):
        case Path() as path:
            return _read_file(path, limits)
        case web:
            return _get(web, seen, user_agent, limits)


def _read_file(path: Path, limits: Limits) -> Fetched:
    try:
        with path.open("rb") as file:
            body = file.read(limits.bytes + 1)
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise FeedTrouble(f"the file cannot be read: {error.strerror or type(error).__name__}") from error
    if len(body) > limits.bytes:
        raise _too_large(limits)
    return Fetched(body=body, charset=None, seen=Seen(), as_of=written)


def _get(web: WebAddress, seen: Seen, user_agent: str, limits: Limits) -> Fetched | Unchanged:
    connection = _connection(web, limits)
    out_of_time = Event()
    try:
        with _watched(connection, limits, out_of_time):
            connection.request("GET", web.target, headers=_headers(seen, user_agent))
            answer = _read_answer(connection.getresponse(), limits)
        if out_of_time.is_set():  # a body that ends with its connection looks whole
            raise _too_slow(limits)
        return answer
    except FeedTrouble:
        if out_of_time.is_set():
            raise _too_slow(limits) from None
        raise
    except TimeoutError as error:
        raise _too_slow(limits) from error
    except ssl.SSLError as error:
        raise FeedTrouble(f"no safe connection: {error.reason or 'the certificate is not good'}") from error
    except (OSError, HTTPException, UnicodeError) as error:
        if out_of_time.is_set():
            raise _too_slow(limits) from error
        name = getattr(error, "strerror", None) or type(error).__name__
        raise FeedTrouble(f"the server cannot be read: {name}") from error
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


def _headers(seen: Seen, user_agent: str) -> dict[str, str]:
    headers = {"User-Agent": user_agent, "Accept": "text/calendar, text/csv", "Accept-Encoding": "identity"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen.last_modified:
        headers["If-Modified-Since"] = seen.last_modified
    return headers


def _read_answer(answer: HTTPResponse, limits: Limits) -> Fetched | Unchanged:
    if answer.status == 304:
        return Unchanged()
    if 300 <= answer.status < 400:
        raise FeedTrouble(f"the server answers {answer.status}: the calendar has moved, or wants a login")
    if answer.status != 200:
        raise FeedTrouble(f"the server answers {answer.status} {answer.reason}".rstrip())
    if answer.getheader("Content-Encoding", "identity").lower() != "identity":
        raise FeedTrouble("the server sends it compressed, which was not asked for")
    if answer.headers.get_content_type() == "text/html":
        raise FeedTrouble("the server sends a web page, not a calendar")
    body = _whole(answer, limits)
    return Fetched(
        body=body,
        charset=answer.headers.get_content_charset(),
        seen=Seen(etag=answer.getheader("ETag", ""), last_modified=answer.getheader("Last-Modified", "")),
    )


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
        raise FeedTrouble(f"only {length} of {promised} bytes came")
    return b"".join(parts)


def _too_large(limits: Limits) -> FeedTrouble:
    return FeedTrouble(f"it is larger than {limits.bytes} bytes")


def _too_slow(limits: Limits) -> FeedTrouble:
    return FeedTrouble(f"it was not there after {limits.seconds:g} seconds")
