"""Review tasks, decisions and the constraints they put on clustering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, not_, or_, select, update

from mdm.storage import claim, queue
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


def constraint_keys_of(connection: Connection, decision_ids: Iterable[str]) -> list[str]:
    """Keys of the constraints that these decisions put, also those that ended."""
    found = connection.scalars(
        select(pair_constraint.c.id).where(among(connection, pair_constraint.c.decision_id, decision_ids))
    )
    return [str(key) for key in found]


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


def count_decided(
    connection: Connection, actors: Sequence[str], *, since: str, day: str, hour: str
) -> tuple[int, int]:
    """(verdicts of these actors from ``day`` on, from ``hour`` on) that nobody took back, among ids from ``since``."""
    query = select(
        func.count().filter(decision.c.at >= day), func.count().filter(decision.c.at >= hour)
    ).where(
        decision.c.decision_id >= since,
        decision.c.kind == "review",
        decision.c.actor.in_(list(actors)),
        decision.c.undone_by.is_(None),
    )
    row = connection.execute(query).one()
    return int(row[0]), int(row[1])


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


def tasks_by_id(connection: Connection, task_ids: Iterable[int]) -> Sequence[Row]:
    """These review tasks."""
    return connection.execute(
        select(review_task).where(among(connection, review_task.c.task_id, task_ids))
    ).all()


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
    """Close an open task (of this version) and take it out of the queue; False when it was closed or changed before."""
    query = update(review_task).where(review_task.c.task_id == task_id, review_task.c.status == "open")
    if version is not None:
        query = query.where(review_task.c.version == version)
    changed = connection.execute(
        query.values(status=status, closed_reason=reason, closed_at=at, version=review_task.c.version + 1)
    )
    if changed.rowcount != 1:
        return False
    queue.drop_lines(connection, [task_id])
    claim.release(connection, task_id)
    return True


def list_tasks(
    connection: Connection,
    *,
    entity: str | None = None,
    status: str | None = None,
    reason: str | None = None,
    q: str = "",
    after: tuple[float | str, int] | None = None,
    limit: int = 1000,
    task_ids: Sequence[int] | None = None,
) -> Sequence[Row]:
    """Tasks, most valuable first, or these tasks; ``after`` is (priority, task id) of the last line seen.

    Columns: those of the task, and source, key and golden title of both sides.
    """
    sides = _Side("left", "l"), _Side("right", "r")
    query = select(review_task, *(column for side in sides for column in side.columns()))
    for side in sides:
        query = side.joined(query)
    query = query.where(*_filters(entity, status, reason))
    if task_ids is not None:
        query = query.where(among(connection, review_task.c.task_id, task_ids))
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
        query = query.where(or_(*(each for side in sides for each in side.reads_like(like))))
    return connection.execute(
        query.order_by(review_task.c.priority.desc(), review_task.c.task_id).limit(limit)
    ).all()


class _Side:
    """The left or right record of a task with its newest golden title, as part of a query."""

    def __init__(self, name: str, short: str) -> None:
        self.name = name
        self.record = source_record.alias(short)
        self.home = xref.alias(f"{short}x")
        self.golden = golden_version.alias(f"{short}g")

    def columns(self) -> tuple[Any, ...]:
        """Source, key and golden title. ``Any``: labelled columns."""
        return (
            self.record.c.source.label(f"{self.name}_source"),
            self.record.c.source_key.label(f"{self.name}_key"),
            self.golden.c.title.label(f"{self.name}_title"),
        )

    def joined(self, query: Select[Any]) -> Select[Any]:
        """The query with this side. ``Any``: whatever it selects."""
        newest = (
            select(func.max(golden_version.c.version))
            .where(golden_version.c.golden_id == self.home.c.golden_id)
            .correlate(self.home)
            .scalar_subquery()
        )
        return (
            query.join(self.record, self.record.c.record_id == review_task.c[f"{self.name}_id"])
            .outerjoin(
                self.home,
                and_(self.home.c.record_id == self.record.c.record_id, self.home.c.valid_to.is_(None)),
            )
            .outerjoin(
                self.golden,
                and_(self.golden.c.golden_id == self.home.c.golden_id, self.golden.c.version == newest),
            )
        )

    def reads_like(self, like: str) -> tuple[Any, ...]:
        """Conditions, of which one must hold, that this side is spelt so. ``Any``: SQL conditions.

        Golden titles of open audit tasks are not looked at: a hit would tell what the machine thinks.
        """
        is_blind = and_(review_task.c.status == "open", review_task.c.reason == "audit")
        return (
            and_(not_(is_blind), func.lower(self.golden.c.title).like(like, escape="\\")),
            func.lower(self.record.c.source_key).like(like, escape="\\"),
        )


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


def blind_tasks(connection: Connection, task_ids: Iterable[int]) -> frozenset[int]:
    """Those of these tasks that are open audit tasks."""
    return frozenset(
        connection.scalars(
            select(review_task.c.task_id).where(
                among(connection, review_task.c.task_id, task_ids),
                review_task.c.status == "open",
                review_task.c.reason == "audit",
            )
        )
    )


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
