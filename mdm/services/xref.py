"""Cross-references: which golden ID a source key has, now or at a past time; always an answer for a known key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mdm.connectors.writer import table_format, write_table
from mdm.domain.access import Permission
from mdm.domain.errors import UnknownRecordError
from mdm.domain.golden import GoldenStatus
from mdm.domain.xref import XrefAnswer
from mdm.services import access, golden
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import xref as xref_store
from mdm.storage.database import time_text

MAX_KEYS = 10_000
"""Most keys one batch may ask for."""


def look_up(uow: UnitOfWork, entity: str, system: str, key: str, as_of: datetime | None = None) -> XrefAnswer:
    """The golden ID of a source key; with ``as_of`` the ID and version it had then, and where that ID leads now.

    Raises UnknownRecordError.
    """
    access.require(uow.actor, Permission.XREF_READ)
    if as_of is not None:
        return _look_up_then(uow, entity, system, key, time_text(as_of))
    row = _found(uow, xref_store.look_up(uow.connection, entity, system, key), entity, system, key)
    active = row.status == GoldenStatus.ACTIVE
    resolved = (row.golden_id,) if active else golden.resolve(uow, row.golden_id)
    return XrefAnswer(entity, system, key, row.golden_id, _status(row, resolved), resolved, row.version)


def _look_up_then(uow: UnitOfWork, entity: str, system: str, key: str, at: str) -> XrefAnswer:
    row = _found(uow, xref_store.look_up_at(uow.connection, entity, system, key, at), entity, system, key)
    now = xref_store.look_up(uow.connection, entity, system, key)
    resolved = _own_first(golden.resolve(uow, row.golden_id), now.golden_id if now else None)
    then = golden_store.version_at(uow.connection, row.golden_id, at)
    version = then.version if then else row.version
    return XrefAnswer(entity, system, key, row.golden_id, _status(row, resolved), resolved, version)


def _found(uow: UnitOfWork, row: Any, entity: str, system: str, key: str) -> Any:  # Any: a table row
    if row is None:
        uow.hub.dictionary.entity(entity)
        raise UnknownRecordError(
            "No golden ID is known for this key.",
            entity=entity,
            source_system=system[:60],
            source_id=key[:300],
        )
    return row


def look_up_many(uow: UnitOfWork, entity: str, keys: Sequence[tuple[str, str]]) -> list[XrefAnswer | None]:
    """The same for many (system, key), in order; None for unknown keys."""
    access.require(uow.actor, Permission.XREF_READ)
    uow.hub.dictionary.entity(entity)
    by_system: dict[str, list[str]] = {}
    for system, key in keys:
        by_system.setdefault(system, []).append(key)
    found = {
        (system, key): row
        for system, held in by_system.items()
        for key, row in xref_store.look_up_many(uow.connection, entity, system, held).items()
    }
    return [
        XrefAnswer(
            entity, system, key, row.golden_id, _status(row, (row.golden_id,)), (row.golden_id,), row.version
        )
        if (row := found.get((system, key)))
        else None
        for system, key in keys
    ]


def export_xref(uow: UnitOfWork, entity: str, path: Path) -> int:
    """Write ``source_system,source_id,golden_id`` of every current source record; returns how many."""
    access.require(uow.actor, Permission.EXPORT_READ)
    uow.hub.dictionary.entity(entity)
    rows = xref_store.export_rows(uow.connection, entity)
    write_table(
        path, ("source_system", "source_id", "golden_id"), [tuple(row) for row in rows], table_format(path)
    )
    return len(rows)


def _status(row: Any, resolved: Sequence[str]) -> str:  # Any: a table row
    """Where the golden ID stands; a retired key says so itself, an ID living on beside a part of it is split."""
    if row.record_status != "active":
        return GoldenStatus.RETIRED.value
    if row.status == GoldenStatus.ACTIVE and len(resolved) > 1:
        return GoldenStatus.SPLIT.value
    return str(row.status)


def _own_first(resolved: tuple[str, ...], own: str | None) -> tuple[str, ...]:
    if own is None or own not in resolved:
        return resolved
    return (own, *(golden_id for golden_id in resolved if golden_id != own))
