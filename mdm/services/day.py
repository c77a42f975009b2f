"""My day: what somebody decided today, what waits for them, and where they are named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mdm.domain.access import Permission
from mdm.domain.identity import first_ulid
from mdm.services import access, claim
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import comment as comment_store
from mdm.storage import queue as queue_store
from mdm.storage import review as review_store
from mdm.storage.database import time_text

MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one person; ``decided`` since midnight UTC, ``last_hour`` in the 60 minutes before now.

    ``held``: open tasks claimed or handed over, ``due``: those of them due today or before; ``mentions``: open tasks
    whose latest mention waits for an answer, ``golden_mentions``: golden records (entity, ID) likewise.
    """

    decided: int
    last_hour: int
    held: int
    due: int
    mentions: tuple[int, ...]
    golden_mentions: tuple[tuple[str, str], ...] = ()


def my_day(uow: UnitOfWork) -> Day:
    """The counts of whoever asks."""
    access.require(uow.actor, Permission.REVIEW_READ)
    person = claim.person(uow)
    midnight = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    hour_ago = uow.now - timedelta(hours=1)
    decided, last_hour = review_store.count_decided(
        uow.connection,
        claim.names(uow),
        since=first_ulid(min(midnight, hour_ago)),
        day=time_text(midnight),
        hour=time_text(hour_ago),
    )
    held, due = queue_store.due_counts(uow.connection, person, uow.at[:10])
    mentions = comment_store.tasks_that_mention(uow.connection, person, MENTIONS)
    beside_golden = comment_store.goldens_that_mention(uow.connection, person, MENTIONS)
    return Day(decided, last_hour, held, due, tuple(mentions), tuple(beside_golden))
