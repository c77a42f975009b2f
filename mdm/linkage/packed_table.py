"""Packed records as the Arrow tables that engines work on, without an object per record.

A record passes through as bytes: of each column only its numbers are copied into one long buffer per column, so a
stock of a million records costs about what the tables themselves do.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from mdm.domain.errors import DamagedRecordError
from mdm.domain.rules import RuleSet
from mdm.linkage.key import HotNumbers, hot_numbers, numbers_in_use
from mdm.linkage.level_sql import ascii_column_name, column_name, total_column_name
from mdm.linkage.levels import columns_needing_ascii
from mdm.linkage.packed import Split, compile_splitting
from mdm.linkage.record import Shape, Weigh, compile_marking, features_by_name, shape_of, weight_of
from mdm.linkage.statistics import Statistics
from mdm.linkage.table import ARROW_TYPES, levels_compared, read_by


class Tables(NamedTuple):
    """What an engine works on: a comparison table and a key table (``mdm.linkage.table``)."""

    records: pa.Table
    keys: pa.Table


@dataclass(slots=True)
class _Column:
    """One feature column as it grows: the members of all records, and how many each record has."""

    place: int
    shape: Shape
    weigh: Weigh | None
    members: array[int] = field(default_factory=lambda: array("q"))
    counts: array[int] = field(default_factory=lambda: array("i"))
    totals: array[int] = field(default_factory=lambda: array("q"))

    def add(self, members: Sequence[int]) -> None:
        """The members of one more record."""
        self.counts.append(len(members))
        if self.weigh is None:
            self.members.extend(members)
            return
        weighed = sorted(map(self.weigh, members))  # what is written above a number changes their order
        self.members.extend(weighed)
        if self.shape is Shape.WEIGHTED:
            self.totals.append(weight_of(weighed))

    def values(self) -> pa.Array:
        """The column; a record without members has NULL."""
        numbers = _buffer(self.members, pa.int64())
        missing = self._missing()
        if self.shape in (Shape.SET, Shape.WEIGHTED, Shape.COUNTED):
            ends = pc.cumulative_sum(_buffer(self.counts, pa.int32()))
            offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
            return pa.ListArray.from_arrays(offsets, numbers, mask=missing)
        places = pc.subtract(pc.cumulative_sum(_buffer(self.counts, pa.int32())), 1)
        held = numbers.view(ARROW_TYPES[self.shape])
        return held.take(pc.if_else(missing, None, places))

    def weights(self) -> pa.Array:
        """The weight of each record's set; NULL without members."""
        return pc.if_else(self._missing(), None, _buffer(self.totals, pa.int64()))

    def _missing(self) -> pa.Array:
        return pc.equal(_buffer(self.counts, pa.int32()), 0)


@dataclass(slots=True)
class _Keys:
    """The key table as it grows; ``rules``: place of the blocking rule, columns of its feature and of the one that
    refines it, its hot keys."""

    rules: Sequence[tuple[int, int, int | None, HotNumbers]]
    places: array[int] = field(default_factory=lambda: array("q"))
    keys: array[int] = field(default_factory=lambda: array("q"))
    ids: array[int] = field(default_factory=lambda: array("q"))

    def add(self, record_id: int, held: Split) -> None:
        """The keys of one more record that are not hot."""
        for place, column, by, hot in self.rules:
            members = held.members(column)
            if hot.keys:
                members = numbers_in_use(members, () if by is None else held.members(by), hot)
            self.keys.extend(members)
            self.places.extend([place] * len(members))
            self.ids.extend([record_id] * len(members))

    def table(self) -> pa.Table:
        """``rule``, ``key``, ``record_id``."""
        columns = {"rule": self.places, "key": self.keys, "record_id": self.ids}
        return pa.table({name: _buffer(held, pa.int64()) for name, held in columns.items()})


def packed_tables(rules: RuleSet, statistics: Statistics, records: Iterable[tuple[int, bytes]]) -> Tables:
    """The tables of records (id, packed form of these rules) under frozen statistics; raises DamagedRecordError.

    They are what ``comparison_table`` and ``key_table`` make of the same records prepared.
    """
    split = compile_splitting(rules)
    columns, keys = _columns(rules, statistics), _keys(rules, statistics)
    folded: dict[int, list[str | None]] = {
        columns[name].place: [] for name in columns_needing_ascii(levels_compared(rules))
    }
    ids = array("q")
    for record_id, content in records:
        try:
            held = split(content)
            found = {place: held.text(place) for place in folded}
        except (ValueError, IndexError, struct.error) as error:
            raise DamagedRecordError(
                f"{rules.entity}: the packed form of record {record_id} is damaged: load the record again.",
                entity=rules.entity,
                record_id=record_id,
            ) from error
        ids.append(record_id)
        for column in columns.values():
            column.add(held.members(column.place))
        for place, text in found.items():
            folded[place].append(text if text is not None and text.isascii() else None)
        keys.add(record_id, held)
    return Tables(_table(ids, columns, folded), keys.table())


def _columns(rules: RuleSet, statistics: Statistics) -> dict[str, _Column]:
    """The columns that comparisons read."""
    read = read_by(rules)
    return {
        name: _Column(
            place,
            shape_of(feature),
            compile_marking(name, shape_of(feature), statistics),
        )
        for place, (name, feature) in enumerate(features_by_name(rules).items())
        if name in read
    }


def _keys(rules: RuleSet, statistics: Statistics) -> _Keys:
    at = {name: place for place, name in enumerate(features_by_name(rules))}
    return _Keys(
        [
            (place, at[rule.on], at.get(rule.refine_by), hot_numbers(rule, statistics.hot))
            for place, rule in enumerate(rules.blocking)
        ]
    )


def _table(ids: array[int], columns: dict[str, _Column], folded: dict[int, list[str | None]]) -> pa.Table:
    made = {"record_id": _buffer(ids, pa.int64())}
    for name, column in columns.items():
        made[column_name(name)] = column.values()
        if column.shape is Shape.WEIGHTED:
            made[total_column_name(name)] = column.weights()
        if column.place in folded:
            made[ascii_column_name(name)] = pa.array(folded[column.place], pa.string())
    return pa.table(made)


def _buffer(held: array[int], of: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(of, len(held), [None, pa.py_buffer(held)])
