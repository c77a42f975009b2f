"""Idempotency: a write call repeated with its key gets the first answer and changes nothing.

Invariant: the answer is stored in the transaction of the write; neither exists without the other.
"""

from __future__ import annotations

from datetime import timedelta

from mdm.domain.errors import ForbiddenError, IdempotencyConflictError
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import idempotency as idempotency_store
from mdm.storage.database import time_text
from mdm.storage.idempotency import StoredAnswer

KEPT = timedelta(days=30)
"""How long a retry is recognised."""


def claim(uow: UnitOfWork, key: str, request_hash: str) -> StoredAnswer | None:
    """None when the call is new, else its first answer; raises IdempotencyConflictError."""
    return _same(
        idempotency_store.claim(uow.connection, _owner(uow), key, request_hash, uow.at), request_hash
    )


def find(uow: UnitOfWork, key: str, request_hash: str) -> StoredAnswer | None:
    """The first answer of this call if it was made before; raises IdempotencyConflictError."""
    return _same(idempotency_store.find(uow.connection, _owner(uow), key), request_hash)


def keep(uow: UnitOfWork, key: str, status: int, body: str) -> None:
    """Store the answer to the claimed call."""
    idempotency_store.keep(uow.connection, _owner(uow), key, status, body)


def forget_old(uow: UnitOfWork) -> int:
    """Remove answers older than 30 days and say how many."""
    return idempotency_store.forget_before(uow.connection, time_text(uow.now - KEPT))


def _same(stored: StoredAnswer | None, request_hash: str) -> StoredAnswer | None:
    if stored is not None and stored.request_hash != request_hash:
        raise IdempotencyConflictError(
            "This Idempotency-Key was used for another request.", field="Idempotency-Key"
        )
    return stored


def _owner(uow: UnitOfWork) -> str:
    if uow.actor.user_id is None:
        raise ForbiddenError("Only an API client repeats calls.")
    return uow.actor.user_id
