"""Values that a steward chooses cell by cell with a match: part of the verdict, so that undoing it takes them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.review import Verdict
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import source as source_store

SIDES = ("left", "right")

Chosen = Mapping[str, str]
"""Attribute -> the side of the pair whose value stays: ``left`` or ``right``."""


def check(uow: UnitOfWork, row: Any, said: Verdict, chosen: Chosen) -> None:  # Any: a table row
    """Raise unless the actor may set these values with this verdict."""
    if not chosen:
        return
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    if said is not Verdict.MATCH:
        raise InvalidInputError("Values are chosen with a match.", field="values")
    _overrides(uow, row, chosen)


def keep(uow: UnitOfWork, row: Any, decision_id: str, chosen: Chosen) -> None:  # Any: a table row
    """Set the chosen values on the golden record that will hold both records; they belong to this decision."""
    for record_id, attribute, value in _overrides(uow, row, chosen):
        golden_store.add_override(
            uow.connection,
            {
                "override_id": uow.hub.new_id(),
                "record_id": record_id,
                "attribute": attribute,
                "value": json.dumps(value, ensure_ascii=False),
                "decision_id": decision_id,
                "active": True,
                "created_at": uow.at,
            },
        )


def _overrides(
    uow: UnitOfWork, row: Any, chosen: Chosen
) -> list[tuple[int, str, str | int | float]]:  # Any: a table row
    """(record, attribute, value) of each choice; the value hangs on the record that says it."""
    records = dict(zip(SIDES, (row.left_id, row.right_id), strict=True))
    contents = source_store.standard_contents(uow.connection, records.values()) if chosen else {}
    entity = uow.hub.dictionary.entity(row.entity)
    found = []
    for attribute, side in chosen.items():
        entity.attribute(attribute)
        if side not in records:
            raise InvalidInputError("A value is taken from left or right.", field=f"values.{attribute}")
        value = json.loads(contents.get(records[side], "{}")).get("values", {}).get(attribute)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise InvalidInputError("That record has no value that can be set.", field=f"values.{attribute}")
        found.append((records[side], attribute, value))
    return found
