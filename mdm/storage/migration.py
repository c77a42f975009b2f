"""Bringing a database to the present schema, one named step after the other."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from mdm.storage.database import Connection


def migrate(connection: Connection, target: str = "head") -> None:
    """Upgrade to ``target`` inside the caller's transaction: all steps or none."""
    command.upgrade(_config(connection), target)


def downgrade(connection: Connection, target: str) -> None:
    """Go back to ``target`` inside the caller's transaction."""
    command.downgrade(_config(connection), target)


def current_revision(connection: Connection) -> str | None:
    """The step the database stands at, None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The newest step of this version of the hub."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise RuntimeError("The package holds no migration.")
    return head


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["connection"] = connection
    return config
