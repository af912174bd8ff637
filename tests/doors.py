"""Two ways through the same doors: into an app in this process, and over HTTP to a server that runs somewhere else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol

from flask import Flask

PATIENCE_SECONDS = 60.0
"""When an answer counts as never coming, on however slow a machine."""


class Unanswered(Exception):
    """The server went away before it had answered: nobody knows yet what became of the request."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. `body` is the JSON document, None where there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of a problem document, empty for anything else."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Door(Protocol):
    def ask(self, method: str, path: str, *, body: object = None, headers: Mapping[str, str]) -> Answer:
        """Raises Unanswered."""
        ...


@dataclass(frozen=True)
class AppDoor:
    """The app in this process, without a socket."""

    app: Flask

    def ask(self, method: str, path: str, *, body: object = None, headers: Mapping[str, str]) -> Answer:
        document = None if body is None else json.dumps(body)
        kind = None if body is None else "application/json"
        answer = self.app.test_client().open(path, method=method, data=document, content_type=kind, headers=headers)
        return Answer(status=answer.status_code, headers=dict(answer.headers), body=_read(answer.data))


@dataclass(frozen=True)
class HttpDoor:
    """A server; one connection a request, so that a killed worker costs no other request its answer."""

    host: str
    port: int

    def ask(self, method: str, path: str, *, body: object = None, headers: Mapping[str, str]) -> Answer:
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)
        try:
            document = None if body is None else json.dumps(body)
            kind = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, body=document, headers={**headers, **kind})
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=dict(answer.getheaders()), body=_read(answer.read()))
        except (OSError, HTTPException) as error:
            raise Unanswered(f"{method} {path}: {error}") from error
        finally:
            connection.close()


def _read(body: bytes) -> Any:
    return json.loads(body) if body else None
