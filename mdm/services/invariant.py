"""Invariants: what must always be true of the database, asked while the hub runs; a violation is an alarm."""

from __future__ import annotations

from collections.abc import Mapping

from mdm.domain.access import Permission
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import invariant as invariant_store

SHOWN = 20
"""Violations of each kind that are told."""


def check(uow: UnitOfWork) -> Mapping[str, tuple[str, ...]]:
    """Invariant -> its violations, none where it holds."""
    access.require(uow.actor, Permission.AUDIT_READ)
    return {
        name: tuple(invariant_store.violations(uow.connection, name, SHOWN))
        for name in invariant_store.VIOLATIONS
    }
