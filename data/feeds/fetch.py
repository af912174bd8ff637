"""Read a calendar kept elsewhere: all of it within a time and a size, or FeedTrouble."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.feeds.address import read_address
from data.feeds.errors import FeedTrouble
from data.web.address import WebAddress
from data.web.exchange import Limits, Question, Reply, WebTrouble, exchange

CALENDAR = Limits(bytes=5 * 1024 * 1024, seconds=20.0)


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
    address: str, *, allow_loopback: bool, seen: Seen, user_agent: str, limits: Limits = CALENDAR
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
        raise FeedTrouble(f"it is larger than {limits.bytes} bytes")
    return Fetched(body=body, charset=None, seen=Seen(), as_of=written)


def _get(web: WebAddress, seen: Seen, user_agent: str, limits: Limits) -> Fetched | Unchanged:
    try:
        return _understood(exchange(web, Question(headers=_headers(seen, user_agent)), limits))
    except WebTrouble as trouble:
        raise FeedTrouble(trouble.detail) from trouble


def _headers(seen: Seen, user_agent: str) -> dict[str, str]:
    headers = {"User-Agent": user_agent, "Accept": "text/calendar, text/csv"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen.last_modified:
        headers["If-Modified-Since"] = seen.last_modified
    return headers


def _understood(reply: Reply) -> Fetched | Unchanged:
    if reply.status == 304:
        return Unchanged()
    if 300 <= reply.status < 400:
        raise FeedTrouble(f"the server answers {reply.status}: the calendar has moved, or wants a login")
    if reply.status != 200:
        raise FeedTrouble(f"the server answers {reply.status} {reply.reason}".rstrip())
    if reply.headers.get_content_type() == "text/html":
        raise FeedTrouble("the server sends a web page, not a calendar")
    seen = Seen(etag=reply.headers.get("ETag", ""), last_modified=reply.headers.get("Last-Modified", ""))
    return Fetched(body=reply.body, charset=reply.headers.get_content_charset(), seen=seen)
