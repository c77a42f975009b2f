"""Comments beside a golden record: they stay with it through merges, and ``@login`` names a colleague."""

from __future__ import annotations

from mdm.domain.access import Permission
from mdm.domain.golden import GoldenComment
from mdm.services import access, claim, comment, golden
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import comment as comment_store
from mdm.storage import golden as golden_store

SHOWN = 100


def add(uow: UnitOfWork, entity: str, golden_id: str, text: str) -> GoldenComment:
    """Write a comment on a golden record; people it names by ``@login`` find it among their mentions.

    Raises UnknownGoldenIdError, InvalidInputError (also for a name that nobody who reads tasks has).
    """
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    said = comment.require_text(text)
    here = golden.get(uow, entity, golden_id).golden_id
    made = GoldenComment(
        uow.hub.new_id(), here, claim.person(uow), uow.at, said, comment.mentioned(uow, said)
    )
    comment_store.add_to_golden(uow.connection, made)
    uow.record(
        "golden.commented", entity, here, {"comment_id": made.comment_id, "mentions": [*made.mentions]}
    )
    return made


def of_golden(uow: UnitOfWork, entity: str, golden_id: str) -> tuple[GoldenComment, ...]:
    """Comments on a golden record and on those merged into it, the oldest first, at most the newest hundred."""
    access.require(uow.actor, Permission.GOLDEN_READ)
    here = golden.get(uow, entity, golden_id).golden_id
    ids, frontier = {here}, {here}
    while frontier:
        rows = golden_store.open_redirects(uow.connection, frontier)
        frontier = {row.from_id for row in rows if row.kind == "merged" and row.to_id in frontier} - ids
        ids |= frontier
    return comment_store.of_golden(uow.connection, ids, SHOWN)
