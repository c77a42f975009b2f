"""Two records attribute by attribute, grouped by what the attributes say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm.domain.review import Side, Task
from mdm.domain.source import Json
from stewardship_ui.aid import pinyin
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
    can_keep: bool = False
    """Whether either value may be set on the golden record by hand."""
    left_sound: str = ""
    right_sound: str = ""
    """How a Chinese name sounds, where the other side is not Chinese."""


class BesideRow(NamedTuple):
    """One attribute of two to five records, each marked where it differs from the first."""

    label: str
    cells: list[Runs]


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
            left_sound=pinyin("".join(run.text for run in mine.left)),
            right_sound=pinyin("".join(run.text for run in theirs.right)),
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
    left_sound, right_sound = _sounds(name, mine, theirs, labels.naming(entity))
    return Row(
        name,
        labels.attribute(entity, name),
        labels.meaning(entity, name),
        left,
        right,
        _raw(task.left.raw, name, mine),
        _raw(task.right.raw, name, theirs),
        _is_plain(task.left.values.get(name)) and _is_plain(task.right.values.get(name)),
        left_sound,
        right_sound,
    )


def beside_rows(task: Task, more: Sequence[Side], labels: Labels) -> list[BesideRow]:
    """Every attribute of the pair and of further records, in the order of the dictionary."""
    entity = task.line.entity
    sides = [task.left, task.right, *more]
    names = {name for side in sides for name, value in side.values.items() if not is_empty(value)}
    rows = []
    for name in labels.ordered(entity, list(names)):
        texts = [labels.value(entity, name, side.values.get(name)) for side in sides]
        first, *others = texts
        cells = [mark_differences(first, other)[1] for other in others]
        rows.append(BesideRow(labels.attribute(entity, name), [mark_differences(first, first)[0], *cells]))
    return rows


def _sounds(name: str, mine: str, theirs: str, names: Sequence[str]) -> tuple[str, str]:
    """How Chinese names sound; nothing where both are written alike."""
    if name not in names or mine == theirs:
        return "", ""
    return pinyin(mine), pinyin(theirs)


def _is_plain(value: Json) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _raw(raw: Mapping[str, str], name: str, shown: str) -> str:
    text = raw.get(name, "")
    return "" if text == shown else text
