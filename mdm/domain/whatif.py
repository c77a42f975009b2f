"""What a change of matching would do: the report on which people approve it or do not.

Pure values and the arithmetic on them; the same hub and the same change give the same report to the last digit, so
nothing in it names a time or an ID that was made up for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mdm.domain.json_form import from_json
from mdm.domain.source import Json

Pair = tuple[int, int]

WILSON_Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""

MOST_EXAMPLES = 20


class Outcome(StrEnum):
    """What the machine by itself makes of a pair."""

    LINK = "link"
    REVIEW = "review"
    NON_LINK = "non_link"


class ExampleKind(StrEnum):
    """Why a pair is shown."""

    VERDICT = "verdict"
    """The machine would go against a person's verdict."""
    MERGE = "merge"
    """Two golden records would become one."""
    SPLIT = "split"
    """Records of one golden record would part."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference between what governs and what is proposed; ``was`` or ``becomes`` is empty when one is absent.

    ``zh`` and ``en``: what people call ``name``, empty where it is a word already.
    """

    part: str
    name: str
    was: str
    becomes: str
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``n`` with the Wilson score interval of 95 % (Wilson 1927); no rate without an ``n``."""

    hits: int
    n: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How the machine by itself fares on the pairs that people decided.

    ``precision``: of decided pairs it links, those that people call a match; ``recall``: of the matches, those it
    links; ``reach``: of the matches, those it links or asks about.
    """

    precision: Share
    recall: Share
    reach: Share


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict in force on two records."""

    left: int
    right: int
    is_match: bool
    decision_id: str


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A verdict that the machine by itself goes against; ``is_new``: not under what governs now.

    The verdict still binds: the records stay as the person said until it is undone.
    """

    decision_id: str
    verdict: str
    left: str
    right: str
    was: Outcome
    becomes: Outcome
    is_new: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One attribute of the two records of an example."""

    attribute: str
    left: Json
    right: Json


@dataclass(frozen=True, slots=True)
class Example:
    """Two records side by side, by their names; weights in bits, None where the pair is not scored."""

    kind: ExampleKind
    left: str
    right: str
    left_golden: str
    right_golden: str
    weight_was: float | None
    weight_becomes: float | None
    cells: tuple[Cell, ...]
    decision_id: str = ""
    left_title: str = ""
    right_title: str = ""


@dataclass(frozen=True, slots=True)
class SourcePair:
    """Pairs of records in one golden record, by their two source systems."""

    left: str
    right: str
    was: int
    becomes: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What happens to golden IDs; lists are in order and complete."""

    merged: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    issued: int = 0
    restored: tuple[str, ...] = ()
    records: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A count now and then, with what comes and what goes."""

    was: int = 0
    becomes: int = 0
    gained: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the next full run would do to one entity under the change, against the live golden records."""

    entity: str
    changes: tuple[ChangeLine, ...]
    records: int
    restandardised: int
    values_changed: int
    golden: Tally
    moved: Moved
    tasks: Tally
    links: Tally
    compared: Tally
    quality_was: Quality
    quality_becomes: Quality
    contradicted: tuple[Contradicted, ...] = ()
    source_pairs: tuple[SourcePair, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def newly_contradicted(self) -> int:
        """Verdicts that the machine goes against under the change only."""
        return sum(each.is_new for each in self.contradicted)

    @property
    def is_harmless(self) -> bool:
        """Whether no golden record, task or verdict is touched."""
        moved = self.moved
        return not (
            moved.merged
            or moved.split
            or moved.records
            or self.values_changed
            or self.tasks.gained
            or self.tasks.lost
            or self.newly_contradicted
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What examining a change found, one part per entity that it touches."""

    fingerprint: str
    parts: tuple[WhatIf, ...]


def report_from_json(text: str) -> Report:
    """The report as it was stored."""
    return from_json(text, Report)


def share(hits: int, n: int) -> Share:
    """``hits`` of ``n`` with its interval, rounded to four digits."""
    if n == 0:
        return Share(hits, n, None, None, None)
    rate, square = hits / n, WILSON_Z**2
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = WILSON_Z / (1 + square / n) * math.sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    return Share(
        hits, n, round(rate, 4), round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)
    )


def quality_of(verdicts: Iterable[tuple[Verdict, Outcome]]) -> Quality:
    """Precision, recall and reach on verdicts with what the machine by itself makes of them."""
    counts = Counter((verdict.is_match, outcome) for verdict, outcome in verdicts)
    linked = counts[True, Outcome.LINK]
    matches = sum(counts[True, outcome] for outcome in Outcome)
    return Quality(
        share(linked, linked + counts[False, Outcome.LINK]),
        share(linked, matches),
        share(linked + counts[True, Outcome.REVIEW], matches),
    )


def contradicts(verdict: Verdict, outcome: Outcome) -> bool:
    """Whether the machine is sure of the opposite; where it would ask, it does not contradict."""
    return outcome is (Outcome.NON_LINK if verdict.is_match else Outcome.LINK)


def tally(was: Collection[object], becomes: Collection[object]) -> Tally:
    """Counts of two sets and of what is in one of them only."""
    before, after = set(was), set(becomes)
    return Tally(len(before), len(after), len(after - before), len(before - after))


def together(clusters: Iterable[Sequence[int]]) -> frozenset[Pair]:
    """Every pair of records in one cluster, smaller id first."""
    return frozenset(
        (one, other) if one < other else (other, one)
        for members in clusters
        for place, one in enumerate(members)
        for other in members[place + 1 :]
    )


def by_source(
    was: Collection[Pair], becomes: Collection[Pair], systems: Mapping[int, str]
) -> tuple[SourcePair, ...]:
    """Pairs together now and then, per two source systems, those with most movement first."""

    def counted(pairs: Iterable[Pair]) -> Counter[tuple[str, str]]:
        return Counter(_ordered(systems[left], systems[right]) for left, right in pairs)

    before, after = frozenset(was), frozenset(becomes)
    held, then = counted(before), counted(after)
    gained, lost = counted(after - before), counted(before - after)
    made = [
        SourcePair(*names, held[names], then[names], gained[names], lost[names])
        for names in sorted(held.keys() | then.keys())
    ]
    return tuple(sorted(made, key=lambda each: (-(each.gained + each.lost), each.left, each.right)))


def _ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)
