"""Filters of the queue that people keep under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from mdm.storage.database import Row
from mdm.storage.schema import saved_view


def of_owner(connection: Connection, owner: str) -> list[Row]:
    """The views of one person, by name."""
    query = select(saved_view).where(saved_view.c.owner == owner).order_by(saved_view.c.name)
    return list(connection.execute(query))


def save(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a view, in place of the owner's own of the same name."""
    same = (saved_view.c.owner == row["owner"]) & (saved_view.c.name == row["name"])
    connection.execute(delete(saved_view).where(same))
    connection.execute(saved_view.insert().values(**row))


def remove(connection: Connection, owner: str, view_id: str) -> bool:
    """Forget a view of this person; False when there is none."""
    query = delete(saved_view).where(saved_view.c.owner == owner, saved_view.c.view_id == view_id)
    return connection.execute(query).rowcount == 1
