"""Every comparison level as a DuckDB condition, with the same meaning as its predicate in ``levels``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mdm.domain.rules import Comparison, Level, LevelKind
from mdm.linkage.levels import MARGIN, ON_ASCII, Columns, columns_needing_ascii, columns_read
from mdm.linkage.record import WEIGHT_MASK, Shape

_VALUE, _TOTAL, _ASCII = "f_", "w_", "a_"


def column_name(feature: str) -> str:
    """Column of a feature in the comparison table: texts as 63-bit numbers, sets as sorted lists of them."""
    return _VALUE + feature


def total_column_name(feature: str) -> str:
    """Column with the weight of a weighted set."""
    return _TOTAL + feature


def ascii_column_name(feature: str) -> str:
    """Column that holds the text itself where it is ASCII."""
    return _ASCII + feature


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
    if level.kind is LevelKind.DISJOINT and shape in (Shape.TEXT, Shape.NUMBER):
        judged = f"{left} <> {right}"
    elif level.kind in _ON_SETS:
        judged = _ON_SETS[level.kind](_sizes(shape, left, right), level.threshold)
    else:
        judged = _ON_TWO[level.kind](left, right, level.threshold)
    # Asked outright and not by coalesce: least() skips NULL and list_intersect() of NULL is empty in DuckDB
    return f"({left} IS NOT NULL AND {right} IS NOT NULL AND {judged})"


class _Sizes(NamedTuple):
    """What is common to two sets and how large each is, in members or in bits."""

    common: str
    left: str
    right: str


def _sizes(shape: Shape, left: str, right: str) -> _Sizes:
    both = f"list_intersect({left}, {right})"
    if shape is Shape.SET:
        return _Sizes(f"len({both})", f"len({left})", f"len({right})")
    total = [_TOTAL + name.removeprefix(_VALUE) for name in (left, right)]
    return _Sizes(f"(coalesce(list_sum({both}), 0) & {WEIGHT_MASK})", *total)


def _double(value: float) -> str:
    # 0.8 alone is a DECIMAL in DuckDB and multiplied as one; an exponent makes it the double Python has
    return f"{value!r}e0" if "e" not in repr(value) else repr(value)


_ON_SETS: Mapping[LevelKind, Callable[[_Sizes, float], str]] = {
    LevelKind.SHARED: lambda size, least: f"{size.common} >= {_double(max(1.0, least))}",
    LevelKind.OVERLAP: lambda size, least: (
        f"{size.common} >= {_double(least)} * least({size.left}, {size.right}) - {MARGIN!r}"
    ),
    LevelKind.JACCARD: lambda size, least: (
        f"{size.common} >= {_double(least)} * ({size.left} + {size.right} - {size.common}) - {MARGIN!r}"
    ),
    LevelKind.SUBSET: lambda size, _: f"{size.common} = least({size.left}, {size.right})",
}
_ON_TWO: Mapping[LevelKind, Callable[[str, str, float], str]] = {
    LevelKind.EXACT: lambda left, right, _: f"{left} = {right}",
    LevelKind.DISJOINT: lambda left, right, _: f"NOT list_has_any({left}, {right})",
    LevelKind.JARO_WINKLER: lambda left, right, least: (
        f"jaro_winkler_similarity({left}, {right}) >= {_double(least - MARGIN)}"
    ),
    LevelKind.EDITS: lambda left, right, most: f"levenshtein({left}, {right}) <= {int(most)}",
    LevelKind.WITHIN: lambda left, right, most: f"abs({left} - {right}) <= {_double(most + MARGIN)}",
}
