"""Review tasks, decisions and the constraints they put on clustering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, or_, select, update

from mdm.storage.database import Row, among, insert_rows
from mdm.storage.schema import (
    decision,
    golden_version,
    pair_constraint,
    review_task,
    source_record,
    xref,
)


class Constraint(NamedTuple):
    """A must-link or cannot-link in force."""

    left: int
    right: int
    must_link: bool
    decision_id: str
    left_values: str
    right_values: str


def constraints_touching(connection: Connection, record_ids: Iterable[int]) -> list[Constraint]:
    """Constraints in force with at least one side among ``record_ids``."""
    ids = list(record_ids)
    rows = connection.execute(
        select(pair_constraint).where(
            pair_constraint.c.active,
            or_(
                among(connection, pair_constraint.c.left_id, ids),
                among(connection, pair_constraint.c.right_id, ids),
            ),
        )
    )
    return [_constraint(r) for r in rows]


def all_constraints(connection: Connection, entity: str) -> list[Constraint]:
    """Every constraint in force."""
    rows = connection.execute(
        select(pair_constraint).where(pair_constraint.c.entity == entity, pair_constraint.c.active)
    )
    return [_constraint(r) for r in rows]


def add_constraints(connection: Connection, entity: str, constraints: Sequence[Constraint]) -> None:
    """Put constraints in force, replacing those in force for the same pairs."""
    for c in constraints:
        connection.execute(
            update(pair_constraint)
            .where(
                pair_constraint.c.left_id == c.left,
                pair_constraint.c.right_id == c.right,
                pair_constraint.c.active,
            )
            .values(active=False)
        )
    insert_rows(
        connection,
        pair_constraint,
        [
            {
                "entity": entity,
                "left_id": c.left,
                "right_id": c.right,
                "must_link": c.must_link,
                "decision_id": c.decision_id,
                "left_values": c.left_values,
                "right_values": c.right_values,
                "active": True,
            }
            for c in constraints
        ],
    )


def end_constraints(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Take the constraints of these pairs out of force."""
    for left, right in pairs:
        connection.execute(
            update(pair_constraint)
            .where(
                pair_constraint.c.left_id == left,
                pair_constraint.c.right_id == right,
                pair_constraint.c.active,
            )
            .values(active=False)
        )


def end_constraints_of(connection: Connection, decision_id: str) -> list[Constraint]:
    """Take the constraints of one decision out of force; returns those that were in force."""
    held = (pair_constraint.c.decision_id == decision_id) & pair_constraint.c.active
    rows = [_constraint(r) for r in connection.execute(select(pair_constraint).where(held))]
    connection.execute(update(pair_constraint).where(held).values(active=False))
    return rows


def constraints_ever_of(connection: Connection, decision_id: str) -> list[Constraint]:
    """The constraints one decision made, in force or not."""
    rows = connection.execute(select(pair_constraint).where(pair_constraint.c.decision_id == decision_id))
    return [_constraint(r) for r in rows]


def constraint_before(connection: Connection, left: int, right: int, decision_id: str) -> Constraint | None:
    """The newest constraint of a pair that another decision made and nobody undid."""
    row = connection.execute(
        select(pair_constraint)
        .join(decision, decision.c.decision_id == pair_constraint.c.decision_id)
        .where(
            pair_constraint.c.left_id == left,
            pair_constraint.c.right_id == right,
            pair_constraint.c.decision_id != decision_id,
            decision.c.undone_by.is_(None),
        )
        .order_by(pair_constraint.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _constraint(row)


def add_decision(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a decision."""
    insert_rows(connection, decision, [row])


def find_decision(connection: Connection, decision_id: str) -> Row | None:
    """One decision."""
    return connection.execute(select(decision).where(decision.c.decision_id == decision_id)).first()


def decisions_by_id(connection: Connection, decision_ids: Iterable[str]) -> Sequence[Row]:
    """These decisions."""
    return connection.execute(
        select(decision).where(among(connection, decision.c.decision_id, decision_ids))
    ).all()


def list_decisions(connection: Connection, *, limit: int, actor: str | None = None) -> Sequence[Row]:
    """Decisions, newest first."""
    query = select(decision).order_by(decision.c.decision_id.desc()).limit(limit)
    return connection.execute(query if actor is None else query.where(decision.c.actor == actor)).all()


def decisions_of_task(connection: Connection, task_id: int) -> Sequence[Row]:
    """Decisions on one task, oldest first."""
    return connection.execute(
        select(decision).where(decision.c.task_id == task_id).order_by(decision.c.decision_id)
    ).all()


def mark_undone(connection: Connection, decision_id: str, by: str) -> bool:
    """Mark a decision as undone; False when it was undone before."""
    changed = connection.execute(
        update(decision)
        .where(decision.c.decision_id == decision_id, decision.c.undone_by.is_(None))
        .values(undone_by=by)
    )
    return changed.rowcount == 1


def find_task(connection: Connection, task_id: int) -> Row | None:
    """One review task."""
    return connection.execute(select(review_task).where(review_task.c.task_id == task_id)).first()


def open_tasks_touching(connection: Connection, record_ids: Iterable[int]) -> Sequence[Row]:
    """Open tasks with at least one side among ``record_ids``."""
    ids = list(record_ids)
    return connection.execute(
        select(review_task)
        .where(
            review_task.c.status == "open",
            or_(
                among(connection, review_task.c.left_id, ids), among(connection, review_task.c.right_id, ids)
            ),
        )
        .order_by(review_task.c.task_id)
    ).all()


def add_tasks(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Open tasks."""
    insert_rows(connection, review_task, rows)


def rank_task(connection: Connection, task_id: int, values: Mapping[str, Any]) -> None:
    """Give an open task another place in the queue; what it asks stays, so its version does too."""
    connection.execute(
        update(review_task)
        .where(review_task.c.task_id == task_id, review_task.c.status == "open")
        .values(**values)
    )


def change_task(connection: Connection, task_id: int, values: Mapping[str, Any]) -> None:
    """Change an open task and count its version up."""
    connection.execute(
        update(review_task)
        .where(review_task.c.task_id == task_id, review_task.c.status == "open")
        .values(version=review_task.c.version + 1, **values)
    )


def close_task(
    connection: Connection, task_id: int, *, status: str, reason: str, at: str, version: int | None = None
) -> bool:
    """Close an open task (of this version); False when it was closed or changed before."""
    query = update(review_task).where(review_task.c.task_id == task_id, review_task.c.status == "open")
    if version is not None:
        query = query.where(review_task.c.version == version)
    changed = connection.execute(
        query.values(status=status, closed_reason=reason, closed_at=at, version=review_task.c.version + 1)
    )
    return changed.rowcount == 1


def list_tasks(
    connection: Connection,
    *,
    entity: str | None,
    status: str | None,
    reason: str | None,
    q: str,
    after: tuple[float, int] | None,
    limit: int,
) -> Sequence[Row]:
    """Lines of the queue: most valuable first; ``after`` is (priority, task id) of the last line seen.

    Columns: those of the task, and source, key and golden title of both sides.
    """
    left, right = source_record.alias("l"), source_record.alias("r")
    lx, rx = xref.alias("lx"), xref.alias("rx")
    lg, rg = golden_version.alias("lg"), golden_version.alias("rg")
    newest = select(func.max(golden_version.c.version))
    query = (
        select(
            review_task,
            left.c.source.label("left_source"),
            left.c.source_key.label("left_key"),
            right.c.source.label("right_source"),
            right.c.source_key.label("right_key"),
            lg.c.title.label("left_title"),
            rg.c.title.label("right_title"),
        )
        .join(left, left.c.record_id == review_task.c.left_id)
        .join(right, right.c.record_id == review_task.c.right_id)
        .outerjoin(lx, and_(lx.c.record_id == left.c.record_id, lx.c.valid_to.is_(None)))
        .outerjoin(rx, and_(rx.c.record_id == right.c.record_id, rx.c.valid_to.is_(None)))
        .outerjoin(
            lg,
            and_(
                lg.c.golden_id == lx.c.golden_id,
                lg.c.version
                == newest.where(golden_version.c.golden_id == lx.c.golden_id).correlate(lx).scalar_subquery(),
            ),
        )
        .outerjoin(
            rg,
            and_(
                rg.c.golden_id == rx.c.golden_id,
                rg.c.version
                == newest.where(golden_version.c.golden_id == rx.c.golden_id).correlate(rx).scalar_subquery(),
            ),
        )
        .order_by(review_task.c.priority.desc(), review_task.c.task_id)
        .limit(limit)
    )
    query = query.where(*_filters(entity, status, reason))
    if after is not None:
        priority, task_id = after
        query = query.where(
            or_(
                review_task.c.priority < priority,
                and_(review_task.c.priority == priority, review_task.c.task_id > task_id),
            )
        )
    if q:
        like = f"%{_escape(q.casefold())}%"
        query = query.where(
            or_(
                func.lower(lg.c.title).like(like, escape="\\"),
                func.lower(rg.c.title).like(like, escape="\\"),
                func.lower(left.c.source_key).like(like, escape="\\"),
                func.lower(right.c.source_key).like(like, escape="\\"),
            )
        )
    return connection.execute(query).all()


def count_tasks(
    connection: Connection,
    *,
    entity: str | None,
    status: str | None,
    reason: str | None,
    with_audit: bool = True,
) -> int:
    """Number of tasks under the filters; without audit tasks it counts what the machine itself asks."""
    query = select(func.count()).select_from(review_task).where(*_filters(entity, status, reason))
    if not with_audit:
        query = query.where(review_task.c.reason != "audit")
    return int(connection.scalar(query) or 0)


def open_task_pairs(connection: Connection, entity: str) -> Sequence[Row]:
    """(left_id, right_id, match_probability, match_weight, reason, task_id) of every open task but blind ones."""
    return connection.execute(
        select(
            review_task.c.left_id,
            review_task.c.right_id,
            review_task.c.match_probability,
            review_task.c.match_weight,
            review_task.c.reason,
            review_task.c.task_id,
        )
        .where(
            review_task.c.entity == entity, review_task.c.status == "open", review_task.c.reason != "audit"
        )
        .order_by(review_task.c.priority.desc(), review_task.c.task_id)
    ).all()


def _filters(entity: str | None, status: str | None, reason: str | None) -> list[Any]:
    """``Any``: SQL conditions of differing types."""
    filters = []
    if entity is not None:
        filters.append(review_task.c.entity == entity)
    if status is not None:
        filters.append(review_task.c.status == status)
    if reason is not None:
        filters.append(review_task.c.reason == reason)
    return filters


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _constraint(r: Row) -> Constraint:
    return Constraint(r.left_id, r.right_id, bool(r.must_link), r.decision_id, r.left_values, r.right_values)
