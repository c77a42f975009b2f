"""Learning weights: from worlds whose truth is known, or from a user's own records without labels.

With labels, m and u are shares of levels among the *candidate* pairs that are matches and that are not, and
the prior is the share of matches among candidates: such weights are conditional on being a candidate and
hold for any data that the same rules block. Without labels, u comes from random pairs, m from expectation
maximisation, and the prior refers to all pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from mdm.domain.rules import Comparison, RuleSet
from mdm.linkage.calibration import Calibration, fit_calibration
from mdm.linkage.levels import Columns
from mdm.linkage.model import ComparisonWeights, Weights, build_model, floored, level_names
from mdm.linkage.record import FeatureRecord, Prepared, prepare_all
from mdm.linkage.score import CompiledComparison, Scorer, compile_comparison
from mdm.linkage.statistics import Statistics, collect_statistics
from mdm.linkage.table import candidate_pairs

SMOOTHING = 1.0
"""Added to the count of every level (Laplace): a level not seen in training is rare, not impossible."""


CALIBRATION_PAIRS = 100
"""A step of the calibration curve rests on at least this many pairs."""


@dataclass(frozen=True, slots=True)
class World:
    """Records of one closed world and the thing each of them is (records without truth are not counted)."""

    records: Sequence[FeatureRecord]
    truth: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """How often each level held among candidate pairs that are matches and that are not."""

    matches: int
    others: int
    by_match: tuple[Counter[int], ...]
    by_other: tuple[Counter[int], ...]

    def __add__(self, more: LevelCounts) -> LevelCounts:
        """Counts of two worlds together."""
        return LevelCounts(
            self.matches + more.matches,
            self.others + more.others,
            tuple(one + other for one, other in zip(self.by_match, more.by_match, strict=True)),
            tuple(one + other for one, other in zip(self.by_other, more.by_other, strict=True)),
        )


def train_from_truth(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, worlds: Iterable[World], *, trained_on: str
) -> Weights:
    """Weights counted over the candidate pairs of worlds with known truth, smoothed and floored."""
    total = _nothing(rules)
    for world in worlds:
        total = total + count_levels(connection, rules, world)
    return weights_from_counts(rules, total, trained_on)


def calibrate(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, weights: Weights, worlds: Iterable[World]
) -> Weights:
    """The weights with a calibration learned from candidate pairs of worlds that they were not trained on.

    Learned on the training worlds themselves the curve would be too sure of itself.
    """
    plain = replace(weights, calibration=Calibration())
    pairs = [pair for world in worlds for pair in _answered(connection, rules, plain, world)]
    return replace(weights, calibration=fit_calibration(pairs, least_pairs=CALIBRATION_PAIRS))


def count_levels(connection: duckdb.DuckDBPyConnection, rules: RuleSet, world: World) -> LevelCounts:
    """Count levels in one world, under its own statistics."""
    counted = {answer: [Counter[int]() for _ in rules.comparisons] for answer in (True, False)}
    pairs = Counter[bool]()
    for (levels, is_match), number in level_patterns(connection, rules, world).items():
        pairs[is_match] += number
        for counter, level in zip(counted[is_match], levels, strict=True):
            counter[level] += number
    return LevelCounts(pairs[True], pairs[False], tuple(counted[True]), tuple(counted[False]))


def level_patterns(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, world: World
) -> Counter[tuple[tuple[int, ...], bool]]:
    """How many candidate pairs show the same levels and have the same answer."""
    comparisons = _compiled(rules)
    statistics = collect_statistics(rules, world.records)
    return Counter(
        (tuple(comparison.level(left.values, right.values) for comparison in comparisons), is_match)
        for left, right, is_match in _candidates(connection, rules, statistics, world)
    )


def weights_from_counts(rules: RuleSet, counts: LevelCounts, trained_on: str) -> Weights:
    """Shares of levels among the pairs a comparison speaks about; the prior is the share of matches."""
    parts = zip(rules.comparisons, counts.by_match, counts.by_other, strict=True)
    prior = (counts.matches + SMOOTHING) / (counts.matches + counts.others + 2 * SMOOTHING)
    return Weights(
        rules.entity,
        tuple(_shares(rule, by_match, by_other) for rule, by_match, by_other in parts),
        float(f"{prior:.12g}"),
        trained_on,
    )


def _answered(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, weights: Weights, world: World
) -> Iterator[tuple[float, bool]]:
    """Match weight and answer of every candidate pair."""
    model = build_model(rules, weights, collect_statistics(rules, world.records))
    scorer = Scorer(rules, model)
    for left, right, is_match in _candidates(connection, rules, model.statistics, world):
        yield scorer.score(left, right).match_weight, is_match


def _candidates(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, statistics: Statistics, world: World
) -> Iterator[tuple[Prepared, Prepared, bool]]:
    prepared, truth = prepare_all(rules, statistics, world.records), world.truth
    for left, right in candidate_pairs(connection, rules, prepared.values()):
        if left in truth and right in truth:
            yield prepared[left], prepared[right], truth[left] == truth[right]


def _nothing(rules: RuleSet) -> LevelCounts:
    none = tuple(Counter[int]() for _ in rules.comparisons)
    return LevelCounts(0, 0, none, none)


def _compiled(rules: RuleSet) -> list[CompiledComparison]:
    columns = Columns.of(rules)
    return [compile_comparison(rule, (), columns) for rule in rules.comparisons]


def _shares(rule: Comparison, by_match: Counter[int], by_other: Counter[int]) -> ComparisonWeights:
    names = level_names(rule)
    spoken = [sum(counter[level] for level in range(len(names))) for counter in (by_match, by_other)]
    room = SMOOTHING * len(names)
    return ComparisonWeights(
        rule.name,
        tuple(
            floored(
                name,
                (by_match[level] + SMOOTHING) / (spoken[0] + room),
                (by_other[level] + SMOOTHING) / (spoken[1] + room),
            )
            for level, name in enumerate(names)
        ),
    )
