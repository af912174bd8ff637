"""Where a calendar may be read from: a file, HTTPS, or plain HTTP on this machine where that is allowed."""

from pathlib import Path
from urllib.parse import urlsplit

from data.web.address import WebAddress, web_address

HINT = "give a file, or an address that begins with https://"


def read_address(address: str, *, allow_loopback: bool) -> WebAddress | Path:
    """A web address, or the path of a file.

    Raises
    ------
    InvalidRequest
        code `bad_address`, as `web_address`.
    """
    if "://" not in address:
        return Path(address)
    return web_address(address, allow_loopback=allow_loopback, hint=HINT)


def shown(address: str) -> str:
    """What may be shown of an address: its path often holds a secret, its host does not."""
    if "://" not in address:
        return Path(address).name
    return urlsplit(address).hostname or "?"
