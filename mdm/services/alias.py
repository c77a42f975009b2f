"""Aliases confirmed by stewards: a match of two names that nothing else ties together proposes an alias."""

from __future__ import annotations

import json

from mdm.domain.access import Permission, may
from mdm.domain.alias import TRADE_NAMES, alias_edit
from mdm.services import change
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store

KIND = "company_name"


def propose(uow: UnitOfWork, entity: str, left: int, right: int, decision_id: str) -> str | None:
    """Propose the alias that a match verdict shows, with the decision as its proof; returns the change id, if any."""
    known = uow.hub.dictionary.code_lists.get(TRADE_NAMES)
    names = [name for name, each in uow.hub.dictionary.entity(entity).attributes.items() if each.kind == KIND]
    if known is None or not names or not may(uow.actor, Permission.CHANGE_PROPOSE):
        return None
    contents = source_store.standard_contents(uow.connection, [left, right])
    one, other = (
        [parts[name] for name in names if name in parts]
        for parts in (json.loads(contents[record_id])["parts"] for record_id in (left, right))
    )
    edit = alias_edit(one, other, known)
    return None if edit is None else change.propose_alias(uow, edit, decision_id)
