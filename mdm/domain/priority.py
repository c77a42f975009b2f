"""Which question to ask first: the one whose answer teaches or protects most, and how many answers a queue needs.

Value of a verdict = (uncertainty + risk) x settled pairs on a log scale. Uncertainty is the entropy of the calibrated
probability in bits (0 to 1), risk what the rules declare of the record's class (0 to 1). A quarter of the questions,
chosen by their names alone, move up whatever they are worth: a queue answered by value only teaches nothing of the
questions that remain. Pure and deterministic.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterable, Mapping

from mdm.domain.rules import Risk
from mdm.domain.source import Json

AUDIT_PRIORITY = 1.0
"""Every audit task is worth one fully uncertain pair: a rank of its own would give the machine's opinion away."""

TEACHING = 0.25
"""Share of the questions that move up to teach."""

TEACHING_LIFT = 4.0
"""They move up by so much at most, so that they are spread over all that is asked early."""


def priority(probability: float, settles: int, risk: float) -> float:
    """What a verdict is worth: from 0 (sure, harmless, one pair) upwards."""
    return round((entropy(probability) + risk) * math.log2(1 + settles), 6)


def teaching_lift(name: str) -> float:
    """How far a question of this name moves up to teach: 0 for three in four, else spread from 0 to the most."""
    drawn = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48
    return round(TEACHING_LIFT * drawn / TEACHING, 6) if drawn < TEACHING else 0.0


def entropy(probability: float) -> float:
    """Uncertainty of a yes-or-no question in bits, 0 to 1 (Shannon 1948)."""
    return -sum(p * math.log2(p) for p in (probability, 1 - probability) if p > 0)


def risk_of(risks: Iterable[Risk], values: Mapping[str, Json]) -> float:
    """What a wrong verdict on a record of these standard values would cost, 0 to 1: the highest risk that applies."""
    return max((risk.weight for risk in risks if _applies(risk, values.get(risk.attribute))), default=0.0)


def count_decisions(questions: Iterable[tuple[Hashable, Hashable, bool]]) -> int:
    """Verdicts that answer all (group, other group, is a match): the rest follows from them.

    A spanning tree of each set of matching groups, then one negative verdict per two sets that are asked about.
    """
    asked = list(questions)
    above: dict[Hashable, Hashable] = {}

    def top(group: Hashable) -> Hashable:
        while group in above:
            group = above[group]
        return group

    spanning = 0
    for one, other, is_match in asked:
        left, right = top(one), top(other)
        if is_match and left != right:
            above[left] = right
            spanning += 1
    apart = {frozenset((top(one), top(other))) for one, other, is_match in asked if not is_match}
    return spanning + sum(len(pair) == 2 for pair in apart)


def _applies(risk: Risk, value: Json) -> bool:
    return value is not None and (not risk.values or value in risk.values)
