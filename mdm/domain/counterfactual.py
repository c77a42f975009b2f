"""What would turn the answer for a pair: the smallest single change of one comparison's level that does.

Computed from levels, weights, thresholds, vetoes and anchors, never guessed. That a level holds says more than its
bits: levels before it do not hold, and what it tests may silence a veto, raise one, give an anchor or take it. Such a
consequence counts only when it follows from the declarations alone, so a change that is named is enough. A veto that
is regulated is never argued away: where one speaks, no change is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from mdm.domain.rules import Action, Comparison, Level, LevelKind, RuleSet

SILENT = -1
"""Number of the level of a comparison that says nothing about a pair."""

_AGREEING = frozenset(
    {
        LevelKind.EXACT,
        LevelKind.SHARED,
        LevelKind.RARE,
        LevelKind.OVERLAP,
        LevelKind.JACCARD,
        LevelKind.SUBSET,
    }
)
"""Kinds that hold only where both sides have a value and something in common."""


class Stance(IntEnum):
    """What a level says by its own words, whatever bits the model has for it."""

    DIFFERS = -1
    OPEN = 0
    AGREES = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One pair as rules and model judge it.

    ``levels``: per comparison the number of its level, ``SILENT`` where it says nothing; ``bits``: per comparison the
    bits of each level, that of ``otherwise`` last; ``weight``: bits, prior included. Numbers of vetoes whose ``when``
    and whose ``unless`` hold, and of anchors that hold.
    """

    levels: tuple[int, ...]
    bits: tuple[tuple[float, ...], ...]
    weight: float
    when: frozenset[int]
    unless: frozenset[int]
    anchors: frozenset[int]

    @property
    def spoken(self) -> frozenset[int]:
        """Numbers of the vetoes that forbid an automatic link."""
        return self.when - self.unless


@dataclass(frozen=True, slots=True)
class Change:
    """Another level of one comparison, by their numbers, and the match weight with it."""

    comparison: int
    level: int
    weight: float


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from one level for vetoes (their ``when`` and ``unless``) and anchors, whatever the values.

    ``stance``: what its words say.
    """

    stance: Stance
    when: frozenset[int]
    not_when: frozenset[int]
    unless: frozenset[int]
    not_unless: frozenset[int]
    anchors: frozenset[int]
    not_anchors: frozenset[int]


Consequences = tuple[tuple[Consequence, ...], ...]
"""Per comparison that of each level, ``otherwise`` last."""


def consequences_of(rules: RuleSet) -> Consequences:
    """What each level of each comparison entails; made once per rule set."""
    return tuple(
        tuple(
            _consequence(rules, stance_of(comparison, number), _Known.at(comparison, number))
            for number in range(len(comparison.levels) + 1)
        )
        for comparison in rules.comparisons
    )


def stance_of(comparison: Comparison, number: int) -> Stance:
    """Whether a level tells of an agreement or of a difference; one that tells of both, or of neither, is open."""
    if number == SILENT:
        return Stance.OPEN
    if number == len(comparison.levels):
        return Stance.DIFFERS
    kinds = set(_kinds(comparison.levels[number])) - {LevelKind.MISSING}
    if kinds == {LevelKind.DISJOINT}:
        return Stance.DIFFERS
    return Stance.AGREES if kinds and LevelKind.DISJOINT not in kinds else Stance.OPEN


def link_weight(rules: RuleSet) -> float:
    """From this match weight upwards a pair may be linked automatically."""
    return min(t.min_weight for t in rules.thresholds if t.action is Action.LINK)


def links(rules: RuleSet, case: Case) -> bool:
    """Whether the pair by itself is linked automatically."""
    return _links(rules, case.weight, case.spoken, case.anchors, link_weight(rules))


def change_to_link(rules: RuleSet, consequences: Consequences, case: Case) -> Change | None:
    """The smallest change for the better that would link the pair; None where a regulated veto speaks or none does.

    Comparisons that say something now come first: a silent one may have nothing to say of such a pair at all.
    """
    if any(rules.vetoes[number].regulated for number in case.spoken):
        return None
    least = link_weight(rules)
    turning = [
        change
        for change in _changes(consequences, case)
        if round(change.weight, 9) >= least
        and _is_closer(consequences, case, change)
        and _links_with(rules, consequences, case, change, least)
    ]
    return _smallest(case, turning)


def change_to_part(rules: RuleSet, consequences: Consequences, case: Case) -> Change | None:
    """The smallest change for the worse that would keep a linked pair from being linked automatically."""
    least = link_weight(rules)
    turning = [
        change
        for change in _changes(consequences, case)
        if _is_farther(consequences, case, change)
        and not _links_with(rules, consequences, case, change, least)
    ]
    return _smallest(case, turning)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is certain of a pair whose comparison stands at one level: one level holds, those before do not."""

    holds: Level | None
    fails: tuple[Level, ...]
    present: frozenset[str]

    @classmethod
    def at(cls, comparison: Comparison, number: int) -> _Known:
        holds = comparison.levels[number] if number < len(comparison.levels) else None
        present = frozenset() if comparison.null else frozenset(_columns(comparison.levels))
        failed = comparison.levels[:number]
        return cls(holds, (*failed, *_left_to_fail(failed, holds)), present)

    def entails(self, target: Level) -> bool:
        """Whether ``target`` holds for certain."""
        if self.holds is not None and _implies(self.holds, target):
            return True
        if target.kind is LevelKind.ALL:
            return all(self.entails(part) for part in target.parts)
        if target.kind is LevelKind.ANY:
            return any(self.entails(part) for part in target.parts)
        if target.kind is LevelKind.DISJOINT and target.column in self.present:
            return self.excludes(Level(LevelKind.SHARED, target.column))
        return False

    def excludes(self, target: Level) -> bool:
        """Whether ``target`` fails for certain."""
        if self.holds is not None and _refutes(self.holds, target):
            return True
        if any(_implies(target, level) for level in self.fails):
            return True
        if target.kind is LevelKind.ALL:
            return any(self.excludes(part) for part in target.parts)
        if target.kind is LevelKind.ANY:
            return all(self.excludes(part) for part in target.parts)
        return False


def _left_to_fail(failed: Sequence[Level], holds: Level | None) -> Iterator[Level]:
    """The one part of a level of several that must fail, because all its others hold."""
    for level in failed:
        if level.kind is LevelKind.ALL and holds is not None:
            open_parts = [part for part in level.parts if not _implies(holds, part)]
            if len(open_parts) == 1:
                yield open_parts[0]


def _consequence(rules: RuleSet, stance: Stance, known: _Known) -> Consequence:
    when = [veto.when for veto in rules.vetoes]
    unless = [veto.unless for veto in rules.vetoes]
    return Consequence(
        stance,
        _numbers(known.entails(level) for level in when),
        _numbers(known.excludes(level) for level in when),
        _numbers(level is not None and known.entails(level) for level in unless),
        _numbers(level is not None and known.excludes(level) for level in unless),
        _numbers(known.entails(level) for level in rules.anchors),
        _numbers(known.excludes(level) for level in rules.anchors),
    )


def _numbers(truths: Iterator[bool]) -> frozenset[int]:
    return frozenset(number for number, true in enumerate(truths) if true)


def _changes(consequences: Consequences, case: Case) -> Iterator[Change]:
    """Every other level of every comparison."""
    for place, (now, bits) in enumerate(zip(case.levels, case.bits, strict=True)):
        without = case.weight - (bits[now] if now != SILENT else 0.0)
        for level in range(len(consequences[place])):
            if level != now:
                yield Change(place, level, without + bits[level])


def _links_with(rules: RuleSet, consequences: Consequences, case: Case, change: Change, least: float) -> bool:
    """Whether the pair would be linked with the change, and all that follows from it."""
    follows = consequences[change.comparison][change.level]
    when = (case.when | follows.when) - follows.not_when
    unless = (case.unless | follows.unless) - follows.not_unless
    anchors = (case.anchors | follows.anchors) - follows.not_anchors
    return _links(rules, change.weight, when - unless, anchors, least)


def _is_closer(consequences: Consequences, case: Case, change: Change) -> bool:
    """Whether the change brings the two nearer in words as well, not only in bits: levels go from like to unlike."""
    now, levels = case.levels[change.comparison], consequences[change.comparison]
    if levels[change.level].stance is not Stance.AGREES:
        return False
    return now == SILENT or change.level < now or levels[now].stance is not Stance.AGREES


def _is_farther(consequences: Consequences, case: Case, change: Change) -> bool:
    """Whether the change takes the two apart in words as well."""
    stance = consequences[change.comparison][change.level].stance
    return change.level > case.levels[change.comparison] or stance is Stance.DIFFERS


def _links(
    rules: RuleSet, weight: float, spoken: frozenset[int], anchors: frozenset[int], least: float
) -> bool:
    return round(weight, 9) >= least and not spoken and (bool(anchors) or not rules.anchors)


def _smallest(case: Case, changes: Sequence[Change]) -> Change | None:
    def size(change: Change) -> tuple[bool, float, int, int]:
        silent = case.levels[change.comparison] == SILENT
        return silent, abs(change.weight - case.weight), change.comparison, change.level

    return min(changes, key=size, default=None)


def _implies(level: Level, target: Level) -> bool:
    """Whether ``target`` holds wherever ``level`` does; False where the declarations alone do not say so."""
    if level.kind is LevelKind.ANY:
        return all(_implies(part, target) for part in level.parts)
    if target.kind is LevelKind.ALL:
        return all(_implies(level, part) for part in target.parts)
    if level.kind is LevelKind.ALL:
        return any(_implies(part, target) for part in level.parts) or (
            target.kind is LevelKind.ANY and any(_implies(level, part) for part in target.parts)
        )
    if target.kind is LevelKind.ANY:
        return any(_implies(level, part) for part in target.parts)
    return level.column == target.column and _leaf_implies(level, target)


def _leaf_implies(level: Level, target: Level) -> bool:
    """``_implies`` for two simple levels of one column."""
    if level.kind is target.kind:
        nearer = level.kind in {LevelKind.WITHIN, LevelKind.EDITS, LevelKind.RARE}
        return level.threshold <= target.threshold if nearer else level.threshold >= target.threshold
    if target.kind is LevelKind.SHARED:
        return level.kind in _AGREEING and target.threshold <= 1
    return level.kind is LevelKind.EXACT and target.kind in _AGREEING - {LevelKind.RARE}


def _refutes(level: Level, target: Level) -> bool:
    """Whether ``target`` fails wherever ``level`` holds; False where the declarations alone do not say so."""
    if level.kind is LevelKind.ANY:
        return all(_refutes(part, target) for part in level.parts)
    if target.kind is LevelKind.ANY:
        return all(_refutes(level, part) for part in target.parts)
    if level.kind is LevelKind.ALL:
        return any(_refutes(part, target) for part in level.parts) or (
            target.kind is LevelKind.ALL and any(_refutes(level, part) for part in target.parts)
        )
    if target.kind is LevelKind.ALL:
        return any(_refutes(level, part) for part in target.parts)
    return level.column == target.column and _leaf_refutes(level.kind, target.kind)


def _leaf_refutes(kind: LevelKind, target: LevelKind) -> bool:
    """``_refutes`` for two simple levels of one column."""
    if LevelKind.MISSING in {kind, target}:
        return kind is not target
    return LevelKind.DISJOINT in {kind, target} and bool({kind, target} & _AGREEING)


def _kinds(level: Level) -> Iterator[LevelKind]:
    if level.parts:
        for part in level.parts:
            yield from _kinds(part)
    else:
        yield level.kind


def _columns(levels: Sequence[Level]) -> Iterator[str]:
    for level in levels:
        if level.parts:
            yield from _columns(level.parts)
        elif level.column:
            yield level.column
