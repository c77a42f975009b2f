"""What taking back a load would do, exactly: the same work done in a trial, and what it touched."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass

from mdm.domain.access import Permission
from mdm.domain.errors import UnknownLoadError
from mdm.services import access, load
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store

NAMED = 500
"""So many records are named."""


@dataclass(frozen=True, slots=True)
class BroughtRecord:
    """One record the load brought and what becomes of it: ``retired``, ``restored`` or ``left`` (changed since)."""

    source_id: str
    version: int
    outcome: str
    title: str


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """Records by outcome, and how often each kind of event follows at once (matching follows with the next run)."""

    retired: int
    restored: int
    left: int
    events: dict[str, int]
    records: tuple[BroughtRecord, ...]


def preview_undo(uow: UnitOfWork, load_id: str) -> UndoPreview:
    """What ``load.undo_load`` would do now; needs a writing unit of work, of which nothing stays."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    row = source_store.find_load(uow.connection, load_id)
    if row is None:
        raise UnknownLoadError("There is no such load.", load_id=load_id[:60])
    access.require_source(uow.actor, row.source)
    brought = source_store.records_of_load(uow.connection, load_id)
    ids = [each.record_id for each in brought[:NAMED]]
    records = source_store.records_by_id(uow.connection, ids)
    contents = source_store.standard_contents(uow.connection, ids)
    entity = uow.hub.dictionary.entity(row.entity)
    before = len(uow.events)
    with uow.trial():
        counts = load.undo_load(uow, load_id)
        events = Counter(event.type for event in uow.events[before:])
    named = []
    for each in brought[:NAMED]:
        record = records[each.record_id]
        mine = record.version == each.version
        outcome = "left" if not mine else "retired" if load.goes_out_of_use(each) else "restored"
        held = json.loads(contents.get(each.record_id, "{}")).get("values", {})
        named.append(BroughtRecord(record.key.key, each.version, outcome, entity.title_of(held)))
    return UndoPreview(counts["retired"], counts["restored"], counts["left"], dict(events), tuple(named))


def as_mapping(preview: UndoPreview) -> dict[str, object]:
    """The preview by the names of its parts."""
    return asdict(preview)
