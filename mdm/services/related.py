"""What stands around a golden record: open questions, what it came from and became, references from and to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mdm.domain.access import Permission, may
from mdm.domain.entity_type import EntityType, ValueType
from mdm.domain.golden import GoldenRecord
from mdm.domain.review import TaskReason
from mdm.domain.standardise.text import comparison_key
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.database import time_text

MOST = 20
"""So many of each kind are told."""
LOOKED_AT = 500
"""So many golden records that hold the text of a key are looked at for a reference."""
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """An open review task about one of the source records, and what stands on its other side."""

    task_id: int
    reason: str
    match_probability: float
    golden_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Kin:
    """A golden record that this one came from or became; ``until`` is None while it holds.

    ``kind``: ``merged_in`` (leads here), ``merged_into``, ``split_from``, ``split_off``; ``seen_last``: the last
    moment at which one that leads here stood for itself.
    """

    kind: str
    golden_id: str
    title: str
    since: str
    until: str | None
    seen_last: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference of the dictionary between two golden records, by an attribute of the one that refers."""

    entity: str
    attribute: str
    golden_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Related:
    """All of it; ``tasks`` is empty for who may not read the queue; ``referable``: something may refer to it."""

    tasks: tuple[OpenQuestion, ...]
    kin: tuple[Kin, ...]
    refers_to: tuple[Reference, ...]
    referred_by: tuple[Reference, ...]
    referable: bool = False


def of(uow: UnitOfWork, record: GoldenRecord, *, referring: bool = False) -> Related:
    """What stands around a golden record now; ``referring``: also who refers to it, which takes longer."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    reads_tasks = may(uow.actor, Permission.REVIEW_READ)
    return Related(
        _questions(uow, record) if reads_tasks else (),
        _kin(uow, record.golden_id),
        _refers_to(uow, record),
        _referred_by(uow, record) if referring else (),
        any(
            to == record.entity
            for each in uow.hub.dictionary.entities.values()
            for _, to in _references(each)
        ),
    )


def _questions(uow: UnitOfWork, record: GoldenRecord) -> tuple[OpenQuestion, ...]:
    """Blind tasks are left out: whose records they ask about must not tell what the machine thinks."""
    mine = {member.record_id for member in record.members}
    rows = review_store.open_tasks_touching(uow.connection, mine)
    open_rows = [row for row in rows if row.reason != TaskReason.AUDIT][:MOST]
    other = {row.task_id: row.right_id if row.left_id in mine else row.left_id for row in open_rows}
    home = xref_store.golden_ids_of(uow.connection, other.values())
    titles = golden_store.titles_of(uow.connection, home.values())
    return tuple(
        OpenQuestion(row.task_id, row.reason, row.match_probability, to, titles.get(to, ""))
        for row in open_rows
        for to in (home.get(other[row.task_id], ""),)
    )


def _kin(uow: UnitOfWork, golden_id: str) -> tuple[Kin, ...]:
    rows = golden_store.redirects_around(uow.connection, golden_id)[-MOST:]
    ids = {each for row in rows for each in (row.from_id, row.to_id)}
    titles = golden_store.last_titles(uow.connection, ids)
    found = []
    for row in reversed(rows):
        leads_here = row.to_id == golden_id
        other = row.from_id if leads_here else row.to_id
        name = {
            ("merged", True): "merged_in",
            ("merged", False): "merged_into",
            ("split", True): "split_from",
            ("split", False): "split_off",
        }[row.kind, leads_here]
        ended = name == "merged_in" and row.valid_to is None
        seen_last = time_text(datetime.fromisoformat(row.valid_from) - MOMENT) if ended else None
        found.append(Kin(name, other, titles.get(other, ""), row.valid_from, row.valid_to, seen_last))
    return tuple(found)


def _references(entity: EntityType) -> list[tuple[str, str]]:
    """(attribute, entity type it refers to)."""
    return [
        (each.name, each.refers_to)
        for each in entity.attributes.values()
        if each.type is ValueType.REFERENCE and each.refers_to
    ]


def _refers_to(uow: UnitOfWork, record: GoldenRecord) -> tuple[Reference, ...]:
    """A reference is the key that the same source system gives the other thing."""
    found = []
    for attribute, entity in _references(uow.hub.dictionary.entity(record.entity)):
        origin, key = record.provenance.get(attribute), record.attributes.get(attribute)
        if origin is None or not isinstance(key, str):
            continue
        link = xref_store.look_up(uow.connection, entity, origin.source_system, key)
        if link is not None and link.golden_id != record.golden_id:
            title = golden_store.titles_of(uow.connection, [link.golden_id]).get(link.golden_id, "")
            found.append(Reference(entity, attribute, link.golden_id, title))
    return tuple(found)


def _referred_by(uow: UnitOfWork, record: GoldenRecord) -> tuple[Reference, ...]:
    """Found by the text of all values, so one statement per entity type reads every golden record of it."""
    found: list[Reference] = []
    keys = {(member.source_system, member.source_id) for member in record.members}
    wanted = [terms for _, key in sorted(keys) if (terms := comparison_key(key).split())]
    for entity in uow.hub.dictionary.entities.values():
        names = [name for name, to in _references(entity) if to == record.entity]
        rows = golden_store.holding_any(uow.connection, entity.name, wanted, LOOKED_AT) if names else ()
        found += _naming(uow, entity.name, names, rows, keys)
    others = [each for each in dict.fromkeys(found) if each.golden_id != record.golden_id]
    return tuple(others[:MOST])


def _naming(
    uow: UnitOfWork, entity: str, names: Sequence[str], rows: Sequence[Any], keys: set[tuple[str, str]]
) -> list[Reference]:  # Any: table rows
    """Those of the rows that refer to one of these keys, as the same source system says it."""
    said = [
        (row, name, json.loads(row.provenance)[name][0], key)
        for row in rows
        for name, key in json.loads(row.attributes).items()
        if name in names
    ]
    records = source_store.records_by_id(uow.connection, {record_id for _, _, record_id, _ in said})
    return [
        Reference(entity, name, row.golden_id, row.title)
        for row, name, record_id, key in said
        if (records[record_id].key.system, key) in keys
    ]
