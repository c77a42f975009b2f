"""The line of the queue that stands for an open task: what it is filtered, counted, ordered and found by.

Invariant: a blind task's line tells nothing of what the machine thinks: no band, no pattern.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from mdm.domain.gram import fold, grams
from mdm.domain.language import language_pair
from mdm.domain.priority import risk_of
from mdm.domain.review import Band, TaskReason, band_of, risk_class
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import queue as queue_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store

LONGEST_TEXT = 400
"""Characters of names and keys that a line is found by."""
AT_ONCE = 2000


def refresh(uow: UnitOfWork, task_ids: Iterable[int]) -> None:
    """Make the lines of these open tasks anew."""
    wanted = list(task_ids)
    for start in range(0, len(wanted), AT_ONCE):
        _refresh(uow, review_store.tasks_by_id(uow.connection, wanted[start : start + AT_ONCE]))


def fill_missing(uow: UnitOfWork) -> int:
    """Make a line for every open task that has none; returns how many there were."""
    lacking = queue_store.tasks_without_line(uow.connection)
    refresh(uow, lacking)
    return len(lacking)


def _refresh(uow: UnitOfWork, tasks: Sequence[Any]) -> None:  # Any: table rows
    ids = {side for task in tasks for side in (task.left_id, task.right_id)}
    records = source_store.records_by_id(uow.connection, ids)
    values = {
        record_id: json.loads(text).get("values", {})
        for record_id, text in source_store.standard_contents(uow.connection, ids).items()
    }
    rows = [_row(uow, task, records, values) for task in tasks]
    queue_store.save_lines(uow.connection, rows, {row["task_id"]: grams(row["text"]) for row in rows})


def _row(
    uow: UnitOfWork,
    task: Any,  # Any: a table row, standard values
    records: Mapping[int, source_store.StoredRecord],
    values: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    entity = uow.hub.dictionary.entity(task.entity)
    sides = [task.left_id, task.right_id]
    keys = [records[side].key for side in sides]
    held = [values.get(side, {}) for side in sides]
    titles = [entity.title_of(each) for each in held]
    rules = uow.hub.rules.get(task.entity)
    risk = max((risk_of(rules.risks, each) for each in held), default=0.0) if rules else 0.0
    opened = task.opened_at[:10]
    due = date.fromisoformat(opened) + timedelta(days=entity.days_to_decide(task.reason))
    return {
        "task_id": task.task_id,
        "entity": task.entity,
        "sources": " – ".join(sorted(key.system for key in keys)),
        "band": band_shown(task.reason, task.match_probability),
        "reason": task.reason,
        "languages": language_pair(*titles),
        "risk": risk_class(risk).value,
        "opened_on": opened,
        "due_on": due.isoformat(),
        "priority": task.priority,
        "pattern": pattern_of(task, keys[0].system, keys[1].system),
        "text": fold(" ".join([*titles, *(key.key for key in keys)]))[:LONGEST_TEXT],
    }


def band_shown(reason: str, probability: float) -> str:
    """The band of a task, or that it is blind."""
    return (Band.BLIND if reason == TaskReason.AUDIT else band_of(probability)).value


def pattern_of(task: Any, *systems: str) -> str:  # Any: a table row
    """Names how a pair was judged: entity, sources, reason, level of every comparison, vetoes; '' for a blind one."""
    if task.reason == TaskReason.AUDIT:
        return ""
    evidence = json.loads(task.evidence)
    judged = [f"{each['name']}={each.get('level', each['level_en'])}" for each in evidence["comparisons"]]
    vetoes = sorted(each["name"] for each in evidence["vetoes"])
    parts = [task.entity, *sorted(systems), task.reason, *judged, *vetoes]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
