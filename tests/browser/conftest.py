"""The demo hub, made once and copied for each test, and one browser for all of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mdm.config import load_settings
from mdm.demo.run import fill_hub
from mdm.domain.access import system_actor
from mdm.services import setup
from mdm.services.hub import Hub, database_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REQUIRED = "browser" in os.environ.get("MDM_REQUIRE", "").split(",")
if not REQUIRED and find_spec("playwright") is None:
    print("not covered: pages in a browser (`make browser` installs its driver)")
    collect_ignore_glob = ["test_*.py"]
else:
    from tests.browser.harness import CHROMIUM, Live, add_people, open_browser

RECORDS = 300
"""Source records per entity: a queue of some 180 pairs."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each opens contexts of its own."""
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("MDM_REQUIRE names the browser, but there is no chromium (MDM_CHROMIUM=path)")
        pytest.skip("not covered: there is no chromium")
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_home(scratch: Path, sqlite_template: Path) -> Path:
    """The folder of a hub with all three entities matched, and people; tests copy it."""
    home = scratch / "demo"
    shutil.copytree(sqlite_template, home)
    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    fill_hub(hub, system_actor("cli:test"), home / "demo", RECORDS)
    add_people(hub)
    with hub.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    hub.close()
    return home


@pytest.fixture(scope="session")
def demo_words(demo_home: Path) -> Hub:
    """A hub whose dictionary and rules the others share: reading them takes longer than most tests."""
    hub = setup.open_hub(load_settings({"MDM_HOME": str(demo_home)}))
    hub.close()
    return hub


@pytest.fixture
def serve(scratch: Path, demo_words: Hub) -> Iterator[Callable[[Path], Live]]:
    """Serves a copy of the hub in a folder; ended with the test."""
    opened: list[Live] = []

    def start(home: Path) -> Live:
        copy = scratch / uuid4().hex
        shutil.copytree(home, copy)
        settings = load_settings({"MDM_HOME": str(copy)})
        opened.append(Live(Hub(settings, database_of(settings), demo_words.dictionary, demo_words.rules)))
        return opened[-1]

    yield start
    for live in opened:
        live.close()
        live.hub.close()
        shutil.rmtree(live.hub.settings.home, ignore_errors=True)


@pytest.fixture
def demo(serve: Callable[[Path], Live], demo_home: Path) -> Live:
    """The demo hub, served."""
    return serve(demo_home)


@pytest.fixture
def empty(serve: Callable[[Path], Live], sqlite_template: Path) -> Live:
    """A hub that holds people and nothing else, served."""
    live = serve(sqlite_template)
    add_people(live.hub)
    return live
