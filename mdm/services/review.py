"""Review: the queue of uncertain pairs, the evidence for each, and the verdicts of stewards.

Invariants: an open audit task tells nothing of what the machine thinks, to nobody and through no door; a task is
decided at most once, whoever races for it (I10); a verdict binds every later run (I6, I7); a decision rebuilds only
what it touches.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mdm.connectors.writer import table_format, write_table
from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError, StaleVersionError, TaskNotOpenError, UnknownTaskError
from mdm.domain.machine_reason import ReasonCode
from mdm.domain.review import (
    PROPOSED,
    Beside,
    Decision,
    Foresight,
    MatchProposal,
    Outcome,
    Side,
    Task,
    TaskLine,
    TaskReason,
    TaskStatus,
    Telling,
    Verdict,
    VetoSpoken,
    is_blind,
    require_reason,
)
from mdm.domain.source import Json
from mdm.services import (
    access,
    alias,
    claim,
    constraint,
    decision,
    decision_log,
    kept_value,
    quality,
    rebuild,
    rule,
    second_person,
)
from mdm.services.evidence import against_of, evidence_items, hash_of, spoken_vetoes, telling_of
from mdm.services.kept_value import Chosen
from mdm.services.narrow import Narrow, facets, wanted_of
from mdm.services.successor import followed_by
from mdm.services.task_line import blind_line, line_beside, line_of, with_place
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import claim as claim_store
from mdm.storage import proposal as proposal_store
from mdm.storage import queue as queue_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.queue import Wanted

NO_EVIDENCE = "{}"
"""What a verdict on an audit task rests on: the two records alone."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A stretch of the queue; ``total`` counts all tasks under the filters; of closed ones without the text."""

    lines: tuple[TaskLine, ...]
    total: int
    next_cursor: str


def list_tasks(
    uow: UnitOfWork,
    entity: str | None = None,
    status: str | None = "open",
    reason: str | None = None,
    q: str = "",
    limit: int = 50,
    cursor: str = "",
    narrow: Narrow | None = None,
    *,
    expected: int | None = None,
) -> TaskPage:
    """Lines of the queue, the most valuable first unless ``narrow`` says otherwise.

    ``narrow`` filters open tasks further; ``expected``: the total under its filters where the caller counted it
    already. Raises InvalidInputError for an unknown filter or cursor.
    """
    access.require(uow.actor, Permission.REVIEW_READ)
    if entity is not None:
        uow.hub.dictionary.entity(entity)
    if status is not None and status not in set(TaskStatus):
        raise InvalidInputError(f"There is no task status {status!r}.", field="status")
    size = min(max(limit, 1), 200)
    if status != TaskStatus.OPEN:
        return _closed_tasks(uow, entity, status, reason, q, size, cursor)
    wish = narrow or Narrow()
    wish = replace(wish, entity=entity or wish.entity, reason=reason or wish.reason, q=q or wish.q)
    total = facets(uow, wish).total if expected is None else expected
    found = queue_store.page(
        uow.connection,
        wanted_of(uow, wish),
        order=wish.order,
        after=read_cursor(cursor, wish.order),
        limit=size + 1,
        expected=total,
    )
    lines = lines_of(uow, [task_id for task_id, _ in found[:size]])
    more = f"{found[size - 1][1]}:{found[size - 1][0]}" if len(found) > size else ""
    return TaskPage(lines, total, more)


def lines_of(uow: UnitOfWork, task_ids: Sequence[int]) -> tuple[TaskLine, ...]:
    """The lines of these open tasks, in this order, with due day and holder."""
    places = queue_store.lines_of(uow.connection, task_ids)
    rows = {row.task_id: row for row in review_store.list_tasks(uow.connection, task_ids=task_ids)}
    contents = _contents(uow, rows.values())
    return tuple(with_place(line_of(uow, rows[each], contents), places[each], uow.at) for each in task_ids)


def _closed_tasks(
    uow: UnitOfWork,
    entity: str | None,
    status: str | None,
    reason: str | None,
    q: str,
    size: int,
    cursor: str,
) -> TaskPage:
    """Tasks of another status, or of any."""
    rows = review_store.list_tasks(
        uow.connection,
        entity=entity,
        status=status,
        reason=reason,
        q=q.strip(),
        after=read_cursor(cursor),
        limit=size + 1,
    )
    contents = _contents(uow, rows[:size])
    lines = tuple(line_of(uow, row, contents) for row in rows[:size])
    more = f"{lines[-1].priority!r}:{lines[-1].task_id}" if len(rows) > size else ""
    total = review_store.count_tasks(uow.connection, entity=entity, status=status, reason=reason)
    return TaskPage(lines, total, more)


def _contents(uow: UnitOfWork, rows: Iterable[Any]) -> Mapping[int, str]:  # Any: table rows
    return source_store.standard_contents(
        uow.connection, {side for row in rows for side in (row.left_id, row.right_id)}
    )


def get_task(uow: UnitOfWork, task_id: int) -> Task:
    """One task with both records, the evidence it was opened on and what was decided; raises UnknownTaskError."""
    access.require(uow.actor, Permission.REVIEW_READ)
    row = _find(uow, task_id)
    ids = (row.left_id, row.right_id)
    records = source_store.records_by_id(uow.connection, ids)
    contents = source_store.standard_contents(uow.connection, ids)
    golden = xref_store.golden_ids_of(uow.connection, ids)
    members = xref_store.members_of(uow.connection, golden.values())
    left, right = (
        _side(records[i], contents.get(i, "{}"), golden.get(i, ""), members.get(golden.get(i, ""), ()))
        for i in ids
    )
    held = tuple(
        decision_log.decision_view(d) for d in review_store.decisions_of_task(uow.connection, task_id)
    )
    if is_blind(row.status, row.reason):
        return _blind_task(line_beside(uow, row, left, right, Telling()), left, right, held)
    evidence = json.loads(row.evidence)
    foreseen = Foresight()
    if row.status == TaskStatus.OPEN:
        foreseen = rebuild.foresee_match(uow, rule.matcher(uow, row.entity), *ids)
    previous = None
    if row.previous_decision:
        before = review_store.find_decision(uow.connection, row.previous_decision)
        previous = None if before is None else _previous(before)
    return Task(
        line_beside(uow, row, left, right, telling_of(evidence)),
        left,
        right,
        evidence_items(evidence),
        spoken_vetoes(evidence),
        previous,
        held,
        against_of(evidence),
        foreseen.leaves,
        foreseen.regulated,
        next(map(second_person.proposal_view, proposal_store.open_of_tasks(uow.connection, [task_id])), None),
        foreseen.values,
        foreseen.closes,
        followed_by(uow, row),
        row.closed_reason or "",
    )


def decide(
    uow: UnitOfWork,
    task_id: int,
    verdict: str,
    reason: str,
    expected_version: int | None = None,
    *,
    values: Chosen = MappingProxyType({}),
) -> Outcome:
    """Record a steward's verdict and rebuild the golden records it touches.

    ``values``: with a match, whose value stays (attribute -> ``left`` or ``right``); they are taken back with it.

    A match across a regulated veto becomes a proposal instead, which another person confirms.
    Raises TaskNotOpenError when somebody was first, TaskHeldError when somebody else works on it, StaleVersionError
    when the task shows other evidence by now, and ContradictingVerdictError when verdicts in force say otherwise.
    """
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    said, why = _verdict(verdict), require_reason(reason)
    uow.take_turn(_find_open(uow, task_id).entity)  # who comes late need not wait: a closed task stays closed
    row = _find_open(uow, task_id)
    claim.require_free(uow, task_id)
    if expected_version is not None and row.version != expected_version:
        raise StaleVersionError("The task has changed since it was read.", state=_state(uow, row))
    kept_value.check(uow, row, said, values)
    if said is not Verdict.UNSURE:
        constraint.require_no_contradiction(uow, row.left_id, row.right_id, must_link=said is Verdict.MATCH)
    if said is Verdict.MATCH:
        pair = (row.left_id, row.right_id)
        regulated = rebuild.foresee_match(uow, rule.matcher(uow, row.entity), *pair).regulated
        if regulated:
            return _propose(uow, row, regulated, why, values)
    return carry_out(uow, row, said, why, values=values)


def carry_out(
    uow: UnitOfWork,
    row: Any,  # Any: a table row
    said: Verdict,
    why: str,
    confirms: MatchProposal | None = None,
    values: Chosen = MappingProxyType({}),
) -> Outcome:
    """Bind a verdict on an open task, one that somebody else proposed when ``confirms`` is given."""
    task_id = row.task_id
    before = quality.links_now(uow, row.entity) if row.reason == TaskReason.AUDIT else None
    decision_id = _record(uow, row, said, why, confirms, values)
    kept_value.keep(uow, row, decision_id, values)
    golden_ids: tuple[str, ...] = ()
    status = TaskStatus.OPEN
    if said is not Verdict.UNSURE:
        closed = review_store.close_task(
            uow.connection,
            task_id,
            status=TaskStatus.DECIDED.value,
            reason=why,
            at=uow.at,
            version=row.version,
        )
        if not closed:
            raise TaskNotOpenError("This task is no longer open.", state=_state(uow, _find(uow, task_id)))
        if confirms is None:
            second_person.supersede(uow, [task_id], ReasonCode.PAIR_DECIDED)
        golden_ids, status = _apply(uow, row, decision_id, said), TaskStatus.DECIDED
    else:  # open for another steward
        claim_store.release(uow.connection, task_id)
    if said is Verdict.MATCH:
        alias.propose(uow, row.entity, row.left_id, row.right_id, decision_id)
    if before is not None:
        quality.note_fall(uow, row.entity, before)
    uow.record(
        "review.decided", row.entity, str(task_id), {"verdict": said.value, "decision_id": decision_id}
    )
    return Outcome(decision_id, task_id, status.value, golden_ids, _next_open(uow, row))


def count_alike(uow: UnitOfWork, task_id: int) -> int:
    """Open tasks that were judged exactly as this one, itself included; 0 for a blind or closed one."""
    access.require(uow.actor, Permission.REVIEW_READ)
    return queue_store.count_alike(uow.connection, task_id)


def beside(uow: UnitOfWork, task: Task, most: int = 3) -> Beside:
    """Further records of the golden records of both sides, at most ``most``; none beside a blind task."""
    access.require(uow.actor, Permission.REVIEW_READ)
    homes = {side.golden_id for side in (task.left, task.right) if side.golden_id}
    members = xref_store.members_of(uow.connection, homes)
    shown = {task.left.record_id, task.right.record_id}
    home = {
        record: golden_id for golden_id, held in members.items() for record in held if record not in shown
    }
    records = source_store.records_by_id(uow.connection, home)
    chosen = sorted(records, key=lambda record: records[record].key)[:most]
    contents = source_store.standard_contents(uow.connection, chosen)
    sides = tuple(_side(records[r], contents.get(r, "{}"), home[r], members[home[r]]) for r in chosen)
    return Beside(sides, len(records) - len(sides))


def undo(uow: UnitOfWork, decision_id: str, reason: str) -> Outcome:
    """Take a verdict back; the question comes back as a new task when it is still uncertain."""
    effect = decision.undo(uow, decision_id, reason)
    reopened = effect.tasks_opened[0] if effect.tasks_opened else None
    return Outcome(effect.decision_id or "", reopened, "undone", effect.golden_ids, reopened)


def export_tasks(uow: UnitOfWork, entity: str, path: Path) -> int:
    """Write the open pairs of an entity; returns how many."""
    access.require(uow.actor, Permission.EXPORT_READ)
    uow.hub.dictionary.entity(entity)
    tasks = review_store.open_task_pairs(uow.connection, entity)
    records = source_store.records_by_id(
        uow.connection, {side for t in tasks for side in (t.left_id, t.right_id)}
    )
    rows = [
        (
            t.task_id,
            records[t.left_id].key.system,
            records[t.left_id].key.key,
            records[t.right_id].key.system,
            records[t.right_id].key.key,
            t.match_probability,
            t.match_weight,
            t.reason,
        )
        for t in tasks
    ]
    write_table(path, EXPORT_COLUMNS, rows, table_format(path))
    return len(rows)


EXPORT_COLUMNS = (
    "task_id",
    "left_source_system",
    "left_source_id",
    "right_source_system",
    "right_source_id",
    "match_probability",
    "match_weight",
    "reason",
)


def _apply(uow: UnitOfWork, row: Any, decision_id: str, said: Verdict) -> tuple[str, ...]:  # Any: a table row
    pair = [(row.left_id, row.right_id)]
    must, cannot = (pair, []) if said is Verdict.MATCH else ([], pair)
    constraint.bind(uow, row.entity, decision_id, must, cannot)
    report = rebuild.rebuild(uow, rule.matcher(uow, row.entity), pair[0])
    held = xref_store.golden_ids_of(uow.connection, pair[0])
    return tuple(sorted({*held.values(), *report.merged}))


def _propose(
    uow: UnitOfWork,
    row: Any,  # Any: a table row
    regulated: Sequence[VetoSpoken],
    reason: str,
    values: Chosen,
) -> Outcome:
    """A match that waits for a second person; the task counts as changed, so that nobody decides on an old page."""
    pair = [row.left_id, row.right_id]
    records = source_store.records_by_id(uow.connection, pair)
    held = xref_store.golden_ids_of(uow.connection, pair)
    subject: dict[str, Json] = {
        "golden_ids": sorted(held.values()),
        "records": [*pair],
        "names": [f"{records[r].key.system}:{records[r].key.key}" for r in pair],
        "values": dict(values),
    }
    proposal_id = second_person.propose(
        uow,
        row.entity,
        "review",
        subject,
        regulated,
        reason,
        evidence_hash=second_person.values_of(uow, pair),
        task_id=row.task_id,
    )
    review_store.change_task(uow.connection, row.task_id, {})
    claim_store.release(uow.connection, row.task_id)  # it is the second person's turn
    return Outcome("", row.task_id, PROPOSED, (), _next_open(uow, row), proposal_id)


def _record(
    uow: UnitOfWork,
    row: Any,  # Any: a table row
    said: Verdict,
    reason: str,
    confirms: MatchProposal | None,
    values: Chosen,
) -> str:
    decision_id = uow.hub.new_id()
    on_screen = NO_EVIDENCE if is_blind(row.status, row.reason) else row.evidence
    more: dict[str, Json] = {"values": dict(values)} if values else {}
    if confirms:
        more |= {"proposal": confirms.proposal_id, "proposed_by": confirms.proposed_by}
    review_store.add_decision(
        uow.connection,
        {
            "decision_id": decision_id,
            "entity": row.entity,
            "kind": "review",
            "verdict": said.value,
            "task_id": row.task_id,
            "subject": json.dumps(
                {
                    "records": [row.left_id, row.right_id],
                    "versions": [row.left_version, row.right_version],
                    "task_version": row.version,
                    **more,
                }
            ),
            "evidence": on_screen,
            "evidence_hash": hash_of(on_screen),
            "actor": uow.actor.name,
            "reason": reason,
            "at": uow.at,
            "undoes": None,
            "undone_by": None,
        },
    )
    return decision_id


def _next_open(uow: UnitOfWork, row: Any) -> int | None:  # Any: a table row
    """The task a steward meets next: the following free one of the same entity, else the first."""
    for wanted, after in claim.next_of(uow, Wanted({"entity": row.entity}), (row.priority, row.task_id)):
        found = queue_store.page(
            uow.connection, wanted, order="value", after=after, limit=2, expected=queue_store.FEW + 1
        )
        following = [task_id for task_id, _ in found if task_id != row.task_id]
        if following:
            return following[0]
    return None


def _find_open(uow: UnitOfWork, task_id: int) -> Any:  # Any: a table row
    row = _find(uow, task_id)
    if row.status != TaskStatus.OPEN:
        raise TaskNotOpenError("This task is no longer open.", state=_state(uow, row))
    return row


def _find(uow: UnitOfWork, task_id: int) -> Any:  # Any: a table row
    row = review_store.find_task(uow.connection, task_id) if 0 < task_id < 2**63 else None
    if row is None:
        raise UnknownTaskError("There is no such task.", task_id=task_id)
    return row


def _verdict(text: str) -> Verdict:
    if text not in set(Verdict):
        raise InvalidInputError(f"A verdict is one of {', '.join(Verdict)}.", field="verdict")
    return Verdict(text)


def read_cursor(cursor: str, order: str = "value") -> tuple[float | str, int] | None:
    """(place, task id) of a cursor that was given out; raises InvalidInputError for any other text."""
    if not cursor:
        return None
    place, _, task_id = cursor.rpartition(":")
    try:
        found: tuple[float | str, int] = (
            (float(place) if order == "value" else date.fromisoformat(place).isoformat()),
            int(task_id),
        )
    except ValueError as error:
        raise InvalidInputError("This cursor is not one that was given out.", field="cursor") from error
    finite = isinstance(found[0], str) or math.isfinite(found[0])
    if not finite or not 0 <= found[1] < 2**63:
        raise InvalidInputError("This cursor is not one that was given out.", field="cursor")
    return found


def _state(uow: UnitOfWork, row: Any) -> dict[str, Json]:  # Any: a table row
    return {
        "task_id": row.task_id,
        "status": row.status,
        "version": row.version,
        "closed_at": row.closed_at,
        "closed_reason": row.closed_reason,
        "followed_by": followed_by(uow, row),
    }


def _blind_task(line: TaskLine, left: Side, right: Side, held: tuple[Decision, ...]) -> Task:
    """Two records and nothing else: one golden ID on both sides would say as much as a probability."""
    one, other = (replace(side, golden_id="", golden_members=0) for side in (left, right))
    return Task(blind_line(line), one, other, (), (), None, held)


def _side(record: source_store.StoredRecord, content: str, golden_id: str, members: Any) -> Side:
    """``Any``: records of the golden record."""
    held: Mapping[str, Any] = json.loads(content)
    return Side(
        record.record_id,
        record.key.system,
        record.key.key,
        record.version,
        record.changed_at,
        golden_id,
        held.get("raw", {}),
        held.get("values", {}),
        len(members),
        held.get("parts", {}),
    )


def _previous(row: Any) -> dict[str, Json]:  # Any: a table row
    return {
        "decision_id": row.decision_id,
        "verdict": row.verdict,
        "actor": row.actor,
        "reason": row.reason,
        "at": row.at,
    }
