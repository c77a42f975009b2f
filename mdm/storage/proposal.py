"""Matches across a regulated veto that wait, or waited, for a second person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from mdm.storage.database import Row, among, insert_rows
from mdm.storage.schema import match_proposal


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a proposal; ``Any``: column values."""
    insert_rows(connection, match_proposal, [row])


def find(connection: Connection, proposal_id: str) -> Row | None:
    """One proposal."""
    return connection.execute(
        select(match_proposal).where(match_proposal.c.proposal_id == proposal_id)
    ).first()


def list_open(connection: Connection, entity: str | None = None) -> Sequence[Row]:
    """Proposals that wait for a second person, oldest first."""
    query = (
        select(match_proposal).where(match_proposal.c.state == "open").order_by(match_proposal.c.proposal_id)
    )
    return connection.execute(
        query if entity is None else query.where(match_proposal.c.entity == entity)
    ).all()


def open_of_tasks(connection: Connection, task_ids: Iterable[int]) -> Sequence[Row]:
    """Open proposals on these tasks."""
    return connection.execute(
        select(match_proposal).where(
            match_proposal.c.state == "open", among(connection, match_proposal.c.task_id, task_ids)
        )
    ).all()


def close(connection: Connection, proposal_id: str, *, state: str, by: str, reason: str, at: str) -> bool:
    """Close an open proposal; False when somebody was first."""
    changed = connection.execute(
        update(match_proposal)
        .where(match_proposal.c.proposal_id == proposal_id, match_proposal.c.state == "open")
        .values(state=state, closed_by=by, closed_reason=reason, closed_at=at)
    )
    return changed.rowcount == 1
