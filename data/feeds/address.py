"""Where a calendar may be read from: a file, HTTPS, or plain HTTP on this machine where that is allowed."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from optimizer.domain.errors import InvalidRequest

HINT = "give a file, or an address that begins with https://"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """`target` is path and query; `secure` means HTTPS."""

    host: str
    port: int | None
    target: str
    secure: bool


def read_address(address: str, *, allow_loopback: bool) -> WebAddress | Path:
    """A web address, or the path of a file.

    Raises
    ------
    InvalidRequest
        code `bad_address`, for any other scheme, a password in the address, or plain HTTP to another machine.
    """
    if "://" not in address:
        return Path(address)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _refused("this is no address") from error
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host:
        raise _refused("a calendar is read by https, or from a file")
    if parts.username is not None or parts.password is not None:
        raise _refused("a password in an address would be stored and shown")
    if not address.isascii() or any(sign <= " " for sign in address):
        raise _refused("an address has no spaces and no letters beyond ASCII")
    if parts.scheme == "http" and not (allow_loopback and _is_this_machine(host)):
        raise _refused("plain http can be read and changed on the way")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(host=host, port=port, target=target, secure=parts.scheme == "https")


def shown(address: str) -> str:
    """What may be shown of an address: its path often holds a secret, its host does not."""
    if "://" not in address:
        return Path(address).name
    return urlsplit(address).hostname or "?"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, code="bad_address", hint=HINT)
