"""Which regulated vetoes a match would cross, and the proposal that then waits for a second person.

Invariant: a match across a regulated veto binds nothing before another person has confirmed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from mdm.domain.errors import ProposalOpenError
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.review import MatchProposal, ProposalState, VetoSpoken, require_reason
from mdm.domain.rules import Veto
from mdm.domain.source import Json
from mdm.linkage.record import Prepared
from mdm.services.evidence import hash_of
from mdm.services.kept_value import SIDES
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import proposal as proposal_store
from mdm.storage import review as review_store


def crossed(matcher: Matcher, groups: Sequence[Sequence[Prepared]]) -> tuple[VetoSpoken, ...]:
    """Regulated vetoes that speak between records of different groups, each once, in the order of the rules."""
    if not any(veto.regulated for veto in matcher.rules.vetoes):
        return ()
    found = {
        veto.name
        for place, one in enumerate(groups)
        for other in groups[place + 1 :]
        for left, right in product(one, other)
        for veto in matcher.scorer.violated_vetoes(left, right)
        if veto.regulated
    }
    return tuple(spoken(veto) for veto in matcher.rules.vetoes if veto.name in found)


def spoken(veto: Veto) -> VetoSpoken:
    """A veto of the rules as pages and the API show it."""
    return VetoSpoken(veto.name, veto.en, veto.zh, veto.clause, veto.hard, veto.regulated)


def propose(
    uow: UnitOfWork,
    entity: str,
    kind: str,
    subject: Mapping[str, Json],
    vetoes: Sequence[VetoSpoken],
    reason: str,
    *,
    evidence_hash: str,
    task_id: int | None = None,
) -> str:
    """Keep a match that waits for a second person; raises ProposalOpenError when it waits already."""
    _refuse_second(uow, entity, subject)
    proposal_id = uow.hub.new_id()
    proposal_store.add(
        uow.connection,
        {
            "proposal_id": proposal_id,
            "entity": entity,
            "kind": kind,
            "task_id": task_id,
            "subject": json.dumps(
                {**subject, "vetoes": [_veto(veto) for veto in vetoes]}, ensure_ascii=False, sort_keys=True
            ),
            "evidence_hash": evidence_hash,
            "proposed_by": uow.actor.name,
            "reason": require_reason(reason),
            "proposed_at": uow.at,
            "state": ProposalState.OPEN.value,
            "closed_by": None,
            "closed_reason": None,
            "closed_at": None,
        },
    )
    told: dict[str, Json] = {"kind": kind}
    if task_id is None or not review_store.blind_tasks(uow.connection, [task_id]):
        told["vetoes"] = [veto.name for veto in vetoes]
    uow.record("proposal.opened", entity, proposal_id, told)
    return proposal_id


def supersede(uow: UnitOfWork, task_ids: Iterable[int], code: ReasonCode) -> None:
    """Close the proposals on tasks whose question or evidence changed."""
    reason = machine_reason(code)
    for row in proposal_store.open_of_tasks(uow.connection, task_ids):
        close(uow, row, ProposalState.SUPERSEDED, reason, {"reason": reason})


def close(
    uow: UnitOfWork,
    row: Any,  # Any: a table row
    state: ProposalState,
    reason: str,
    told: Mapping[str, Json] | None = None,
) -> bool:
    """Close an open proposal and tell; False when somebody was first."""
    done = proposal_store.close(
        uow.connection, row.proposal_id, state=state.value, by=uow.actor.name, reason=reason, at=uow.at
    )
    if done:
        uow.record(f"proposal.{state.value}", row.entity, row.proposal_id, told)
    return done


def proposal_view(row: Any) -> MatchProposal:  # Any: a table row
    """A stored proposal as services hand it out."""
    subject = json.loads(row.subject)
    return MatchProposal(
        row.proposal_id,
        row.entity,
        row.kind,
        row.task_id,
        tuple(subject["golden_ids"]),
        tuple(subject["names"]),
        tuple(VetoSpoken(**veto) for veto in subject["vetoes"]),
        row.proposed_by,
        row.reason,
        row.proposed_at,
        row.state,
        row.closed_by,
        row.closed_reason,
        {name: subject["names"][SIDES.index(side)] for name, side in subject.get("values", {}).items()},
    )


def values_of(uow: UnitOfWork, record_ids: Iterable[int]) -> str:
    """Names the values of these records, so that a change of any of them shows."""
    held = match_store.features(uow.connection, record_ids)
    return hash_of(json.dumps(sorted(held.items()), ensure_ascii=False))


def _refuse_second(uow: UnitOfWork, entity: str, subject: Mapping[str, Json]) -> None:
    for row in proposal_store.list_open(uow.connection, entity):
        if json.loads(row.subject)["golden_ids"] == subject["golden_ids"]:
            raise ProposalOpenError(
                "This match crosses a regulated veto and waits for a second person already.",
                proposal_id=row.proposal_id,
                proposed_by=row.proposed_by,
            )


def _veto(veto: VetoSpoken) -> dict[str, Json]:
    return {
        "name": veto.name,
        "en": veto.en,
        "zh": veto.zh,
        "clause": veto.clause,
        "hard": veto.hard,
        "regulated": veto.regulated,
    }
