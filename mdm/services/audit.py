"""Audit: reading the trail, sealing it with leaf hashes, and finding what was altered.

Sealed entries are compared with hashes kept beside them and with those that ``checkpoint`` keeps outside, by the
verifier that an inspector runs without a hub; the rows of governed tables with the last entry that tells of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm import verifier
from mdm.connectors.writer import TableFormat, write_table
from mdm.domain.access import Actor, Permission
from mdm.domain.audit import AuditEntry, AuditFilter, AuditReport, check_filter, leaf_hash
from mdm.services import access
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import audit as audit_store
from mdm.storage import job as job_store
from mdm.storage.schema import GOVERNED, GOVERNED_ON_CHANGE, GOVERNED_ON_INSERT

BATCH = 5000


@dataclass(frozen=True, slots=True)
class Verification:
    """How a verification by the worker ended."""

    slot: str
    ok: bool
    result: str


def entries(
    uow: UnitOfWork, narrow: AuditFilter | None = None, before: int | None = None, limit: int = 100
) -> tuple[AuditEntry, ...]:
    """Audit entries that pass the filter, newest first; ``before``: only those with a smaller id."""
    access.require(uow.actor, Permission.AUDIT_READ)
    found = audit_store.entries(
        uow.connection, check_filter(narrow or AuditFilter()), before, min(max(limit, 1), 1000)
    )
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
        for r in found
    )


def tables(uow: UnitOfWork) -> tuple[str, ...]:
    """The tables whose changes the trail tells of."""
    access.require(uow.actor, Permission.AUDIT_READ)
    return tuple(sorted({*GOVERNED, *GOVERNED_ON_CHANGE, *GOVERNED_ON_INSERT}))


def count(uow: UnitOfWork) -> int:
    """How many entries there are, sealed or not."""
    access.require(uow.actor, Permission.AUDIT_READ)
    return audit_store.count_entries(uow.connection)


def last_verification(uow: UnitOfWork, job: str = "verify_audit") -> Verification | None:
    """How the newest verification (or another check) by the worker ended, None before the first."""
    access.require(uow.actor, Permission.AUDIT_READ)
    found = job_store.last_end(uow.connection, job)
    return Verification(found.slot, found.status == "done", found.result) if found else None


def seal(hub: Hub, actor: Actor) -> int:
    """Number and hash the entries that have no leaf yet; returns how many."""
    done = 0
    while True:
        with hub.unit_of_work(actor, "seal the audit trail") as uow:
            uow.take_turn_to_seal()
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
    """Compare the trail with its seals, with every place outside, and with the rows it tells of; names each fault."""
    access.require(uow.actor, Permission.AUDIT_READ)
    outside = [_read_place(folder) for folder in uow.hub.settings.checkpoint_folders]
    found = verifier.verify(_sealed(uow), outside, _seals(uow))
    last = max(outside, key=lambda place: place.covered, default=None)
    covered = last.covered if last else 0
    entries_total = audit_store.count_entries(uow.connection)
    strayed = [
        f"{table} {key} {what}"
        for table in GOVERNED
        for key, what in audit_store.strayed(uow.connection, table)
    ]
    return AuditReport(
        entries=entries_total,
        sealed=found.entries,
        unsealed=entries_total - found.entries,
        covered=covered,
        exposed=max(entries_total - covered, 0),
        last_checkpoint=last.checkpoints[-1].at if last and last.checkpoints else "",
        head=found.head,
        faults=(*found.faults, *strayed),
    )


def export(uow: UnitOfWork, path: Path) -> int:
    """Write every sealed entry, in order, as the file that ``mdm-verify`` reads; returns how many."""
    access.require(uow.actor, Permission.AUDIT_READ)
    columns = ("seq", "id", *verifier.COLUMNS, "content")
    rows = ([row.seq, row.event_id, *_columns(row), row.content] for row in _rows(uow))
    return write_table(path, columns, rows, TableFormat.JSONL)


def _rows(uow: UnitOfWork) -> Iterator[Any]:  # Any: table rows
    after = 0
    while found := audit_store.sealed(uow.connection, after, BATCH):
        yield from found
        after = found[-1].seq


def _sealed(uow: UnitOfWork) -> Iterator[verifier.Entry]:
    for row in _rows(uow):
        yield verifier.Entry(row.seq, row.event_id, row.content, _columns(row))


def _columns(row: Any) -> tuple[Any, ...]:  # Any: a table row, whatever its columns hold
    return tuple(getattr(row, name) for name in verifier.COLUMNS)


def _seals(uow: UnitOfWork) -> verifier.Place:
    """The hashes beside the entries, as a place like those outside."""
    held, after = bytearray(), 0
    while found := audit_store.leaves(uow.connection, after, BATCH):
        held += bytes.fromhex("".join(leaf.leaf_hash for leaf in found))
        after = found[-1].seq
    size = len(held) // verifier.SIZE
    return verifier.Place(
        "the seals", bytes(held), [verifier.Checkpoint(size, "", "", "", (), "")] if size else []
    )


def _read_place(folder: Path) -> verifier.Place:
    try:
        return verifier.read_place(folder)
    except FileNotFoundError:
        return verifier.Place(str(folder), b"", [])  # nothing was written to it yet
    except (OSError, ValueError) as error:
        return verifier.Place(str(folder), b"", [], [f"{folder} cannot be read: {error}"])
