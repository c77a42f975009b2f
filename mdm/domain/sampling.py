"""Drawing the blind sample: so many pairs of each stratum, each with a known chance of being drawn.

Strata: ``link`` (the machine put the two into one golden record) and three kinds of automatic non-link. Most
candidates are far from a match, so equal chances would find no mistake among them; each stratum keeps its own chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from mdm.domain.cluster import Pair


class Stratum(StrEnum):
    """Which automatic decision a sampled pair stands for."""

    LINK = "link"
    """In one golden record without a verdict saying so."""
    VETOED = "vetoed"
    """Alike enough to ask, but kept apart by a veto that is not asked."""
    NEAR = "near"
    """Compared and left apart, within ``NEAR_BITS`` below the queue."""
    FAR = "far"
    """Compared and left apart, further below."""


NON_LINKS: Mapping[Stratum, float] = {Stratum.VETOED: 0.25, Stratum.NEAR: 0.25, Stratum.FAR: 0.5}
"""Share of each stratum in a sample of non-links: far pairs are so many that few verdicts on them say little, while
missed matches are found among the near and the vetoed ones."""

NEAR_BITS = 4.0
"""Bits below the review threshold that still count as near: odds of up to sixteen to one against."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A drawn pair; ``population``: pairs of its stratum, ``drawn``: how many of them were drawn."""

    pair: Pair
    stratum: Stratum
    population: int
    drawn: int


def draw_strata(
    strata: Mapping[Stratum, Sequence[Pair]],
    populations: Mapping[Stratum, int],
    wanted: Mapping[Stratum, int],
    random: Random,
) -> list[Draw]:
    """Pairs of all strata in random order, so that neither place nor number tells what a pair was drawn as."""
    found = []
    for stratum, number in wanted.items():
        pairs = sorted(strata.get(stratum, ()))
        chosen = random.sample(pairs, min(number, len(pairs)))
        found += [Draw(pair, stratum, populations[stratum], len(chosen)) for pair in chosen]
    random.shuffle(found)
    return found


def allot(number: int, sizes: Mapping[Stratum, int]) -> dict[Stratum, int]:
    """How many non-links to draw of each stratum; what a small stratum cannot give goes to the others."""
    allotted = {stratum: min(round(number * share), sizes[stratum]) for stratum, share in NON_LINKS.items()}
    for stratum in NON_LINKS:
        left = number - sum(allotted.values())
        allotted[stratum] = max(0, min(allotted[stratum] + left, sizes[stratum]))
    return allotted
