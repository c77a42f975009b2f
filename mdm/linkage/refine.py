"""Weights judged together: what several comparisons say about the same fact counts once, not once each.

Shares counted per comparison treat comparisons as independent. A logistic regression on the level patterns
of candidate pairs with known truth moves the bits of all levels at once, held back towards the counted ones
where patterns are few. The result has the same form: m and u whose ratio is the evidence in the company of
the other comparisons.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import duckdb

from mdm.domain.counterfactual import SILENT
from mdm.domain.rules import RuleSet
from mdm.linkage.calibration import Calibration
from mdm.linkage.model import ComparisonWeights, LevelWeight, Weights, floored, weights_of
from mdm.linkage.train import World, level_patterns

Patterns: TypeAlias = "Counter[tuple[tuple[int, ...], bool]]"
"""Levels per comparison, and whether the pair is a match -> how many pairs show it."""

HOLD = 1.0
"""Pull towards the counted weight (inverse variance in nats): about the say of four undecided pairs."""

ROUNDS = 400
"""Rounds of the fit; twice as many move no weight by a tenth of a bit."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Pairs that show the same levels: places of their weights, how many are matches, how many there are."""

    places: tuple[int, ...]
    matches: int
    pairs: int


def refine_weights(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, weights: Weights, worlds: Iterable[World]
) -> Weights:
    """The weights fitted together on worlds with known truth; the calibration is dropped, since bits have
    moved.

    Levels that no pair shows keep their weight.
    """
    counted: Patterns = Counter()
    for world in worlds:
        counted.update(level_patterns(connection, rules, world))
    return replace(
        fit_patterns(rules, weights, counted),
        trained_on=f"{weights.trained_on}; fitted together",
        calibration=Calibration(),
    )


def fit_patterns(rules: RuleSet, weights: Weights, counted: Patterns, hold: float = HOLD) -> Weights:
    """The weights moved together towards answered pairs, held back by ``hold`` towards where they are.

    What a pair shows may decide whether it was asked: the fit is on the answers given what the pairs show, so a queue
    of doubtful pairs does not bend it as it would bend shares that are counted.
    """
    parts = weights_of(rules, weights)
    start = [weights.prior_bits * math.log(2)]
    start += [level.bits * math.log(2) for part in parts for level in part.levels]
    fitted = _fit(start, _patterns(counted, parts), hold)
    bits = iter([weight / math.log(2) for weight in fitted])
    prior = 1 / (1 + 2 ** -next(bits))
    moved = tuple(_moved(part, bits) for part in parts)
    return replace(weights, comparisons=moved, prior=float(f"{prior:.12g}"))


def _patterns(counted: Patterns, parts: Sequence[ComparisonWeights]) -> list[_Pattern]:
    first = [1]  # place 0 is the prior
    for part in parts:
        first.append(first[-1] + len(part.levels))
    found = []
    for levels in sorted({levels for levels, _ in counted}):
        places = tuple(first[n] + level for n, level in enumerate(levels) if level != SILENT)
        matches = counted[levels, True]
        found.append(_Pattern((0, *places), matches, matches + counted[levels, False]))
    return found


def _fit(start: list[float], patterns: Sequence[_Pattern], hold: float) -> list[float]:
    """Minimum of log loss plus pull, by a damped Newton step per weight and round.

    All weights of a pattern move at once, so each takes its share of the step (after Böhning and Lindsay 1988).
    """
    weights = list(start)
    width = max((len(pattern.places) for pattern in patterns), default=1)
    for _ in range(ROUNDS):
        slope = [hold * (now - then) for now, then in zip(weights, start, strict=True)]
        bend = [hold] * len(start)
        for pattern in patterns:
            chance = _chance(sum(weights[place] for place in pattern.places))
            wrong = pattern.pairs * chance - pattern.matches
            # at least a twentieth: a step sized on a flat stretch would leap past the minimum
            curve = pattern.pairs * max(chance * (1 - chance), 0.05)
            for place in pattern.places:
                slope[place] += wrong
                bend[place] += width * curve
        weights = [now - down / up for now, down, up in zip(weights, slope, bend, strict=True)]
    return weights


def _chance(nats: float) -> float:
    return 1 / (1 + math.exp(-nats)) if nats > -700 else 0.0


def _moved(part: ComparisonWeights, bits: Iterator[float]) -> ComparisonWeights:
    return ComparisonWeights(part.comparison, tuple(_with_bits(level, next(bits)) for level in part.levels))


def _with_bits(level: LevelWeight, bits: float) -> LevelWeight:
    """m and u of this ratio: the larger of the two stays as it was counted."""
    if bits >= 0:
        return floored(level.level, level.m, level.m / 2**bits)
    return floored(level.level, level.u * 2**bits, level.u)
