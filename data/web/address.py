"""Which addresses may be asked: HTTPS, or plain HTTP on this machine where that is allowed."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from optimizer.domain.errors import InvalidRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """`target` is path and query; `secure` means HTTPS."""

    host: str
    port: int | None
    target: str
    secure: bool


def web_address(address: str, *, allow_loopback: bool, hint: str = "give one that begins with https://") -> WebAddress:
    """Read an address that somebody has configured.

    Raises
    ------
    InvalidRequest
        code `bad_address`, for any other scheme, a password in the address, or plain HTTP to another machine.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _refused("this is no address", hint) from error
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host:
        raise _refused("only https is read", hint)
    if parts.username is not None or parts.password is not None:
        raise _refused("a password in an address would be stored and shown", hint)
    if not address.isascii() or any(sign <= " " for sign in address):
        raise _refused("an address has no spaces and no letters beyond ASCII", hint)
    if parts.scheme == "http" and not (allow_loopback and is_this_machine(host)):
        raise _refused("plain http can be read and changed on the way", hint)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(host=host, port=port, target=target, secure=parts.scheme == "https")


def is_this_machine(host: str) -> bool:
    """Whether a host is a loopback address, or `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(detail: str, hint: str) -> InvalidRequest:
    return InvalidRequest(detail, code="bad_address", hint=hint)
