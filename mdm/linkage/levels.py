"""Every comparison level as a plain-Python predicate; ``level_sql`` has the DuckDB form with one meaning.

Both forms answer true or false, never "unknown": a missing value makes every kind false but ``missing``.
On a weighted set ``shared``, ``overlap`` and ``jaccard`` count bits of members instead of members.
Edit distances hold on ASCII texts only, because DuckDB counts bytes where people count characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import JaroWinkler, Levenshtein

from mdm.domain.errors import RuleError
from mdm.domain.rules import Comparison, Level, LevelKind, RuleSet
from mdm.linkage.record import THINGS_AT, WEIGHT_MASK, Shape, Value, WeightedSet, features_by_name, shape_of

Values = tuple[Value, ...]
Predicate = Callable[[Values, Values], bool]
Check = Callable[[Value, Value], bool]

MARGIN = 1e-9
"""Slack on thresholds, so that 0.1 + 0.2 is within 0.3 and two engines round alike."""

ON_ASCII = frozenset({LevelKind.JARO_WINKLER, LevelKind.EDITS})
ANY_SHAPE = frozenset({LevelKind.EXACT, LevelKind.DISJOINT, LevelKind.MISSING})
ON_SETS = ANY_SHAPE | {LevelKind.SHARED, LevelKind.OVERLAP, LevelKind.JACCARD, LevelKind.SUBSET}
ALLOWED: Mapping[Shape, frozenset[LevelKind]] = {
    Shape.TEXT: ANY_SHAPE | ON_ASCII,
    Shape.SET: ON_SETS,
    Shape.WEIGHTED: ON_SETS,
    Shape.COUNTED: ON_SETS | {LevelKind.RARE},
    Shape.NUMBER: ANY_SHAPE | {LevelKind.WITHIN},
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Position and shape of every feature column of a rule set."""

    position: Mapping[str, int]
    shape: Mapping[str, Shape]

    @classmethod
    def of(cls, rules: RuleSet) -> Columns:
        """The columns of a rule set in the order of its features."""
        features = features_by_name(rules)
        return cls(
            {name: position for position, name in enumerate(features)},
            {name: shape_of(feature) for name, feature in features.items()},
        )

    def check(self, level: Level) -> None:
        """Raise RuleError when the level names no feature or a kind that its column cannot have."""
        if level.column not in self.shape:
            raise RuleError(f"{level.kind}: no feature {level.column!r}", level=describe(level))
        shape = self.shape[level.column]
        if level.kind not in ALLOWED[shape]:
            raise RuleError(f"{level.kind} on {level.column!r}, which holds a {shape}", level=describe(level))


def describe(level: Level) -> str:
    """Stable text of what a level tests, without its labels: ``overlap(name_tokens,0.8)``."""
    if level.parts or level.kind in (LevelKind.ALL, LevelKind.ANY):
        return f"{level.kind}({','.join(describe(part) for part in level.parts)})"
    if level.kind in ANY_SHAPE or level.kind is LevelKind.SUBSET:
        return f"{level.kind}({level.column})"
    return f"{level.kind}({level.column},{level.threshold:g})"


def leaves(level: Level) -> Iterator[Level]:
    """The level itself, or the simple levels that a compound one is made of."""
    if level.kind in (LevelKind.ALL, LevelKind.ANY):
        for part in level.parts:
            yield from leaves(part)
    else:
        yield level


def columns_read(levels: Iterable[Level]) -> tuple[str, ...]:
    """Names of the columns that levels read, each once, in order."""
    return tuple(dict.fromkeys(leaf.column for level in levels for leaf in leaves(level)))


def columns_needing_ascii(levels: Iterable[Level]) -> tuple[str, ...]:
    """Names of the columns that an edit distance reads."""
    found = (leaf.column for level in levels for leaf in leaves(level) if leaf.kind in ON_ASCII)
    return tuple(dict.fromkeys(found))


def compile_level(level: Level, columns: Columns) -> Predicate:
    """The level as a function of two prepared value tuples; raises RuleError."""
    if level.kind is LevelKind.ALL:
        return _all([compile_level(part, columns) for part in level.parts])
    if level.kind is LevelKind.ANY:
        return _any([compile_level(part, columns) for part in level.parts])
    columns.check(level)
    position, shape = columns.position[level.column], columns.shape[level.column]
    if level.kind in _AT and shape is Shape.SET and level.threshold <= 1:
        return _AT[level.kind](position)
    return _at(position, _check(level, shape))


def compile_null(comparison: Comparison, columns: Columns) -> Predicate:
    """Whether a comparison is silent about a pair.

    Without a ``null`` of its own it is when a column of its levels is missing on either side. For a column
    under an edit distance, two different values of which one is not ASCII count as missing: they cannot be
    told apart from a transliteration.
    """
    if comparison.null is not None:
        return compile_level(comparison.null, columns)
    for level in comparison.levels:
        compile_level(level, columns)
    read = [columns.position[name] for name in columns_read(comparison.levels)]
    folded = [columns.position[name] for name in columns_needing_ascii(comparison.levels)]
    missing = _missing_at(read[0]) if len(read) == 1 else _any_missing_at(read)
    return _any([missing, *(_at(position, _incomparable) for position in folded)]) if folded else missing


def _shared_at(position: int) -> Predicate:
    def holds(left: Any, right: Any) -> bool:  # Any: a column of sets holds a set or nothing
        one, other = left[position], right[position]
        return one is not None and other is not None and not one.isdisjoint(other)

    return holds


def _disjoint_at(position: int) -> Predicate:
    def holds(left: Any, right: Any) -> bool:  # Any: a column of sets holds a set or nothing
        one, other = left[position], right[position]
        return one is not None and other is not None and bool(one.isdisjoint(other))

    return holds


def _missing_at(position: int) -> Predicate:
    return lambda left, right: left[position] is None or right[position] is None


def _any_missing_at(positions: list[int]) -> Predicate:
    def holds(left: Values, right: Values) -> bool:
        for position in positions:
            if left[position] is None or right[position] is None:
                return True
        return False

    return holds


_AT: Mapping[LevelKind, Callable[[int], Predicate]] = {
    LevelKind.SHARED: _shared_at,
    LevelKind.DISJOINT: _disjoint_at,
    LevelKind.MISSING: _missing_at,
}
"""Nearly all tests of a pair are one of these on a column of sets; in one call each they cost half."""


def _at(position: int, check: Check) -> Predicate:
    return lambda left, right: check(left[position], right[position])


def _all(parts: list[Predicate]) -> Predicate:
    def holds(left: Values, right: Values) -> bool:
        for part in parts:
            if not part(left, right):
                return False
        return True

    return holds


def _any(parts: list[Predicate]) -> Predicate:
    def holds(left: Values, right: Values) -> bool:
        for part in parts:
            if part(left, right):
                return True
        return False

    return holds


def _check(level: Level, shape: Shape) -> Check:
    if level.kind in _PLAIN:
        return _PLAIN[level.kind]
    if shape is Shape.WEIGHTED and level.kind in _WEIGHTED:
        return _WEIGHTED[level.kind](level.threshold)
    return _WITH_THRESHOLD[level.kind](level.threshold)


def _missing(left: Value, right: Value) -> bool:
    return left is None or right is None


def _exact(left: Value, right: Value) -> bool:
    return left is not None and left == right


def _disjoint(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, frozenset) and isinstance(right, frozenset):
        return left.isdisjoint(right)
    return left != right


def _subset(left: Value, right: Value) -> bool:
    if not isinstance(left, frozenset) or not isinstance(right, frozenset):
        return False
    return left <= right or right <= left


def _incomparable(left: Value, right: Value) -> bool:
    if not isinstance(left, str) or not isinstance(right, str):
        return False
    return not (left.isascii() and right.isascii()) and left != right


def _shared(threshold: float) -> Check:
    least = max(1.0, threshold)

    def one(left: Value, right: Value) -> bool:
        return isinstance(left, frozenset) and isinstance(right, frozenset) and not left.isdisjoint(right)

    def several(left: Value, right: Value) -> bool:
        if not isinstance(left, frozenset) or not isinstance(right, frozenset):
            return False
        return len(left & right) >= least

    return one if least <= 1 else several


def _overlap(threshold: float) -> Check:
    def holds(left: Value, right: Value) -> bool:
        if not isinstance(left, frozenset) or not isinstance(right, frozenset):
            return False
        return len(left & right) >= threshold * min(len(left), len(right)) - MARGIN

    return holds


def _jaccard(threshold: float) -> Check:
    def holds(left: Value, right: Value) -> bool:
        if not isinstance(left, frozenset) or not isinstance(right, frozenset):
            return False
        common = len(left & right)
        return common >= threshold * (len(left) + len(right) - common) - MARGIN

    return holds


def _rare(threshold: float) -> Check:
    too_many = (int(threshold) + 1) << THINGS_AT

    def holds(left: Value, right: Value) -> bool:
        if not isinstance(left, frozenset) or not isinstance(right, frozenset):
            return False
        return min(left & right, default=too_many) < too_many

    return holds


def _shared_weight(threshold: float) -> Check:
    least = max(1.0, threshold)

    def holds(left: Value, right: Value) -> bool:
        if not isinstance(left, WeightedSet) or not isinstance(right, WeightedSet):
            return False
        return sum(left & right) & WEIGHT_MASK >= least

    return holds


def _weight_overlap(threshold: float) -> Check:
    def holds(left: Value, right: Value) -> bool:
        if not isinstance(left, WeightedSet) or not isinstance(right, WeightedSet):
            return False
        return sum(left & right) & WEIGHT_MASK >= threshold * min(left.total, right.total) - MARGIN

    return holds


def _weight_jaccard(threshold: float) -> Check:
    def holds(left: Value, right: Value) -> bool:
        if not isinstance(left, WeightedSet) or not isinstance(right, WeightedSet):
            return False
        common = sum(left & right) & WEIGHT_MASK
        return common >= threshold * (left.total + right.total - common) - MARGIN

    return holds


def _jaro_winkler(threshold: float) -> Check:
    least = threshold - MARGIN

    def holds(left: Value, right: Value) -> bool:
        if (
            not isinstance(left, str)
            or not isinstance(right, str)
            or not (left.isascii() and right.isascii())
        ):
            return False
        return bool(JaroWinkler.similarity(left, right) >= least)

    return holds


def _edits(threshold: float) -> Check:
    most = int(threshold)

    def holds(left: Value, right: Value) -> bool:
        if (
            not isinstance(left, str)
            or not isinstance(right, str)
            or not (left.isascii() and right.isascii())
        ):
            return False
        return bool(Levenshtein.distance(left, right, score_cutoff=most) <= most)

    return holds


def _within(threshold: float) -> Check:
    most = threshold + MARGIN
    return lambda left, right: (
        isinstance(left, float) and isinstance(right, float) and abs(left - right) <= most
    )


_PLAIN: Mapping[LevelKind, Check] = {
    LevelKind.EXACT: _exact,
    LevelKind.DISJOINT: _disjoint,
    LevelKind.SUBSET: _subset,
    LevelKind.MISSING: _missing,
}
_WEIGHTED: Mapping[LevelKind, Callable[[float], Check]] = {
    LevelKind.SHARED: _shared_weight,
    LevelKind.OVERLAP: _weight_overlap,
    LevelKind.JACCARD: _weight_jaccard,
}
_WITH_THRESHOLD: Mapping[LevelKind, Callable[[float], Check]] = {
    LevelKind.SHARED: _shared,
    LevelKind.OVERLAP: _overlap,
    LevelKind.JACCARD: _jaccard,
    LevelKind.RARE: _rare,
    LevelKind.JARO_WINKLER: _jaro_winkler,
    LevelKind.EDITS: _edits,
    LevelKind.WITHIN: _within,
}
