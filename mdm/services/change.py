"""Change requests: proposing, examining, deciding and putting in force how records are matched.

Invariants: a change takes one way only, proposed, examined, approved by somebody else, in force; a model, rule set or
code list is never altered in place, the next version takes over at the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from mdm.domain import change
from mdm.domain.access import ActorKind, Permission
from mdm.domain.alias import TRADE_NAMES
from mdm.domain.change import Change, ChangeKind, ChangeState, Step
from mdm.domain.code_list import CodeEdit, check_edit, check_groups, edits_between, merge_code_lists
from mdm.domain.errors import (
    DictionaryError,
    ForbiddenError,
    InvalidInputError,
    StaleVersionError,
    UnknownChangeError,
    UnknownCodeListError,
)
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.rules import RuleSet
from mdm.domain.source import Json
from mdm.domain.whatif import Report, report_from_json
from mdm.linkage.model import Weights, fingerprint_rules
from mdm.services import access, dictionary, proposal, rule
from mdm.services.governed import Governed
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import change as change_store
from mdm.storage import review as review_store

MAX_REASON = 2000


def propose_model(uow: UnitOfWork, entity: str, weights: Weights, reason: str) -> str:
    """Propose other weights for the rules in force; returns the change id. Raises UntrainedLevelError."""
    content: dict[str, Json] = {"weights": json.loads(proposal.weights_text(weights))}
    return _propose(uow, ChangeKind.MODEL, entity, content, reason)


def propose_rules(uow: UnitOfWork, entity: str, rules: RuleSet, weights: Weights | None, reason: str) -> str:
    """Propose another rule set, with weights of its own unless those in force fit; returns the change id."""
    return _propose(uow, ChangeKind.RULES, entity, _rules_content(rules, weights), reason)


def propose_thresholds(uow: UnitOfWork, entity: str, limits: Mapping[str, float], reason: str) -> str:
    """Propose other thresholds (``link``, ``review``; bits); returns the change id."""
    return _propose(uow, ChangeKind.THRESHOLD, entity, dict(limits), reason)


def propose_code_list(uow: UnitOfWork, name: str, edits: Sequence[CodeEdit], reason: str) -> str:
    """Propose codes and spellings of a code list; returns the change id.

    Raises UnknownCodeListError and DictionaryError.
    """
    codes = uow.hub.dictionary.code_lists.get(name)
    if codes is None:
        raise UnknownCodeListError(f"There is no code list {name}.", code_list=name)
    for edit in edits:
        check_edit(edit)
    check_groups(codes, edits, uow.hub.dictionary.code_lists.values())
    content: dict[str, Json] = {"list": name, "edits": [_edit(each) for each in edits]}
    return _propose(uow, ChangeKind.CODE_LIST, "", content, reason)


def propose_alias(uow: UnitOfWork, edit: CodeEdit, decision_id: str) -> str | None:
    """Propose an alias of a trade name that a decision proves; None when the same one waits already."""
    edits: list[Json] = [_edit(edit)]
    waiting = list_changes(uow, "", open_only=True, limit=1000)
    if any(each.content.get("edits") == edits for each in waiting):
        return None
    content: dict[str, Json] = {"list": TRADE_NAMES, "edits": edits, "proof": decision_id}
    return _propose(
        uow,
        ChangeKind.CODE_LIST,
        "",
        content,
        machine_reason(ReasonCode.VERDICT_SHOWS_NAMES, decision=decision_id),
    )


def is_in_doubt(uow: UnitOfWork, found: Change) -> bool:
    """Whether the decision that proves a change was undone or answered otherwise since."""
    proof = found.content.get("proof")
    if not isinstance(proof, str):
        return False
    row = review_store.find_decision(uow.connection, proof)
    held = review_store.all_constraints(uow.connection, row.entity) if row is not None else []
    return not any(each.decision_id == proof and each.must_link for each in held)


def propose_upgrade(uow: UnitOfWork) -> tuple[list[str], list[str]]:
    """Propose what newer files say beyond what governs; returns the change ids, and the lists that contradict them.

    Nothing is taken out: what stewards added stays. A content that was proposed before is not proposed again.
    """
    made: list[str] = []
    conflicts: list[str] = []
    for row in change_store.code_lists_in_force(uow.connection):
        seed = uow.hub.seed.dictionary.code_lists.get(row.name)
        if seed is None or seed.content_hash in (row.seed, row.content_hash):
            continue
        held = uow.hub.dictionary.code_lists[row.name]
        edits = edits_between(held, merge_code_lists([held, seed]))
        content: dict[str, Json] = {"list": row.name, "edits": [_edit(each) for each in edits]}
        try:
            made += _propose_once(uow, ChangeKind.CODE_LIST, "", content) if edits else []
        except DictionaryError:
            conflicts.append(row.name)
    for row in change_store.matching_in_force(uow.connection):
        rules = uow.hub.seed.rules.get(row.entity)
        if rules is not None and row.seed != seed_of(uow.hub, row.entity):
            shipped = rule.shipped_weights(rules, *rule.rule_folders(uow.hub))
            made += _propose_once(uow, ChangeKind.RULES, row.entity, _rules_content(rules, shipped))
    return made, conflicts


def list_changes(
    uow: UnitOfWork, entity: str | None = None, *, open_only: bool = False, limit: int = 100
) -> tuple[Change, ...]:
    """Change requests, the newest first."""
    access.require(uow.actor, Permission.CHANGE_READ)
    states = [state.value for state in ChangeState]
    found = change_store.list_changes(uow.connection, entity=entity, states=states, limit=limit)
    return tuple(each for each in found if each.is_open or not open_only)


def get(uow: UnitOfWork, change_id: str) -> Change:
    """One change request; raises UnknownChangeError."""
    access.require(uow.actor, Permission.CHANGE_READ)
    return _find(uow, change_id)


def report(uow: UnitOfWork, change_id: str) -> Report | None:
    """The report that a change was examined by last; None before it was, or when its bytes are not those of then."""
    access.require(uow.actor, Permission.CHANGE_READ)
    named = _find(uow, change_id).report_hash
    if named is None:
        return None
    stored = change_store.reports_named(uow.connection, change_id, named)
    found = next((text for text in stored if change.fingerprint_of(text) == named), None)
    return None if found is None else report_from_json(found)


def check_step(found: Change, step: Step) -> None:
    """Raise ChangeStateError when the change stands where this step cannot be taken."""
    change.take(found, step)


def keep_report(uow: UnitOfWork, change_id: str, text: str, basis: str, state: str) -> Change:
    """Store the report (JSON text) that examining the change gave, and what it was made on."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    found = _find(uow, change_id)
    then = change.take(found, Step.EXAMINE)
    digest = change.fingerprint_of(text)
    change_store.add_report(uow.connection, change_id, digest, text, uow.at)
    examined = replace(
        found,
        state=then,
        report_hash=digest,
        basis=basis,
        examined_state=state,
        decided_by=None,
        decided_reason=None,
        decided_at=None,
    )
    return _move(uow, examined, "change.examined", {"report": digest})


def approve(uow: UnitOfWork, change_id: str, reason: str) -> Change:
    """Approve an examined change of somebody else; raises StaleReportError when its report is out of date."""
    found = _deciding(uow, change_id, reason)
    then = change.take(found, Step.APPROVE)
    change.check_report(found, state_of(uow, found.entity))
    return _decided(uow, found, then, reason, "change.approved")


def reject(uow: UnitOfWork, change_id: str, reason: str) -> Change:
    """Reject a change of somebody else."""
    found = _deciding(uow, change_id, reason)
    return _decided(uow, found, change.take(found, Step.REJECT), reason, "change.rejected")


def withdraw(uow: UnitOfWork, change_id: str, reason: str) -> Change:
    """Take a change of one's own back before it is in force; who may approve may withdraw any."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    check_reason(reason)
    found = _find(uow, change_id)
    if access.person_behind(uow, uow.actor.name) != access.person_behind(uow, found.author):
        access.require(uow.actor, Permission.CHANGE_APPROVE)
    return _move(uow, replace(found, state=change.take(found, Step.WITHDRAW)), "change.withdrawn")


def activate(uow: UnitOfWork, change_id: str) -> Change:
    """Put an approved change in force: the next run uses it. Raises StaleReportError when another one came first."""
    access.require(uow.actor, Permission.CHANGE_APPROVE)
    uow.take_turn_to_govern()
    found = _find(uow, change_id)
    then = change.take(found, Step.ACTIVATE)
    change.check_basis(found, proposal.basis_of(uow.hub, found.entity))
    _put_in_force(uow, found)
    told = {"kind": found.kind.value, "fingerprint": found.fingerprint}
    active = replace(found, state=then, activated_by=uow.actor.name, activated_at=uow.at)
    return _move(uow, active, "change.activated", told)


def state_of(uow: UnitOfWork, entity: str) -> str:
    """Names everything a report rests on: what governs, the records and the verdicts."""
    basis = proposal.basis_of(uow.hub, entity)
    return change.fingerprint_of(f"{basis}\n{change_store.data_mark(uow.connection, entity)}")


def seed_of(hub: Hub, entity: str) -> str:
    """Names what the files say about matching an entity."""
    rules = hub.seed.rules.get(entity)
    if rules is None:
        return ""
    weights = rule.shipped_weights(rules, *rule.rule_folders(hub))
    return change.fingerprint_of(fingerprint_rules(rules) + proposal.weights_fingerprint(weights))


def _rules_content(rules: RuleSet, weights: Weights | None) -> dict[str, Json]:
    return {
        "rules": json.loads(json.dumps(asdict(rules))),
        "weights": json.loads(proposal.weights_text(weights)) if weights else None,
    }


def _propose_once(uow: UnitOfWork, kind: ChangeKind, entity: str, content: Mapping[str, Json]) -> list[str]:
    fingerprint = change.fingerprint_of(change.canonical(content))
    if change_store.was_proposed(uow.connection, kind.value, entity, fingerprint):
        return []
    return [_propose(uow, kind, entity, content, machine_reason(ReasonCode.NEWER_FILES))]


def _propose(uow: UnitOfWork, kind: ChangeKind, entity: str, content: Mapping[str, Json], reason: str) -> str:
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    check_reason(reason)
    governed = proposal.as_proposed(uow.hub, kind, entity, content)
    if proposal.basis_of(uow.hub.as_if(governed), entity) == proposal.basis_of(uow.hub, entity):
        raise InvalidInputError("This changes nothing: it is in force already.")
    text = change.canonical(content)
    made = Change(
        uow.hub.new_id(),
        entity,
        kind,
        ChangeState.PROPOSED,
        json.loads(text),
        change.fingerprint_of(text),
        reason,
        uow.actor.name,
        uow.at,
        version=1,
    )
    change_store.add(uow.connection, made)
    told = {"kind": kind.value, "fingerprint": made.fingerprint}
    uow.record("change.proposed", entity, made.change_id, told)
    return made.change_id


def _deciding(uow: UnitOfWork, change_id: str, reason: str) -> Change:
    """The change somebody is about to decide; raises what forbids them to."""
    access.require(uow.actor, Permission.CHANGE_APPROVE)
    if uow.actor.kind is ActorKind.CLIENT:
        raise ForbiddenError("A change is decided by a person.", permission=Permission.CHANGE_APPROVE.value)
    check_reason(reason)
    found = _find(uow, change_id)
    change.check_decider(
        found, access.person_behind(uow, uow.actor.name), access.person_behind(uow, found.author)
    )
    return found


def _decided(uow: UnitOfWork, found: Change, then: ChangeState, reason: str, event: str) -> Change:
    decided = replace(found, state=then, decided_by=uow.actor.name, decided_reason=reason, decided_at=uow.at)
    return _move(uow, decided, event)


def _move(uow: UnitOfWork, then: Change, event: str, told: Mapping[str, Json] | None = None) -> Change:
    """Keep the change as it stands ``then``, one version on, if nobody else was first."""
    moved = replace(then, version=then.version + 1)
    if not change_store.save(uow.connection, moved, then.version):
        raise StaleVersionError(
            "Somebody else was first: this change has moved on.",
            change_id=then.change_id,
            state=change.standing(_find(uow, then.change_id)),
        )
    uow.record(event, then.entity, then.change_id, told)
    return moved


def _edit(edit: CodeEdit) -> dict[str, Json]:
    return asdict(edit) | {"add": list(edit.add), "remove": list(edit.remove)}


def _put_in_force(uow: UnitOfWork, found: Change) -> None:
    governed = proposal.would_govern(uow.hub, found)
    if found.kind is ChangeKind.CODE_LIST:
        dictionary.put_in_force(uow, governed.dictionary, str(found.content["list"]), found.change_id)
    else:
        _match_by(uow, governed, found)


def _match_by(uow: UnitOfWork, governed: Governed, found: Change) -> None:
    rules, weights = governed.rules[found.entity], governed.weights[found.entity]
    rule.save_rules(uow, rules)
    change_store.add_matching(
        uow.connection,
        {
            "entity": found.entity,
            "rule_fingerprint": fingerprint_rules(rules),
            "weights": proposal.weights_text(weights),
            "weights_hash": proposal.weights_fingerprint(weights),
            "seed": seed_of(uow.hub, found.entity),
            "change_id": found.change_id,
            "created_at": uow.at,
        },
    )


def _find(uow: UnitOfWork, change_id: str) -> Change:
    found = change_store.find(uow.connection, change_id)
    if found is None:
        raise UnknownChangeError(f"There is no change {change_id}.", change_id=change_id)
    return found


def check_reason(reason: str) -> None:
    """Raise InvalidInputError for a reason that says nothing or too much."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidInputError(f"A reason has 1 to {MAX_REASON:,} characters.", field="reason")
