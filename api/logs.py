"""Structured logs on stderr: request id, route, status, milliseconds; never a name, an address or a body."""

import logging
import re
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from api.settings import Settings

SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def configure(settings: Settings) -> None:
    """Send every log line of this process to stderr, unless its host has set up logging already."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[*_marks(), *_renderers(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever stderr is when a line is written
        cache_logger_on_first_use=False,
    )


def of_others(settings: Settings) -> logging.Formatter:
    """Shapes the lines that a library writes through `logging` like our own."""
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)]
    return structlog.stdlib.ProcessorFormatter(processors=processors, foreign_pre_chain=_marks())


def _marks() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderers(settings: Settings) -> list[Processor]:
    if settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty()):
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer()]


def register(app: Flask) -> None:
    """Name every request, log it once it is answered, and send its name back as `X-Request-Id`."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        structlog.get_logger().info(
            "request",
            method=request.method,
            # The rule, not the path: ids and tokens in a path are nobody's business here.
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
        return response
