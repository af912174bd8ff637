"""Engines that others host: routingpy knows how each is asked, our own careful fetcher does the asking.

routingpy's client would follow redirects, wait without end and try again on its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.roads.door_book import Point
from data.roads.engine import EmptyRoads, EngineDown, figures
from data.roads.engines.web import JsonService
from optimizer.domain.errors import Unavailable

PROFILES = {"openrouteservice": "driving-car", "graphhopper": "car", "osrm": "car"}
"""What each calls a car. `osrm` is here because a server of one's own shows that the asking works."""

BASES = {"openrouteservice": "https://api.openrouteservice.org", "graphhopper": "https://graphhopper.com/api/1"}

Router = Callable[..., Any]


class HostedEngine:
    """A `RoadEngine` by way of routingpy. It does not say how far points were moved to a road, and cannot be
    told to keep off tolls: neither service takes that with a matrix."""

    def __init__(self, name: str, router: Any, *, version: str, most: int) -> None:
        self.name = name
        self.version = version
        self.most = most
        self.avoids_tolls = False
        self._router = router

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        """See `RoadEngine.ask`."""
        locations = [[lng, lat] for lat, lng in (*origins, *destinations)]
        rows = list(range(len(locations)))
        asked: dict[str, Any] = {"sources": rows[: len(origins)], "destinations": rows[len(origins) :]}
        if self.name == "openrouteservice":
            asked["metrics"] = ["duration", "distance"]
        elif self.name == "osrm":
            asked["annotations"] = ["duration", "distance"]
        try:
            found = self._router.matrix(locations, PROFILES[self.name], **asked)
            seconds, meters = figures(found.durations), figures(found.distances)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise EngineDown(f"{self.name} sent no table ({type(error).__name__})") from error
        return EmptyRoads(
            seconds=seconds,
            meters=meters,
            snapped=np.full(len(origins), np.nan),
            arrived=np.full(len(destinations), np.nan),
        )


def hosted_engine(
    name: str,
    *,
    base: str = "",
    api_key: str = "",
    version: str,
    most: int,
    user_agent: str,
    timeout: float,
    allow_loopback: bool = False,
) -> HostedEngine:
    """An engine by its name in `PROFILES`; `base` where it is a server of one's own.

    Raises
    ------
    InvalidRequest
        code `bad_address`.
    Unavailable
        code `no_tools`, where routingpy is not installed.
    """
    service = JsonService(base or BASES[name], allow_loopback=allow_loopback, user_agent=user_agent, timeout=timeout)
    try:
        from routingpy import routers
    except ImportError as error:
        raise Unavailable(
            f"{name} is asked by way of routingpy, which is not installed.",
            code="no_tools",
            hint="Install Rounds with the extra `roads`.",
        ) from error
    kinds: Mapping[str, Router] = {
        "openrouteservice": routers.ORS, "graphhopper": routers.Graphhopper, "osrm": routers.OSRM
    }  # fmt: skip
    given = {"api_key": api_key} if name != "osrm" else {}
    router = kinds[name](base_url=base or BASES[name], client=_client(service), **given)
    return HostedEngine(name, router, version=version, most=most)


def _client(service: JsonService) -> type:
    """A client class as routingpy builds one for each router."""
    from routingpy.client_base import BaseClient

    class Careful(BaseClient):  # type: ignore[misc]
        def __init__(self, base_url: str, *options: Any, headers: Mapping[str, str] | None = None) -> None:
            del options  # of its own patience and retries
            super().__init__(base_url)
            self.headers.update(headers or {})

        def _request(
            self, url: str, get_params: Any = None, post_params: Any = None, dry_run: bool | None = None
        ) -> Any:
            del dry_run
            own = {"Authorization": self.headers["Authorization"]} if "Authorization" in self.headers else {}
            status, answer = service.ask(self._generate_auth_url(url, get_params), post_params, headers=own)
            if status != 200:
                raise EngineDown("the road engine refuses the question")
            return answer

    return Careful
