"""The hub's own scoring of candidate pairs on DuckDB: the levels that Splink finds, for a third of the work.

Every similarity is computed once. Cheap comparisons come first; with an upper bound on what the others can still add
they show which pairs cannot reach the floor, and the others are computed for the rest only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from mdm.domain.rules import Comparison, Level, LevelKind, RuleSet
from mdm.linkage.level_sql import all_hold, any_holds, double, null_to_term, present, to_term
from mdm.linkage.levels import Columns
from mdm.linkage.model import Model, weights_of
from mdm.linkage.term import Term, select_terms

CHUNK = 1_000_000
"""Pairs scored at a time: what is held meanwhile does not grow with their number."""

LATE = 20.0
"""A comparison whose terms cost more together waits for the upper bound."""

CHEAP = 1.0
"""A test whose terms cost no more is made, not presumed, when the upper bound is computed."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A comparison as SQL: its level, its bits, and the most bits that it may turn out to give."""

    name: str
    level: Term
    bits: str
    most: Term


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    model: Model,
    records: pa.Table,
    pairs: pa.Table,
    *,
    floor: float,
) -> pa.Table:
    """``left``, ``right`` and ``level_<n>`` of the pairs of at least ``floor`` bits.

    ``records`` is a comparison table, ``pairs`` a candidate table. The caller weighs the levels: sums made here may
    differ from its own in the last digit.
    """
    early, late = _split(_judged(rules, model))
    least = floor - model.weights.prior_bits
    connection.register("mdm_records", records)
    try:
        return pa.concat_tables(
            [
                _score_chunk(connection, records, pairs.slice(start, CHUNK), early, late, least)
                for start in range(0, max(pairs.num_rows, 1), CHUNK)
            ]
        )
    finally:
        connection.unregister("mdm_records")


def _split(judged: Sequence[_Judged]) -> tuple[list[_Judged], list[_Judged]]:
    """The comparisons that every pair goes through, and those that only what may reach the floor does."""
    early = [part for part in judged if part.level.whole_cost <= LATE]
    return early, [part for part in judged if part not in early]


def _score_chunk(
    connection: duckdb.DuckDBPyConnection,
    records: pa.Table,
    pairs: pa.Table,
    early: Sequence[_Judged],
    late: Sequence[_Judged],
    least: float,
) -> pa.Table:
    connection.register("mdm_pairs", pairs)
    try:
        # A table between the two steps: asked in one statement, DuckDB moves the condition below the similarities
        # and computes these twice
        connection.execute(f"CREATE OR REPLACE TEMP TABLE mdm_early AS {_early(records, early, late)}")
        return connection.sql(_late(records, early, late, least)).to_arrow_table()
    finally:
        connection.execute("DROP TABLE IF EXISTS mdm_early")
        connection.unregister("mdm_pairs")


def _early(records: pa.Table, early: Sequence[_Judged], late: Sequence[_Judged]) -> str:
    """The levels that are cheap to find, their bits, and the most that the pair can reach."""
    pairs = 'SELECT join_key_l AS "left", join_key_r AS "right" FROM mdm_pairs'
    terms = {part.name: part.level for part in early} | {f"most_{part.name}": part.most for part in late}
    found = select_terms(terms, _side_by_side(records, pairs), ['"left"', '"right"'])
    bits = " + ".join(["0e0", *(part.bits for part in early)])
    most = " + ".join(["bits", *(f"most_{part.name}" for part in late)])
    kept = ", ".join(['"left"', '"right"', *(part.name for part in early), "bits"])
    return f"SELECT {kept}, {most} AS most FROM (SELECT *, {bits} AS bits FROM ({found}))"


def _late(records: pa.Table, early: Sequence[_Judged], late: Sequence[_Judged], least: float) -> str:
    """All levels of the pairs that still may reach ``least``, and then do."""
    kept = ['"left"', '"right"', *(part.name for part in early), "bits"]
    pairs = f"SELECT {', '.join(kept)} FROM mdm_early WHERE most >= {least!r}"
    found = select_terms({part.name: part.level for part in late}, _side_by_side(records, pairs), kept)
    levels = ", ".join(f"{name}::BIGINT AS {name}" for name in sorted(p.name for p in (*early, *late)))
    total = " + ".join(["bits", *(part.bits for part in late)])
    return f'SELECT "left", "right", {levels} FROM ({found}) WHERE {total} >= {least!r}'


def _side_by_side(records: pa.Table, pairs: str) -> str:
    """``pairs`` with the columns of both records."""
    names = [name for name in records.column_names if name != "record_id"]
    columns = "".join(f", {side}.{name} AS {name}_{side}" for name in names for side in ("l", "r"))
    return (
        f'SELECT p.*{columns} FROM ({pairs}) p JOIN mdm_records l ON l.record_id = p."left"'
        f' JOIN mdm_records r ON r.record_id = p."right"'
    )


def _judged(rules: RuleSet, model: Model) -> list[_Judged]:
    columns = Columns.of(rules)
    parts = zip(rules.comparisons, weights_of(rules, model.weights), strict=True)
    return [
        _judge(place, rule, tuple(level.bits for level in weights.levels), columns)
        for place, (rule, weights) in enumerate(parts)
    ]


def _judge(place: int, rule: Comparison, bits: tuple[float, ...], columns: Columns) -> _Judged:
    name, silent = f"level_{place}", null_to_term(rule, columns)
    holds = [to_term(level, columns) for level in rule.levels]
    cases = " ".join(f"WHEN {{}} THEN {level}" for level in range(len(holds)))
    level = Term(f"CASE WHEN {{}} THEN -1 {cases} ELSE {len(holds)} END", (silent, *holds))
    return _Judged(name, level, _bits(name, bits), _most(rule, silent, bits, columns))


def _bits(name: str, bits: Sequence[float]) -> str:
    cases = " ".join(f"WHEN {level} THEN {double(weight)}" for level, weight in enumerate(bits))
    return f"CASE {name} {cases} ELSE 0e0 END"


def _most(rule: Comparison, silent: Term, bits: Sequence[float], columns: Columns) -> Term:
    """The most bits a comparison may give, by what is cheap to ask: the heaviest level that is still possible."""
    surely_silent = silent.whole_cost <= CHEAP * len(silent.parts or (silent,))
    least = max(bits[-1], 0.0) if not surely_silent else bits[-1]
    heavier = sorted(
        ((weight, place) for place, weight in enumerate(bits[:-1]) if weight > least),
        key=lambda item: -item[0],
    )
    possible = [_possible(rule.levels[place], columns) for _, place in heavier]
    cases = " ".join(f"WHEN {{}} THEN {double(weight)}" for weight, _ in heavier)
    if surely_silent:
        return Term(f"CASE WHEN {{}} THEN 0e0 {cases} ELSE {double(least)} END", (silent, *possible))
    return Term(f"CASE {cases} ELSE {double(least)} END" if heavier else f"{double(least)}", tuple(possible))


def _possible(level: Level, columns: Columns) -> Term:
    """Whether a level may hold: its costly tests count as passed where both values are there."""
    if level.kind in (LevelKind.ALL, LevelKind.ANY):
        parts = [_possible(part, columns) for part in level.parts]
        return all_hold(parts) if level.kind is LevelKind.ALL else any_holds(parts)
    exactly = to_term(level, columns)
    return exactly if exactly.whole_cost <= CHEAP else present(level)
