"""Audit: reading the trail, sealing it with leaf hashes, and finding what was altered.

Sealed entries are compared with hashes kept apart from them. Until checkpoints leave the machine, an owner of the
database who recomputes everything is not found out: that comes with signed checkpoints.
"""

from __future__ import annotations

import json

from mdm.domain.access import Actor, Permission
from mdm.domain.audit import AuditEntry, AuditReport, leaf_hash, merkle_root
from mdm.services import access
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import audit as audit_store

BATCH = 5000


def entries(
    uow: UnitOfWork,
    table: str | None = None,
    row_key: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[AuditEntry, ...]:
    """Audit entries, newest first."""
    access.require(uow.actor, Permission.AUDIT_READ)
    return tuple(
        AuditEntry(
            r.id,
            r.at,
            r.actor,
            json.loads(r.content)["reason"],
            r.table_name,
            r.operation,
            r.row_key,
            r.content,
        )
        for r in audit_store.entries(uow.connection, table, row_key, before, min(max(limit, 1), 1000))
    )


def seal(hub: Hub, actor: Actor) -> int:
    """Number and hash the entries that have no leaf yet; returns how many."""
    done = 0
    while True:
        with hub.unit_of_work(actor, "seal the audit trail") as uow:
            found = audit_store.unsealed(uow.connection, BATCH)
            first = audit_store.last_seq(uow.connection) + 1
            leaves = [
                (first + place, row.id, leaf_hash(row.content.encode())) for place, row in enumerate(found)
            ]
            audit_store.add_leaves(uow.connection, leaves)
        done += len(found)
        if len(found) < BATCH:
            return done


def verify(uow: UnitOfWork) -> AuditReport:
    """Compare every sealed entry with its leaf; names what was altered, removed or renumbered."""
    access.require(uow.actor, Permission.AUDIT_READ)
    faults: list[str] = []
    leaves: list[str] = []
    after = 0
    while found := audit_store.sealed(uow.connection, after, BATCH):
        for row in found:
            if row.seq != len(leaves) + 1:
                faults.append(f"leaf {len(leaves) + 1} is missing")
            leaves.append(row.leaf_hash)
            faults.extend(_faults(row))
        after = found[-1].seq
    entries_total = audit_store.count_entries(uow.connection)
    return AuditReport(
        entries_total, len(leaves), entries_total - len(leaves), merkle_root(leaves), tuple(faults)
    )


def _faults(row: object) -> list[str]:
    content = getattr(row, "content", None)
    place = f"entry {getattr(row, 'event_id', '?')}"
    if content is None:
        return [f"{place} was removed"]
    told = f"{place} ({getattr(row, 'table_name', '')} {getattr(row, 'row_key', '')})"
    if leaf_hash(content.encode()) != getattr(row, "leaf_hash", ""):
        return [f"{told} was altered"]
    held = json.loads(content)
    shown = {
        "fact": "fact_id",
        "at": "at",
        "actor": "actor",
        "table": "table_name",
        "operation": "operation",
        "key": "row_key",
    }
    return [
        f"{told}: column {column} was altered"
        for name, column in shown.items()
        if str(held[name]) != str(getattr(row, column, None))
    ]
