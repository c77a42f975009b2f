"""Every comparison level as an SQL condition, with the same meaning as its predicate in ``levels``.

A dialect names the few functions in which DuckDB and Spark differ; the meaning is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mdm.domain.rules import Comparison, Level, LevelKind
from mdm.linkage.levels import MARGIN, ON_ASCII, Columns, columns_needing_ascii, columns_read
from mdm.linkage.record import THINGS_AT, WEIGHT_MASK, Shape
from mdm.linkage.term import Term

_VALUE, _TOTAL, _ASCII = "f_", "w_", "a_"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Functions of one engine; ``bits`` sums the weights of the members of a list."""

    has_any: str
    common: str
    size: str
    bits: str
    least: str
    jaro_winkler: str


DUCKDB = Dialect(
    "list_has_any({}, {})",
    "list_intersect({}, {})",
    "len({})",
    f"(coalesce(list_sum({{}}), 0) & {WEIGHT_MASK})",
    "list_min({})",
    "jaro_winkler_similarity({}, {})",
)
SPARK = Dialect(
    "arrays_overlap({}, {})",
    "array_intersect({}, {})",
    "size({})",
    # Masked before they are added: whole members would not fit the BIGINT that Spark adds them in
    f"(aggregate({{}}, 0L, (total, member) -> total + (member & {WEIGHT_MASK})) & {WEIGHT_MASK})",
    "array_min({})",
    "jaro_winkler({}, {})",
)


def column_name(feature: str) -> str:
    """Column of a feature in the comparison table: texts as 63-bit numbers, sets as sorted lists of them."""
    return _VALUE + feature


def total_column_name(feature: str) -> str:
    """Column with the weight of a weighted set."""
    return _TOTAL + feature


def ascii_column_name(feature: str) -> str:
    """Column that holds the text itself where it is ASCII."""
    return _ASCII + feature


def to_sql(level: Level, columns: Columns, dialect: Dialect = DUCKDB) -> str:
    """The level as a condition on columns ``f_<feature>_l`` and ``.._r``; raises RuleError."""
    return to_term(level, columns, dialect).flat()


def null_to_sql(comparison: Comparison, columns: Columns, dialect: Dialect = DUCKDB) -> str:
    """The SQL form of ``compile_null``."""
    return null_to_term(comparison, columns, dialect).flat()


def to_term(level: Level, columns: Columns, dialect: Dialect = DUCKDB) -> Term:
    """``to_sql`` with its parts kept apart, so that they can be shared between levels; raises RuleError."""
    if level.kind in (LevelKind.ALL, LevelKind.ANY):
        parts = tuple(to_term(part, columns, dialect) for part in level.parts)
        return all_hold(parts) if level.kind is LevelKind.ALL else any_holds(parts)
    columns.check(level)
    name = (ascii_column_name if level.kind in ON_ASCII else column_name)(level.column)
    return _condition(level, columns.shape[level.column], f"{name}_l", f"{name}_r", dialect)


def null_to_term(comparison: Comparison, columns: Columns, dialect: Dialect = DUCKDB) -> Term:
    """``null_to_sql`` with its parts kept apart."""
    if comparison.null is not None:
        return to_term(comparison.null, columns, dialect)
    parts = [_missing(column_name(name)) for name in columns_read(comparison.levels)]
    parts += [_incomparable(name) for name in columns_needing_ascii(comparison.levels)]
    return any_holds(parts)


def present(level: Level) -> Term:
    """Both sides have the value that a simple level reads: without it none but ``missing`` holds."""
    name = column_name(level.column)
    return Term(f"({name}_l IS NOT NULL AND {name}_r IS NOT NULL)")


def all_hold(parts: Iterable[Term]) -> Term:
    """Every part holds."""
    return _joined(tuple(parts), " AND ", "true")


def any_holds(parts: Iterable[Term]) -> Term:
    """At least one part holds."""
    return _joined(tuple(parts), " OR ", "false")


def _joined(parts: tuple[Term, ...], word: str, empty: str) -> Term:
    return Term(f"({word.join('{}' for _ in parts) or empty})", parts)


def _missing(name: str) -> Term:
    return Term(f"({name}_l IS NULL OR {name}_r IS NULL)")


def _incomparable(feature: str) -> Term:
    text, folded = column_name(feature), ascii_column_name(feature)
    missing = f"{folded}_l IS NULL OR {folded}_r IS NULL"
    return Term(f"(coalesce({text}_l <> {text}_r, false) AND ({missing}))")


def _condition(level: Level, shape: Shape, left: str, right: str, dialect: Dialect) -> Term:
    if level.kind in _ON_TWO:
        return _ON_TWO[level.kind](left, right, level.threshold, dialect)
    if level.kind is LevelKind.DISJOINT and shape in (Shape.TEXT, Shape.NUMBER):
        return Term(f"coalesce({left} <> {right}, false)", cost=_CHEAP)
    if level.kind is LevelKind.DISJOINT:
        return Term("coalesce(NOT {}, false)", (_has_any(left, right, dialect),))
    if level.kind is LevelKind.SHARED and shape is not Shape.WEIGHTED and level.threshold <= 1:
        return Term("coalesce({}, false)", (_has_any(left, right, dialect),))
    if level.kind is LevelKind.RARE:
        return _rare(left, right, level.threshold, dialect)
    judged = _ON_SETS[level.kind](_sizes(shape, left, right, dialect), level.threshold)
    # Asked outright and not by coalesce: least() skips NULL and list_intersect() of NULL is empty in DuckDB
    return Term(f"({left} IS NOT NULL AND {right} IS NOT NULL AND {{}})", (judged,))


class _Sizes(NamedTuple):
    """What is common to two sets and how large each is, in members or in bits."""

    common: Term
    left: str
    right: str


_CHEAP = 0.7
_LISTS_MEET, _LISTS_COMMON, _EDIT_DISTANCE = 3.0, 8.0, 6.0
"""Measured on records of materials and suppliers, relative to each other; they only order the work."""


def _has_any(left: str, right: str, dialect: Dialect) -> Term:
    return Term(dialect.has_any.format(left, right), cost=_LISTS_MEET)


def _rare(left: str, right: str, threshold: float, dialect: Dialect) -> Term:
    common = Term(dialect.common.format(left, right), cost=_LISTS_COMMON)
    too_many = (int(threshold) + 1) << THINGS_AT
    return Term(f"coalesce({dialect.least.format('{}')} < {too_many}, false)", (common,))


def _sizes(shape: Shape, left: str, right: str, dialect: Dialect) -> _Sizes:
    both = dialect.common.format(left, right)
    if shape is not Shape.WEIGHTED:
        common = Term(dialect.size.format(both), cost=_LISTS_COMMON)
        return _Sizes(common, dialect.size.format(left), dialect.size.format(right))
    total = [_TOTAL + name.removeprefix(_VALUE) for name in (left, right)]
    return _Sizes(Term(dialect.bits.format(both), cost=_LISTS_COMMON), *total)


def double(value: float) -> str:
    """A number as SQL: 0.8 alone is a DECIMAL and multiplied as one; an exponent makes it the double Python has."""
    return f"{value!r}e0" if "e" not in repr(value) else repr(value)


_ON_SETS: Mapping[LevelKind, Callable[[_Sizes, float], Term]] = {
    LevelKind.SHARED: lambda size, least: Term(f"{{}} >= {double(max(1.0, least))}", (size.common,)),
    LevelKind.OVERLAP: lambda size, least: Term(
        f"{{}} >= {double(least)} * least({size.left}, {size.right}) - {MARGIN!r}", (size.common,)
    ),
    LevelKind.JACCARD: lambda size, least: Term(
        f"{{}} >= {double(least)} * ({size.left} + {size.right} - {{}}) - {MARGIN!r}",
        (size.common, size.common),
    ),
    LevelKind.SUBSET: lambda size, _: Term(f"{{}} = least({size.left}, {size.right})", (size.common,)),
}
_ON_TWO: Mapping[LevelKind, Callable[[str, str, float, Dialect], Term]] = {
    LevelKind.MISSING: lambda left, right, _, __: Term(f"({left} IS NULL OR {right} IS NULL)"),
    LevelKind.EXACT: lambda left, right, _, __: Term(f"coalesce({left} = {right}, false)", cost=_CHEAP),
    LevelKind.JARO_WINKLER: lambda left, right, least, dialect: Term(
        f"coalesce({{}} >= {double(least - MARGIN)}, false)",
        (Term(dialect.jaro_winkler.format(left, right), cost=_EDIT_DISTANCE),),
    ),
    LevelKind.EDITS: lambda left, right, most, _: Term(
        f"coalesce({{}} <= {int(most)}, false)",
        (Term(f"levenshtein({left}, {right})", cost=_EDIT_DISTANCE),),
    ),
    LevelKind.WITHIN: lambda left, right, most, _: Term(
        f"coalesce(abs({left} - {right}) <= {double(most + MARGIN)}, false)", cost=_CHEAP
    ),
}
