"""A real Chromium in front of the real pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

from tests.booking_world import BRAMPTON, MONDAY
from tests.features.clinic import Clinic, open_clinic
from tests.features.conftest import (  # noqa: F401  # the same house, seen through a browser
    House,
    house,
    migrated_sqlite,
    settings,
)
from tests.features.test_day_page import published  # noqa: F401
from tests.features.web import CREW, open_page

NAMES = ("chromium", "chromium-browser", "google-chrome")

expect.set_options(timeout=20_000)  # half of a slow machine may belong to somebody else


@pytest.fixture
def url(migrated_sqlite: Path, tmp_path: Path) -> str:  # noqa: F811
    """SQLite only: a browser cannot tell, and what the pages read and write is tested on both stores without one."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'rounds.db')}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail(f"none of {', '.join(NAMES)} is installed; `make test` installs one as root", pytrace=False)
    with sync_playwright() as playwright:
        # Root, as in a container, cannot use the sandbox; nothing but our own pages is opened.
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The origin at which an app answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def origin(published: House) -> Iterator[str]:  # noqa: F811
    """Where the pages of a published day answer."""
    with serving(published.app) as where:
        yield where


@pytest.fixture
def site(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Clinic]:  # noqa: F811
    """The clinic with its booking page open, on one store: the other is tested without a browser."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'rounds.db')}"
    with open_clinic(url, tmp_path, CREW) as opened:
        open_page(opened)
        yield opened


@pytest.fixture
def shop(site: Clinic) -> Iterator[str]:
    """Where the booking page answers; what the first search compiles is there before a browser waits for it."""
    site.public.offers(BRAMPTON, MONDAY)
    with serving(site.app) as where:
        yield where
