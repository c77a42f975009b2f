"""Audit proof: hashes of entries, and the root that stands for many of them (RFC 6962, section 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


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
