"""Shared fixtures: a hub of one's own per test, on SQLite and (where asked) PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from sqlalchemy import create_engine, text

from mdm.config import Settings, load_settings
from mdm.domain.access import Actor, system_actor
from mdm.services import setup
from mdm.services.hub import Hub

# The same examples in every run: a red run must come from a change, not from luck. `HYPOTHESIS=random` looks further.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("random", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))

POSTGRES = os.environ.get("MDM_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
REQUIRED = set(os.environ.get("MDM_REQUIRE", "").split(","))


@pytest.fixture(scope="session", autouse=True)
def toml_is_parsed_once() -> Iterator[None]:
    """Dictionary and code lists take most of the time of opening a hub; nobody changes what was parsed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", cache(tomllib.loads))
        yield


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder in memory where the machine has one: a test commits often and needs no disk."""
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mdm-test-", dir=base, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_template(scratch: Path) -> Path:
    """A migrated, empty SQLite database that tests copy."""
    settings = load_settings({"MDM_HOME": str(scratch / "template")})
    hub = setup.open_hub(settings)
    setup.init(hub, system_actor("test"))
    with hub.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    hub.close()
    return settings.home


@pytest.fixture(scope="session")
def postgres_template(scratch: Path) -> Iterator[str | None]:
    """Name of a migrated, empty PostgreSQL database that tests copy; None when no server is reachable."""
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    name = f"mdm_template_{uuid4().hex[:12]}"
    try:
        with admin.connect() as connection:
            connection.execute(text(f"create database {name} encoding 'UTF8' template template0"))
    except Exception as error:
        if "postgres" in REQUIRED:
            raise
        print(f"not covered: PostgreSQL is not reachable ({type(error).__name__})")
        yield None
        return
    settings = load_settings(
        {"MDM_HOME": str(scratch / "pg"), "MDM_DATABASE_URL": POSTGRES.rsplit("/", 1)[0] + f"/{name}"}
    )
    hub = setup.open_hub(settings)
    setup.init(hub, system_actor("test"))
    hub.close()
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
    admin.dispose()


@pytest.fixture
def settings(scratch: Path, sqlite_template: Path) -> Iterator[Settings]:
    """Settings of a fresh, initialised hub on SQLite."""
    home = scratch / uuid4().hex
    shutil.copytree(sqlite_template, home)
    yield load_settings({"MDM_HOME": str(home)})
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """An initialised hub on SQLite."""
    opened = setup.open_hub(settings)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_hub(
    request: pytest.FixtureRequest, settings: Settings, postgres_template: str | None
) -> Iterator[Hub]:
    """An initialised hub on each database in turn."""
    if request.param == "sqlite":
        opened = setup.open_hub(settings)
        yield opened
        opened.close()
        return
    if postgres_template is None:
        pytest.skip("PostgreSQL is not reachable")
    name = f"mdm_test_{uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {postgres_template}"))
    opened = setup.open_hub(replace(settings, database_url=POSTGRES.rsplit("/", 1)[0] + f"/{name}"))
    yield opened
    opened.close()
    with admin.connect() as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
    admin.dispose()


@pytest.fixture
def system() -> Actor:
    """The actor for work on the machine itself."""
    return system_actor("cli:test")


@pytest.fixture
def make_hub(scratch: Path, sqlite_template: Path) -> Iterator[Callable[[], Hub]]:
    """Makes further fresh hubs on SQLite."""
    opened: list[Hub] = []

    def make() -> Hub:
        home = scratch / uuid4().hex
        shutil.copytree(sqlite_template, home)
        opened.append(setup.open_hub(load_settings({"MDM_HOME": str(home)})))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
        shutil.rmtree(each.settings.home, ignore_errors=True)
