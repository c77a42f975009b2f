"""The list of decisions: adding one with its evidence, and showing them by the names of their records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import UnknownDecisionError
from mdm.domain.review import Decision, NamedRecord, require_reason
from mdm.domain.source import Json
from mdm.services import access
from mdm.services.evidence import hash_of, telling_of
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import review as review_store
from mdm.storage import source as source_store

NAMED = 6
"""Of so many records a line of the list of decisions tells the names."""


def list_decisions(uow: UnitOfWork, limit: int = 50) -> tuple[Decision, ...]:
    """Decisions, newest first."""
    access.require(uow.actor, Permission.REVIEW_READ)
    return _named(uow, review_store.list_decisions(uow.connection, limit=limit))


def get(uow: UnitOfWork, decision_id: str) -> Decision:
    """One decision, however many came after it; raises UnknownDecisionError."""
    access.require(uow.actor, Permission.REVIEW_READ)
    row = review_store.find_decision(uow.connection, decision_id)
    if row is None:
        raise UnknownDecisionError("There is no such decision.", decision_id=decision_id[:60])
    return _named(uow, [row])[0]


def _named(uow: UnitOfWork, rows: Sequence[Any]) -> tuple[Decision, ...]:  # Any: a table row
    """The decisions with the names of their records and what was on screen."""
    about = {row.decision_id: json.loads(row.subject).get("records", [])[:NAMED] for row in rows}
    ids = {record for records in about.values() for record in records}
    records = source_store.records_by_id(uow.connection, ids)
    contents = source_store.standard_contents(uow.connection, ids)

    def named(record_id: int, entity: str) -> NamedRecord:
        key, held = records[record_id].key, json.loads(contents.get(record_id, "{}"))
        return NamedRecord(
            key.system, key.key, uow.hub.dictionary.entity(entity).title_of(held.get("values", {}))
        )

    return tuple(
        replace(
            decision_view(row),
            records=tuple(named(r, row.entity) for r in about[row.decision_id] if r in records),
            telling=telling_of(json.loads(row.evidence)),
        )
        for row in rows
    )


def decision_view(row: Any) -> Decision:  # Any: a table row
    """A stored decision as services hand it out."""
    return Decision(
        row.decision_id,
        row.entity,
        row.kind,
        row.verdict,
        row.task_id,
        row.actor,
        row.reason,
        row.at,
        row.undone_by,
        json.loads(row.subject),
    )


def add(
    uow: UnitOfWork,
    entity: str,
    kind: str,
    subject: Mapping[str, Json],
    reason: str,
    undoes: str | None = None,
    evidence: str = "{}",
) -> str:
    """Keep a decision of the actor with its evidence; returns its ID."""
    decision_id = uow.hub.new_id()
    review_store.add_decision(
        uow.connection,
        {
            "decision_id": decision_id,
            "entity": entity,
            "kind": kind,
            "verdict": None,
            "task_id": None,
            "subject": json.dumps(subject, ensure_ascii=False, sort_keys=True),
            "evidence": evidence,
            "evidence_hash": hash_of(evidence),
            "actor": uow.actor.name,
            "reason": require_reason(reason),
            "at": uow.at,
            "undoes": undoes,
            "undone_by": None,
        },
    )
    if kind != "undo":
        uow.record("decision.made", entity, decision_id, {"kind": kind, "subject": dict(subject)})
    return decision_id
