"""Two records attribute by attribute, grouped by what the attributes say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mdm.domain.review import Task
from stewardship_ui.difference import Runs, mark_differences
from stewardship_ui.label import Labels
from stewardship_ui.language import is_empty


class Row(NamedTuple):
    """One attribute of the two records; ``raw`` texts only where they differ from what is shown."""

    name: str
    label: str
    meaning: str
    left: Runs
    right: Runs
    left_raw: str
    right_raw: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The attributes of a pair, grouped by what they say."""

    different: list[Row]
    equal: list[Row]
    one_sided: list[Row]


def compare_records(task: Task, labels: Labels) -> Comparison:
    """Every attribute that either record has, in the order of the dictionary, grouped by what it says."""
    found = Comparison([], [], [])
    left, right = task.left.values, task.right.values
    for name in labels.ordered(task.line.entity, list({**left, **right})):
        mine, theirs = left.get(name), right.get(name)
        if is_empty(mine) and is_empty(theirs):
            continue
        row = _row(task, name, labels)
        if is_empty(mine) or is_empty(theirs):
            found.one_sided.append(row)
        elif mine == theirs:
            found.equal.append(row)
        else:
            found.different.append(row)
    _pair_names(task, found, labels)
    return found


def _pair_names(task: Task, found: Comparison, labels: Labels) -> None:
    """Put names side by side that stand in two attributes: one system keeps the Chinese one, another the English."""
    names = labels.naming(task.line.entity)
    left = [row for row in found.one_sided if row.name in names and row.left]
    right = [row for row in found.one_sided if row.name in names and row.right]
    named = any(row.name in names for row in (*found.different, *found.equal))
    if named or not left or not right:
        return
    mine, theirs = left[0], right[0]
    found.one_sided.remove(mine)
    found.one_sided.remove(theirs)
    found.different.insert(
        0,
        Row(
            mine.name,
            f"{mine.label} / {theirs.label}",
            "",
            mine.left,
            theirs.right,
            mine.left_raw,
            theirs.right_raw,
        ),
    )


def _row(task: Task, name: str, labels: Labels) -> Row:
    entity = task.line.entity
    mine = labels.value(entity, name, task.left.values.get(name))
    theirs = labels.value(entity, name, task.right.values.get(name))
    if mine and mine == theirs and task.left.values[name] != task.right.values[name]:
        # Two cities may share one English name: then the codes tell them apart.
        mine, theirs = (f"{mine} ({side.values[name]})" for side in (task.left, task.right))
    left, right = mark_differences(mine, theirs)
    return Row(
        name,
        labels.attribute(entity, name),
        labels.meaning(entity, name),
        left,
        right,
        _raw(task.left.raw, name, mine),
        _raw(task.right.raw, name, theirs),
    )


def _raw(raw: Mapping[str, str], name: str, shown: str) -> str:
    text = raw.get(name, "")
    return "" if text == shown else text
