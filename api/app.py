"""The web application."""

from flask import Flask

from api import compression, logs, problem_details
from api.pages.shell import FILES
from api.settings import Settings, read_settings
from api.v1 import blueprints
from api.wiring import Wiring


def create_app(settings: Settings | None = None, *, wiring: Wiring | None = None) -> Flask:
    """An app of its own: several may live in one process.

    Parameters
    ----------
    settings
        Read from the environment where None.
    wiring
        What the app works with; built from the settings where None.
    """
    parts = wiring or Wiring(settings or read_settings())
    logs.configure(parts.settings)
    app = Flask("api", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.max_body_bytes
    app.extensions["rounds"] = parts
    logs.register(app)
    problem_details.register(app)
    compression.register(app, files=FILES)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    return app
