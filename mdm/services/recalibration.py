"""Recalibration: verdicts propose a new version of the model; what is in force never changes by itself.

Invariant: a proposal rests on the curves the base model ships with and on all verdicts in force, never on an earlier
recalibration, so that lessons do not compound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError, RuleError
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.linkage.bend import Bend
from mdm.linkage.evaluate import Reliability, reliability_of
from mdm.linkage.model import Weights
from mdm.linkage.recalibrate import Answered, bend_curve, learn_bend
from mdm.services import access, change, cluster, rule
from mdm.services.quality import WINDOW
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import quality as quality_store
from mdm.storage.database import time_text

LEAST = 50
"""Verdicts below which a recalibration would rest on chance."""

FOLDS = 5
MARK = "; calibrated on "


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A proposed model: on how many verdicts it rests, and how far probabilities of the queue are off.

    ``before``: as in force; ``after``: each verdict foretold by the others only (five parts).
    """

    change_id: str
    entity: str
    verdicts: int
    from_queue: int
    from_sample: int
    before: Reliability
    after: Reliability
    trained_on: str


def propose(uow: UnitOfWork, entity: str) -> Recalibrated:
    """Propose the model in force with probabilities learned from verdicts; raises InvalidInputError below 50."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    matcher = rule.matcher(uow, entity)
    in_force = rule.weights_in_force(uow.hub, matcher.rules)
    if in_force is None:
        raise RuleError(f"{entity} has no weights of its own to recalibrate.", entity=entity)
    base = _base(uow, matcher, in_force)
    since = time_text(uow.now - WINDOW)
    queued = quality_store.queue_verdicts(uow.connection, entity, since)
    sampled = [row for row in quality_store.sampled(uow.connection, entity, since) if row.verdict is not None]
    if len(queued) + len(sampled) < LEAST:
        raise InvalidInputError(
            f"{len(queued) + len(sampled)} of {LEAST} verdicts are in: too few to learn from.",
            field="verdicts",
        )
    asked = _asked(uow, matcher, base, queued)
    drawn = _drawn(uow, matcher, base, sampled) if len(sampled) >= LEAST else []
    weights = _learned(base, asked, drawn, len(sampled))
    change_id = change.propose_model(
        uow, entity, weights, machine_reason(ReasonCode.VERDICTS_LEARNED, verdicts=str(weights.verdicts))
    )
    return Recalibrated(
        change_id,
        entity,
        weights.verdicts,
        len(queued),
        len(sampled),
        _reliability(asked, in_force.bend),
        reliability_of(_foretold(asked)),
        weights.trained_on,
    )


def _base(uow: UnitOfWork, matcher: Matcher, in_force: Weights) -> Weights:
    """The weights in force without what verdicts taught before."""
    shipped = rule.shipped_weights(matcher.rules, *rule.rule_folders(uow.hub))
    if shipped is not None and shipped.comparisons == in_force.comparisons:
        return shipped
    return replace(in_force, bend=Bend(), verdicts=0, trained_on=in_force.trained_on.partition(MARK)[0])


def _learned(base: Weights, asked: Sequence[Answered], drawn: Sequence[Answered], sampled: int) -> Weights:
    told = f"{len(asked) + sampled} verdicts ({len(asked)} of the queue, {sampled} of the blind sample)"
    return replace(
        base,
        calibration=bend_curve(base.calibration, drawn),
        bend=learn_bend(asked),
        verdicts=len(asked) + sampled,
        trained_on=f"{base.trained_on}{MARK}{told}",
    )


def _asked(
    uow: UnitOfWork, matcher: Matcher, base: Weights, rows: Sequence[Any]
) -> list[Answered]:  # Any: table rows
    weights = _present_weights(uow, matcher, rows)
    return [
        Answered(
            base.stated(row.reason, weights[row.task_id], base.calibration.probability(weights[row.task_id])),
            row.reason,
            row.verdict == "match",
            max(row.settles, 1),
        )
        for row in rows
    ]


def _drawn(
    uow: UnitOfWork, matcher: Matcher, base: Weights, rows: Sequence[Any]
) -> list[Answered]:  # Any: table rows
    """Sampled pairs, each as important as the pairs it stands for, the commonest kind counting once."""
    weights = _present_weights(uow, matcher, rows)
    least = min((row.population / row.drawn for row in rows), default=1.0)
    return [
        Answered(
            base.calibration.probability(weights[row.task_id]),
            "",
            row.verdict == "match",
            1,
            row.population / row.drawn / least,
        )
        for row in rows
    ]


def _present_weights(
    uow: UnitOfWork, matcher: Matcher, rows: Sequence[Any]
) -> Mapping[int, float]:  # Any: table rows
    """Task -> match weight of its pair under the model in force; as it was where a record is gone."""
    features = match_store.features(
        uow.connection, {side for row in rows for side in (row.left_id, row.right_id)}
    )
    prepared = cluster.prepare_many(matcher, features)
    return {
        row.task_id: matcher.scorer.score(prepared[row.left_id], prepared[row.right_id]).match_weight
        if row.left_id in prepared and row.right_id in prepared
        else row.match_weight
        for row in rows
    }


def _foretold(answers: Sequence[Answered]) -> list[tuple[float, bool]]:
    found = []
    for fold in range(FOLDS):
        learned = learn_bend([a for place, a in enumerate(answers) if place % FOLDS != fold])
        found += [
            (learned.probability(a.stated, a.reason, a.pairs), a.is_match)
            for place, a in enumerate(answers)
            if place % FOLDS == fold
        ]
    return found


def _reliability(answers: Sequence[Answered], bend: Bend) -> Reliability:
    return reliability_of((bend.probability(a.stated, a.reason, a.pairs), a.is_match) for a in answers)
