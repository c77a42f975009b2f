"""Files that people sent, on their way to a load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from mdm.storage.database import Row, insert_rows
from mdm.storage.schema import source_record, source_version, standard_record, upload


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep that a file came."""
    insert_rows(connection, upload, [row])


def find(connection: Connection, upload_id: str) -> Row | None:
    """One upload."""
    return connection.execute(select(upload).where(upload.c.upload_id == upload_id)).first()


def latest(connection: Connection, limit: int, source: str | None = None) -> Sequence[Row]:
    """Uploads, newest first; those of one source system where it is named."""
    query = select(upload).order_by(upload.c.upload_id.desc()).limit(limit)
    return connection.execute(query if source is None else query.where(upload.c.source == source)).all()


def change(connection: Connection, upload_id: str, values: Mapping[str, Any]) -> None:
    """Set some columns of one upload that is not loaded yet."""
    connection.execute(
        update(upload).where(upload.c.upload_id == upload_id, upload.c.state != "loaded").values(**values)
    )


def claim(connection: Connection, upload_id: str, stale: str, at: str) -> bool:
    """Begin another attempt at loading unless it is loaded, or being loaded by somebody heard of since ``stale``."""
    changed = connection.execute(
        update(upload)
        .where(
            upload.c.upload_id == upload_id,
            upload.c.state.in_(("received", "failed"))
            | ((upload.c.state == "loading") & (upload.c.changed_at < stale)),
        )
        .values(
            state="loading",
            step="read",
            done=0,
            total=0,
            fault="",
            changed_at=at,
            attempt=upload.c.attempt + 1,
        )
    )
    return bool(changed.rowcount)


def report(connection: Connection, upload_id: str, attempt: int, values: Mapping[str, Any]) -> bool:
    """Set some columns of an upload that this attempt loads; False when the attempt is over or another one began."""
    changed = connection.execute(
        update(upload)
        .where(upload.c.upload_id == upload_id, upload.c.attempt == attempt, upload.c.state == "loading")
        .values(**values)
    )
    return bool(changed.rowcount)


def silent(connection: Connection, stale: str, most_attempts: int) -> Sequence[str]:
    """Uploads being loaded that nobody heard of since ``stale``, after at most so many attempts."""
    query = select(upload.c.upload_id).where(
        upload.c.state == "loading", upload.c.changed_at < stale, upload.c.attempt <= most_attempts
    )
    return list(connection.scalars(query.order_by(upload.c.upload_id)))


def count_unmatched(connection: Connection, load_id: str) -> int:
    """Current records whose present version this load brought and that still wait for matching."""
    query = (
        select(func.count())
        .select_from(source_version)
        .join(
            source_record,
            (source_record.c.record_id == source_version.c.record_id)
            & (source_record.c.version == source_version.c.version),
        )
        .join(standard_record, standard_record.c.record_id == source_record.c.record_id)
        .where(
            source_version.c.load_id == load_id,
            source_record.c.status == "active",
            standard_record.c.matched.is_(False),
        )
    )
    return int(connection.scalar(query) or 0)
