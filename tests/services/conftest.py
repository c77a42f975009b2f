"""Services on a fresh hub that shares what takes longest to read: dictionary and rules."""

from __future__ import annotations

import pytest

from mdm.config import load_settings
from mdm.services import setup
from mdm.services.hub import Hub
from mdm.storage.database import open_database
from tests import factories as f


@pytest.fixture(scope="session")
def house(sqlite_template):
    """Dictionary and rules, read once."""
    opened = setup.open_hub(load_settings({"MDM_HOME": str(sqlite_template)}))
    opened.close()
    return opened


@pytest.fixture
def hub(settings, house):
    """An initialised hub on SQLite."""
    opened = Hub(settings, open_database(settings.database_url), house.dictionary, dict(house.rules))
    yield opened
    opened.close()


@pytest.fixture
def widgets(hub):
    """The hub with widgets and three sources."""
    return f.with_widgets(hub)
