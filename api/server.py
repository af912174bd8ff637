"""gunicorn around the app. Each worker builds its own: nothing is shared across a fork."""

import errno
import socket

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types

from api import logs
from api.app import create_app
from api.settings import Settings
from api.worker import hand_over
from optimizer.domain.errors import InvalidRequest, Unavailable

PATIENCE_SECONDS = 30
"""How much longer than the longest search a worker may be silent before it is replaced."""


BACKLOG = 2048
"""Connections that may wait for a worker."""


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else starts: gunicorn on its own would try for five seconds, and not say why.

    Raises
    ------
    Unavailable
        code `port_in_use`.
    InvalidRequest
        code `address_unusable`, where waiting does not help.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"port {port} of {host} is in use",
                code="port_in_use",
                hint="stop what listens there, or choose another with --port or ROUNDS_PORT",
            ) from error
        raise InvalidRequest(
            f"cannot listen on port {port} of {host}: {str(error.strerror).partition(' (')[0]}",
            code="address_unusable",
            hint="choose an address of this machine with --host, and a port above 1023 with --port",
        ) from error


class Server(BaseApplication):  # type: ignore[misc]
    """A gunicorn that takes its configuration from our settings, and none from its own files."""

    def __init__(self, settings: Settings, *, bind: tuple[str, int]) -> None:
        """Raises what `listen` does."""
        self._settings = settings
        self._listener = listen(*bind).detach()
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"fd://{self._listener}")
        self.cfg.set("workers", self._settings.workers)
        self.cfg.set("worker_class", "api.worker.Worker")
        self.cfg.set("post_fork", hand_over)
        self.cfg.set("threads", 4)
        self.cfg.set("timeout", int(self._settings.solve_time_limit) + PATIENCE_SECONDS)
        self.cfg.set("control_socket_disable", True)  # it would write into the home directory
        self.cfg.set("loglevel", self._settings.log_level)
        self.cfg.set("logconfig_dict", self._logging())

    def _logging(self) -> dict[str, object]:
        """gunicorn's lines go where ours go, in the same shape."""
        settings = self._settings
        return {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"ours": {"()": lambda: logs.of_others(settings)}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
            "root": {},
            "loggers": {
                "gunicorn.error": {
                    "level": settings.log_level.upper(),
                    "handlers": ["stderr"],
                    "propagate": False,
                    "qualname": "gunicorn.error",
                }
            },
        }

    def load(self) -> Flask:
        from optimizer.solver.child import start_ahead

        start_ahead()
        return create_app(self._settings)
