"""The change feed: an ordered, gap-free log from which a reader can rebuild the cross-reference table."""

from __future__ import annotations

from mdm.domain.access import Permission
from mdm.domain.event import ChangePage
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import event as event_store


def changes(uow: UnitOfWork, cursor: int = 0, limit: int = 1000) -> ChangePage:
    """Events after ``cursor`` (0: from the beginning), oldest first."""
    access.require(uow.actor, Permission.EVENT_READ)
    found = event_store.read_changes(uow.connection, max(cursor, 0), min(max(limit, 1), 10_000))
    return ChangePage(found, found[-1].seq if found else max(cursor, 0))
