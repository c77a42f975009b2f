"""Saved views: filters of the queue that a person keeps under a name, seen by nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError, UnknownViewError
from mdm.services import access, claim
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import view as view_store

MOST = 30
"""Views one person may keep: more would no longer fit a glance."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name and the filters it stands for."""

    view_id: str
    name: str
    query: Mapping[str, str]


def list_views(uow: UnitOfWork) -> tuple[SavedView, ...]:
    """One's own views, by name."""
    access.require(uow.actor, Permission.REVIEW_READ)
    rows = view_store.of_owner(uow.connection, claim.person(uow))
    return tuple(SavedView(row.view_id, row.name, json.loads(row.query)) for row in rows)


def save(uow: UnitOfWork, name: str, query: Mapping[str, str]) -> SavedView:
    """Keep filters under a name; one's own view of that name gives way. Raises InvalidInputError."""
    access.require(uow.actor, Permission.REVIEW_READ)
    called = " ".join(name.split())
    if not called or len(called) > 60:
        raise InvalidInputError("A view has a name of 1 to 60 characters.", field="name")
    owner = claim.person(uow)
    others = [row for row in view_store.of_owner(uow.connection, owner) if row.name != called]
    if len(others) >= MOST:
        raise InvalidInputError(f"Nobody keeps more than {MOST} views: remove one first.", field="name")
    made = SavedView(uow.hub.new_id(), called, dict(query))
    text = json.dumps(made.query, ensure_ascii=False, sort_keys=True)
    view_store.save(
        uow.connection,
        {"view_id": made.view_id, "owner": owner, "name": called, "query": text, "created_at": uow.at},
    )
    return made


def remove(uow: UnitOfWork, view_id: str) -> None:
    """Forget one's own view; raises UnknownViewError."""
    access.require(uow.actor, Permission.REVIEW_READ)
    if not view_store.remove(uow.connection, claim.person(uow), view_id):
        raise UnknownViewError("You have no such view.", view_id=view_id[:60])
