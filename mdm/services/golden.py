"""Golden records: showing them, now and at any past time, and finding where an issued ID leads.

Invariant: every golden ID ever issued resolves through a finite chain to a live or retired record (I4).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.entity_type import EntityType
from mdm.domain.errors import UnknownGoldenIdError
from mdm.domain.golden import GoldenRecord, GoldenStatus, GoldenSummary, GoldenVersion, Member, Provenance
from mdm.domain.quality import missing_required
from mdm.domain.standardise.text import comparison_key
from mdm.services import access
from mdm.services.build import OVERRIDE
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.database import time_text


def get(uow: UnitOfWork, entity: str, golden_id: str, as_of: datetime | None = None) -> GoldenRecord:
    """A golden record, following merges; with ``as_of`` as it was then, under the ID it was asked by.

    Raises UnknownGoldenIdError, also for a time before the ID was issued.
    """
    access.require(uow.actor, Permission.GOLDEN_READ)
    requested = golden_id.strip().upper()
    row = golden_store.find(uow.connection, requested)
    if row is None or row.entity != entity:
        raise UnknownGoldenIdError(
            "This golden ID was never issued.", entity=entity, golden_id=golden_id[:60]
        )
    resolved = resolve(uow, requested)
    at = time_text(as_of) if as_of else None
    shown = requested if at else resolved[0]
    version = golden_store.version_at(uow.connection, shown, at)
    if version is None:
        raise UnknownGoldenIdError(
            "This golden ID was not issued then.", entity=entity, golden_id=golden_id[:60]
        )
    return _view(uow, entity, version, resolved, requested)


def history(uow: UnitOfWork, golden_id: str) -> tuple[GoldenVersion, ...]:
    """Every version of a golden record, newest first."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    rows = golden_store.history(uow.connection, golden_id)
    members = {row.version: json.loads(row.members) for row in rows}
    records = source_store.records_by_id(uow.connection, {r for held in members.values() for r in held})
    return tuple(
        GoldenVersion(
            r.version,
            r.status,
            r.title,
            r.valid_from,
            r.kind or "",
            r.actor or "",
            r.reason or "",
            json.loads(r.attributes),
            tuple(f"{records[m].key.system}:{records[m].key.key}" for m in members[r.version]),
        )
        for r in rows
    )


def search(
    uow: UnitOfWork, entity: str, q: str = "", limit: int = 50, cursor: str = ""
) -> tuple[GoldenSummary, ...]:
    """Golden records in which every word of ``q`` occurs (any script, from one character), by golden ID."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    entity_type = uow.hub.dictionary.entity(entity)
    terms = comparison_key(q).split()[:8]
    rows = golden_store.search(uow.connection, entity, terms, cursor, min(max(limit, 1), 200))
    return tuple(_summary(entity_type, row) for row in rows)


def resolve(uow: UnitOfWork, golden_id: str) -> tuple[str, ...]:
    """The live (or retired) golden IDs that an issued ID leads to: its own first, then what was split from it."""
    return resolve_many(uow, [golden_id])[golden_id]


def resolve_many(uow: UnitOfWork, golden_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Issued golden ID -> the IDs it leads to now."""
    asked = list(golden_ids)
    targets: dict[str, list[str]] = {}
    frontier = set(asked)
    while frontier:
        found = golden_store.targets(uow.connection, frontier)
        targets |= {golden_id: found.get(golden_id, []) for golden_id in frontier}
        frontier = {target for reached in found.values() for target in reached} - targets.keys()
    ended = {
        golden_id
        for golden_id, row in golden_store.find_many(uow.connection, targets).items()
        if row.status == GoldenStatus.MERGED
    }
    return {golden_id: _walk(golden_id, targets, ended) for golden_id in asked}


def _walk(golden_id: str, targets: Mapping[str, Sequence[str]], ended: set[str]) -> tuple[str, ...]:
    found: list[str] = []
    seen: set[str] = set()
    waiting = [golden_id]
    while waiting:
        here = waiting.pop(0)
        if here in seen:
            continue
        seen.add(here)
        if here not in ended:
            found.append(here)
        waiting.extend(targets.get(here, ()))
    return tuple(found)


def _view(
    uow: UnitOfWork, entity: str, version: Any, resolved: tuple[str, ...], requested: str
) -> GoldenRecord:  # Any: a table row
    row = golden_store.find(uow.connection, version.golden_id)
    provenance = json.loads(version.provenance)
    member_ids = json.loads(version.members)
    records = source_store.records_by_id(
        uow.connection, {*member_ids, *(entry[0] for entry in provenance.values())}
    )
    contents = source_store.standard_contents(uow.connection, member_ids)
    since = xref_store.since(uow.connection, version.golden_id)
    attributes = json.loads(version.attributes)
    return GoldenRecord(
        version.golden_id,
        entity,
        version.status,
        version.version,
        version.title,
        attributes,
        {
            name: _provenance(entry, records[entry[0]], version.rule_fingerprint, version.valid_from)
            for name, entry in provenance.items()
        },
        tuple(
            Member(
                r,
                records[r].key.system,
                records[r].key.key,
                records[r].version,
                records[r].status,
                since.get(r, version.valid_from),
                json.loads(contents[r])["values"] if r in contents else {},
            )
            for r in member_ids
        ),
        resolved,
        requested,
        version.valid_from,
        row.created_at if row else version.valid_from,
        tuple(
            finding.attribute for finding in missing_required(uow.hub.dictionary.entity(entity), attributes)
        ),
    )


def _provenance(entry: Sequence[Any], record: source_store.StoredRecord, rules: str, at: str) -> Provenance:
    """``Any``: [record id, record version or override id, rule]."""
    _, version, rule = entry
    if rule == OVERRIDE:
        return Provenance("STEWARD", str(version), 1, OVERRIDE, rules, at)
    return Provenance(record.key.system, record.key.key, version, rule, rules, at)


def _summary(entity: EntityType, row: Any) -> GoldenSummary:  # Any: a table row
    attributes = json.loads(row.attributes)
    return GoldenSummary(
        row.golden_id,
        entity.name,
        row.status,
        row.title,
        {name: attributes[name] for name in entity.summary if attributes.get(name) is not None},
        len(json.loads(row.members)),
    )
