"""The plain scorer: the same match weight as the batch, for one pair at a time, with the reasons.

Compiled once from rules and model; no database, no Splink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mdm.domain.cluster import Contradiction
from mdm.domain.counterfactual import SILENT, Case, Consequences, Stance, consequences_of, stance_of
from mdm.domain.reason import two_scripts
from mdm.domain.rules import Comparison, Level, LevelKind, RuleSet, Veto
from mdm.linkage.levels import (
    Columns,
    Predicate,
    Values,
    columns_read,
    compile_level,
    compile_null,
    describe,
    leaves,
)
from mdm.linkage.member import FeatureValue
from mdm.linkage.model import Model, check_trained, weights_of
from mdm.linkage.packed import Unpack, compile_unpacking
from mdm.linkage.record import FeatureRecord, Prepared, compile_preparation

WEIGHT_DIGITS = 9
"""Match weights are rounded to this many decimals before any threshold sees them."""


class Comparable(Protocol):
    """A record that can be scored and checked for vetoes: a ``Prepared`` one, or one read from its packed form."""

    @property
    def record_id(self) -> int:
        """Number of the record in storage."""

    @property
    def values(self) -> Values:
        """Values by feature, in order."""


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two records and how much speaks for their being one thing.

    ``match_weight``: bits (log2 odds, prior included); ``match_probability``: calibrated, 0 to 1;
    ``levels``: per comparison the index of its level, the number of levels for ``otherwise``, -1 where it is
    silent.
    """

    left: int
    right: int
    match_weight: float
    match_probability: float
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison says about a pair: its level, labelled for people, its bits, the values read.

    ``stance``: what its words say; ``columns``: what the level that holds looked at; ``bilingual``: it found one thing
    in two scripts.
    """

    comparison: str
    en: str
    zh: str
    level: int
    label_en: str
    label_zh: str
    weight: float
    left: Mapping[str, FeatureValue]
    right: Mapping[str, FeatureValue]
    stance: Stance = Stance.OPEN
    columns: frozenset[str] = frozenset()
    bilingual: bool = False


@dataclass(frozen=True, slots=True)
class CompiledComparison:
    """A comparison as predicates, with the bits of each of its levels, and what its evidence tells of each.

    ``read``: all columns it reads; ``read_by_level``: those of each level; ``stances``: what the words of each say.
    """

    rule: Comparison
    null: Predicate
    levels: tuple[Predicate, ...]
    bits: tuple[float, ...]
    read: tuple[str, ...]
    read_by_level: tuple[frozenset[str], ...]
    stances: tuple[Stance, ...]

    def level(self, left: Values, right: Values) -> int:
        """Index of the level that holds; -1 when silent."""
        if self.null(left, right):
            return SILENT
        for index, holds in enumerate(self.levels):
            if holds(left, right):
                return index
        return len(self.levels)


def compile_comparison(rule: Comparison, bits: Sequence[float], columns: Columns) -> CompiledComparison:
    """Make a comparison ready; raises RuleError."""
    levels = tuple(compile_level(level, columns) for level in rule.levels)
    return CompiledComparison(
        rule,
        compile_null(rule, columns),
        levels,
        tuple(bits),
        columns_read(rule.levels),
        tuple(frozenset(columns_read((level,))) for level in rule.levels),
        tuple(stance_of(rule, number) for number in range(len(rule.levels) + 1)),
    )


class Scorer:
    """Scores pairs of records that ``prepare`` made ready under the model's frozen statistics."""

    def __init__(self, rules: RuleSet, model: Model) -> None:
        """Compile rules and weights; raises UntrainedLevelError or RuleError."""
        check_trained(rules, model)
        columns = Columns.of(rules)
        self.prior_bits = model.weights.prior_bits
        self.prepare: Callable[[FeatureRecord], Prepared] = compile_preparation(rules, model.statistics)
        self.unpack: Unpack = compile_unpacking(rules, model.statistics)
        self._probability = model.calibration.probability
        self._comparisons = tuple(
            compile_comparison(rule, [level.bits for level in weights.levels], columns)
            for rule, weights in zip(rules.comparisons, weights_of(rules, model.weights), strict=True)
        )
        best = [max(0.0, *comparison.bits) for comparison in self._comparisons]
        # rounding of the sum may add a little; nothing within reach of the floor is given up
        self._most = self.prior_bits + sum(best) + 10**-WEIGHT_DIGITS
        lost = [
            (place, comparison, (*(most - bits for bits in comparison.bits), most))
            for place, (comparison, most) in enumerate(zip(self._comparisons, best, strict=True))
        ]
        self._decisive_first = sorted(lost, key=lambda part: -part[2][-2])
        self._vetoes = tuple((veto, _compile_veto(veto, columns)) for veto in rules.vetoes)
        self._hard_first = tuple(sorted(self._vetoes, key=lambda pair: not pair[0].hard))
        self._conditions = tuple(
            (compile_level(veto.when, columns), veto.unless and compile_level(veto.unless, columns))
            for veto in rules.vetoes
        )
        self._anchors = tuple(compile_level(level, columns) for level in rules.anchors)
        self._partners = compile_level(rules.partners.when, columns) if rules.partners else None
        self._rules = rules
        self._consequences: Consequences | None = None

    def score(self, left: Comparable, right: Comparable) -> ScoredPair:
        """Match weight, probability and levels of a pair."""
        one, other = left.values, right.values
        levels = tuple([comparison.level(one, other) for comparison in self._comparisons])
        weight = self._weight(levels)
        return ScoredPair(left.record_id, right.record_id, weight, self._probability(weight), levels)

    def score_above(self, left: Comparable, right: Comparable, floor: float) -> ScoredPair | None:
        """The pair scored, if it reaches ``floor`` bits: most do not, and a few comparisons tell."""
        one, other, most = left.values, right.values, self._most
        levels = [SILENT] * len(self._comparisons)
        for place, comparison, lost in self._decisive_first:
            levels[place] = level = comparison.level(one, other)
            most -= lost[level]
            if most < floor:
                return None
        weight = self._weight(levels)
        if weight < floor:
            return None
        return ScoredPair(left.record_id, right.record_id, weight, self._probability(weight), tuple(levels))

    def _weight(self, levels: Sequence[int]) -> float:
        """Bits of these levels, added in the order of the comparisons whatever order found them."""
        weight = self.prior_bits
        for comparison, level in zip(self._comparisons, levels, strict=True):
            if level >= 0:
                weight += comparison.bits[level]
        return round(weight, WEIGHT_DIGITS)

    def explain(
        self, left: Prepared, right: Prepared, levels: Sequence[int] | None = None
    ) -> tuple[Evidence, ...]:
        """What each comparison says, in order; their bits and ``prior_bits`` sum to the match weight.

        ``levels``: those of the pair, where they are known already.
        """
        known = self.score(left, right).levels if levels is None else levels
        return tuple(
            _evidence(comparison, level, left, right)
            for comparison, level in zip(self._comparisons, known, strict=True)
        )

    @property
    def consequences(self) -> Consequences:
        """What each level entails for vetoes and anchors; worked out when it is first asked for."""
        if self._consequences is None:
            self._consequences = consequences_of(self._rules)
        return self._consequences

    def case(self, left: Comparable, right: Comparable) -> Case:
        """All that decides about the pair, as ``domain.counterfactual`` asks for it."""
        one, other = left.values, right.values
        scored = self.score(left, right)
        return Case(
            scored.levels,
            tuple(comparison.bits for comparison in self._comparisons),
            scored.match_weight,
            frozenset(n for n, (when, _) in enumerate(self._conditions) if when(one, other)),
            frozenset(n for n, (_, unless) in enumerate(self._conditions) if unless and unless(one, other)),
            frozenset(n for n, anchor in enumerate(self._anchors) if anchor(one, other)),
        )

    def violated_vetoes(self, left: Comparable, right: Comparable) -> tuple[Veto, ...]:
        """Every veto that forbids an automatic link of the pair."""
        return tuple(veto for veto, violated in self._vetoes if violated(left.values, right.values))

    def contradiction(self, left: Comparable, right: Comparable) -> Contradiction | None:
        """The first veto that the pair violates, hard ones before soft ones."""
        for veto, violated in self._hard_first:
            if violated(left.values, right.values):
                return Contradiction(veto.name, veto.hard, veto.parts)
        return None

    def anchored(self, left: Comparable, right: Comparable) -> bool:
        """Whether the pair shows the evidence without which no link is automatic."""
        return not self._anchors or any(anchor(left.values, right.values) for anchor in self._anchors)

    def may_partner(self, left: Comparable, right: Comparable) -> bool:
        """Whether the pair may be linked because each fits the other best, if their sources hold each thing once."""
        return self._partners is not None and self._partners(left.values, right.values)


def _compile_veto(veto: Veto, columns: Columns) -> Predicate:
    when = compile_level(veto.when, columns)
    if veto.unless is None:
        return when
    unless = compile_level(veto.unless, columns)
    return lambda left, right: when(left, right) and not unless(left, right)


def _evidence(comparison: CompiledComparison, level: int, left: Prepared, right: Prepared) -> Evidence:
    rule = comparison.rule
    label_en, label_zh = _labels(rule, level, left.values, right.values)
    mine = {name: left.record.features.get(name) for name in comparison.read}
    theirs = {name: right.record.features.get(name) for name in comparison.read}
    held = rule.levels[level] if 0 <= level < len(rule.levels) else None
    return Evidence(
        rule.name,
        rule.en,
        rule.zh,
        level,
        label_en,
        label_zh,
        comparison.bits[level] if level >= 0 else 0.0,
        mine,
        theirs,
        comparison.stances[level] if level != SILENT else Stance.OPEN,
        comparison.read_by_level[level] if held else frozenset(),
        held is not None and not _seeks_missing(held) and two_scripts(mine, theirs),
    )


def _seeks_missing(level: Level) -> bool:
    """Whether the level tests for a missing value: then its own words say what stands in which script."""
    return any(leaf.kind is LevelKind.MISSING for leaf in leaves(level))


def _labels(rule: Comparison, level: int, left: Values, right: Values) -> tuple[str, str]:
    if level == SILENT:
        return "not comparable", "无法比较"
    if level == len(rule.levels):
        return rule.otherwise_en, rule.otherwise_zh
    return _label(rule.levels[level])


def _label(level: Level) -> tuple[str, str]:
    """The level's own labels, else those of its first labelled part, else what it tests."""
    if level.en or level.zh:
        return level.en or level.zh, level.zh or level.en
    if level.kind in (LevelKind.ALL, LevelKind.ANY):
        for part in level.parts:
            if part.en or part.zh:
                return _label(part)
    return describe(level), describe(level)
