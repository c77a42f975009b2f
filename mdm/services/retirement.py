"""Retirement: taking a golden record out of use with all its source records, and back by undoing that.

The golden ID still answers. A source that sends one of the records again brings it, and its golden record, back.
"""

from __future__ import annotations

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.golden import Effect
from mdm.services import access, decision, decision_log, intake
from mdm.services.effect import effect_of, without_new_ids
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store


def retire(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
) -> Effect:
    """Take a golden record out of use; ``ended`` of the effect names it, ``tasks_closed`` what asked about it."""
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    uow.take_turn(entity)
    here = decision.live(uow, entity, golden_id, expected_version)
    members = xref_store.members_of(uow.connection, [here]).get(here, [])
    records = source_store.records_by_id(uow.connection, members)
    active = decision.ordered(uow, [r for r in members if records[r].status == "active"])
    if not active:
        raise InvalidInputError("This golden record has no current source record.", field="golden_id")
    if not preview:
        return _retire(uow, entity, here, active, reason)
    with uow.trial():
        effect = _retire(uow, entity, here, active, reason)
    return without_new_ids(uow, effect)


def _retire(uow: UnitOfWork, entity: str, here: str, active: list[int], reason: str) -> Effect:
    made = decision_log.add(uow, entity, "retire", {"golden_id": here, "records": [*active]}, reason)
    return effect_of(uow, made, intake.retire_many(uow, entity, active))
