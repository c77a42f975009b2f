"""The dossier of a golden record: everything an inspector asks of it, in one signed file that is verified offline.

It holds the record with the origin of each value, its history, the source records with every version as they came, the
decisions of people with the evidence that was on their screen, the rules, and every audit entry about any of these with
its path to the root of a signed checkpoint.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from mdm import __version__, verifier
from mdm.connectors.checkpoint_folder import CheckpointFolder
from mdm.connectors.signing_key import public_pem
from mdm.domain.access import Actor, Permission
from mdm.domain.errors import AuditForkedError
from mdm.domain.golden import GoldenRecord
from mdm.services import access, checkpoint, golden
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import audit as audit_store
from mdm.storage import golden as golden_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store

Told = dict[str, Any]
"""A JSON object. ``Any``: whatever the tables hold."""


def make(hub: Hub, actor: Actor, entity: str, golden_id: str) -> bytes:
    """The signed dossier; seals first what is new.

    Raises UnknownGoldenIdError, ForbiddenError, AuditForkedError when no place vouches for the trail.
    """
    with hub.reading(actor) as uow:
        _require_all(uow)
        golden.get(uow, entity, golden_id)
    sound = {state.place for state in checkpoint.keep(hub, actor) if not state.fault}
    with hub.reading(actor) as uow:
        place = next((each for each in checkpoint.places(hub) if str(each.path) in sound), None)
        if place is None:
            raise AuditForkedError("No place outside the database vouches for the audit trail.")
        told = _told(uow, golden.get(uow, entity, golden_id), place)
    line = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return line + b"\n" + base64.b64encode(place.key.sign(line)) + b"\n"


def _require_all(uow: UnitOfWork) -> None:
    for permission in (
        Permission.GOLDEN_READ,
        Permission.RECORD_READ,
        Permission.REVIEW_READ,
        Permission.AUDIT_READ,
    ):
        access.require(uow.actor, permission)


def _told(uow: UnitOfWork, record: GoldenRecord, place: CheckpointFolder) -> Told:
    kin = _kin(uow, record.golden_id)
    links = xref_store.links_ever(uow.connection, kin)
    records = sorted({link.record_id for link in links})
    decisions = _decisions(uow, kin, records)
    rows = {
        "golden_record": kin,
        "xref": [str(link.id) for link in links],
        "golden_redirect": _keys(r.id for g in kin for r in golden_store.redirects_around(uow.connection, g)),
        "golden_override": _keys(r.override_id for r in golden_store.overrides_of(uow.connection, records)),
        "source_record": _keys(records),
        "decision": [row["decision_id"] for row in decisions],
        "review_task": _keys({row["task_id"] for row in decisions if row["task_id"] is not None}),
        "pair_constraint": review_store.constraint_keys_of(
            uow.connection, [row["decision_id"] for row in decisions]
        ),
    }
    key = place.key.public_key()
    return {
        "kind": verifier.DOSSIER,
        "golden_id": record.golden_id,
        "entity": record.entity,
        "made_at": uow.at,
        "made_by": uow.actor.name,
        "hub_version": __version__,
        "key": verifier.fingerprint(key),
        "public_key": public_pem(key).decode(),
        "record": asdict(record),
        "history": [asdict(version) for version in golden.history(uow, record.golden_id)],
        "golden_ids": kin,
        "sources": _sources(uow, records),
        "decisions": decisions,
        "rules": _rules(uow, record),
        "checkpoint": json.loads(place.last_line()),
        "entries": _entries(uow, rows, place),
    }


def _kin(uow: UnitOfWork, golden_id: str) -> list[str]:
    """This golden ID and those that were merged into it or split from it, by any number of steps."""
    seen, waiting = {golden_id}, [golden_id]
    while waiting:
        for row in golden_store.redirects_around(uow.connection, waiting.pop()):
            new = {row.from_id, row.to_id} - seen
            seen |= new
            waiting += new
    return sorted(seen)


def _decisions(uow: UnitOfWork, golden_ids: Sequence[str], records: Sequence[int]) -> list[Told]:
    """Decisions that bind these records or made a version of these golden records, oldest first."""
    bound = {each.decision_id for each in review_store.constraints_touching(uow.connection, records)}
    facts = {row.fact_id for g in golden_ids for row in golden_store.history(uow.connection, g)}
    made = set(audit_store.keys_under(uow.connection, "decision", facts))
    found = review_store.decisions_by_id(uow.connection, sorted(bound | made))
    told = []
    for row in sorted(found, key=lambda each: each.decision_id):
        held = dict(row._mapping)
        held |= {name: json.loads(held[name]) for name in ("subject", "evidence")}
        told.append(held)
    return told


def _sources(uow: UnitOfWork, record_ids: Sequence[int]) -> list[Told]:
    held = source_store.records_by_id(uow.connection, record_ids)
    return [
        {
            "system": held[record_id].key.system,
            "key": held[record_id].key.key,
            "record_id": record_id,
            "status": held[record_id].status,
            "versions": [_version(each) for each in source_store.versions_of(uow.connection, record_id)],
        }
        for record_id in record_ids
    ]


def _version(held: source_store.StoredVersion) -> Told:
    return {
        "version": held.version,
        "content_hash": held.content_hash,
        "load_id": held.load_id,
        "at": held.created_at,
        "cells": json.loads(held.cells),
    }


def _rules(uow: UnitOfWork, record: GoldenRecord) -> list[Told]:
    rules = uow.hub.rules.get(record.entity)
    in_force = [{"entity": rules.entity, "version": rules.version}] if rules else []
    used = {origin.rule_version for origin in record.provenance.values()}
    return [*in_force, *({"fingerprint": each} for each in sorted(used))]


def _keys(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values})


def _entries(uow: UnitOfWork, rows: dict[str, list[str]], place: CheckpointFolder) -> list[Told]:
    size = json.loads(place.last_line())["checkpoint"]["size"]
    found = [row for row in audit_store.entries_of(uow.connection, rows) if row.seq <= size]
    paths = verifier.paths_to_root(place.leaves(), size, [row.seq for row in found])
    return [
        {
            "seq": row.seq,
            "id": row.id,
            **{name: getattr(row, name) for name in verifier.COLUMNS},
            "content": row.content,
            "path": paths[row.seq],
        }
        for row in found
    ]
