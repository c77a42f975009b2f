"""Source records: one entity as one source system knows it, kept unchanged and versioned.

Invariant: received = accepted + unchanged + rejected for every load (I19).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
"""A value that JSON can hold exactly."""


class SourceKind(StrEnum):
    """What sort of system a source is; trust defaults go by kind, so an unknown source works at once."""

    ERP = "ERP"
    MES = "MES"
    PLM = "PLM"
    QMS = "QMS"
    LIMS = "LIMS"
    CRM = "CRM"
    UDI = "UDI"
    CMMS = "CMMS"
    FA = "FA"
    STEWARD = "STEWARD"
    OTHER = "OTHER"


class SourceKey(NamedTuple):
    """Names one source record for ever; sorts the same whatever the load order was."""

    entity: str
    system: str
    key: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it came: ``number`` counts data rows from 1, ``cells`` are verbatim text by source column."""

    number: int
    key: str
    cells: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Reject:
    """Why one row was not taken; ``raw`` is what it held, as text."""

    row: int
    field: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One quality rule broken by one attribute of one record (``severity``: info, warning, error)."""

    attribute: str
    rule: str
    value: str
    severity: str = "warning"


@dataclass(frozen=True, slots=True)
class StandardRecord:
    """One record made comparable.

    ``raw``: attribute -> text after mapping, before any change. ``values``: attribute -> standard value.
    ``parts``: attribute -> named pieces of it (each text or a tuple of texts), e.g. the trade name of a company.
    """

    raw: Mapping[str, str]
    values: Mapping[str, Json]
    parts: Mapping[str, Mapping[str, str | tuple[str, ...]]]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReceipt:
    """What one load did; ``received == accepted + unchanged + rejected``."""

    load_id: str
    entity: str
    source: str
    received: int
    accepted: int
    unchanged: int
    rejected: int
    rejects: tuple[Reject, ...] = ()
    missing_ids: tuple[str, ...] = ()
    started_at: datetime | None = None
    dry_run: bool = False


def content_hash(cells: Mapping[str, Json]) -> str:
    """SHA-256 (hex) of what a row holds, whatever the order of its columns."""
    text = json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
