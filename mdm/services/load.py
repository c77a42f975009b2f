"""Loads: taking back a wrong file, and retiring what a complete extract no longer holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError, UnknownLoadError
from mdm.services import access, intake, source, standardise
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import source as source_store


def undo_load(uow: UnitOfWork, load_id: str) -> dict[str, int]:
    """Take back what a load brought: new records are retired, changed ones get their earlier content as a new version.

    Records that were retired before the load are retired again, with their earlier content; records that changed again
    since are left alone. Returns ``retired``, ``restored``, ``left``; matching follows
    with the next run. Raises UnknownLoadError, or InvalidInputError when it was taken back before.
    """
    access.require(uow.actor, Permission.SOURCE_LOAD)
    load = _known(uow, load_id)
    access.require_source(uow.actor, load.source)
    uow.take_turn(load.entity)
    load = _known(uow, load_id)  # as it is once nobody else regroups: somebody may have been first
    if load.status != "accepted":
        raise InvalidInputError("This load was taken back before.", field="load_id")
    brought = source_store.records_of_load(uow.connection, load_id)
    records = source_store.records_by_id(uow.connection, [row.record_id for row in brought])
    mine = [row for row in brought if records[row.record_id].version == row.version]
    for row in mine:
        if row.version > 1:
            _restore(uow, load.entity, records[row.record_id])
    unused = [row.record_id for row in mine if goes_out_of_use(row)]
    intake.retire_many(uow, load.entity, unused)
    source_store.mark_load(uow.connection, load_id, "undone")
    counts = {
        "retired": len(unused),
        "restored": len(mine) - len(unused),
        "left": len(brought) - len(mine),
    }
    uow.record("load.undone", load.entity, load_id, dict(counts))
    return counts


def retire_missing(uow: UnitOfWork, entity: str, system: str, keys: Sequence[str]) -> int:
    """Retire the records that a complete extract no longer holds, as its preview listed them."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    access.require_source(uow.actor, system)
    uow.take_turn(entity)
    found = source_store.records_by_key(uow.connection, entity, system, keys)
    active = [record.record_id for record in found.values() if record.status == "active"]
    intake.retire_many(uow, entity, active)
    return len(active)


def goes_out_of_use(row: Any) -> bool:  # Any: a table row
    """Whether a record that a load brought in this version is retired when the load is taken back."""
    return bool(row.version == 1 or row.revives)


def _known(uow: UnitOfWork, load_id: str) -> Any:  # Any: a table row
    load = source_store.find_load(uow.connection, load_id)
    if load is None:
        raise UnknownLoadError("There is no such load.", load_id=load_id[:60])
    return load


def _restore(uow: UnitOfWork, entity: str, record: source_store.StoredRecord) -> None:
    versions = source_store.versions_of(uow.connection, record.record_id)
    before = next(v for v in reversed(versions) if v.version < record.version)
    cells, version = json.loads(before.cells), record.version + 1
    source_store.change_record(
        uow.connection,
        record.record_id,
        version,
        before.content_hash,
        "active",
        uow.at,
        known=record.version,
    )
    row = source.version_row(
        uow, record.record_id, version, cells, before.content_hash, load_id=None, mapped=before.mapped
    )
    source_store.add_versions(uow.connection, [row])
    standardiser = standardise.open_standardiser(uow.connection, uow.hub, entity, record.key.system)
    key = record.key.key
    made = standardiser.of_attributes(cells, key) if before.mapped else standardiser.of_cells(cells, key)
    stored = standardise.as_stored(uow.hub, entity, made)
    standardise.store(uow, entity, standardiser.id, [(record.record_id, version, stored)])
    match_store.replace_pairs(uow.connection, entity, [], [record.record_id])
