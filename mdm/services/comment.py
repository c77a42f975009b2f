"""Comments beside a task: what one steward tells the others, who may be named with ``@login``."""

from __future__ import annotations

import unicodedata

from mdm.domain.access import Permission, may
from mdm.domain.change import person_of
from mdm.domain.errors import InvalidInputError
from mdm.domain.mention import named_in
from mdm.domain.review import Comment
from mdm.services import access, claim
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import access as access_store
from mdm.storage import comment as comment_store

LONGEST = 2000
SHOWN = 100


def add(uow: UnitOfWork, task_id: int, text: str) -> Comment:
    """Write a comment on a task, open or not; people it names by ``@login`` find it among their mentions.

    Raises UnknownTaskError, InvalidInputError (also for a name that nobody who reads tasks has).
    """
    access.require(uow.actor, Permission.REVIEW_DECIDE)
    said = require_text(text)
    entity = claim.find_task(uow, task_id).entity
    made = Comment(uow.hub.new_id(), task_id, claim.person(uow), uow.at, said, mentioned(uow, said))
    comment_store.add(uow.connection, made)
    uow.record(
        "task.commented", entity, str(task_id), {"comment_id": made.comment_id, "mentions": [*made.mentions]}
    )
    return made


def of_task(uow: UnitOfWork, task_id: int) -> tuple[Comment, ...]:
    """The comments of a task, the oldest first, at most the newest hundred."""
    access.require(uow.actor, Permission.REVIEW_READ)
    claim.find_task(uow, task_id)
    return comment_store.of_task(uow.connection, task_id, SHOWN)


def require_text(text: str) -> str:
    """What a comment says; raises InvalidInputError when it says nothing or too much."""
    said = text.strip()
    if not said or len(said) > LONGEST or "\0" in said:
        raise InvalidInputError("A comment has 1 to 2,000 characters.", field="text")
    return said


def mentioned(uow: UnitOfWork, text: str) -> tuple[str, ...]:
    """Folded logins of everybody that the text names."""
    if "@" not in unicodedata.normalize("NFKC", text):
        return ()
    readers = {
        person_of(user.login)
        for user in access_store.list_users(uow.connection)
        if user.active and may(access.user_actor(user), Permission.REVIEW_READ)
    }
    named = named_in(text, readers)
    if named.strangers:
        raise InvalidInputError(
            f"Nobody who reads tasks is called @{named.strangers[0]}.",
            field="text",
            strangers=list(named.strangers[:20]),
        )
    return named.logins
