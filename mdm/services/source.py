"""Sources: registering systems, taking in their extracts, and showing what came.

Invariants: each accepted version is stored once with its bytes' hash (I1); received = accepted + unchanged + rejected,
and each reject can be fetched with row, field and reason (I19); a broken file changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from mdm.domain.access import Actor, ActorKind, Permission
from mdm.domain.audit import merkle_root
from mdm.domain.errors import InvalidInputError, UnknownLoadError, UnknownRecordError, UnknownSourceError
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.profile import SourceProfile, parse_profile
from mdm.domain.source import (
    Finding,
    Json,
    LoadReceipt,
    Reject,
    SourceKind,
)
from mdm.services import access, standardise
from mdm.services.extract import Extract, Progress, Spooled, is_news, read_extract, unwatched
from mdm.services.hub import Hub
from mdm.services.standardise import Standardiser
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.source import StoredRecord

Settle: TypeAlias = Callable[[UnitOfWork, str], None]
"""Does what must be true together with a load, given its id."""


def _nothing(_: UnitOfWork, __: str) -> None:
    """Nothing more is to be true."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source system as people see it; ``records`` counts its current source records."""

    code: str
    kind: str
    name: str
    site: str
    records: int
    created_at: str


@dataclass(frozen=True, slots=True)
class LoadLine:
    """One load in the history."""

    load_id: str
    entity: str
    source: str
    file_name: str
    received: int
    accepted: int
    unchanged: int
    rejected: int
    status: str
    created_at: str


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of a source record as it came."""

    version: int
    cells: Mapping[str, Json]
    content_hash: str
    created_at: str
    load_id: str | None


@dataclass(frozen=True, slots=True)
class RecordView:
    """A source record with its versions, standard values, findings and golden ID."""

    entity: str
    source_system: str
    source_id: str
    status: str
    version: int
    golden_id: str | None
    raw: Mapping[str, str]
    values: Mapping[str, Json]
    findings: tuple[Finding, ...]
    versions: tuple[RecordVersion, ...]


def add_source(uow: UnitOfWork, code: str, kind: str, name: str, site: str = "") -> Source:
    """Register a source system, or change name and kind of a known one; doing it again changes nothing."""
    access.require(uow.actor, Permission.SOURCE_MANAGE)
    code, name = _checked_code(code), name.strip()[:200] or code
    if kind.upper() not in SourceKind.__members__:
        raise InvalidInputError(
            f"There is no source kind {kind!r}.", field="kind", known=list(SourceKind.__members__)
        )
    known = source_store.find_system(uow.connection, code)
    if known is None or (known.kind, known.name, known.site) != (kind.upper(), name, site):
        source_store.save_system(uow.connection, code, kind.upper(), name, site, uow.at)
        uow.record("source.registered", "", code, {"kind": kind.upper(), "name": name})
    return next(source for source in _sources(uow) if source.code == code)


def list_sources(uow: UnitOfWork) -> tuple[Source, ...]:
    """Every source system."""
    access.require(uow.actor, Permission.SOURCE_READ)
    return _sources(uow)


def ingest_file(
    hub: Hub,
    actor: Actor,
    entity: str,
    path: Path,
    source: str,
    profile: Mapping[str, object],
    *,
    snapshot: bool = False,
    dry_run: bool = False,
    guarded: bool = False,
    file_name: str = "",
    progress: Progress = unwatched,
    settle: Settle = _nothing,
) -> LoadReceipt:
    """Take in one extract: everything that can be taken in one transaction, every other row as a reject.

    ``snapshot``: the file is complete, so current records missing in it are listed (they are retired one by one or by
    ``retire_missing``). ``guarded``: read in a process of its own, for a file of uncertain origin. ``progress`` is told
    step, rows done and rows in all; ``settle`` is called with the load in its transaction. Raises UnreadableFileError
    or ProfileError before anything is written.
    """
    access.require(actor, Permission.SOURCE_LOAD)
    access.require_source(actor, source)
    mapping = parse_profile(profile, hub.dictionary.entity(entity), source)
    with hub.reading(actor) as uow:
        standardiser = standardise.standardiser_of(uow.hub, entity, source, mapping.to_json())
    return take_in(
        hub,
        actor,
        path,
        mapping,
        standardiser,
        snapshot=snapshot,
        dry_run=dry_run,
        guarded=guarded,
        file_name=file_name,
        progress=progress,
        settle=settle,
    )


def take_in(
    hub: Hub,
    actor: Actor,
    path: Path,
    mapping: SourceProfile,
    standardiser: Standardiser,
    *,
    snapshot: bool = False,
    dry_run: bool = False,
    guarded: bool = False,
    file_name: str = "",
    progress: Progress = unwatched,
    settle: Settle = _nothing,
) -> LoadReceipt:
    """``ingest_file`` with the standardiser given; the caller has checked the rights."""
    name = file_name or path.name
    with (
        read_extract(hub, actor, path, mapping, standardiser, guarded=guarded, progress=progress) as extract,
        hub.unit_of_work(actor, machine_reason(ReasonCode.FILE_CAME, file=name)) as uow,
    ):
        with uow.trial() if dry_run else nullcontext():
            receipt = _store_extract(uow, name, mapping, standardiser, extract)
            settle(uow, receipt.load_id)
        missing = _missing(uow, standardiser, extract) if snapshot else ()
    return replace(receipt, dry_run=dry_run, missing_ids=tuple(missing))


def list_loads(uow: UnitOfWork, entity: str | None = None, limit: int = 100) -> tuple[LoadLine, ...]:
    """Loads, newest first."""
    access.require(uow.actor, Permission.SOURCE_READ)
    own = uow.actor.source if uow.actor.kind is ActorKind.CLIENT else None
    return tuple(_load_line(row) for row in source_store.list_loads(uow.connection, entity, limit, own))


def get_load(uow: UnitOfWork, load_id: str) -> LoadLine:
    """One load, however old; raises UnknownLoadError."""
    access.require(uow.actor, Permission.SOURCE_READ)
    row = source_store.find_load(uow.connection, load_id)
    if row is None:
        raise UnknownLoadError("There is no such load.", load_id=load_id[:60])
    access.require_source(uow.actor, row.source)
    return _load_line(row)


def list_rejects(uow: UnitOfWork, load_id: str) -> tuple[Reject, ...]:
    """Rows of a load that were not taken, in file order; raises UnknownLoadError."""
    get_load(uow, load_id)
    return source_store.list_rejects(uow.connection, load_id)


def get_record(uow: UnitOfWork, entity: str, system: str, key: str) -> RecordView:
    """One source record with everything known of it; raises UnknownRecordError."""
    access.require(uow.actor, Permission.RECORD_READ)
    access.require_source(uow.actor, system)
    uow.hub.dictionary.entity(entity)
    record = find_record(uow, entity, system, key)
    content = json.loads(source_store.standard_contents(uow.connection, [record.record_id])[record.record_id])
    golden = xref_store.golden_ids_of(uow.connection, [record.record_id])
    versions = source_store.versions_of(uow.connection, record.record_id)
    return RecordView(
        entity,
        system,
        key,
        record.status,
        record.version,
        golden.get(record.record_id),
        content["raw"],
        content["values"],
        source_store.findings_of(uow.connection, record.record_id),
        tuple(
            RecordVersion(v.version, json.loads(v.cells), v.content_hash, v.created_at, v.load_id)
            for v in versions
        ),
    )


def find_record(uow: UnitOfWork, entity: str, system: str, key: str) -> StoredRecord:
    """The stored record of a source key; raises UnknownRecordError."""
    found = source_store.records_by_key(uow.connection, entity, system, [key]).get(key)
    if found is None:
        raise UnknownRecordError(
            "No source record has this key.", entity=entity, source_system=system, source_id=key[:300]
        )
    return found


def all_sources(uow: UnitOfWork) -> tuple[Source, ...]:
    """Every source system, for other services."""
    return _sources(uow)


def check_key(key: str) -> None:
    """Raise InvalidInputError unless ``key`` can name a source record."""
    if not key or len(key) > 300 or "\x00" in key or any("\ud800" <= char <= "\udfff" for char in key):
        raise InvalidInputError("A source id has 1 to 300 characters, none of them NUL.", field="source_id")


def require_known(uow: UnitOfWork, code: str) -> None:
    """Raise UnknownSourceError unless the source system is registered."""
    if source_store.find_system(uow.connection, code) is None:
        raise UnknownSourceError(f"No source system is registered as {code[:60]!r}.", source_system=code[:60])


def _store_extract(
    uow: UnitOfWork, file_name: str, profile: SourceProfile, standardiser: Standardiser, extract: Extract
) -> LoadReceipt:
    entity, source = standardiser.entity, standardiser.source
    load_id = uow.hub.new_id()
    _register_unknown(uow, source, profile)
    profile_version = _save_profile(uow, entity, source, profile)
    source_store.keep_file(uow.connection, extract.file_hash, extract.content)
    digests: list[str] = []
    for rows in extract.batches():
        digests.extend(_store_versions(uow, load_id, standardiser, rows))
    receipt = LoadReceipt(
        load_id,
        entity,
        source,
        extract.received,
        len(digests),
        extract.received - len(digests) - len(extract.rejects),
        len(extract.rejects),
        extract.rejects,
    )
    _save_load(uow, receipt, extract, file_name, profile_version, merkle_root(digests))
    standardise.refresh(uow.hub, uow, entity, [source])
    return receipt


def _register_unknown(uow: UnitOfWork, source: str, profile: SourceProfile) -> None:
    """Register a source system that nobody did, under the kind its profile names."""
    if source_store.find_system(uow.connection, source) is None:
        kind = profile.kind.value if profile.kind else SourceKind.OTHER.value
        source_store.save_system(uow.connection, _checked_code(source), kind, source, "", uow.at)
        uow.record("source.registered", "", source, {"kind": kind, "name": source})


def _save_load(
    uow: UnitOfWork, receipt: LoadReceipt, extract: Extract, file_name: str, profile_version: int, root: str
) -> None:
    """Keep a load with its rejects and tell that it was taken."""
    source_store.save_load(
        uow.connection,
        {
            "load_id": receipt.load_id,
            "entity": receipt.entity,
            "source": receipt.source,
            "profile_version": profile_version,
            "file_name": file_name[:300],
            "file_hash": extract.file_hash,
            "content_root": root,
            "received": receipt.received,
            "accepted": receipt.accepted,
            "unchanged": receipt.unchanged,
            "rejected": receipt.rejected,
            "status": "accepted",
            "created_at": uow.at,
        },
        extract.rejects,
    )
    uow.record(
        "load.accepted",
        receipt.entity,
        receipt.load_id,
        {"source": receipt.source, "file": file_name, "accepted": receipt.accepted, "content_root": root},
    )


def _store_versions(
    uow: UnitOfWork, load_id: str, standardiser: Standardiser, rows: Sequence[Spooled]
) -> list[str]:
    """Write those of the rows that are new or changed; returns the hashes of their contents."""
    entity, source = standardiser.entity, standardiser.source
    known = source_store.records_by_key(uow.connection, entity, source, [row.key for row in rows])
    news = [row for row in rows if is_news(known.get(row.key), row.digest)]
    fresh = [
        {
            "entity": entity,
            "source": source,
            "source_key": row.key,
            "version": 1,
            "content_hash": row.digest,
            "status": "active",
            "site": "",
            "changed_at": uow.at,
        }
        for row in news
        if row.key not in known
    ]
    ids = source_store.add_records(uow.connection, fresh)
    versions, standard = [], []
    for row in news:
        before = known.get(row.key)
        record_id, version = (before.record_id, before.version + 1) if before else (ids[row.key], 1)
        if before:
            source_store.change_record(
                uow.connection, record_id, version, row.digest, "active", uow.at, known=before.version
            )
        versions.append(
            version_row(
                uow,
                record_id,
                version,
                row.cells,
                row.digest,
                load_id=load_id,
                mapped=False,
                revives=before is not None and before.status != "active",
            )
        )
        made = row.made or standardise.as_stored(uow.hub, entity, standardiser.of_cells(row.cells, row.key))
        standard.append((record_id, version, made))
    source_store.add_versions(uow.connection, versions)
    standardise.store(uow, entity, standardiser.id, standard)
    return [row.digest for row in news]


def version_row(
    uow: UnitOfWork,
    record_id: int,
    version: int,
    cells: Mapping[str, Json],
    digest: str,
    *,
    load_id: str | None,
    mapped: bool,
    revives: bool = False,
) -> dict[str, object]:
    """One version of a source record as a table row; ``revives``: it brings a retired record back."""
    return {
        "record_id": record_id,
        "version": version,
        "load_id": load_id,
        "cells": json.dumps(cells, ensure_ascii=False, separators=(",", ":")),
        "content_hash": digest,
        "mapped": mapped,
        "revives": revives,
        "created_at": uow.at,
        "fact_id": uow.fact_id,
    }


def _missing(uow: UnitOfWork, standardiser: Standardiser, extract: Extract) -> tuple[str, ...]:
    held = source_store.records_of_source(uow.connection, standardiser.entity, standardiser.source)
    return tuple(sorted(held.keys() - extract.hashes.keys()))


def _save_profile(uow: UnitOfWork, entity: str, source: str, profile: SourceProfile) -> int:
    content = json.dumps(profile.to_json(), ensure_ascii=False, sort_keys=True)
    before = source_store.latest_profile(uow.connection, source, entity)
    if before is not None and before.content == content:
        return int(before.version)
    version = 1 if before is None else before.version + 1
    source_store.save_profile(uow.connection, source, entity, version, content, uow.at)
    uow.record("source.profiled", entity, source, {"version": version})
    return version


def _sources(uow: UnitOfWork) -> tuple[Source, ...]:
    return tuple(
        Source(r.code, r.kind, r.name, r.site, r.records, r.created_at)
        for r in source_store.list_systems(uow.connection)
    )


def _load_line(row: Any) -> LoadLine:  # Any: a table row
    return LoadLine(
        row.load_id,
        row.entity,
        row.source,
        row.file_name,
        row.received,
        row.accepted,
        row.unchanged,
        row.rejected,
        row.status,
        row.created_at,
    )


def _checked_code(code: str) -> str:
    text = code.strip()
    if not text or len(text) > 60 or not text.isprintable():
        raise InvalidInputError("A source code has 1 to 60 printable characters.", field="source")
    return text
