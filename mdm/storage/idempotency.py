"""First answers of write calls, kept so that a retry after a lost reply gets the same one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from mdm.storage.schema import idempotency_key


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to the first request with a key; ``status`` 0: not answered yet."""

    request_hash: str
    status: int
    body: str


def claim(
    connection: Connection, client_id: str, key: str, request_hash: str, at: str
) -> StoredAnswer | None:
    """Take the key for this transaction (None), or the answer of whoever took it first.

    Of two requests at once the second waits here until the first has committed or left nothing.
    """
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    row = {
        "client_id": client_id,
        "key": key,
        "request_hash": request_hash,
        "status": 0,
        "body": "",
        "created_at": at,
    }
    taken = connection.execute(
        make(idempotency_key).values(row).on_conflict_do_nothing().returning(idempotency_key.c.key)
    ).one_or_none()
    return None if taken else find(connection, client_id, key)


def find(connection: Connection, client_id: str, key: str) -> StoredAnswer | None:
    """The answer stored under this key."""
    found = connection.execute(
        select(idempotency_key).where(idempotency_key.c.client_id == client_id, idempotency_key.c.key == key)
    ).one_or_none()
    return StoredAnswer(found.request_hash, found.status, found.body) if found else None


def keep(connection: Connection, client_id: str, key: str, status: int, body: str) -> None:
    """Store the answer to the request that claimed the key."""
    connection.execute(
        idempotency_key.update()
        .where(idempotency_key.c.client_id == client_id, idempotency_key.c.key == key)
        .values(status=status, body=body)
    )


def forget_before(connection: Connection, moment: str) -> int:
    """Remove answers older than ``moment`` and say how many."""
    return connection.execute(idempotency_key.delete().where(idempotency_key.c.created_at < moment)).rowcount
