"""A line of the queue as doors show it: two records by name, what the machine thinks, whose it is and until when.

Invariant: the line of an open audit task tells nothing of what the machine thinks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mdm.domain.review import Side, TaskLine, Telling, is_blind
from mdm.domain.source import Json
from mdm.services.evidence import evidence_items, spoken_vetoes, telling_of
from mdm.services.unit_of_work import UnitOfWork


def line_of(uow: UnitOfWork, row: Any, contents: Mapping[int, str]) -> TaskLine:  # Any: a table row
    """The records are called by their own names, by that of their golden record only when they have none."""
    entity = uow.hub.dictionary.entity(row.entity)
    evidence = json.loads(row.evidence)
    left, right = (entity.title_of(_values(contents.get(i, "{}"))) for i in (row.left_id, row.right_id))
    blind = is_blind(row.status, row.reason)
    if not blind:
        left, right = left or row.left_title or "", right or row.right_title or ""
    line = TaskLine(
        row.task_id,
        row.entity,
        row.status,
        row.version,
        row.match_weight,
        row.match_probability,
        row.reason,
        row.opened_at,
        row.left_source,
        row.left_key,
        left,
        row.right_source,
        row.right_key,
        right,
        evidence_items(evidence),
        spoken_vetoes(evidence),
        telling_of(evidence),
        row.priority,
        row.settles,
    )
    return blind_line(line) if blind else line


def line_beside(uow: UnitOfWork, row: Any, left: Side, right: Side, telling: Telling) -> TaskLine:
    """The line of a task whose two records are at hand; ``Any``: a table row."""
    entity = uow.hub.dictionary.entity(row.entity)
    return TaskLine(
        row.task_id,
        row.entity,
        row.status,
        row.version,
        row.match_weight,
        row.match_probability,
        row.reason,
        row.opened_at,
        left.source_system,
        left.source_id,
        entity.title_of(left.values),
        right.source_system,
        right.source_id,
        entity.title_of(right.values),
        telling=telling,
        priority=row.priority,
        settles=row.settles,
    )


def blind_line(line: TaskLine) -> TaskLine:
    """Only what is named here passes: whatever else a line tells comes from the machine."""
    return TaskLine(
        line.task_id,
        line.entity,
        line.status,
        line.version,
        None,
        None,
        line.reason,
        line.opened_at,
        line.left_system,
        line.left_id,
        line.left_title,
        line.right_system,
        line.right_id,
        line.right_title,
        priority=line.priority,
        settles=line.settles,
    )


def with_place(line: TaskLine, place: Any, now: str) -> TaskLine:  # Any: a row of the queue
    """The line with its due day and whoever holds it at ``now``."""
    held = place.holder is not None and (place.lease_until is None or place.lease_until > now)
    return replace(
        line,
        due_on=place.due_on,
        holder=place.holder if held else "",
        lease_until=place.lease_until if held else None,
    )


def _values(content: str) -> Mapping[str, Json]:
    values: Mapping[str, Json] = json.loads(content).get("values", {})
    return values
