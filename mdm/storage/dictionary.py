"""Versions of the dictionary."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from mdm.storage.database import insert_rows
from mdm.storage.schema import dictionary_version


def add_version(connection: Connection, content: str, content_hash: str, at: str) -> bool:
    """Keep a version of the dictionary unless the same content is kept; says whether it was new."""
    known = connection.scalar(
        select(dictionary_version.c.version).where(dictionary_version.c.content_hash == content_hash)
    )
    if known is not None:
        return False
    last = connection.scalar(select(func.max(dictionary_version.c.version))) or 0
    row = {"version": last + 1, "content": content, "content_hash": content_hash, "created_at": at}
    insert_rows(connection, dictionary_version, [row])
    return True
