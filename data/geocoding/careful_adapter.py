"""The way geopy's geocoders reach the web: by our own careful exchange, which follows no redirect and asks no proxy.

geopy's own adapter does both, and has no bound on the size of an answer.
"""

import json
from collections.abc import Mapping
from typing import Any

from geopy.adapters import BaseSyncAdapter

from data.web.address import web_address
from data.web.exchange import Limits, Question, WebTrouble, exchange
from optimizer.domain.errors import Unavailable

MOST_BYTES = 512 * 1024
"""Five addresses with all that a service tells of them come in a tenth of that."""


class GeocoderDown(Unavailable):
    """The geocoding service gave no answer to believe. The detail names neither its address nor what was asked.

    `rest` is for how many seconds it asked to be left alone, None where it did not.
    """

    code = "geocoder_unavailable"

    def __init__(self, detail: str, *, rest: int | None = None) -> None:
        super().__init__(
            f"The geocoding service {detail}.", hint="Add the postal code, or try again later.", retry_after=rest or 30
        )
        self.rest = rest


class CarefulAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """An adapter that raises GeocoderDown, and InvalidRequest (`bad_address`) for an address that is not allowed."""

    def __init__(self, *, allow_loopback: bool, proxies: object, ssl_context: object) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._allow_loopback = allow_loopback

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:  # a body may be nothing but brackets
            raise GeocoderDown("sends something else than JSON") from error

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        web = web_address(url, allow_loopback=self._allow_loopback)
        asked = Question(headers={"Accept": "application/json", **headers})
        try:
            reply = exchange(web, asked, Limits(bytes=MOST_BYTES, seconds=timeout))
        except WebTrouble as trouble:
            raise GeocoderDown(f"gave no answer: {trouble.detail}") from trouble
        if reply.status != 200:
            moved = "; it has moved" if 300 <= reply.status < 400 else ""
            raise GeocoderDown(f"answers {reply.status}{moved}", rest=reply.retry_after)
        try:
            return reply.body.decode()
        except UnicodeDecodeError as error:
            raise GeocoderDown("sends something else than text") from error
