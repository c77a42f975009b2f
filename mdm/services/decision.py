"""Decisions of people on golden records: merge, unmerge, split, override, and undoing any of them.

Moving a record is in ``rehome``, taking a golden record out of use in ``retirement``; both are decisions like these.

A decision never edits a cluster: it puts constraints on pairs of records (or a value on a record) and what it touches
is rebuilt. Undoing is a decision of its own that takes those constraints back. Invariant: unmerge(merge(a, b))
restores memberships, both IDs and both survivorship results, also when records arrived in between (I5).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mdm.domain.access import Permission
from mdm.domain.errors import (
    DecisionNotUndoableError,
    InvalidInputError,
    StaleVersionError,
    UnknownDecisionError,
    UnknownGoldenIdError,
)
from mdm.domain.golden import Effect, GoldenStatus
from mdm.domain.review import MatchProposal, VetoSpoken
from mdm.domain.source import Json
from mdm.services import (
    access,
    cluster,
    constraint,
    decision_log,
    golden,
    intake,
    rebuild,
    rule,
    second_person,
)
from mdm.services import reason as why
from mdm.services.effect import effect_of, without_new_ids
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store


def merge(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    other_id: str,
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
) -> Effect:
    """Make two golden records one; raises ContradictingVerdictError when a verdict keeps records of them apart.

    A merge across a regulated veto becomes a proposal instead, which another person confirms.
    """
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    uow.take_turn(entity)
    regulated = regulated_between(uow, entity, golden_id, other_id)
    if regulated and not preview:
        return _propose_merge(uow, entity, golden_id, other_id, reason, regulated, expected_version)
    effect = carry_out_merge(
        uow, entity, golden_id, other_id, reason, preview=preview, expected_version=expected_version
    )
    return replace(effect, regulated=tuple(veto.name for veto in regulated))


def regulated_between(uow: UnitOfWork, entity: str, golden_id: str, other_id: str) -> tuple[VetoSpoken, ...]:
    """Regulated vetoes that speak between records of two golden records."""
    sides = [live(uow, entity, golden_id), live(uow, entity, other_id)]
    members = xref_store.members_of(uow.connection, sides)
    matcher = rule.matcher(uow, entity)
    held = match_store.features(uow.connection, {r for records in members.values() for r in records})
    ready = cluster.prepare_many(matcher, held)
    return second_person.crossed(
        matcher, [[ready[r] for r in members.get(side, ()) if r in ready] for side in dict.fromkeys(sides)]
    )


def carry_out_merge(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    other_id: str,
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
    confirms: MatchProposal | None = None,
) -> Effect:
    """Bind a merge, one that somebody else proposed when ``confirms`` is given."""
    one = live(uow, entity, golden_id, expected_version)
    other = live(uow, entity, other_id)
    if one == other:
        raise InvalidInputError("These are one golden record already.", field="golden_id", golden_id=one)
    members = xref_store.members_of(uow.connection, [one, other])
    left, right = ordered(uow, members[one]), ordered(uow, members[other])
    constraint.refuse_apart(uow, set(left), set(right))
    links = [(left[0], record) for record in (*left[1:], *right)]
    subject: dict[str, Json] = {"golden_id": one, "other_id": other, "records": [*left, *right]}
    if confirms:
        subject |= {"proposal": confirms.proposal_id, "proposed_by": confirms.proposed_by}
    return carry_out(
        uow, entity, "merge", subject, reason, sides=(left, right), must=links, cannot=(), preview=preview
    )


def unmerge(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
) -> Effect:
    """Take the latest merge of (or into) a golden ID apart, for good: the sides may not meet again by themselves."""
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    uow.take_turn(entity)
    asked = _known(uow, entity, golden_id)
    if expected_version is not None:
        live(uow, entity, golden_id, expected_version)
    last = _latest_merge(uow, asked)
    if last is None:
        raise InvalidInputError(
            "Nothing was merged into this golden record.", field="golden_id", golden_id=asked
        )
    target, side, rest = _sides_of(uow, last)
    if not side or not rest:
        raise InvalidInputError(
            "No records of that merge are left to part.", field="golden_id", golden_id=asked
        )
    apart = [(a, b) for a in side for b in rest]
    subject: dict[str, Json] = {"golden_id": target, "other_id": last.from_id, "records": [*side, *rest]}
    return carry_out(
        uow, entity, "unmerge", subject, reason, sides=(side, rest), must=(), cannot=apart, preview=preview
    )


def can_unmerge(uow: UnitOfWork, golden_id: str) -> bool:
    """Whether there is a merge of (or into) this golden ID that can be taken apart."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    last = _latest_merge(uow, golden_id)
    return last is not None and all(_sides_of(uow, last))


def _latest_merge(uow: UnitOfWork, golden_id: str) -> Any | None:  # Any: a table row
    """The redirect of the latest merge of this golden ID, else of the latest one into it."""
    redirects = [r for r in golden_store.open_redirects(uow.connection, [golden_id]) if r.kind == "merged"]
    own = [r for r in redirects if r.from_id == golden_id] or [r for r in redirects if r.to_id == golden_id]
    return own[-1] if own else None


def _sides_of(uow: UnitOfWork, merged: Any) -> tuple[str, list[int], list[int]]:  # Any: a table row
    """The golden ID that holds both now, the records that came with the merge, and those that were there before."""
    target = golden.resolve(uow, merged.from_id)[0]
    here = set(xref_store.members_of(uow.connection, [target]).get(target, ()))
    left_then = set(xref_store.members_before(uow.connection, merged.from_id, merged.valid_from))
    rest = sorted(
        record
        for record, since in xref_store.since(uow.connection, target).items()
        if record not in left_then and since < merged.valid_from
    )
    return target, sorted(here & left_then), rest


def split(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    keys: Sequence[tuple[str, str]],
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
) -> Effect:
    """Part the source records ``keys`` (system, id) from the rest of a golden record."""
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    uow.take_turn(entity)
    here = live(uow, entity, golden_id, expected_version)
    members = xref_store.members_of(uow.connection, [here])[here]
    records = source_store.records_by_id(uow.connection, members)
    by_key = {(record.key.system, record.key.key): record_id for record_id, record in records.items()}
    strangers = [f"{system}:{key}" for system, key in keys if (system, key) not in by_key]
    if strangers:
        raise InvalidInputError(
            f"{strangers[0]} does not belong to {here}.", field="records", strangers=strangers[:20]
        )
    away = ordered(uow, {by_key[key] for key in keys})
    rest = ordered(uow, set(members) - set(away))
    if not away or not rest:
        raise InvalidInputError("A split needs some, but not all, records.", field="records")
    must = [(side[0], record) for side in (away, rest) for record in side[1:]]
    cannot = [(a, b) for a in away for b in rest]
    subject: dict[str, Json] = {"golden_id": here, "records": away, "rest": rest}
    return carry_out(
        uow, entity, "split", subject, reason, sides=(away, rest), must=must, cannot=cannot, preview=preview
    )


def override(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    attribute: str,
    value: Json,
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
) -> Effect:
    """Set one value of a golden record; it survives reloads and follows its record through merges."""
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    uow.take_turn(entity)
    here = live(uow, entity, golden_id, expected_version)
    uow.hub.dictionary.entity(entity).attribute(attribute)
    if not isinstance(value, (str, int, float)) or (isinstance(value, str) and not 0 < len(value) <= 4000):
        raise InvalidInputError("An override is a text (to 4,000 characters) or a number.", field="value")
    if not preview:
        return _override(uow, entity, here, attribute, value, reason)
    with uow.trial():
        effect = _override(uow, entity, here, attribute, value, reason)
    return without_new_ids(uow, effect)


def _override(
    uow: UnitOfWork, entity: str, here: str, attribute: str, value: str | float, reason: str
) -> Effect:
    """Keep the value on the first source record and rebuild."""
    anchor = ordered(uow, xref_store.members_of(uow.connection, [here])[here])[0]
    decision_id = decision_log.add(
        uow,
        entity,
        "override",
        {"golden_id": here, "attribute": attribute, "value": value, "records": [anchor]},
        reason,
    )
    golden_store.add_override(
        uow.connection,
        {
            "override_id": uow.hub.new_id(),
            "record_id": anchor,
            "attribute": attribute,
            "value": json.dumps(value, ensure_ascii=False),
            "decision_id": decision_id,
            "active": True,
            "created_at": uow.at,
        },
    )
    return effect_of(uow, decision_id, rebuild.rebuild(uow, rule.matcher(uow, entity), [anchor]))


def undo(uow: UnitOfWork, decision_id: str, reason: str, *, preview: bool = False) -> Effect:
    """Take a decision back by a compensating one; raises DecisionNotUndoableError when that was done before."""
    row = review_store.find_decision(uow.connection, decision_id)
    if row is None:
        raise UnknownDecisionError("There is no such decision.", decision_id=decision_id[:60])
    access.require(uow.actor, Permission.REVIEW_DECIDE if row.kind == "review" else Permission.GOLDEN_DECIDE)
    uow.take_turn(row.entity)
    row = review_store.find_decision(uow.connection, decision_id)
    if not preview:
        return _undo(uow, row, reason)
    with uow.trial():
        effect = _undo(uow, row, reason)
    return without_new_ids(uow, effect)


def carry_out(
    uow: UnitOfWork,
    entity: str,
    kind: str,
    subject: Mapping[str, Json],
    reason: str,
    *,
    sides: tuple[Sequence[int], Sequence[int]],
    must: Sequence[tuple[int, int]],
    cannot: Sequence[tuple[int, int]],
    preview: bool,
) -> Effect:
    """Bind a decision between two ``sides``; the evidence kept with it is that of their most alike pair."""

    def act() -> Effect:
        evidence = why.evidence_between(uow, entity, *sides)
        decision_id = decision_log.add(uow, entity, kind, subject, reason, evidence=evidence)
        constraint.bind(uow, entity, decision_id, must, cannot)
        touched = {record for pair in (*must, *cannot) for record in pair}
        return effect_of(uow, decision_id, rebuild.rebuild(uow, rule.matcher(uow, entity), touched))

    if not preview:
        return act()
    with uow.trial():
        effect = act()
    return without_new_ids(uow, effect)


def _propose_merge(
    uow: UnitOfWork,
    entity: str,
    golden_id: str,
    other_id: str,
    reason: str,
    regulated: Sequence[VetoSpoken],
    expected_version: int | None,
) -> Effect:
    """A merge that waits for a second person; nothing else is changed."""
    sides = [live(uow, entity, golden_id, expected_version), live(uow, entity, other_id)]
    members = xref_store.members_of(uow.connection, sides)
    left, right = (ordered(uow, members[side]) for side in sides)
    constraint.refuse_apart(uow, set(left), set(right))
    records = source_store.records_by_id(uow.connection, [*left, *right])
    subject: dict[str, Json] = {
        "golden_ids": sorted(sides),
        "golden_id": sides[0],
        "other_id": sides[1],
        "records": [*left, *right],
        "names": [f"{records[r].key.system}:{records[r].key.key}" for r in (*left, *right)],
    }
    proposal_id = second_person.propose(
        uow,
        entity,
        "merge",
        subject,
        regulated,
        reason,
        evidence_hash=second_person.values_of(uow, [*left, *right]),
    )
    names = tuple(veto.name for veto in regulated)
    return Effect(None, tuple(sides), (), (), {}, (), (), proposal_id, names)


def _undo(uow: UnitOfWork, row: Any, reason: str) -> Effect:  # Any: a table row
    if row.kind == "undo":
        raise DecisionNotUndoableError("An undo is not undone: decide anew.", decision_id=row.decision_id)
    if row.undone_by is not None:
        raise DecisionNotUndoableError(
            "This decision was undone before.", decision_id=row.decision_id, undone_by=row.undone_by
        )
    subject = json.loads(row.subject)
    decision_id = decision_log.add(
        uow,
        row.entity,
        "undo",
        {"decision_id": row.decision_id, "records": subject["records"]},
        reason,
        row.decision_id,
    )
    review_store.mark_undone(uow.connection, row.decision_id, decision_id)
    touched: set[int] = set(subject["records"]) | set(
        golden_store.set_overrides(uow.connection, row.decision_id, active=False)
    )
    ended = review_store.end_constraints_of(uow.connection, row.decision_id)
    before = [
        found
        for c in ended
        if (found := review_store.constraint_before(uow.connection, c.left, c.right, row.decision_id))
    ]
    review_store.add_constraints(uow.connection, row.entity, before)
    uow.record("decision.undone", row.entity, row.decision_id, {"by": decision_id})
    if row.kind == "retire":
        intake.restore_many(uow, row.entity, subject["records"])
    if row.kind == "create":
        return effect_of(uow, decision_id, intake.retire_many(uow, row.entity, subject["records"]))
    return effect_of(uow, decision_id, rebuild.rebuild(uow, rule.matcher(uow, row.entity), touched))


def _known(uow: UnitOfWork, entity: str, golden_id: str) -> str:
    asked = golden_id.strip().upper()
    row = golden_store.find(uow.connection, asked)
    if row is None or row.entity != entity:
        raise UnknownGoldenIdError(
            "This golden ID was never issued.", entity=entity, golden_id=golden_id[:60]
        )
    return asked


def live(uow: UnitOfWork, entity: str, golden_id: str, expected_version: int | None = None) -> str:
    """The live golden ID an issued one leads to; raises StaleVersionError when it is not at ``expected_version``."""
    here = golden.resolve(uow, _known(uow, entity, golden_id))[0]
    row = golden_store.find(uow.connection, here)
    if row is None or row.status != GoldenStatus.ACTIVE:
        raise InvalidInputError("This golden record is retired.", field="golden_id", golden_id=here)
    if expected_version is not None and row.version != expected_version:
        raise StaleVersionError(
            "The golden record has changed.", state={"golden_id": here, "version": row.version}
        )
    return here


def ordered(uow: UnitOfWork, record_ids: Iterable[int]) -> list[int]:
    """Record ids in the order of their source keys."""
    records = source_store.records_by_id(uow.connection, record_ids)
    return sorted(records, key=lambda record_id: records[record_id].key)
