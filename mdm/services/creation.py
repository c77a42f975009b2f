"""Creating a record that no source system owns: an in-house record with a reason, found by search before create.

The in-house source is a source system like others, so that the record is standardised, matched and traced like others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.source import SourceKind
from mdm.services import access, decision_log, match
from mdm.services.match import PutResult
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store

IN_HOUSE = "IN_HOUSE"
"""Code of the source system that holds records which no other system owns."""


class Created(NamedTuple):
    """A record that was created, and the decision by which it can be taken back."""

    source_id: str
    decision_id: str
    result: PutResult


def create(uow: UnitOfWork, entity: str, attributes: Mapping[str, str | None], reason: str) -> Created:
    """Create a record without a source system; raises InvalidInputError when it says nothing that names it."""
    access.require(uow.actor, Permission.RECORD_CREATE)
    entity_type = uow.hub.dictionary.entity(entity)
    given = {name: value for name, value in attributes.items() if value and value.strip()}
    if not any(name in given for name in entity_type.title):
        raise InvalidInputError(
            "A new record needs a name.", field=entity_type.title[0], wanted=list(entity_type.title)
        )
    _ensure_source(uow)
    source_id = uow.hub.new_id()
    result = match.take_in(uow, entity, IN_HOUSE, source_id, given)
    record = source_store.records_by_key(uow.connection, entity, IN_HOUSE, [source_id])[source_id]
    golden_id = xref_store.golden_ids_of(uow.connection, [record.record_id])[record.record_id]
    made = decision_log.add(
        uow, entity, "create", {"golden_id": golden_id, "records": [record.record_id]}, reason
    )
    return Created(source_id, made, result)


def _ensure_source(uow: UnitOfWork) -> None:
    if source_store.find_system(uow.connection, IN_HOUSE) is None:
        kind = SourceKind.STEWARD.value
        source_store.save_system(uow.connection, IN_HOUSE, kind, "In-house records", "", uow.at)
        uow.record("source.registered", "", IN_HOUSE, {"kind": kind, "name": "In-house records"})
