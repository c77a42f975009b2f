"""Export: golden records as files that people and programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from mdm.connectors.writer import table_format, write_table
from mdm.domain.access import Permission
from mdm.domain.source import Json
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store


def export_golden(uow: UnitOfWork, entity: str, path: Path) -> int:
    """Write every active golden record with its attributes; returns how many. The suffix names the format."""
    access.require(uow.actor, Permission.EXPORT_READ)
    attributes = list(uow.hub.dictionary.entity(entity).attributes)
    return write_table(
        path,
        ("golden_id", "version", "sources", *attributes),
        _rows(uow, entity, attributes),
        table_format(path),
    )


def _rows(uow: UnitOfWork, entity: str, attributes: list[str]) -> Iterator[tuple[Json, ...]]:
    for row in golden_store.current(uow.connection, entity):
        values = json.loads(row.attributes)
        yield (
            row.golden_id,
            row.version,
            len(json.loads(row.members)),
            *(values.get(name) for name in attributes),
        )
