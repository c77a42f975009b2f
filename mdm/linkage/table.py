"""Prepared records as the two Arrow tables DuckDB works on: what is compared, and what is blocked on."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence

import duckdb
import pyarrow as pa

from mdm.domain.rules import Comparison, Level, RuleSet
from mdm.linkage.level_sql import ascii_column_name, column_name, total_column_name
from mdm.linkage.levels import columns_needing_ascii, columns_read
from mdm.linkage.member import member_hash
from mdm.linkage.record import Prepared, Shape, Value, WeightedSet, features_by_name, shape_of

Pairs = list[tuple[int, int]]

ARROW_TYPES = {
    Shape.TEXT: pa.int64(),
    Shape.SET: pa.list_(pa.int64()),
    Shape.WEIGHTED: pa.list_(pa.int64()),
    Shape.COUNTED: pa.list_(pa.int64()),
    Shape.NUMBER: pa.float64(),
}


def levels_compared(rules: RuleSet) -> list[Level]:
    """Every level that a comparison tests, silence included."""
    return [level for comparison in rules.comparisons for level in _levels(comparison)]


def read_by(rules: RuleSet) -> set[str]:
    """Names of the features that comparisons read."""
    return set(columns_read(levels_compared(rules)))


def comparison_table(rules: RuleSet, records: Sequence[Prepared]) -> pa.Table:
    """``record_id`` and per feature ``f_`` (text as number, set as sorted list), ``w_`` (weight), ``a_`` (ASCII).

    Only the features that comparisons read; missing values are NULL.
    """
    read, folded = read_by(rules), set(columns_needing_ascii(levels_compared(rules)))
    columns: dict[str, pa.Array] = {
        "record_id": pa.array([record.record_id for record in records], pa.int64())
    }
    for position, (name, feature) in enumerate(features_by_name(rules).items()):
        values = [record.values[position] for record in records]
        if name in read:
            shape = shape_of(feature)
            columns[column_name(name)] = pa.array([_cell(value) for value in values], ARROW_TYPES[shape])
        if name in read and shape_of(feature) is Shape.WEIGHTED:
            columns[total_column_name(name)] = pa.array([_total(value) for value in values], pa.int64())
        if name in folded:
            columns[ascii_column_name(name)] = pa.array([_ascii(value) for value in values], pa.string())
    return pa.table(columns)


def key_table(rules: RuleSet, records: Iterable[Prepared], on: Collection[str] | None = None) -> pa.Table:
    """``rule`` (place of the blocking rule), ``key``, ``record_id``: a row per record and key, no hot keys.

    ``on`` keeps the rules on these features only.
    """
    wanted = [place for place, rule in enumerate(rules.blocking) if on is None or rule.on in on]
    places, keys, ids = array("q"), array("q"), array("q")  # plain buffers: 10 million keys stay small
    for record in records:
        for place in wanted:
            for key in record.keys[place]:
                places.append(place)
                keys.append(key)
                ids.append(record.record_id)
    return pa.table({"rule": _int64(places), "key": _int64(keys), "record_id": _int64(ids)})


def candidate_table(
    connection: duckdb.DuckDBPyConnection, keys: pa.Table, only: Collection[int] | None = None
) -> pa.Table:
    """``join_key_l`` < ``join_key_r``: ids of the pairs that share a key of one rule, each once.

    ``only``: pairs with at least one of these records.
    """
    connection.register("mdm_keys", keys)
    connection.register("mdm_changed", pa.table({"record_id": pa.array(sorted(only or ()), pa.int64())}))
    try:
        return connection.sql(f"{blocking_sql(only)} ORDER BY ALL").to_arrow_table()
    finally:
        connection.unregister("mdm_keys")
        connection.unregister("mdm_changed")


def blocking_sql(only: Collection[int] | None) -> str:
    """The pairs that share a key, from ``mdm_keys`` and ``mdm_changed``, in words that DuckDB and Spark share."""
    return _ALL_PAIRS if only is None else _PAIRS_OF_CHANGED


_ALL_PAIRS = """
    SELECT DISTINCT l.record_id AS join_key_l, r.record_id AS join_key_r
    FROM mdm_keys l JOIN mdm_keys r ON l.rule = r.rule AND l.key = r.key AND l.record_id < r.record_id"""
# Joined from the changed side: the few keys of a few records, not all pairs filtered afterwards
_PAIRS_OF_CHANGED = """
    SELECT DISTINCT
        least(c.record_id, k.record_id) AS join_key_l, greatest(c.record_id, k.record_id) AS join_key_r
    FROM (SELECT * FROM mdm_keys WHERE record_id IN (SELECT record_id FROM mdm_changed)) c
    JOIN mdm_keys k ON c.rule = k.rule AND c.key = k.key AND c.record_id <> k.record_id"""


def candidate_pairs(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    records: Iterable[Prepared],
    only: Collection[int] | None = None,
) -> Pairs:
    """The pairs worth comparing, as record ids in ascending order."""
    found = candidate_table(connection, key_table(rules, records), only)
    left, right = found.column("join_key_l").to_pylist(), found.column("join_key_r").to_pylist()
    return list(zip(left, right, strict=True))


def _levels(comparison: Comparison) -> tuple[Level, ...]:
    return (*comparison.levels, comparison.null) if comparison.null else comparison.levels


def _cell(value: Value) -> object:
    if isinstance(value, str):
        return member_hash(value)
    return sorted(value) if isinstance(value, frozenset) else value


def _total(value: Value) -> int | None:
    return value.total if isinstance(value, WeightedSet) else None


def _ascii(value: Value) -> str | None:
    return value if isinstance(value, str) and value.isascii() else None


def _int64(values: array[int]) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
