"""Audit proof: hashes of entries, and the root that stands for many of them (RFC 6962, section 2.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mdm.domain.errors import InvalidInputError
from mdm.domain.source import Json


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries to look at; an empty member leaves it open. Days are dates (``YYYY-MM-DD``, UTC), both included."""

    table: str = ""
    row_key: str = ""
    actor: str = ""
    operation: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class AuditReview:
    """Somebody looked through these entries; ``objection``: something must be followed up, as ``finding`` says."""

    review_id: str
    narrowed: AuditFilter
    first_entry: int
    last_entry: int
    entries: int
    objection: bool
    finding: str
    reviewer: str
    at: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change of one governed row; ``content`` is the verbatim JSON that was hashed."""

    entry_id: int
    at: str
    actor: str
    reason: str
    table: str
    operation: str
    row_key: str
    content: str

    @property
    def changes(self) -> tuple[tuple[str, Json, Json], ...]:
        """(column, old, new) of every column that the change moved; of a new row those that hold something."""
        told = json.loads(self.content)
        old, new = told["old"] or {}, told["new"] or {}
        names = dict.fromkeys((*old, *new))
        moved = ((name, old.get(name), new.get(name)) for name in names)
        return tuple(
            (name, was, becomes)
            for name, was, becomes in moved
            if was != becomes and {was, becomes} != {None, ""}
        )


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What verification found; ``faults`` name the row and what is wrong with it.

    ``covered`` entries are vouched for outside the database, ``exposed`` ones are not yet.
    """

    entries: int
    sealed: int
    unsealed: int
    covered: int
    exposed: int
    last_checkpoint: str
    head: str
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was altered."""
        return not self.faults


OPERATIONS = ("insert", "update", "delete")
"""What an entry may tell of."""


def check_filter(narrow: AuditFilter) -> AuditFilter:
    """The filter as it is; raises InvalidInputError for a day or an operation that is none."""
    for name in ("first_day", "last_day"):
        told = getattr(narrow, name)
        if told:
            _check_day(name, told)
    if narrow.operation and narrow.operation not in OPERATIONS:
        raise InvalidInputError(f"Operations are {', '.join(OPERATIONS)}.", field="operation")
    return narrow


def _check_day(name: str, told: str) -> None:
    try:
        read = date.fromisoformat(told)
    except ValueError:
        read = None
    if read is None or read.isoformat() != told:
        raise InvalidInputError("A day is written 2026-01-31.", field=name)


def leaf_hash(content: bytes) -> str:
    """Hash of one entry: SHA-256 of a zero byte and its content."""
    return hashlib.sha256(b"\x00" + content).hexdigest()


def merkle_root(leaves: Sequence[str]) -> str:
    """Root of the tree over leaf hashes (hex) in order; of none: SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    level = [bytes.fromhex(leaf) for leaf in leaves]
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        # An odd one out rises unchanged: this is RFC 6962's split at the largest power of two.
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()
