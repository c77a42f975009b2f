"""What a decision did, as people see it; of a preview, without the IDs that were never issued."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from mdm.domain.golden import Effect
from mdm.domain.source import Json
from mdm.services.rebuild import Rebuilt
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store


def effect_of(uow: UnitOfWork, decision_id: str, report: Rebuilt) -> Effect:
    """What a rebuild after a decision did to golden records, memberships and tasks."""
    live = [g for g in report.golden_ids if g not in report.merged]
    members = xref_store.members_of(uow.connection, live)
    records = source_store.records_by_id(uow.connection, {r for held in members.values() for r in held})
    return Effect(
        decision_id,
        tuple(live),
        (*report.created, *report.restored),
        (*sorted(report.merged), *report.retired),
        {
            f"{records[r].key.system}:{records[r].key.key}": golden_id
            for golden_id, held in sorted(members.items())
            for r in held
        },
        tuple(report.tasks_closed),
        tuple(report.tasks_opened),
        values=_changed_values(uow, live),
    )


def _changed_values(uow: UnitOfWork, golden_ids: Sequence[str]) -> dict[str, dict[str, tuple[Json, Json]]]:
    """What this unit of work has changed so far: golden ID -> attribute -> before, after."""
    found: dict[str, dict[str, tuple[Json, Json]]] = {}
    rows = golden_store.before_and_after(uow.connection, golden_ids, uow.fact_id)
    for golden_id, versions in groupby(rows, key=lambda row: str(row.golden_id)):
        newest, *earlier = versions
        before = next((row for row in earlier if row.fact_id != uow.fact_id), None)
        was, now = json.loads(before.attributes if before else "{}"), json.loads(newest.attributes)
        names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        if names:
            found[golden_id] = {name: (was.get(name), now.get(name)) for name in names}
    return found


def without_new_ids(uow: UnitOfWork, effect: Effect) -> Effect:
    """A preview, its trial taken back: IDs that were never issued become ``?``; decision and tasks have no ID yet."""
    issued = golden_store.find_many(uow.connection, effect.created)

    def name(golden_id: str) -> str:
        return "?" if golden_id in effect.created and golden_id not in issued else golden_id

    return Effect(
        None,
        tuple(map(name, effect.golden_ids)),
        tuple(map(name, effect.created)),
        effect.ended,
        {key: name(golden_id) for key, golden_id in effect.memberships.items()},
        effect.tasks_closed,
        (),
        values={name(golden_id): changed for golden_id, changed in effect.values.items()},
    )
