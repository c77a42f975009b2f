"""The change feed: an ordered, gap-free log from which a reader can rebuild the cross-reference table."""

from __future__ import annotations

from dataclasses import replace

from mdm.domain.access import Actor, ActorKind, Permission
from mdm.domain.event import ChangeLine, ChangePage
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import event as event_store


def changes(uow: UnitOfWork, cursor: int = 0, limit: int = 1000) -> ChangePage:
    """Events after ``cursor`` (0: from the beginning), oldest first."""
    access.require(uow.actor, Permission.EVENT_READ)
    found = event_store.read_changes(uow.connection, max(cursor, 0), min(max(limit, 1), 10_000))
    shown = tuple(_as_seen_by(uow.actor, line) for line in found)
    return ChangePage(shown, shown[-1].seq if shown else max(cursor, 0))


def _as_seen_by(actor: Actor, line: ChangeLine) -> ChangeLine:
    """Accounts are no business of a source system: of their events it sees the number, so that none is missing."""
    if actor.kind is not ActorKind.CLIENT or not line.type.startswith("access."):
        return line
    return replace(line, subject="", payload={}, actor="", reason="")
