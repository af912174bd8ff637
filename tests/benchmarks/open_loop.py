"""Load as it comes: each request at its appointed time, whether or not those before it have been answered.

A driver that waits for answers before it asks again measures a slow server only a few times. Here latency counts from
the instant a request was meant to be sent.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`seconds` is the time from when the request was to be sent to the last byte of the answer."""

    status: int
    seconds: float
    body: bytes

    def document(self) -> Any:
        return json.loads(self.body)


class Client:
    """Connections to one server, kept open and reused."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, request: Request, meant: float | None = None) -> Reply:
        begun = perf_counter() if meant is None else meant
        body = b"" if request.body is None else json.dumps(request.body).encode()
        lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        if request.body is not None:
            lines.append("Content-Type: application/json")
        lines.append(f"Content-Length: {len(body)}")
        sent = "\r\n".join([*lines, "", ""]).encode() + body
        while True:
            is_new = not self._idle
            reader, writer = await asyncio.open_connection(self._host, self._port) if is_new else self._idle.pop()
            try:
                writer.write(sent)
                status, answer = await _read(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
                if is_new:
                    raise
                continue  # the server had closed a connection that was idle
            self._idle.append((reader, writer))
            return Reply(status=status, seconds=perf_counter() - begun, body=answer)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, length = int(head.split(" ", 2)[1]), 0
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    return status, await reader.readexactly(length)


async def drive(tasks: Sequence[Callable[[float], Awaitable[None]]], *, rate: float) -> None:
    """Begin each task at its time, `rate` a second; each is told when it was meant to begin."""
    begun = perf_counter()
    running = []
    for number, task in enumerate(tasks):
        meant = begun + number / rate
        await asyncio.sleep(max(0.0, meant - perf_counter()))
        running.append(asyncio.ensure_future(task(meant)))
    await asyncio.gather(*running)


def told(seconds: Sequence[float]) -> str:
    """p50 and p99 in milliseconds."""
    if len(seconds) < 2:
        return "too few"
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"p50 {1e3 * cuts[49]:7.1f}  p99 {1e3 * cuts[98]:7.1f} ms"
