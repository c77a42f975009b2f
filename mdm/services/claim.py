"""Claims: who works on which task, so that two stewards never get the same one.

Invariant: a task is held by one person at a time; a claim lapses when it is not used, a task that was handed over stays
with the colleague until it is decided, let go or handed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from mdm.domain.access import Permission, may
from mdm.domain.change import person_of
from mdm.domain.errors import (
    InvalidInputError,
    TaskHeldError,
    TaskNotOpenError,
    UnknownTaskError,
    UnknownUserError,
)
from mdm.domain.review import Holding, TaskStatus
from mdm.services import access
from mdm.services.successor import followed_by
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import access as access_store
from mdm.storage import claim as claim_store
from mdm.storage import queue as queue_store
from mdm.storage import review as review_store
from mdm.storage.database import time_text
from mdm.storage.queue import Wanted

LEASE = timedelta(minutes=15)
"""How long a claim holds after its last use: a phone call, not a lunch."""
RENEW_AFTER = timedelta(minutes=5)
"""A use sooner than that after the last one writes nothing."""
TRIED = 20
"""Tasks that ``next_task`` tries before it gives up against colleagues who take them at the same moment."""


Place = tuple[float | str, int]
"""Where a task stands in an order of the queue: its place, then its number."""


def claim(uow: UnitOfWork, task_id: int) -> Holding:
    """Take an open task for oneself, or hold it longer; raises TaskHeldError, TaskNotOpenError, UnknownTaskError."""
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    require_open(uow, task_id)
    before = _held(uow, task_id)
    if before is not None and before.holder == person(uow) and before.lease_until is None:
        return before  # handed over: it does not lapse
    made = _lease(uow, task_id)
    if not claim_store.take(uow.connection, made, uow.at):
        require_open(uow, task_id)
        require_free(uow, task_id)
        raise TaskHeldError("Somebody else was first.", state={"task_id": task_id})
    if before is None:
        uow.record("task.claimed", _entity(uow, task_id), str(task_id), {"holder": made.holder})
    return made


def holding(uow: UnitOfWork, task_id: int) -> Holding | None:
    """Who works on a task now."""
    access.require(uow.actor, Permission.REVIEW_READ)
    return _held(uow, task_id)


def is_due_for_renewal(holding: Holding | None, holder: str, now: datetime) -> bool:
    """Whether a use of the task by this person should be written down."""
    if holding is None or holding.holder != holder or holding.lease_until is None:
        return False
    return datetime.fromisoformat(holding.lease_until) < now + LEASE - RENEW_AFTER


def next_task(
    uow: UnitOfWork, wanted: Wanted, order: str = "value", *, after: Place | None = None
) -> int | None:
    """Claim the first task that nobody else holds behind ``after``, else from the start of the queue; None when all
    are held. The task of ``after`` itself is not given out again; one that the person was unsure of only when nothing
    else is left.
    """
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    for free, start in next_of(uow, wanted, after):
        found = queue_store.page(
            uow.connection, free, order=order, after=start, limit=TRIED, expected=queue_store.FEW + 1
        )
        for task_id in (task_id for task_id, _ in found if after is None or task_id != after[1]):
            if _take(uow, task_id):
                return task_id
    return None


def next_of(uow: UnitOfWork, wanted: Wanted, after: Place | None) -> Iterator[tuple[Wanted, Place | None]]:
    """Where to look for a person's next free task, one place after the other: those they were unsure of come last."""
    free = wanted._replace(free_for=person(uow), now=uow.at)
    for each in (free._replace(not_doubted_by=names(uow)), free):
        if after is not None:
            yield each, after
        yield each, None


def place_of(uow: UnitOfWork, task_id: int, order: str) -> Place | None:
    """Where an open task stands in an order of the queue; None for any other task."""
    access.require(uow.actor, Permission.REVIEW_READ)
    return queue_store.place_of(uow.connection, task_id, order) if 0 < task_id < 2**63 else None


def neighbours(uow: UnitOfWork, wanted: Wanted, order: str, task_id: int) -> tuple[int | None, int | None]:
    """The tasks before and behind this one in the queue, whoever holds them."""
    access.require(uow.actor, Permission.REVIEW_READ)
    place = place_of(uow, task_id, order)
    found: list[int | None] = []
    for back in (True, False):
        rows = queue_store.page(
            uow.connection,
            wanted,
            order=order,
            after=place,
            limit=1,
            expected=queue_store.FEW + 1,
            back=back,
        )
        found.append(rows[0][0] if rows and (place is not None or not back) else None)
    return found[0], found[1]


def release(uow: UnitOfWork, task_id: int) -> None:
    """Let a task go; raises TaskHeldError when somebody else holds it. A task that nobody holds stays free."""
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    require_open(uow, task_id)
    require_free(uow, task_id)
    if _held(uow, task_id) is not None and claim_store.let_go(uow.connection, task_id, person(uow)):
        uow.record("task.released", _entity(uow, task_id), str(task_id), {"holder": person(uow)})


def hand_over(uow: UnitOfWork, task_id: int, login: str, note: str) -> Holding:
    """Give a task to a colleague who may decide, with a note.

    Raises UnknownUserError, InvalidInputError, TaskHeldError when a third person holds it.
    """
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    require_open(uow, task_id)
    require_free(uow, task_id)
    text = note.strip()
    if not text or len(text) > 1000:
        raise InvalidInputError("A note has 1 to 1,000 characters.", field="note")
    user = access_store.find_user(uow.connection, person_of(login.strip()))
    if user is None or not user.active:
        raise UnknownUserError("There is no such colleague.", login=login[:60])
    if not may(access.user_actor(user), Permission.REVIEW_DECIDE):
        raise InvalidInputError("This colleague may not decide.", field="login", login=user.login)
    if not claim_store.take(uow.connection, _lease(uow, task_id), uow.at):
        raise TaskHeldError("Somebody else was first.", state={"task_id": task_id})
    made = Holding(task_id, person_of(user.login), uow.at, None, person(uow), text)
    claim_store.give(uow.connection, made)
    uow.record(
        "task.handed_over", _entity(uow, task_id), str(task_id), {"holder": made.holder, "by": made.given_by}
    )
    return made


def colleagues(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(login, name) of everybody else who may decide, by name."""
    access.require(uow.actor, Permission.REVIEW_READ)
    users = access_store.list_users(uow.connection)
    found = [
        (user.login, user.display_name)
        for user in users
        if user.active
        and may(access.user_actor(user), Permission.REVIEW_DECIDE)
        and person_of(user.login) != person(uow)
    ]
    return sorted(found, key=lambda each: each[1])


def require_free(uow: UnitOfWork, task_id: int) -> None:
    """Raise TaskHeldError when somebody else holds the task."""
    held = _held(uow, task_id)
    if held is not None and held.holder != person(uow):
        raise TaskHeldError(
            "Somebody else works on this task.",
            state={"task_id": task_id, "holder": held.holder, "lease_until": held.lease_until},
        )


def require_open(uow: UnitOfWork, task_id: int) -> None:
    """Raise UnknownTaskError or TaskNotOpenError."""
    row = find_task(uow, task_id)
    if row.status != TaskStatus.OPEN:
        raise TaskNotOpenError(
            "This task is no longer open.",
            state={"task_id": task_id, "status": row.status, "followed_by": followed_by(uow, row)},
        )


def find_task(uow: UnitOfWork, task_id: int) -> Any:  # Any: a table row
    """The task of this number; raises UnknownTaskError."""
    row = review_store.find_task(uow.connection, task_id) if 0 < task_id < 2**63 else None
    if row is None:
        raise UnknownTaskError("There is no such task.", task_id=task_id)
    return row


def person(uow: UnitOfWork) -> str:
    """Who acts: the same at the terminal and on the pages."""
    return person_of(uow.actor.name)


def names(uow: UnitOfWork) -> tuple[str, ...]:
    """The names that whoever acts has as an actor, on the pages and at the terminal."""
    return tuple(dict.fromkeys((person(uow), uow.actor.name, f"cli:{person(uow)}")))


def _held(uow: UnitOfWork, task_id: int) -> Holding | None:
    return claim_store.find(uow.connection, task_id, uow.at)


def _take(uow: UnitOfWork, task_id: int) -> bool:
    """Hold a task that was free a moment ago."""
    if _held(uow, task_id) is not None:
        return True  # one's own: the others' were left out
    if not claim_store.take(uow.connection, _lease(uow, task_id), uow.at):
        return False
    uow.record("task.claimed", _entity(uow, task_id), str(task_id), {"holder": person(uow)})
    return True


def _lease(uow: UnitOfWork, task_id: int) -> Holding:
    return Holding(task_id, person(uow), uow.at, time_text(uow.now + LEASE), person(uow), "")


def _entity(uow: UnitOfWork, task_id: int) -> str:
    return str(find_task(uow, task_id).entity)
