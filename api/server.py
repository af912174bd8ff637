"""gunicorn around the app. Each worker builds its own: nothing is shared across a fork."""

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types

from api.app import create_app
from api.settings import Settings

PATIENCE_SECONDS = 30
"""How much longer than the longest search a worker may be silent before it is replaced."""


class Server(BaseApplication):  # type: ignore[misc]
    """A gunicorn that takes its configuration from our settings, and none from its own files."""

    def __init__(self, settings: Settings, *, bind: tuple[str, int]) -> None:
        self._settings = settings
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        host, port = self._bind
        self.cfg.set("bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        self.cfg.set("workers", self._settings.workers)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 4)
        self.cfg.set("timeout", int(self._settings.solve_time_limit) + PATIENCE_SECONDS)
        self.cfg.set("loglevel", self._settings.log_level)

    def load(self) -> Flask:
        from optimizer.solver.child import start_ahead

        start_ahead()
        return create_app(self._settings)
