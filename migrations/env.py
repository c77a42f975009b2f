"""Alembic environment: runs on the connection that ``mdm.storage.migration`` hands in."""

from __future__ import annotations

from alembic import context

from mdm.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
