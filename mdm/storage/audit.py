"""The audit trail as triggers wrote it, and the leaf hashes that seal it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from mdm.storage.database import Row, insert_rows
from mdm.storage.schema import audit_event, audit_leaf


def unsealed(connection: Connection, limit: int) -> Sequence[Row]:
    """(id, content) of entries without a leaf, oldest first; found by absence, never by ``id > last``."""
    return connection.execute(
        select(audit_event.c.id, audit_event.c.content)
        .outerjoin(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
        .where(audit_leaf.c.seq.is_(None))
        .order_by(audit_event.c.id)
        .limit(limit)
    ).all()


def last_seq(connection: Connection) -> int:
    """Number of the last leaf, 0 when there is none."""
    return int(connection.scalar(select(func.max(audit_leaf.c.seq))) or 0)


def add_leaves(connection: Connection, leaves: Sequence[tuple[int, int, str]]) -> None:
    """Append leaves: (seq, entry id, hash)."""
    insert_rows(
        connection,
        audit_leaf,
        [{"seq": seq, "event_id": entry, "leaf_hash": digest} for seq, entry, digest in leaves],
    )


def sealed(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    """(seq, event_id, leaf_hash, content) in order of the leaves; content is None when the entry is gone."""
    return connection.execute(
        select(
            audit_leaf.c.seq,
            audit_leaf.c.event_id,
            audit_leaf.c.leaf_hash,
            audit_event.c.content,
            audit_event.c.table_name,
            audit_event.c.row_key,
            audit_event.c.fact_id,
            audit_event.c.at,
            audit_event.c.actor,
            audit_event.c.operation,
        )
        .outerjoin(audit_event, audit_event.c.id == audit_leaf.c.event_id)
        .where(audit_leaf.c.seq > after)
        .order_by(audit_leaf.c.seq)
        .limit(limit)
    ).all()


def count_entries(connection: Connection) -> int:
    """Number of audit entries."""
    return int(connection.scalar(select(func.count()).select_from(audit_event)) or 0)


def entries(
    connection: Connection, table: str | None, row_key: str | None, before: int | None, limit: int
) -> Sequence[Row]:
    """Audit entries, newest first, optionally of one table or row."""
    query = select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
    if table is not None:
        query = query.where(audit_event.c.table_name == table)
    if row_key is not None:
        query = query.where(audit_event.c.row_key == row_key)
    if before is not None:
        query = query.where(audit_event.c.id < before)
    return connection.execute(query).all()
