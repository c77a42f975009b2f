"""Facts and events, written once at the end of a transaction and numbered without a gap.

The counter row is locked only from here to the commit, so writers wait for each other's commit, not for their work.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, exists, select, update

from mdm.domain.event import ChangeLine, Event
from mdm.storage.database import insert_rows
from mdm.storage.schema import audit_event, commit_counter, event, fact


def write_fact(
    connection: Connection, fact_id: str, kind: str, actor: str, reason: str, at: str, events: Sequence[Event]
) -> None:
    """Write one fact and its events with the next commit and event numbers."""
    commit_seq = _advance(connection, "fact", 1)
    connection.execute(
        fact.insert(),
        {
            "fact_id": fact_id,
            "commit_seq": commit_seq,
            "kind": kind,
            "actor": actor,
            "reason": reason,
            "at": at,
        },
    )
    if not events:
        return
    first = _advance(connection, "event", len(events)) - len(events) + 1
    insert_rows(
        connection,
        event,
        [
            {
                "seq": first + place,
                "fact_id": fact_id,
                "type": item.type,
                "entity": item.entity,
                "subject": item.subject,
                "payload": json.dumps(
                    item.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")
                ),
                "at": at,
                "delivered_at": None,
            }
            for place, item in enumerate(events)
        ],
    )


def last_time(connection: Connection) -> str | None:
    """The time of the newest fact."""
    return connection.scalar(select(fact.c.at).order_by(fact.c.commit_seq.desc()).limit(1))


def has_audit_rows(connection: Connection, fact_id: str) -> bool:
    """Whether triggers recorded a change under this fact."""
    return bool(connection.scalar(select(exists().where(audit_event.c.fact_id == fact_id))))


def read_changes(connection: Connection, after: int, limit: int) -> tuple[ChangeLine, ...]:
    """Events with a number above ``after``, in order."""
    rows = connection.execute(
        select(event, fact.c.actor, fact.c.reason)
        .join(fact, fact.c.fact_id == event.c.fact_id)
        .where(event.c.seq > after)
        .order_by(event.c.seq)
        .limit(limit)
    )
    return tuple(
        ChangeLine(r.seq, r.type, r.entity, r.subject, json.loads(r.payload), r.at, r.actor, r.reason)
        for r in rows
    )


def _advance(connection: Connection, name: str, by: int) -> int:
    return int(
        connection.execute(
            update(commit_counter)
            .where(commit_counter.c.name == name)
            .values(value=commit_counter.c.value + by)
            .returning(commit_counter.c.value)
        ).scalar_one()
    )
