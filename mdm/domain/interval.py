"""Shares with what is known of them: intervals instead of bare points.

``Share`` is estimated from judged pairs that each stand for ``importance`` pairs. Equal importance: the exact interval
(Clopper and Pearson 1934); unequal: Wilson's score interval on the effective number (Wilson 1927; Kish 1965). The
one-sided bound is Wilson's, by which 539 clean verdicts state .995; the exact one, which takes 598, stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

TWO_SIDED = 1.959964
"""Standard normal quantile of .975: intervals hold the truth 95 times in 100."""

ONE_SIDED = 1.644854
"""Standard normal quantile of .95: a bound is right 95 times in 100."""

EXACT_UP_TO = 5000
"""Judged pairs up to which intervals are exact."""

TAIL = 0.025
BOUND_TAIL = 0.05
DRAWS = 2000
SEED = 20


@dataclass(frozen=True, slots=True)
class Share:
    """A share of ``number`` judged pairs, with its 95 % interval; all None while nothing is judged.

    ``at_least``: one-sided 95 % bound (Wilson); ``at_least_exact``: the same by Clopper and Pearson.
    """

    number: int
    hits: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    at_least_exact: float | None = None


def share_of(judged: Iterable[tuple[bool, float]]) -> Share:
    """The share of hits among judged pairs, each with its importance."""
    pairs = list(judged)
    number, hits = len(pairs), sum(hit for hit, _ in pairs)
    if not number:
        return Share(0, 0)
    weight = sum(importance for _, importance in pairs)
    value = sum(importance for hit, importance in pairs if hit) / weight
    effective = weight**2 / sum(importance**2 for _, importance in pairs)
    if effective > number * (1 - 1e-9):
        low, high = exact_interval(hits, number)
        exact = exact_low(hits, number, BOUND_TAIL)
    else:
        low, high = wilson(value, effective)
        exact = exact_low(math.floor(value * effective), math.floor(effective), BOUND_TAIL)
    at_least, _ = wilson(value, effective, ONE_SIDED)
    return Share(number, hits, *(round(part, 6) for part in (value, low, high, at_least, exact)))


def share_of_counts(hits: int, number: int) -> Share:
    """The share of so many hits, all of equal importance; of very many by Wilson, who then agrees with the exact."""
    if number <= EXACT_UP_TO:
        return share_of([(True, 1.0)] * hits + [(False, 1.0)] * (number - hits))
    low, high = wilson(hits / number, number)
    at_least, _ = wilson(hits / number, number, ONE_SIDED)
    return Share(number, hits, *(round(part, 6) for part in (hits / number, low, high, at_least, at_least)))


def wilson(value: float, number: float, z: float = TWO_SIDED) -> tuple[float, float]:
    """The score interval of a share observed on ``number`` pairs."""
    middle = value + z * z / (2 * number)
    half = z * math.sqrt(value * (1 - value) / number + z * z / (4 * number * number))
    scale = 1 + z * z / number
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def exact_interval(hits: int, number: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval."""
    return exact_low(hits, number, TAIL), 1 - exact_low(number - hits, number, TAIL)


def exact_low(hits: int, number: int, tail: float) -> float:
    """The smallest share under which so many hits or more are not rarer than ``tail``."""
    if hits == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if _at_least(hits, number, middle) > tail else (middle, high)
    return low


def clean_needed(target: float) -> int:
    """Verdicts without an error that bring the one-sided bound to ``target``: 539 for .995."""
    return math.ceil(ONE_SIDED**2 * target / (1 - target))


@dataclass(frozen=True, slots=True)
class Layer:
    """One stratum of one draw: ``population`` pairs in all, ``number`` of them judged, ``hits`` matches."""

    population: float
    number: int
    hits: int


def recall_of(linked: Sequence[Layer], left_apart: Sequence[Layer]) -> Share:
    """Matches that were linked, of all matches among pairs decided automatically, with a 95 % interval.

    The shares of the strata are drawn from what the verdicts leave possible (Beta with Jeffreys' prior), so that a
    stratum without a found match still widens the interval by what it may hide.
    """
    found = [layer for layer in (*linked, *left_apart) if layer.number]
    if not any(layer.number for layer in linked) or not any(layer.number for layer in left_apart):
        return Share(sum(layer.number for layer in found), sum(layer.hits for layer in found))
    random = Random(SEED)
    draws = sorted(_ratio(_drawn(linked, random), _drawn(left_apart, random)) for _ in range(DRAWS))
    point = _ratio(_expected(linked), _expected(left_apart))
    low, high = draws[int(DRAWS * TAIL)], draws[int(DRAWS * (1 - TAIL))]
    bounds = (min(low, point), max(high, point), draws[int(DRAWS * BOUND_TAIL)])
    number = sum(layer.number for layer in found)
    hits = sum(layer.hits for layer in linked)
    return Share(number, hits, *(round(part, 6) for part in (point, *bounds)))


def layers_of(drawn: Iterable[tuple[str, float, bool | None]]) -> list[Layer]:
    """Layers from (name of stratum and draw, pairs it stands for, is a match: None while nobody has said)."""
    sizes: dict[str, float] = {}
    said: dict[str, list[bool]] = {}
    for name, importance, is_match in drawn:
        sizes[name] = sizes.get(name, 0.0) + importance
        said.setdefault(name, []).extend([] if is_match is None else [is_match])
    return [Layer(sizes[name], len(said[name]), sum(said[name])) for name in sorted(sizes)]


def _expected(layers: Sequence[Layer]) -> float:
    return sum(layer.population * layer.hits / layer.number for layer in layers if layer.number)


def _drawn(layers: Sequence[Layer], random: Random) -> float:
    return sum(
        layer.population * random.betavariate(layer.hits + 0.5, layer.number - layer.hits + 0.5)
        for layer in layers
        if layer.number
    )


def _ratio(linked: float, missed: float) -> float:
    return linked / (linked + missed) if linked + missed else 0.0


def _at_least(hits: int, number: int, share: float) -> float:
    """Chance of so many hits or more."""
    if share <= 0 or share >= 1:
        return float(share >= 1)
    log, other = math.log(share), math.log1p(-share)
    return math.fsum(
        math.exp(
            math.lgamma(number + 1)
            - math.lgamma(k + 1)
            - math.lgamma(number - k + 1)
            + k * log
            + (number - k) * other
        )
        for k in range(hits, number + 1)
    )
