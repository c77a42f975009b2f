"""The second person: confirming or rejecting a match across a regulated veto that somebody else proposed.

Invariant: nobody confirms what they proposed, under whichever name they come, and no machine does; the database
refuses it as well.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from mdm.domain.access import ActorKind, Permission
from mdm.domain.errors import (
    ForbiddenError,
    FourEyesError,
    ProposalClosedError,
    StaleVersionError,
    TaskNotOpenError,
    UnknownProposalError,
)
from mdm.domain.review import MatchProposal, Outcome, ProposalState, TaskStatus, Verdict, require_reason
from mdm.services import access, constraint, decision, rebuild, review, rule, second_person
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import proposal as proposal_store
from mdm.storage import review as review_store


def list_open(uow: UnitOfWork, entity: str | None = None) -> tuple[MatchProposal, ...]:
    """Matches that wait for a second person, the oldest first."""
    access.require(uow.actor, Permission.REVIEW_READ)
    if entity is not None:
        uow.hub.dictionary.entity(entity)
    rows = proposal_store.list_open(uow.connection, entity)
    blind = review_store.blind_tasks(uow.connection, [row.task_id for row in rows if row.task_id is not None])
    return tuple(_shown(row, blind) for row in rows)


def confirm(uow: UnitOfWork, proposal_id: str, reason: str) -> Outcome:
    """Bind a match that somebody else proposed.

    Raises FourEyesError for one's own, ForbiddenError for a machine, StaleVersionError when the records have other
    values or members than those that were proposed.
    """
    row, why = _open(uow, proposal_id), require_reason(reason)
    access.require(uow.actor, _permission(row))
    _require_other_person(uow, row)
    if second_person.values_of(uow, json.loads(row.subject)["records"]) != row.evidence_hash:
        raise StaleVersionError(
            "The records have changed since this was proposed: reject it and decide anew.",
            state={"proposal_id": proposal_id},
        )
    told = second_person.proposal_view(row)
    if not _vetoes_now(uow, row) <= {veto.name for veto in told.vetoes}:
        raise StaleVersionError(
            "The match crosses more than was proposed by now: reject it and decide anew.",
            state={"proposal_id": proposal_id},
        )
    made = (
        _confirm_review(uow, row, told, why) if row.kind == "review" else _confirm_merge(uow, row, told, why)
    )
    _close(uow, row, ProposalState.CONFIRMED, why, decision_id=made.decision_id)
    return made


def reject(uow: UnitOfWork, proposal_id: str, reason: str) -> MatchProposal:
    """Close a proposal without a match; who made it takes it back by that. Its question stays open."""
    row, why = _open(uow, proposal_id), require_reason(reason)
    access.require(uow.actor, _permission(row))
    if access.person_behind(uow, uow.actor.name) == access.person_behind(uow, row.proposed_by):
        _close(uow, row, ProposalState.WITHDRAWN, why)
    else:
        _require_other_person(uow, row)
        _close(uow, row, ProposalState.REJECTED, why)
    if row.task_id is not None:
        review_store.change_task(uow.connection, row.task_id, {})
        blind = review_store.blind_tasks(uow.connection, [row.task_id])
        return _shown(proposal_store.find(uow.connection, proposal_id), blind)
    return second_person.proposal_view(proposal_store.find(uow.connection, proposal_id))


def _shown(row: Any, blind: Collection[int]) -> MatchProposal:  # Any: a table row
    """A proposal on an open audit task tells the two records and who proposed it, and nothing the machine thinks."""
    found = second_person.proposal_view(row)
    return replace(found, golden_ids=(), vetoes=()) if row.task_id in blind else found


def _confirm_review(uow: UnitOfWork, row: Any, told: MatchProposal, why: str) -> Outcome:  # Any: a table row
    task = review_store.find_task(uow.connection, row.task_id)
    if task is None or task.status != TaskStatus.OPEN:
        raise TaskNotOpenError("This task is no longer open.", state={"task_id": row.task_id})
    constraint.require_no_contradiction(uow, task.left_id, task.right_id, must_link=True)
    values = json.loads(row.subject).get("values", {})
    return review.carry_out(uow, task, Verdict.MATCH, why, told, values)


def _confirm_merge(uow: UnitOfWork, row: Any, told: MatchProposal, why: str) -> Outcome:  # Any: a table row
    subject = json.loads(row.subject)
    effect = decision.carry_out_merge(
        uow, row.entity, subject["golden_id"], subject["other_id"], why, confirms=told
    )
    return Outcome(effect.decision_id or "", None, TaskStatus.DECIDED.value, effect.golden_ids, None)


def _vetoes_now(uow: UnitOfWork, row: Any) -> set[str]:  # Any: a table row
    """Names of the regulated vetoes that the match would cross as the records are."""
    subject = json.loads(row.subject)
    if row.kind == "merge":
        found = decision.regulated_between(uow, row.entity, subject["golden_id"], subject["other_id"])
    else:
        found = rebuild.foresee_match(uow, rule.matcher(uow, row.entity), *subject["records"]).regulated
    return {veto.name for veto in found}


def _open(uow: UnitOfWork, proposal_id: str) -> Any:  # Any: a table row
    """The open proposal, once it is this caller's turn to regroup records of its entity."""
    access.require_one(uow.actor, Permission.REVIEW_DECIDE, Permission.GOLDEN_DECIDE)
    row = proposal_store.find(uow.connection, proposal_id)
    if row is None:
        raise UnknownProposalError("There is no such proposal.", proposal_id=proposal_id[:60])
    uow.take_turn(row.entity)
    row = proposal_store.find(uow.connection, proposal_id)
    if row is None or row.state != ProposalState.OPEN:
        raise ProposalClosedError(
            "This proposal is no longer open.", proposal_id=proposal_id, state=row.state if row else ""
        )
    return row


def _permission(row: Any) -> Permission:  # Any: a table row
    return Permission.REVIEW_DECIDE if row.kind == "review" else Permission.GOLDEN_DECIDE


def _require_other_person(uow: UnitOfWork, row: Any) -> None:  # Any: a table row
    if uow.actor.kind is ActorKind.CLIENT:
        raise ForbiddenError(
            "The second person is a person, not a machine.", permission=_permission(row).value
        )
    if access.person_behind(uow, uow.actor.name) == access.person_behind(uow, row.proposed_by):
        raise FourEyesError("Nobody confirms a match of their own.", proposed_by=row.proposed_by)


def _close(
    uow: UnitOfWork, row: Any, state: ProposalState, why: str, **told: str
) -> None:  # Any: a table row
    if not second_person.close(uow, row, state, why, told):
        raise ProposalClosedError("This proposal is no longer open.", proposal_id=row.proposal_id)
