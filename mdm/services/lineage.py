"""Where each value of a golden record comes from: every value there was to choose from, with source, time and trust.

Invariant: the figures are those that survivorship weighs: trust falls with age up to the newest source record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.entity_type import EntityType
from mdm.domain.golden import GoldenRecord, Provenance, ValueSource, trust_of
from mdm.domain.rules import RuleSet
from mdm.services import access
from mdm.services.build import OVERRIDE, is_verified, survivorship_of
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import source as source_store
from mdm.storage.source import StoredRecord

Lineage = Mapping[str, tuple[ValueSource, ...]]
"""Attribute -> its values, the chosen one first, then the most trusted."""


@dataclass(frozen=True, slots=True)
class _Speaking:
    """The source records that speak, and what is needed to weigh them."""

    entity: EntityType
    rules: RuleSet | None
    records: Mapping[int, StoredRecord]
    contents: Mapping[int, Mapping[str, Any]]  # Any: stored JSON
    kinds: Mapping[str, str]
    newest: datetime


def of(uow: UnitOfWork, record: GoldenRecord) -> Lineage:
    """The values of a golden record as it is now; raises ForbiddenError."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    speaking = _speaking(uow, record)
    by_hand = {each.source_id for each in record.provenance.values() if each.rule == OVERRIDE}
    set_by = golden_store.decided_overrides(uow.connection, by_hand)
    found = {}
    for name, origin in record.provenance.items():
        said = [
            _said(speaking, r, name, origin)
            for r in speaking.records
            if speaking.contents[r]["values"].get(name) is not None
        ]
        ranked = sorted(said, key=lambda each: (not each.chosen, -(each.trust or 0.0), each.source_system))
        chosen = set_by.get(origin.source_id) if origin.rule == OVERRIDE else None
        by_steward = [] if chosen is None else [_set_by_hand(record, name, origin, chosen)]
        found[name] = (*by_steward, *ranked)
    return found


def _speaking(uow: UnitOfWork, record: GoldenRecord) -> _Speaking:
    ids = [member.record_id for member in record.members if member.status == "active"]
    texts = source_store.standard_contents(uow.connection, ids)
    records = {r: held for r, held in source_store.records_by_id(uow.connection, ids).items() if r in texts}
    times = [datetime.fromisoformat(held.changed_at) for held in records.values()]
    return _Speaking(
        uow.hub.dictionary.entity(record.entity),
        uow.hub.rules.get(record.entity),
        records,
        {r: json.loads(text) for r, text in texts.items()},
        {row.code: row.kind for row in source_store.list_systems(uow.connection)},
        max(times, default=uow.now),
    )


def _said(speaking: _Speaking, record_id: int, name: str, origin: Provenance) -> ValueSource:
    """What one source record says of one attribute."""
    record, content = speaking.records[record_id], speaking.contents[record_id]
    trust = None
    if speaking.rules is not None:
        rule = survivorship_of(speaking.rules, name)
        kind = speaking.kinds.get(record.key.system, "OTHER")
        trust = trust_of(rule, kind, datetime.fromisoformat(record.changed_at), speaking.newest)
    return ValueSource(
        record.key.system,
        record.key.key,
        record.version,
        content["values"][name],
        str(content.get("raw", {}).get(name, "")),
        record.changed_at,
        trust,
        is_verified(speaking.entity, name, content),
        chosen=(record.key.system, record.key.key) == (origin.source_system, origin.source_id),
    )


def _set_by_hand(
    record: GoldenRecord, name: str, origin: Provenance, row: Any
) -> ValueSource:  # Any: a table row
    """The value that a steward set."""
    return ValueSource(
        origin.source_system,
        origin.source_id,
        origin.source_version,
        record.attributes.get(name),
        "",
        row.created_at,
        None,
        verified=False,
        chosen=True,
        set_by=row.actor,
        reason=row.reason,
        decision_id=row.decision_id,
    )
