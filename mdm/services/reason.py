"""Why, and why not: the answer for any two records or golden records, and the evidence of a past decision again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.cluster import Reason, Refusal
from mdm.domain.counterfactual import links
from mdm.domain.errors import InvalidInputError, UnknownDecisionError, UnknownGoldenIdError
from mdm.domain.explanation import (
    TOGETHER,
    Answer,
    DecisionEvidence,
    Explanation,
    Keys,
    Said,
    Tie,
    strongest_chain,
    words_of,
)
from mdm.domain.review import NamedRecord, TaskReason
from mdm.domain.rule_file import rule_set_from_json
from mdm.domain.rules import attributes_of
from mdm.linkage.key import keys_in_use, shown
from mdm.linkage.member import members_of
from mdm.services import access, cluster, golden, partner, queue, rule, source
from mdm.services.cluster import SAME_SOURCE, Scope
from mdm.services.evidence import (
    derive,
    evidence_items,
    evidence_of,
    hash_of,
    spoken_vetoes,
    telling_of,
    text_of,
)
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import match as match_store
from mdm.storage import quality as quality_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store

MOST_KEYS = 12
"""So many keys of one side and rule are listed."""

MOST_PAIRS = 400
"""Of two golden records without a scored pair so many pairs are scored to find the most alike."""

_REFUSALS = {
    Reason.CANNOT_LINK: Answer.REFUSED_BY_VERDICT,
    Reason.PAIR_CONTRADICTS: Answer.CONTRADICTION,
    Reason.RECORD_CONTRADICTS: Answer.REFUSED,
    Reason.CLUSTERS_CONTRADICT: Answer.REFUSED,
    Reason.NO_ANCHOR: Answer.NO_ANCHOR,
    Reason.BRIDGE: Answer.REFUSED,
}


@dataclass(frozen=True, slots=True)
class _Found:
    """The answer and what belongs to it."""

    answer: Answer
    chain: tuple[Tie, ...] = ()
    verdicts: tuple[Said, ...] = ()
    refusal: Refusal | None = None


def explain(uow: UnitOfWork, entity: str, left: str, right: str) -> Explanation:
    """Why two records or golden records are one thing, or why not.

    Each is named ``SYSTEM:KEY`` or by golden ID; of golden records the most alike pair is told. Raises
    UnknownRecordError, UnknownGoldenIdError, and InvalidInputError for a pair that an open audit task asks about.
    """
    access.require_one(uow.actor, Permission.REVIEW_READ, Permission.GOLDEN_READ)
    uow.hub.dictionary.entity(entity)
    matcher = rule.matcher(uow, entity)
    one, other = _most_alike(uow, matcher, _records(uow, entity, left), _records(uow, entity, right))
    if (min(one, other), max(one, other)) in quality_store.open_audit_pairs(uow.connection):
        raise InvalidInputError(
            "This pair is under a blind check: it is explained after the verdict.", field="right"
        )
    scope = cluster.gather_around(uow, matcher, {one, other})
    held = source_store.records_by_id(uow.connection, {one, other})
    scope.features |= match_store.features(uow.connection, {one, other} - scope.features.keys())
    found = _answer(uow, scope, one, other)
    against = queue.against_of_refusal(scope, found.refusal) if found.answer is Answer.REFUSED else None
    scored = matcher.scorer.score(scope.prepare(one), scope.prepare(other))
    evidence = evidence_of(
        matcher,
        scope.prepare(one),
        scope.prepare(other),
        against=against,
        one_source=found.answer is Answer.ONE_SOURCE,
    )
    told = words_of(found.answer)
    names = _names(uow, entity, {one, other})
    ids = xref_store.golden_ids_of(uow.connection, held)
    task = _task(uow, scope, one, other)
    return Explanation(
        entity,
        found.answer,
        found.answer in TOGETHER,
        told.en,
        told.zh,
        names[one],
        names[other],
        ids.get(one, ""),
        ids.get(other, ""),
        scored.match_weight,
        scored.match_probability,
        matcher.link_weight,
        matcher.review_weight,
        telling_of(evidence),
        evidence_items(evidence),
        spoken_vetoes(evidence),
        _keys(matcher, scope, one, other),
        found.chain,
        found.verdicts,
        against,
        None if task is None else int(task.task_id),
        None if task is None or task.reason == TaskReason.AUDIT else float(task.match_probability),
    )


def explain_decision(uow: UnitOfWork, decision_id: str) -> DecisionEvidence:
    """The evidence that was on screen, and what the rules, the model and the features of then give again."""
    access.require(uow.actor, Permission.REVIEW_READ)
    row = review_store.find_decision(uow.connection, decision_id)
    if row is None:
        raise UnknownDecisionError("There is no such decision.", decision_id=decision_id[:60])
    stored = json.loads(row.evidence)
    derived = _derived(uow, stored)
    names = sorted(name for name in {*stored, *derived} if stored.get(name) != derived.get(name))
    return DecisionEvidence(
        row.decision_id,
        row.kind,
        row.actor,
        row.at,
        row.evidence_hash,
        row.evidence_hash == hash_of(row.evidence) if row.evidence_hash else None,
        stored,
        derived,
        not names if derived else None,
        tuple(names) if derived else (),
    )


def evidence_between(uow: UnitOfWork, entity: str, left: Sequence[int], right: Sequence[int]) -> str:
    """The evidence of the most alike pair of two groups of records, as stored with a decision about them."""
    matcher = rule.matcher(uow, entity)
    one, other = _most_alike(uow, matcher, left, right)
    ready = cluster.prepare_many(matcher, match_store.features(uow.connection, (one, other)))
    if len(ready) < 2:
        return "{}"
    rule.keep(uow, matcher)
    return text_of(evidence_of(matcher, ready[one], ready[other], keep_features=True) | {"against": None})


def why_together(uow: UnitOfWork, entity: str, record_ids: Sequence[int]) -> Mapping[int, Tie]:
    """Per record of a golden record the strongest of what ties it to the others, but for pairs under a blind check."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    if len(record_ids) < 2 or entity not in uow.hub.rules:
        return {}
    scope = _scope_of(uow, rule.matcher(uow, entity), record_ids)
    blind = quality_store.open_audit_pairs(uow.connection)
    ties = [tie for tie in _ties(scope, record_ids) if (tie[0], tie[1]) not in blind]
    names = _names(uow, entity, record_ids)
    said = _said(uow, {c.decision_id for c in scope.constraints})
    found: dict[int, Tie] = {}
    for left, right, weight in sorted(ties, key=lambda tie: -tie[2]):
        for mine, theirs in ((left, right), (right, left)):
            if mine not in found:
                found[mine] = _tie(scope, mine, theirs, weight, names, said)
    return found


# -- which pair ---------------------------------------------------------------------------------------------------


def _records(uow: UnitOfWork, entity: str, text: str) -> list[int]:
    """Record ids of ``SYSTEM:KEY`` or of all records of a golden ID."""
    system, colon, key = text.strip().partition(":")
    if colon:
        return [source.find_record(uow, entity, system, key).record_id]
    if not system:
        raise InvalidInputError("Name a record as SYSTEM:KEY or a golden record by its ID.", field="left")
    golden_id = system.upper()
    known = golden_store.find(uow.connection, golden_id)
    if known is None or known.entity != entity:
        raise UnknownGoldenIdError(
            f"{system[:60]!r} is no golden ID that was issued, and a source record is written SYSTEM:ID "
            "(as in SAP_ECC:100234).",
            entity=entity,
            golden_id=system[:60],
        )
    members = xref_store.members_of(uow.connection, golden.resolve(uow, golden_id))
    return sorted({record for held in members.values() for record in held})


def _most_alike(
    uow: UnitOfWork, matcher: Matcher, left: Sequence[int], right: Sequence[int]
) -> tuple[int, int]:
    """The pair of records that says most about the two: the heaviest scored one, else the heaviest of all."""
    if not left or not right:
        raise InvalidInputError("This golden record holds no current record.", field="left")
    cross = {(a, b) for a, b in product(left, right) if a != b} or {(left[0], right[0])}
    if len(cross) == 1:
        return next(iter(cross))
    weights = {
        pair: stored.weight
        for stored in match_store.pairs_touching(uow.connection, left)
        for pair in ((stored.left, stored.right), (stored.right, stored.left))
        if pair in cross
    }
    if not weights:
        some = sorted(cross)[:MOST_PAIRS]
        features = match_store.features(uow.connection, {r for pair in some for r in pair})
        ready = cluster.prepare_many(matcher, features)
        weights = {
            (a, b): matcher.scorer.score(ready[a], ready[b]).match_weight
            for a, b in some
            if a in ready and b in ready
        }
    return min(weights or dict.fromkeys(cross, 0.0), key=lambda pair: (-weights.get(pair, 0.0), pair))


# -- the answer ---------------------------------------------------------------------------------------------------


def _answer(uow: UnitOfWork, scope: Scope, one: int, other: int) -> _Found:
    if one == other:
        return _Found(Answer.SAME_RECORD)
    held = xref_store.golden_ids_of(uow.connection, (one, other))
    if one in held and held.get(one) == held.get(other) and {one, other} <= scope.records.keys():
        return _together(uow, scope, one, other, held[one])
    if not {one, other} <= scope.records.keys():
        return _Found(Answer.RETIRED)
    kept = _keeping_apart(uow, scope, one, other)
    if kept:
        return _Found(Answer.KEPT_APART, verdicts=kept)
    if not {one, other} <= held.keys():
        return _Found(Answer.UNMATCHED)
    return _apart(scope, one, other)


def _together(uow: UnitOfWork, scope: Scope, one: int, other: int, golden_id: str) -> _Found:
    members = xref_store.members_of(uow.connection, [golden_id])[golden_id]
    ties = _ties(scope, members)
    path = strongest_chain(ties, one, other)
    said = _said(uow, {c.decision_id for c in scope.constraints if c.must_link})
    names = _names(uow, scope.matcher.entity.name, path)
    weights = {frozenset((a, b)): weight for a, b, weight in ties}
    blind = {frozenset(pair) for pair in quality_store.open_audit_pairs(uow.connection)}
    chain = tuple(
        # A pair under a blind check is named as a link of the way, since the answer needs it, and tells no more.
        Tie(names[a], names[b], None)
        if frozenset((a, b)) in blind
        else _tie(scope, a, b, weights[frozenset((a, b))], names, said)
        for a, b in pairwise(path)
    )
    if len(chain) == 1:
        verdicts = (chain[0].said,) if chain[0].said else ()
        by_machine = Answer.LINKED if _is_link(scope, one, other) else Answer.PARTNERS
        return _Found(Answer.BY_VERDICT if verdicts else by_machine, chain, verdicts)
    return _Found(Answer.THROUGH_OTHERS, chain, tuple(tie.said for tie in chain if tie.said))


def _keeping_apart(uow: UnitOfWork, scope: Scope, one: int, other: int) -> tuple[Said, ...]:
    """Verdicts that keep the two, or records of their golden records, apart."""
    asked = {_home(scope, one), _home(scope, other)}
    found = {
        c.decision_id
        for c in scope.constraints
        if not c.must_link
        and ({c.left, c.right} == {one, other} or {_home(scope, c.left), _home(scope, c.right)} == asked)
    }
    return tuple(sorted(_said(uow, found).values(), key=lambda said: said.at))


def _home(scope: Scope, record_id: int) -> str:
    """The golden ID of a record of the scope or beside it."""
    return scope.golden.get(record_id) or scope.neighbours.get(record_id, str(record_id))


def _apart(scope: Scope, one: int, other: int) -> _Found:
    matcher = scope.matcher
    spoken = scope.contradiction(one, other)
    if spoken is not None and spoken.hard:
        return _Found(Answer.ONE_SOURCE if spoken.name == SAME_SOURCE else Answer.VETOED)
    keys = _keys(matcher, scope, one, other)
    if not any(each.shared for each in keys):
        return _Found(Answer.HOT_KEYS if any(each.hot for each in keys) else Answer.NEVER_COMPARED)
    weight = matcher.scorer.score(scope.prepare(one), scope.prepare(other)).match_weight
    if weight < matcher.review_weight:
        return _Found(Answer.TOO_WEAK)
    refused = next((r for r in cluster.regroup(scope).refused if {r.left, r.right} == {one, other}), None)
    if refused is not None:
        return _Found(_REFUSALS[refused.reason], refusal=refused)
    return _Found(Answer.CONTRADICTION if spoken is not None else Answer.UNCERTAIN)


# -- parts --------------------------------------------------------------------------------------------------------


def _scope_of(uow: UnitOfWork, matcher: Matcher, record_ids: Sequence[int]) -> Scope:
    """Just these records, with the pairs and verdicts between them."""
    inside = set(record_ids)
    records = source_store.records_by_id(uow.connection, inside)
    return Scope(
        matcher,
        records,
        [p for p in match_store.pairs_touching(uow.connection, inside) if {p.left, p.right} <= inside],
        [c for c in review_store.constraints_touching(uow.connection, inside) if {c.left, c.right} <= inside],
        {},
        features=match_store.features(uow.connection, inside),
        duplicate_free=partner.duplicate_free(uow, matcher.entity.name),
    )


def _is_link(scope: Scope, left: int, right: int) -> bool:
    """Whether the evidence of the pair alone is enough."""
    return links(scope.matcher.rules, scope.matcher.scorer.case(scope.prepare(left), scope.prepare(right)))


def _are_partners(scope: Scope, left: int, right: int) -> bool:
    """Whether two records of one golden record may be there because each fits the other best."""
    return scope.may_partner(left, right) and scope.contradiction(left, right) is None


def _ties(scope: Scope, record_ids: Sequence[int]) -> list[tuple[int, int, float]]:
    """Links and must-links among these records; a verdict is as strong as can be."""
    inside = set(record_ids)
    found = [
        (p.left, p.right, p.weight)
        for p in scope.pairs
        if {p.left, p.right} <= inside
        and (_is_link(scope, p.left, p.right) or _are_partners(scope, p.left, p.right))
    ]
    bound = {(c.left, c.right) for c in scope.constraints if c.must_link and {c.left, c.right} <= inside}
    return [tie for tie in found if (tie[0], tie[1]) not in bound] + [
        (a, b, float("inf")) for a, b in sorted(bound)
    ]


def _tie(
    scope: Scope,
    left: int,
    right: int,
    weight: float,
    names: Mapping[int, NamedRecord],
    said: Mapping[str, Said],
) -> Tie:
    if weight == float("inf"):
        bound = next(c for c in scope.constraints if c.must_link and {c.left, c.right} == {left, right})
        return Tie(names[left], names[right], None, said=said.get(bound.decision_id))
    evidence = evidence_of(scope.matcher, scope.prepare(left), scope.prepare(right))
    return Tie(names[left], names[right], weight, telling_of(evidence))


def _said(uow: UnitOfWork, decision_ids: Iterable[str]) -> dict[str, Said]:
    return {
        row.decision_id: Said(row.decision_id, row.verdict or row.kind, row.actor, row.at, row.reason)
        for row in review_store.decisions_by_id(uow.connection, decision_ids)
    }


def _names(uow: UnitOfWork, entity: str, record_ids: Iterable[int]) -> dict[int, NamedRecord]:
    ids = list(record_ids)
    contents = source_store.standard_contents(uow.connection, ids)
    title_of = uow.hub.dictionary.entity(entity).title_of
    return {
        record_id: NamedRecord(
            record.key.system,
            record.key.key,
            title_of(json.loads(contents.get(record_id, "{}")).get("values", {})),
        )
        for record_id, record in source_store.records_by_id(uow.connection, ids).items()
    }


def _keys(matcher: Matcher, scope: Scope, one: int, other: int) -> tuple[Keys, ...]:
    """Per blocking rule the keys that both hold, hot ones apart, and those of one side only."""
    mine, theirs = (json.loads(scope.features.get(r) or "{}") for r in (one, other))
    attributes = {each.name: attributes_of(each) for each in matcher.rules.features}
    found = []
    for block in matcher.rules.blocking:
        hot = matcher.model.statistics.hot
        left, right = set(members_of(mine.get(block.on))), set(members_of(theirs.get(block.on)))
        used = [{text for _, text in keys_in_use(block, side, hot)} for side in (mine, theirs)]
        if left or right:
            found.append(
                Keys(
                    block.on,
                    attributes.get(block.on, ()),
                    tuple(shown(text) for text in sorted(used[0] & used[1]))[:MOST_KEYS],
                    tuple(sorted(left & right & hot.get(block.on, {}).keys()))[:MOST_KEYS],
                    tuple(sorted(left - right)[:MOST_KEYS]),
                    tuple(sorted(right - left)[:MOST_KEYS]),
                )
            )
    return tuple(found)


def _task(uow: UnitOfWork, scope: Scope, one: int, other: int) -> Any | None:
    """The open task that asks about the two, or about their golden records; ``Any``: a table row."""
    asked = {_home(scope, one), _home(scope, other)}
    for task in review_store.open_tasks_touching(uow.connection, scope.records):
        if {_home(scope, task.left_id), _home(scope, task.right_id)} == asked:
            return task
    return None


def _derived(uow: UnitOfWork, stored: dict[str, Any]) -> dict[str, Any]:
    """``Any``: JSON. Empty where features, rules or model of then are not kept."""
    if "features" not in stored:
        return {}
    rules = match_store.find_rule_set(uow.connection, stored["rules"])
    model = match_store.find_model(uow.connection, stored["model"])
    if rules is None or model is None:
        return {}
    matcher = rule.compile_matcher(uow.hub, rule_set_from_json(rules), stored["model"], model)
    return derive(matcher, stored)
