"""Schema history: up, down and up again with data in it, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from mdm.services import audit, setup
from mdm.storage import migration
from mdm.storage.schema import metadata
from tests import factories as f
from tests.invariants.oracle import assert_holds

CONTEXT = {"actor": "cli:test", "reason": "migrate", "fact": "F", "at": "2031-01-01T00:00:00.000000Z"}


@pytest.fixture
def filled(any_hub):
    """A hub with records, golden records and a task."""
    hub = f.with_widgets(any_hub)
    f.put_all(hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("", "alpha")})
    return hub


def test_the_schema_of_the_migrations_is_that_of_the_tables(any_hub):
    with any_hub.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_up_down_and_up_again_leaves_a_hub_that_works(filled):
    with filled.database.writing(CONTEXT) as connection:
        migration.downgrade(connection, "base")
    with filled.database.reading() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
    report = setup.init(filled, f.SYSTEM)
    assert (report.before, report.revision) == (None, migration.head_revision())
    f.with_widgets(filled)
    f.put_all(filled, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("A", "alpha")})
    assert f.partition(filled) == f.groups("ERP:1 MES:1")
    assert_holds(filled)


def test_a_migration_that_fails_leaves_everything_as_it_was(filled):
    before = f.golden_ids(filled)
    with pytest.raises(DBAPIError), filled.database.writing(CONTEXT) as connection:  # noqa: PT012 - both steps are one transaction
        migration.downgrade(connection, "base")
        connection.exec_driver_sql("select * from source_record")
    assert f.golden_ids(filled) == before
    assert_holds(filled)


def test_migrating_again_changes_nothing_and_the_sealed_trail_still_verifies(filled):
    setup.init(filled, f.SYSTEM)  # imports the dictionary with widgets
    audit.seal(filled, f.SYSTEM)
    entries = f.sql(filled, "select count(*) from audit_event")
    setup.init(filled, f.SYSTEM)
    assert f.read(filled, audit.verify).faults == ()
    assert f.sql(filled, "select count(*) from audit_event") == entries
    assert_holds(filled)
