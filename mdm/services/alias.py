"""Aliases confirmed by stewards: a match of two names that nothing else ties together proposes an alias.

Names of one company stand in the attributes of one ``alias_group`` of the dictionary: those of a supplier itself, the
maker of a material or a machine. Who sold a thing proves nothing: one thing has several dealers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mdm.domain.access import Permission, may
from mdm.domain.alias import TRADE_NAMES, alias_edit
from mdm.domain.entity_type import EntityType
from mdm.services import change
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store


def propose(uow: UnitOfWork, entity: str, left: int, right: int, decision_id: str) -> tuple[str, ...]:
    """Propose what a match verdict shows, with the decision as its proof; returns the change ids, mostly none."""
    known = uow.hub.dictionary.code_lists.get(TRADE_NAMES)
    groups = _groups(uow.hub.dictionary.entity(entity))
    if known is None or not groups or not may(uow.actor, Permission.CHANGE_PROPOSE):
        return ()
    contents = source_store.standard_contents(uow.connection, [left, right])
    one, other = (json.loads(contents[record_id])["parts"] for record_id in (left, right))
    edits = [alias_edit(_named(one, names), _named(other, names), known) for names in groups.values()]
    made = [change.propose_alias(uow, edit, decision_id) for edit in edits if edit is not None]
    return tuple(change_id for change_id in made if change_id is not None)


def _groups(entity: EntityType) -> dict[str, list[str]]:
    """Attributes that name one company, by their group."""
    found: dict[str, list[str]] = {}
    for attribute in entity.attributes.values():
        if attribute.alias_group:
            found.setdefault(attribute.alias_group, []).append(attribute.name)
    return found


def _named(parts: Mapping[str, Any], names: list[str]) -> list[Mapping[str, Any]]:
    """``Any``: parts are texts or lists of texts."""
    return [parts[name] for name in names if name in parts]
