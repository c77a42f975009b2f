"""The evidence of a pair as a waterfall: each bar starts where the one before ended, in bits of match weight.

The pages draw one small SVG per table row; rows without gaps make the connecting lines meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdm.domain.review import Evidence

WIDTH = 180
"""Width of the drawing in its own units; the page scales it."""

MARGIN = 4
SMALLEST_BAR = 1.5
"""A bar of next to no weight stays visible as a line."""

AUDIBLE = 0.05
"""Bits; weaker evidence would be shown as nothing and is only named."""

SMALLEST_REST = 0.005
"""Below this the rest between the stored sum and the evidence is rounding, not a starting weight."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: ``weight`` in bits; ``x`` and ``width`` in drawing units; ``end`` is where the next bar starts.

    ``role`` is ``prior`` (before any evidence), ``for``, ``against`` or ``total``.
    """

    role: str
    weight: float
    x: float
    width: float
    end: float
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All bars from prior to total; ``zero`` is where neither side is favoured; ``silent`` evidence weighs nothing."""

    bars: tuple[Bar, ...]
    zero: float
    silent: tuple[Evidence, ...] = ()
    width: int = WIDTH


def draw(evidence: Sequence[Evidence], total: float) -> Waterfall:
    """Bars in the order prior, evidence from strongest to weakest, total."""
    silent = tuple(each for each in evidence if abs(each.weight) < AUDIBLE)
    ordered = sorted((each for each in evidence if each not in silent), key=lambda each: -abs(each.weight))
    prior = total - sum(each.weight for each in evidence)
    steps: list[tuple[float, Evidence | None]] = [(each.weight, each) for each in ordered]
    if abs(prior) > SMALLEST_REST:
        steps.insert(0, (prior, None))
    stops = [0.0]
    for weight, _ in steps:
        stops.append(stops[-1] + weight)
    scale = _Scale(min(*stops, 0.0, total), max(*stops, 0.0, total))
    bars = [
        _bar(scale, start, start + weight, weight, each)
        for start, (weight, each) in zip(stops, steps, strict=False)
    ]
    x, width = scale.span(0.0, total)
    bars.append(Bar("total", total, x, width, scale.at(total)))
    return Waterfall(tuple(bars), scale.at(0.0), silent)


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def at(self, bits: float) -> float:
        spread = (self.high - self.low) or 1.0
        return round(MARGIN + (bits - self.low) / spread * (WIDTH - 2 * MARGIN), 1)

    def span(self, start: float, end: float) -> tuple[float, float]:
        left, right = sorted((self.at(start), self.at(end)))
        return left, max(round(right - left, 1), SMALLEST_BAR)


def _bar(scale: _Scale, start: float, end: float, weight: float, evidence: Evidence | None) -> Bar:
    x, width = scale.span(start, end)
    return Bar(_role(weight, evidence), weight, x, width, scale.at(end), evidence)


def _role(weight: float, evidence: Evidence | None) -> str:
    if evidence is None:
        return "prior"
    return "for" if weight > 0 else "against"
