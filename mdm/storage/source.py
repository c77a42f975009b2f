"""Source systems, loads and source records with every version as it came."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from mdm.domain.errors import WriteConflictError
from mdm.domain.source import Finding, Reject, SourceKey
from mdm.storage.database import Row, among, insert_rows, upsert_rows
from mdm.storage.schema import (
    landing_file,
    load,
    load_reject,
    quality_finding,
    source_profile,
    source_record,
    source_system,
    source_version,
    standard_record,
)


class StoredRecord(NamedTuple):
    """The present state of one source record."""

    record_id: int
    key: SourceKey
    version: int
    content_hash: str
    status: str
    changed_at: str


class StoredVersion(NamedTuple):
    """One version of a source record; ``cells`` is JSON text."""

    record_id: int
    version: int
    cells: str
    content_hash: str
    mapped: bool
    created_at: str
    load_id: str | None


def find_system(connection: Connection, code: str) -> Row | None:
    """The source system of this code."""
    return connection.execute(select(source_system).where(source_system.c.code == code)).first()


def list_systems(connection: Connection) -> Sequence[Row]:
    """All source systems with the number of their current records."""
    counts = (
        select(source_record.c.source, func.count().label("records"))
        .where(source_record.c.status == "active")
        .group_by(source_record.c.source)
        .subquery()
    )
    return connection.execute(
        select(source_system, func.coalesce(counts.c.records, 0).label("records"))
        .outerjoin(counts, counts.c.source == source_system.c.code)
        .order_by(source_system.c.code)
    ).all()


def kinds_of_systems(connection: Connection) -> dict[str, str]:
    """Source system -> kind."""
    return dict(connection.execute(select(source_system.c.code, source_system.c.kind)).all())


def save_system(connection: Connection, code: str, kind: str, name: str, site: str, at: str) -> None:
    """Add a source system, or change name and kind of a known one."""
    changed = connection.execute(
        update(source_system).where(source_system.c.code == code).values(kind=kind, name=name, site=site)
    )
    if changed.rowcount == 0:
        insert_rows(
            connection,
            source_system,
            [{"code": code, "kind": kind, "name": name, "site": site, "created_at": at}],
        )


def latest_profile(connection: Connection, source: str, entity: str) -> Row | None:
    """The mapping in force for this source and entity."""
    return connection.execute(
        select(source_profile)
        .where(source_profile.c.source == source, source_profile.c.entity == entity)
        .order_by(source_profile.c.version.desc())
        .limit(1)
    ).first()


def earlier_profiles(connection: Connection, source: str, entity: str, limit: int) -> list[str]:
    """Mappings (JSON) that were in force before the present one, newest first."""
    rows = connection.scalars(
        select(source_profile.c.content)
        .where(source_profile.c.source == source, source_profile.c.entity == entity)
        .order_by(source_profile.c.version.desc())
        .limit(limit)
        .offset(1)
    )
    return list(rows)


def profile_version(connection: Connection, source: str, entity: str, version: int) -> str | None:
    """One version of a mapping (JSON)."""
    found: str | None = connection.scalar(
        select(source_profile.c.content).where(
            source_profile.c.source == source,
            source_profile.c.entity == entity,
            source_profile.c.version == version,
        )
    )
    return found


def latest_profiles(connection: Connection, entity: str) -> dict[str, str]:
    """Source -> mapping in force (JSON) of every source that has one for this entity."""
    rows = connection.execute(
        select(source_profile.c.source, source_profile.c.content)
        .where(source_profile.c.entity == entity)
        .order_by(source_profile.c.version)
    )
    return dict(rows.all())


def save_profile(
    connection: Connection, source: str, entity: str, version: int, content: str, at: str
) -> None:
    """Add a version of the mapping."""
    row = {"source": source, "entity": entity, "version": version, "content": content, "created_at": at}
    insert_rows(connection, source_profile, [row])


def keep_file(connection: Connection, file_hash: str, content: bytes) -> None:
    """Keep the bytes of an extract, once."""
    known = connection.scalar(select(landing_file.c.size).where(landing_file.c.file_hash == file_hash))
    if known is None:
        row = {"file_hash": file_hash, "size": len(content), "content": zlib.compress(content, 1)}
        insert_rows(connection, landing_file, [row])


def read_file(connection: Connection, file_hash: str) -> bytes | None:
    """The bytes of an extract as they came."""
    content = connection.scalar(select(landing_file.c.content).where(landing_file.c.file_hash == file_hash))
    return None if content is None else zlib.decompress(content)


def save_load(connection: Connection, row: Mapping[str, Any], rejects: Iterable[Reject]) -> None:
    """Write one load with its rejects."""
    insert_rows(connection, load, [row])
    insert_rows(
        connection,
        load_reject,
        [
            {
                "load_id": row["load_id"],
                "row_number": item.row,
                "field": item.field[:300],
                "reason": item.reason[:300],
                "raw": item.raw,
            }
            for item in rejects
        ],
    )


def find_load(connection: Connection, load_id: str) -> Row | None:
    """One load."""
    return connection.execute(select(load).where(load.c.load_id == load_id)).first()


def list_loads(
    connection: Connection, entity: str | None, limit: int, source: str | None = None
) -> Sequence[Row]:
    """Loads, newest first; those of one entity or source system where it is named."""
    query = select(load).order_by(load.c.load_id.desc()).limit(limit)
    if entity is not None:
        query = query.where(load.c.entity == entity)
    return connection.execute(query if source is None else query.where(load.c.source == source)).all()


def mark_load(connection: Connection, load_id: str, status: str) -> None:
    """Change the status of a load."""
    connection.execute(update(load).where(load.c.load_id == load_id).values(status=status))


def list_rejects(connection: Connection, load_id: str) -> tuple[Reject, ...]:
    """The rejects of one load, in file order."""
    rows = connection.execute(
        select(load_reject).where(load_reject.c.load_id == load_id).order_by(load_reject.c.id)
    )
    return tuple(Reject(r.row_number, r.field, r.reason, r.raw) for r in rows)


def records_by_key(
    connection: Connection, entity: str, source: str, keys: Iterable[str]
) -> dict[str, StoredRecord]:
    """Source key -> record, for the keys that are known."""
    rows = connection.execute(
        select(source_record).where(
            source_record.c.entity == entity,
            source_record.c.source == source,
            among(connection, source_record.c.source_key, keys),
        )
    )
    return {r.source_key: _record(r) for r in rows}


def records_of_source(connection: Connection, entity: str, source: str) -> dict[str, StoredRecord]:
    """Every current record of one source."""
    rows = connection.execute(
        select(source_record).where(
            source_record.c.entity == entity,
            source_record.c.source == source,
            source_record.c.status == "active",
        )
    )
    return {r.source_key: _record(r) for r in rows}


def records_by_id(connection: Connection, record_ids: Iterable[int]) -> dict[int, StoredRecord]:
    """Record id -> record."""
    rows = connection.execute(
        select(source_record).where(among(connection, source_record.c.record_id, record_ids))
    )
    return {r.record_id: _record(r) for r in rows}


def active_records(connection: Connection, entity: str) -> dict[int, StoredRecord]:
    """Every current record of the entity."""
    rows = connection.execute(
        select(source_record).where(source_record.c.entity == entity, source_record.c.status == "active")
    )
    return {r.record_id: _record(r) for r in rows}


def records_of_load(connection: Connection, load_id: str) -> Sequence[Row]:
    """(record_id, version, revives) that this load brought; ``revives``: the record was retired before."""
    return connection.execute(
        select(source_version.c.record_id, source_version.c.version, source_version.c.revives)
        .where(source_version.c.load_id == load_id)
        .order_by(source_version.c.record_id)
    ).all()


def add_records(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert new source records of one source and entity; returns source key -> record id."""
    if not rows:
        return {}
    insert_rows(connection, source_record, rows)
    first = rows[0]
    found = connection.execute(
        select(source_record.c.source_key, source_record.c.record_id).where(
            source_record.c.entity == first["entity"],
            source_record.c.source == first["source"],
            among(connection, source_record.c.source_key, [row["source_key"] for row in rows]),
        )
    )
    return dict(found.all())


def change_record(
    connection: Connection,
    record_id: int,
    version: int,
    content_hash: str,
    status: str,
    at: str,
    *,
    known: int,
) -> None:
    """Point a source record to its new version or status; ``known`` is the version that the caller read.

    Raises WriteConflictError when it has another one by now: a load and a retirement at the same moment must not
    point the record back to what it was.
    """
    changed = connection.execute(
        update(source_record)
        .where(source_record.c.record_id == record_id, source_record.c.version == known)
        .values(version=version, content_hash=content_hash, status=status, changed_at=at)
    )
    if changed.rowcount != 1:
        raise WriteConflictError("Somebody else changed this source record at the same moment.")


def add_versions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append versions of source records."""
    insert_rows(connection, source_version, rows)


def versions_of(connection: Connection, record_id: int) -> tuple[StoredVersion, ...]:
    """All versions of one record, oldest first."""
    rows = connection.execute(
        select(source_version)
        .where(source_version.c.record_id == record_id)
        .order_by(source_version.c.version)
    )
    return tuple(_version(r) for r in rows)


def current_versions(connection: Connection, entity: str, source: str | None = None) -> Sequence[Row]:
    """(record_id, source, source_key, version, cells, mapped) of the present version of every current record."""
    query = (
        select(
            source_record.c.record_id,
            source_record.c.source,
            source_record.c.source_key,
            source_version.c.version,
            source_version.c.cells,
            source_version.c.mapped,
        )
        .join(
            source_version,
            and_(
                source_version.c.record_id == source_record.c.record_id,
                source_version.c.version == source_record.c.version,
            ),
        )
        .where(source_record.c.entity == entity)
    )
    return connection.execute(
        query if source is None else query.where(source_record.c.source == source)
    ).all()


def save_standard(
    connection: Connection, rows: Sequence[Mapping[str, Any]], findings: Mapping[int, Sequence[Finding]]
) -> None:
    """Write the standard form of records, replacing what was there, with their quality findings."""
    record_ids = [row["record_id"] for row in rows]
    upsert_rows(connection, standard_record, rows)
    connection.execute(
        delete(quality_finding).where(among(connection, quality_finding.c.record_id, record_ids))
    )
    insert_rows(
        connection,
        quality_finding,
        [
            {
                "record_id": record_id,
                "attribute": item.attribute,
                "rule": item.rule,
                "value": item.value,
                "severity": item.severity,
            }
            for record_id in record_ids
            for item in findings.get(record_id, ())
        ],
    )


def standard_contents(connection: Connection, record_ids: Iterable[int]) -> dict[int, str]:
    """Record id -> JSON of raw, values and parts."""
    rows = connection.execute(
        select(standard_record.c.record_id, standard_record.c.content).where(
            among(connection, standard_record.c.record_id, record_ids)
        )
    )
    return dict(rows.all())


def stale_standard(connection: Connection, entity: str, source: str, standardiser: str) -> list[int]:
    """Records of a source whose standard form was made under another standardiser, dictionary or mapping.

    Or of another version: one that came in while its earlier version was being standardised again.
    """
    rows = connection.execute(
        select(standard_record.c.record_id)
        .join(source_record, source_record.c.record_id == standard_record.c.record_id)
        .where(
            source_record.c.entity == entity,
            source_record.c.source == source,
            or_(
                standard_record.c.standardiser != standardiser,
                standard_record.c.version != source_record.c.version,
            ),
        )
    )
    return [record_id for (record_id,) in rows]


def findings_of(connection: Connection, record_id: int) -> tuple[Finding, ...]:
    """Quality findings of one record."""
    rows = connection.execute(select(quality_finding).where(quality_finding.c.record_id == record_id))
    return tuple(Finding(r.attribute, r.rule, r.value, r.severity) for r in rows)


def count_findings(connection: Connection, entity: str) -> dict[str, int]:
    """Quality rule -> number of findings on current records."""
    rows = connection.execute(
        select(quality_finding.c.rule, func.count())
        .join(source_record, source_record.c.record_id == quality_finding.c.record_id)
        .where(source_record.c.entity == entity, source_record.c.status == "active")
        .group_by(quality_finding.c.rule)
    )
    return dict(rows.all())


def _record(r: Row) -> StoredRecord:
    return StoredRecord(
        r.record_id,
        SourceKey(r.entity, r.source, r.source_key),
        r.version,
        r.content_hash,
        r.status,
        r.changed_at,
    )


def _version(r: Row) -> StoredVersion:
    return StoredVersion(
        r.record_id, r.version, r.cells, r.content_hash, bool(r.mapped), r.created_at, r.load_id
    )
