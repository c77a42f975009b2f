"""Creating a record that no source system owns: an in-house record with a reason, found by search before create.

The in-house source is a source system like others, so that the record is standardised, matched and traced like others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError, StaleVersionError
from mdm.domain.source import SourceKind
from mdm.services import access, candidate, decision_log, intake
from mdm.services.intake import PutResult
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store

IN_HOUSE = "IN_HOUSE"
"""Code of the source system that holds records which no other system owns."""
FOUND = 10
"""So many finds are shown to who wants to create."""
_FORM_ID = re.compile("[0-9A-Z]{26}")


class Created(NamedTuple):
    """A record that was created, and the decision by which it can be taken back."""

    source_id: str
    decision_id: str
    result: PutResult


def create(
    uow: UnitOfWork,
    entity: str,
    attributes: Mapping[str, str | None],
    reason: str,
    *,
    seen: Collection[str] | None = None,
    form_id: str = "",
) -> Created:
    """Create a record without a source system; raises InvalidInputError when it says nothing that names it.

    ``seen``: golden IDs that the search has found (the first ``FOUND``); raises StaleVersionError when it finds others
    by now. ``form_id``: 26 letters and digits that name the form; raises StaleVersionError when it was sent before.
    """
    access.require(uow.actor, Permission.RECORD_CREATE)
    entity_type = uow.hub.dictionary.entity(entity)
    given = {name: value for name, value in attributes.items() if value and value.strip()}
    if not any(name in given for name in entity_type.title):
        raise InvalidInputError(
            "A new record needs a name.", field=entity_type.title[0], wanted=list(entity_type.title)
        )
    uow.take_turn(entity)
    source_id = _new_key(uow, entity, form_id)
    if seen is not None:
        _require_seen(uow, entity, given, seen)
    _ensure_source(uow)
    result = intake.take_in(uow, entity, IN_HOUSE, source_id, given)
    record = source_store.records_by_key(uow.connection, entity, IN_HOUSE, [source_id])[source_id]
    golden_id = xref_store.golden_ids_of(uow.connection, [record.record_id])[record.record_id]
    made = decision_log.add(
        uow, entity, "create", {"golden_id": golden_id, "records": [record.record_id]}, reason
    )
    return Created(source_id, made, result)


def _new_key(uow: UnitOfWork, entity: str, form_id: str) -> str:
    """The key of the record: a form that is sent twice would make the same one twice."""
    if not form_id:
        return uow.hub.new_id()
    if not (_FORM_ID.fullmatch(form_id)):
        raise InvalidInputError("A form is named by 26 letters and digits.", field="form_id")
    if source_store.records_by_key(uow.connection, entity, IN_HOUSE, [form_id]):
        raise StaleVersionError(
            "This form was sent before: the record is there.", state={"source_id": form_id}
        )
    return form_id


def _require_seen(uow: UnitOfWork, entity: str, given: Mapping[str, str], seen: Collection[str]) -> None:
    """Search again while nobody else can create."""
    found = {each.golden_id for each in candidate.search_before_create(uow, entity, given, limit=FOUND)}
    if found != set(seen):
        raise StaleVersionError("The search finds other records by now.", state={"found": sorted(found)})


def _ensure_source(uow: UnitOfWork) -> None:
    if source_store.find_system(uow.connection, IN_HOUSE) is None:
        kind = SourceKind.STEWARD.value
        source_store.save_system(uow.connection, IN_HOUSE, kind, "In-house records", "", uow.at)
        uow.record("source.registered", "", IN_HOUSE, {"kind": kind, "name": "In-house records"})
