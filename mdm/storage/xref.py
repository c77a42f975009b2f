"""Cross-references: which golden ID each source record has, now and at any past time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select, update

from mdm.storage.database import Row, among, insert_rows, raw_rows
from mdm.storage.schema import golden_record, source_record, xref

_COLUMNS = (
    source_record.c.record_id,
    source_record.c.source,
    source_record.c.source_key,
    source_record.c.status.label("record_status"),
    xref.c.golden_id,
    golden_record.c.status,
    golden_record.c.version,
)


class Link(NamedTuple):
    """A cross-reference with where its record and its golden record stand now."""

    record_id: int
    source: str
    source_key: str
    record_status: str
    golden_id: str
    status: str
    version: int


# Written out: every source system waits for these two, and SQLAlchemy costs several times what they do.
_LOOK_UP = """
    select s.record_id, s.source, s.source_key, s.status, x.golden_id, g.status, g.version
    from source_record s
    join xref x on x.record_id = s.record_id and x.valid_to is null
    join golden_record g on g.golden_id = x.golden_id
    where s.entity = ? and s.source = ? and s.source_key """


def look_up(connection: Connection, entity: str, source: str, source_key: str) -> Link | None:
    """The present cross-reference of one source key."""
    rows = raw_rows(connection, _LOOK_UP + "= ?", (entity, source, source_key))
    return Link(*rows[0]) if rows else None


def look_up_at(connection: Connection, entity: str, source: str, source_key: str, at: str) -> Row | None:
    """The cross-reference of one source key as it was at ``at``; ``status`` is the golden ID's present one."""
    return connection.execute(
        select(*_COLUMNS)
        .join(xref, xref.c.record_id == source_record.c.record_id)
        .join(golden_record, golden_record.c.golden_id == xref.c.golden_id)
        .where(
            source_record.c.entity == entity,
            source_record.c.source == source,
            source_record.c.source_key == source_key,
            xref.c.valid_from <= at,
            or_(xref.c.valid_to.is_(None), xref.c.valid_to > at),
        )
    ).first()


def look_up_many(
    connection: Connection, entity: str, source: str, source_keys: Iterable[str]
) -> dict[str, Link]:
    """Source key -> present cross-reference, for the keys of one source that are known."""
    rows = raw_rows(connection, _LOOK_UP + "in (?*)", (entity, source, list(source_keys)))
    return {link.source_key: link for link in map(Link._make, rows)}


def golden_ids_of(connection: Connection, record_ids: Iterable[int]) -> dict[int, str]:
    """Record id -> present golden ID."""
    return dict(raw_rows(connection, _GOLDEN_IDS, (list(record_ids),)))


_GOLDEN_IDS = "select record_id, golden_id from xref where valid_to is null and record_id in (?*)"


def all_golden_ids(connection: Connection, entity: str) -> dict[int, str]:
    """Record id -> present golden ID, for the whole entity."""
    rows = connection.execute(
        select(xref.c.record_id, xref.c.golden_id)
        .join(golden_record, golden_record.c.golden_id == xref.c.golden_id)
        .where(xref.c.valid_to.is_(None), golden_record.c.entity == entity)
    )
    return dict(rows.all())


def members_of(connection: Connection, golden_ids: Iterable[str]) -> dict[str, list[int]]:
    """Golden ID -> records that point to it now."""
    found: dict[str, list[int]] = {}
    for record_id, golden_id in connection.execute(
        select(xref.c.record_id, xref.c.golden_id).where(
            xref.c.valid_to.is_(None), among(connection, xref.c.golden_id, golden_ids)
        )
    ):
        found.setdefault(golden_id, []).append(record_id)
    return found


def members_before(connection: Connection, golden_id: str, at: str) -> list[int]:
    """Records whose cross-reference to ``golden_id`` ended exactly at ``at`` (they left it with that fact)."""
    rows = connection.execute(
        select(xref.c.record_id).where(xref.c.golden_id == golden_id, xref.c.valid_to == at)
    )
    return [record_id for (record_id,) in rows]


def since(connection: Connection, golden_id: str) -> dict[int, str]:
    """Record id -> since when it points to this golden ID."""
    rows = connection.execute(
        select(xref.c.record_id, xref.c.valid_from).where(
            xref.c.golden_id == golden_id, xref.c.valid_to.is_(None)
        )
    )
    return dict(rows.all())


def move(connection: Connection, links: Sequence[tuple[int, str]], moved: Iterable[int], at: str) -> None:
    """Point records to golden IDs from ``at`` on; ``moved`` are those that pointed elsewhere before."""
    ended = list(moved)
    if ended:
        connection.execute(
            update(xref)
            .where(xref.c.valid_to.is_(None), among(connection, xref.c.record_id, ended))
            .values(valid_to=at)
        )
    insert_rows(
        connection,
        xref,
        [{"record_id": r, "golden_id": g, "valid_from": at, "valid_to": None} for r, g in links],
    )


def export_rows(connection: Connection, entity: str) -> Sequence[Row]:
    """(source, source_key, golden_id) of every current source record, in key order."""
    return connection.execute(
        select(source_record.c.source, source_record.c.source_key, xref.c.golden_id)
        .join(xref, and_(xref.c.record_id == source_record.c.record_id, xref.c.valid_to.is_(None)))
        .where(source_record.c.entity == entity, source_record.c.status == "active")
        .order_by(source_record.c.source, source_record.c.source_key)
    ).all()


def unlinked(connection: Connection, entity: str) -> list[int]:
    """Current source records without a golden ID (they wait for their first match run)."""
    rows = connection.execute(
        select(source_record.c.record_id)
        .outerjoin(xref, and_(xref.c.record_id == source_record.c.record_id, xref.c.valid_to.is_(None)))
        .where(source_record.c.entity == entity, source_record.c.status == "active", xref.c.id.is_(None))
    )
    return [record_id for (record_id,) in rows]


def links_ever(connection: Connection, golden_ids: Iterable[str]) -> Sequence[Row]:
    """Every link (id, record_id, golden_id, valid_from, valid_to) these golden IDs ever had."""
    return connection.execute(
        select(xref).where(among(connection, xref.c.golden_id, golden_ids)).order_by(xref.c.id)
    ).all()
