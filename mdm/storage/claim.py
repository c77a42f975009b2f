"""Who works on which open task."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, delete, or_, select

from mdm.domain.review import Holding
from mdm.storage.database import Row, among, insert_new
from mdm.storage.schema import review_task, task_holder


def find(connection: Connection, task_id: int, now: str) -> Holding | None:
    """Who holds the task at ``now``."""
    row = connection.execute(select(task_holder).where(task_holder.c.task_id == task_id, _live(now))).first()
    return None if row is None else _holding(row)


def take(connection: Connection, holding: Holding, now: str) -> bool:
    """Hold the task unless it is closed or somebody else holds it at ``now``; False when so, whoever races."""
    if not _stays_open(connection, holding.task_id):
        return False
    if insert_new(connection, task_holder, _values(holding)):
        return True
    changed = connection.execute(
        task_holder.update()
        .where(
            task_holder.c.task_id == holding.task_id, or_(task_holder.c.holder == holding.holder, ~_live(now))
        )
        .values(**_values(holding))
    )
    return changed.rowcount == 1


def give(connection: Connection, holding: Holding) -> None:
    """Hold in somebody's name what one has just taken: nobody can have come between."""
    connection.execute(
        task_holder.update().where(task_holder.c.task_id == holding.task_id).values(**_values(holding))
    )


def release(connection: Connection, task_id: int) -> None:
    """Nobody holds the task any more."""
    connection.execute(delete(task_holder).where(task_holder.c.task_id == task_id))


def let_go(connection: Connection, task_id: int, holder: str) -> bool:
    """This person does not hold the task any more; False when it was somebody else's by then."""
    held = (task_holder.c.task_id == task_id) & (task_holder.c.holder == holder)
    return connection.execute(delete(task_holder).where(held)).rowcount == 1


def holders_of(connection: Connection, task_ids: Iterable[int], now: str) -> dict[int, Holding]:
    """Task -> who holds it at ``now``."""
    rows = connection.execute(
        select(task_holder).where(among(connection, task_holder.c.task_id, task_ids), _live(now))
    )
    return {row.task_id: _holding(row) for row in rows}


def _stays_open(connection: Connection, task_id: int) -> bool:
    """Whether the task is open, and stays so until this transaction ends."""
    status = select(review_task.c.status).where(review_task.c.task_id == task_id).with_for_update(read=True)
    return connection.scalar(status) == "open"


def _live(now: str) -> ColumnElement[bool]:
    return or_(task_holder.c.lease_until.is_(None), task_holder.c.lease_until > now)


def _values(holding: Holding) -> dict[str, object]:
    return {
        "task_id": holding.task_id,
        "holder": holding.holder,
        "since": holding.since,
        "lease_until": holding.lease_until,
        "given_by": holding.given_by,
        "note": holding.note,
    }


def _holding(row: Row) -> Holding:
    return Holding(row.task_id, row.holder, row.since, row.lease_until, row.given_by, row.note)
