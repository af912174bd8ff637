"""Engines asked over HTTP: a server of one's own, or a hosted one. Only points leave the house."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from data.roads.door_book import Point
from data.roads.engine import EmptyRoads, EngineDown, version_of
from data.roads.engines import osrm, valhalla
from data.web.address import WebAddress, web_address
from data.web.exchange import Limits, Question, Reply, WebTrouble, exchange

MEBIBYTE = 1024 * 1024


class JsonService:
    """A server that answers in JSON, at an address out of the settings and nowhere else.

    Raises
    ------
    InvalidRequest
        code `bad_address`: neither https nor, where that is allowed, plain http on this machine.
    """

    def __init__(self, base: str, *, allow_loopback: bool, user_agent: str, timeout: float) -> None:
        self._web = web_address(base.rstrip("/"), allow_loopback=allow_loopback)
        self._user_agent = user_agent
        self._limits = Limits(bytes=32 * MEBIBYTE, seconds=timeout)

    def ask(
        self, target: str, body: object | None = None, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON of an answer that is no failure of the server: 200, or 400 with its reasons.

        Raises
        ------
        EngineDown
            For every other answer, and where none comes.
        """
        path = self._web.target.rstrip("/")
        web = WebAddress(host=self._web.host, port=self._web.port, target=path + target, secure=self._web.secure)
        ours = {"User-Agent": self._user_agent, "Accept": "application/json", **(headers or {})}
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            ours["Content-Type"] = "application/json"
        try:
            reply = exchange(web, Question(headers=ours, body=sent), self._limits)
        except WebTrouble as trouble:
            raise EngineDown(f"the road engine gave no answer: {trouble.detail}") from trouble
        return reply.status, _json(reply)


def _json(reply: Reply) -> Any:
    if reply.status not in (200, 400):
        moved = "; it has moved" if 300 <= reply.status < 400 else ""
        raise EngineDown(f"the road engine answers {reply.status}{moved}", rest=reply.retry_after)
    try:
        return json.loads(reply.body)
    except ValueError as error:
        raise EngineDown("the road engine sends something else than JSON") from error


class OsrmServer:
    """A `RoadEngine`: `osrm-routed`, or whatever speaks like it."""

    name = "osrm"

    def __init__(self, service: JsonService, *, version: str, most: int, avoid_tolls: bool = False) -> None:
        self.version = version_of(version, avoid_tolls=avoid_tolls)
        self.most = most
        self.avoids_tolls = avoid_tolls
        self._service = service

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        """See `RoadEngine.ask`."""
        points = ";".join(f"{lng:.5f},{lat:.5f}" for lat, lng in (*origins, *destinations))
        rows = [*range(len(origins) + len(destinations))]
        query = urlencode(
            {
                "annotations": "duration,distance",
                "sources": ";".join(map(str, rows[: len(origins)])),
                "destinations": ";".join(map(str, rows[len(origins) :])),
                "generate_hints": "false",
                **({"exclude": osrm.NO_TOLLS} if self.avoids_tolls else {}),
            },
            safe=";,",
        )
        _, answer = self._service.ask(f"/table/v1/driving/{points}?{query}")
        return osrm.read_table(answer)


class ValhallaServer:
    """A `RoadEngine`: `valhalla_service`."""

    name = "valhalla"

    def __init__(self, service: JsonService, *, version: str, most: int, avoid_tolls: bool = False) -> None:
        self.version = version_of(version, avoid_tolls=avoid_tolls)
        self.most = most
        self.avoids_tolls = avoid_tolls
        self._service = service

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        """See `RoadEngine.ask`."""
        return valhalla.ask(self._act, origins, destinations, avoid_tolls=self.avoids_tolls)

    def _act(self, action: str, request: dict[str, Any]) -> Any:
        status, answer = self._service.ask(f"/{action}", request)
        if status == 200:
            return answer
        if isinstance(answer, dict) and answer.get("error_code") in valhalla.NOT_JOINED:
            raise valhalla.NotJoined
        raise EngineDown("Valhalla refuses the question")
