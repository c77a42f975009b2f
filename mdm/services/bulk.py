"""Bulk decision: one verdict for all open tasks that were judged exactly alike, previewed before it is given.

Invariant: what is decided is what was previewed: the same number of tasks, of which each is decided like any other,
with its own decision to undo.
"""

from __future__ import annotations

from dataclasses import dataclass

from mdm.domain.access import Permission
from mdm.domain.errors import (
    ContradictingVerdictError,
    InvalidInputError,
    ProposalOpenError,
    StaleVersionError,
    TaskHeldError,
    TaskNotOpenError,
)
from mdm.domain.review import TaskLine, Verdict, require_reason
from mdm.services import access, claim, review
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import queue as queue_store

MOST = 50
"""Tasks decided at once: more would hold everybody else's decisions up for too long."""
SAMPLE = 8


@dataclass(frozen=True, slots=True)
class Alike:
    """Open tasks judged as one of them was: ``count`` in all, ``at_once`` of them decided by one step."""

    task_id: int
    count: int
    at_once: int
    sample: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What came of it; ``superseded``: answered by an earlier verdict of the same step, ``left``: task -> why not."""

    decided: tuple[str, ...]
    proposed: tuple[str, ...]
    superseded: tuple[int, ...]
    left: dict[int, str]


def preview(uow: UnitOfWork, task_id: int) -> Alike:
    """How many open tasks are judged alike, and some of them; raises InvalidInputError for a blind task."""
    access.require(uow.actor, Permission.REVIEW_READ)
    claim.require_open(uow, task_id)
    count = queue_store.count_alike(uow.connection, task_id)
    if not count:
        raise InvalidInputError("A blind task is decided alone.", field="task_id")
    shown = queue_store.alike(uow.connection, task_id, SAMPLE)
    return Alike(task_id, count, min(count, MOST), review.lines_of(uow, shown))


def decide(uow: UnitOfWork, task_id: int, verdict: str, reason: str, expected: int) -> BulkOutcome:
    """Give one verdict on all tasks judged alike, at most ``MOST`` of them, the most valuable first.

    Raises StaleVersionError when there are not ``expected`` of them any more. Tasks that somebody else holds and
    verdicts that contradict others are left, with the error's code.
    """
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    if verdict not in {Verdict.MATCH, Verdict.NON_MATCH}:
        raise InvalidInputError("In bulk a verdict is match or non-match.", field="verdict")
    why = require_reason(reason)
    uow.take_turn(claim.find_task(uow, task_id).entity)
    claim.require_open(uow, task_id)
    count = queue_store.count_alike(uow.connection, task_id)
    if count != expected:
        raise StaleVersionError(
            "The queue has changed since the preview.", state={"task_id": task_id, "count": count}
        )
    decided: list[str] = []
    proposed: list[str] = []
    superseded: list[int] = []
    left: dict[int, str] = {}
    for each in queue_store.alike(uow.connection, task_id, MOST):
        try:
            made = review.decide(uow, each, verdict, why)
        except TaskNotOpenError:
            superseded.append(each)
        except (TaskHeldError, ContradictingVerdictError, ProposalOpenError) as refused:
            left[each] = refused.code
        else:
            (proposed if made.proposal_id else decided).append(made.proposal_id or made.decision_id)
    return BulkOutcome(tuple(decided), tuple(proposed), tuple(superseded), left)
