"""Where a closed task went: the open one that asks the same by now, as after its verdict was taken back."""

from __future__ import annotations

from typing import Any

from mdm.domain.review import TaskReason, TaskStatus
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import review as review_store
from mdm.storage import xref as xref_store


def followed_by(uow: UnitOfWork, row: Any) -> int | None:  # Any: a table row
    """The open task on the same two records, else on the two golden records that hold them; blind ones apart."""
    if row.status == TaskStatus.OPEN:
        return None
    pair = (row.left_id, row.right_id)
    homes = xref_store.golden_ids_of(uow.connection, pair)
    members = xref_store.members_of(uow.connection, homes.values())
    one, other = ({record, *members.get(homes.get(record, ""), ())} for record in pair)
    asked = [
        task
        for task in review_store.open_tasks_touching(uow.connection, one | other)
        if task.reason != TaskReason.AUDIT
        and (
            {task.left_id, task.right_id} == set(pair)
            or (task.left_id in one - other and task.right_id in other - one)
            or (task.left_id in other - one and task.right_id in one - other)
        )
    ]
    same = [task.task_id for task in asked if {task.left_id, task.right_id} == set(pair)]
    return next(iter(same or [task.task_id for task in asked]), None)
