"""From match weight to match probability: how often pairs of such a weight turned out to be matches.

Raw log-odds rank well but are overconfident, because comparisons are not independent. A calibration is a
monotone curve through (weight, probability) points, learned from pairs with a known answer
(pool-adjacent-violators; Ayer et al. 1955), straight in log-odds between its points. An empty one reads the
weight as log-odds.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

LEAST_PAIRS = 20
"""A step of the curve rests on at least this many pairs."""

EDGE = 1e-6
"""Probabilities stay this far away from 0 and 1."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Rising points (match weight, match probability); outside them one bit of weight is one bit of odds."""

    points: tuple[tuple[float, float], ...] = ()

    def probability(self, weight: float) -> float:
        """Chance of a match, 0 to 1, for a match weight in bits."""
        return from_bits(self._bits(weight))

    def weight(self, probability: float) -> float:
        """The smallest match weight whose probability reaches ``probability``."""
        low, high = -100.0, 100.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.probability(middle) >= probability else (middle, high)
        return high

    def _bits(self, weight: float) -> float:
        if not self.points:
            return weight
        place = bisect_left(self.points, (weight, -1.0))
        if place == 0 or place == len(self.points):
            at, probability = self.points[min(place, len(self.points) - 1)]
            return to_bits(probability) + weight - at
        (low, below), (high, above) = self.points[place - 1 : place + 1]
        share = (weight - low) / (high - low)
        return (1 - share) * to_bits(below) + share * to_bits(above)


def fit_calibration(pairs: Iterable[tuple[float, bool]], *, least_pairs: int = LEAST_PAIRS) -> Calibration:
    """Learn the curve from (match weight, is a match); fewer than two steps leave it empty.

    Each step counts half a match and half a non-match extra, so that no step claims certainty.
    """
    steps = _pooled(_steps(sorted(pairs), least_pairs))
    if len(steps) < 2:
        return Calibration()
    points = [(total / count, (matches + 0.5) / (count + 1)) for total, matches, count in steps]
    rising: list[tuple[float, float]] = []
    for weight, probability in points:
        before = rising[-1] if rising else (-math.inf, 0.0)
        if weight > before[0]:
            rising.append((round(weight, 6), round(max(probability, before[1]), 6)))
    return Calibration(tuple(rising))


Step = tuple[float, float, int]  # sum of weights, matches, pairs


def _steps(pairs: list[tuple[float, bool]], least: int) -> list[Step]:
    """Equal portions of the sorted pairs; equal weights never fall into two steps."""
    steps: list[Step] = []
    total, matches, count = 0.0, 0.0, 0
    for place, (weight, is_match) in enumerate(pairs):
        total, matches, count = total + weight, matches + is_match, count + 1
        last_of_weight = place + 1 == len(pairs) or pairs[place + 1][0] != weight
        if count >= least and last_of_weight:
            steps.append((total, matches, count))
            total, matches, count = 0.0, 0.0, 0
    if count and steps:
        steps[-1] = _merged(steps[-1], (total, matches, count))
    return steps


def _pooled(steps: list[Step]) -> list[Step]:
    pooled: list[Step] = []
    for step in steps:
        pooled.append(step)
        while len(pooled) > 1 and _rate(pooled[-2]) >= _rate(pooled[-1]):
            last = pooled.pop()
            pooled[-1] = _merged(pooled[-1], last)
    return pooled


def _merged(one: Step, other: Step) -> Step:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _rate(step: Step) -> float:
    return step[1] / step[2]


def to_bits(probability: float) -> float:
    """Log2 odds of a probability, held away from 0 and 1."""
    held = min(max(probability, EDGE), 1 - EDGE)
    return math.log2(held / (1 - held))


def from_bits(bits: float) -> float:
    """The probability of log2 odds."""
    if bits >= 0:
        return 1 / (1 + 2.0**-bits) if bits < 1000 else 1.0
    return 2.0**bits / (1 + 2.0**bits) if bits > -1000 else 0.0
