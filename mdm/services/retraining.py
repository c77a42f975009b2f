"""Re-training: verdicts propose other evidence (m and u of each level); what is in force never changes by itself.

Invariants: a proposal starts from the weights that the rules ship with and rests on all verdicts in force, never on an
earlier lesson; it is made only when it foretells verdicts it has not seen better than the weights in force.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.counterfactual import SILENT
from mdm.domain.errors import InvalidInputError, RuleError
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.review import TaskReason
from mdm.domain.rules import RuleSet
from mdm.linkage.bend import Bend
from mdm.linkage.model import Weights
from mdm.linkage.refine import fit_patterns
from mdm.services import access, change, cluster, recalibration, rule
from mdm.services.quality import WINDOW
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import quality as quality_store
from mdm.storage.database import time_text

LEAST = 200
"""Verdicts below which the evidence of single levels would rest on chance."""

LEAST_OF_EACH = 20
"""Matches, and non-matches, without which one side of the evidence is not seen."""

HOLD = 4.0
"""Pull towards the shipped weight (inverse variance in nats): verdicts are hundreds where worlds had thousands."""

FOLDS = 5

ASKED_FOR_THE_PAIR = frozenset({TaskReason.UNCERTAIN, TaskReason.NO_ANCHOR, TaskReason.AUDIT})
"""Reasons that lie in what the pair itself shows. A pair asked because of a veto, of other records or of an older
verdict is a match less often than its levels say, and would teach them what they do not mean."""

Lesson = tuple[tuple[int, ...], bool]
"""The level of each comparison, and whether a person called the pair a match."""


@dataclass(frozen=True, slots=True)
class LevelMoved:
    """A level whose evidence would move, in bits."""

    comparison: str
    level: str
    was: float
    becomes: float


@dataclass(frozen=True, slots=True)
class Retrained:
    """A proposed model; ``before`` and ``after``: bits of surprise per verdict under the weights in force and learned.

    Each verdict is foretold by lessons of the others only (five parts). ``left_out``: verdicts that teach no level.
    ``moved``: levels that move by a tenth of a bit or more, the furthest first.
    """

    change_id: str
    entity: str
    verdicts: int
    matches: int
    left_out: int
    before: float
    after: float
    moved: tuple[LevelMoved, ...]
    trained_on: str


def propose(uow: UnitOfWork, entity: str) -> Retrained:
    """Propose the shipped weights moved by verdicts; raises InvalidInputError for too few, or such as teach nothing."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    matcher = rule.matcher(uow, entity)
    in_force = rule.weights_in_force(uow.hub, matcher.rules)
    if in_force is None:
        raise RuleError(f"{entity} has no weights of its own to train again.", entity=entity)
    base = shipped_or(uow, matcher.rules, in_force)
    rows = _answered(uow, entity)
    lessons = _lessons(uow, matcher, [row for row in rows if row.reason in ASKED_FOR_THE_PAIR])
    _require_enough(lessons)
    before = surprise(in_force, matcher.rules, lessons)
    after = _foretold(base, matcher.rules, lessons)
    if after >= before:
        raise InvalidInputError(
            f"{len(lessons)} verdicts teach nothing beyond the weights in force "
            f"({before:.3f} bits of surprise per verdict before, {after:.3f} after).",
            field="verdicts",
        )
    told = f"{base.trained_on}; m and u moved by {len(lessons)} verdicts"
    weights = replace(
        _learned(base, matcher.rules, lessons), trained_on=told, bend=Bend(), verdicts=len(lessons)
    )
    reason = machine_reason(ReasonCode.VERDICTS_LEARNED, verdicts=str(len(lessons)))
    return Retrained(
        change.propose_model(uow, entity, weights, reason),
        entity,
        len(lessons),
        sum(is_match for _, is_match in lessons),
        len(rows) - len(lessons),
        round(before, 4),
        round(after, 4),
        _moved(in_force, weights),
        told,
    )


def shipped_or(uow: UnitOfWork, rules: RuleSet, in_force: Weights) -> Weights:
    """The weights that come with these rules, or those in force where the rules ship with none."""
    shipped = rule.shipped_weights(rules, *rule.rule_folders(uow.hub))
    names = [part.comparison for part in in_force.comparisons]
    fits = shipped is not None and [part.comparison for part in shipped.comparisons] == names
    if shipped is not None and fits:
        return shipped
    return replace(in_force, trained_on=in_force.trained_on.partition(recalibration.MARK)[0])


def surprise(weights: Weights, rules: RuleSet, lessons: Sequence[Lesson]) -> float:
    """Mean of -log2 of the chance that the weights alone give to what was said."""
    bits = _bits(weights, rules)
    return sum(_cost(bits, weights.prior_bits, lesson) for lesson in lessons) / max(len(lessons), 1)


def _answered(uow: UnitOfWork, entity: str) -> list[Any]:
    """Verdicts of the last year, of the queue and of the blind sample, which is no reason; ``Any``: rows."""
    since = time_text(uow.now - WINDOW)
    sampled = [row for row in quality_store.sampled(uow.connection, entity, since) if row.verdict is not None]
    return [
        *quality_store.queue_verdicts(uow.connection, entity, since),
        *(_Sampled(row.left_id, row.right_id, row.verdict) for row in sampled),
    ]


@dataclass(frozen=True, slots=True)
class _Sampled:
    """A verdict on the blind sample, in the shape of one on the queue."""

    left_id: int
    right_id: int
    verdict: str
    reason: str = TaskReason.AUDIT.value


def _lessons(uow: UnitOfWork, matcher: Matcher, rows: Sequence[Any]) -> list[Lesson]:
    """What each pair shows now and what was said of it; pairs of records that are gone teach nothing."""
    features = match_store.features(
        uow.connection, {side for row in rows for side in (row.left_id, row.right_id)}
    )
    ready = cluster.prepare_many(matcher, features)
    return [
        (matcher.scorer.score(ready[row.left_id], ready[row.right_id]).levels, row.verdict == "match")
        for row in rows
        if row.left_id in ready and row.right_id in ready
    ]


def _require_enough(lessons: Sequence[Lesson]) -> None:
    matches = sum(is_match for _, is_match in lessons)
    if len(lessons) < LEAST or min(matches, len(lessons) - matches) < LEAST_OF_EACH:
        raise InvalidInputError(
            f"{len(lessons)} verdicts on what pairs themselves show are in, {matches} of them matches: "
            f"{LEAST} are needed, and {LEAST_OF_EACH} of each answer.",
            field="verdicts",
        )


def _learned(base: Weights, rules: RuleSet, lessons: Sequence[Lesson]) -> Weights:
    return fit_patterns(rules, base, Counter(lessons), HOLD)


def _foretold(base: Weights, rules: RuleSet, lessons: Sequence[Lesson]) -> float:
    """Surprise of verdicts under weights learned from the other parts, each with its share of both answers."""
    total = 0.0
    placed = list(enumerate(sorted(lessons, key=lambda lesson: lesson[1])))
    for fold in range(FOLDS):
        seen = [lesson for place, lesson in placed if place % FOLDS != fold]
        held_out = [lesson for place, lesson in placed if place % FOLDS == fold]
        total += surprise(_learned(base, rules, seen), rules, held_out) * len(held_out)
    return total / len(lessons)


def _bits(weights: Weights, rules: RuleSet) -> list[list[float]]:
    by_name = {part.comparison: [level.bits for level in part.levels] for part in weights.comparisons}
    return [by_name[comparison.name] for comparison in rules.comparisons]


def _cost(bits: Sequence[Sequence[float]], prior: float, lesson: Lesson) -> float:
    levels, is_match = lesson
    weight = prior + sum(part[level] for part, level in zip(bits, levels, strict=True) if level != SILENT)
    signed = weight if is_match else -weight
    return math.log2(1 + 2**-signed) if signed > -1000 else -signed


def _moved(was: Weights, becomes: Weights) -> tuple[LevelMoved, ...]:
    before = {(part.comparison, level.level): level.bits for part in was.comparisons for level in part.levels}
    found = [
        LevelMoved(
            part.comparison, level.level, round(before[part.comparison, level.level], 2), round(level.bits, 2)
        )
        for part in becomes.comparisons
        for level in part.levels
        if (part.comparison, level.level) in before
    ]
    far = [each for each in found if abs(each.becomes - each.was) >= 0.1]
    return tuple(sorted(far, key=lambda each: (-abs(each.becomes - each.was), each.comparison, each.level)))
