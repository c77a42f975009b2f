"""Every comparison level as a DuckDB condition, with the same meaning as its predicate in ``levels``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mdm.domain.rules import Comparison, Level, LevelKind
from mdm.linkage.levels import MARGIN, ON_ASCII, Columns, columns_needing_ascii, columns_read
from mdm.linkage.record import Shape


def column_name(feature: str) -> str:
    """Column of a feature in the comparison table: texts as 63-bit numbers, sets as sorted lists of them."""
    return f"f_{feature}"


def ascii_column_name(feature: str) -> str:
    """Name of the column that holds the text itself where it is ASCII."""
    return f"a_{feature}"


def to_sql(level: Level, columns: Columns) -> str:
    """The level as a DuckDB condition on columns ``f_<feature>_l`` and ``.._r``; raises RuleError."""
    if level.kind in (LevelKind.ALL, LevelKind.ANY):
        word = " AND " if level.kind is LevelKind.ALL else " OR "
        empty = "true" if level.kind is LevelKind.ALL else "false"
        return "(" + (word.join(to_sql(part, columns) for part in level.parts) or empty) + ")"
    columns.check(level)
    name = (ascii_column_name if level.kind in ON_ASCII else column_name)(level.column)
    return _condition(level, columns.shape[level.column], f"{name}_l", f"{name}_r")


def null_to_sql(comparison: Comparison, columns: Columns) -> str:
    """The DuckDB form of ``compile_null``."""
    if comparison.null is not None:
        return to_sql(comparison.null, columns)
    parts = [_missing_sql(column_name(name)) for name in columns_read(comparison.levels)]
    parts += [_incomparable_sql(name) for name in columns_needing_ascii(comparison.levels)]
    return "(" + " OR ".join(parts) + ")"


def _missing_sql(name: str) -> str:
    return f"{name}_l IS NULL OR {name}_r IS NULL"


def _incomparable_sql(feature: str) -> str:
    text, folded = column_name(feature), ascii_column_name(feature)
    return f"(coalesce({text}_l <> {text}_r, false) AND ({_missing_sql(folded)}))"


def _condition(level: Level, shape: Shape, left: str, right: str) -> str:
    if level.kind is LevelKind.MISSING:
        return f"({left} IS NULL OR {right} IS NULL)"
    if level.kind is LevelKind.DISJOINT and shape is not Shape.SET:
        judged = f"{left} <> {right}"
    else:
        judged = _FORMS[level.kind](left, right, level.threshold)
    # Asked outright and not by coalesce: least() skips NULL and list_intersect() of NULL is empty in DuckDB
    return f"({left} IS NOT NULL AND {right} IS NOT NULL AND {judged})"


def _double(value: float) -> str:
    # 0.8 alone is a DECIMAL in DuckDB and multiplied as one; an exponent makes it the double Python has
    return f"{value!r}e0" if "e" not in repr(value) else repr(value)


def _common(left: str, right: str) -> str:
    return f"len(list_intersect({left}, {right}))"


def _shared_sql(left: str, right: str, threshold: float) -> str:
    if threshold <= 1:
        return f"list_has_any({left}, {right})"
    return f"{_common(left, right)} >= {_double(threshold)}"


_FORMS: Mapping[LevelKind, Callable[[str, str, float], str]] = {
    LevelKind.EXACT: lambda left, right, _: f"{left} = {right}",
    LevelKind.SHARED: _shared_sql,
    LevelKind.OVERLAP: lambda left, right, least: (
        f"{_common(left, right)} >= {_double(least)} * least(len({left}), len({right})) - {MARGIN!r}"
    ),
    LevelKind.JACCARD: lambda left, right, least: (
        f"{_common(left, right)} >= {_double(least)}"
        f" * (len({left}) + len({right}) - {_common(left, right)}) - {MARGIN!r}"
    ),
    LevelKind.SUBSET: lambda left, right, _: f"{_common(left, right)} = least(len({left}), len({right}))",
    LevelKind.DISJOINT: lambda left, right, _: f"NOT list_has_any({left}, {right})",
    LevelKind.JARO_WINKLER: lambda left, right, least: (
        f"jaro_winkler_similarity({left}, {right}) >= {_double(least - MARGIN)}"
    ),
    LevelKind.EDITS: lambda left, right, most: f"levenshtein({left}, {right}) <= {int(most)}",
    LevelKind.WITHIN: lambda left, right, most: f"abs({left} - {right}) <= {_double(most + MARGIN)}",
}
