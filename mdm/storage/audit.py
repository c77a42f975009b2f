"""The audit trail as triggers wrote it, and the leaf hashes that seal it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, func, select

from mdm.domain.audit import AuditFilter, AuditReview
from mdm.storage.database import Row, among, insert_rows
from mdm.storage.schema import audit_event, audit_leaf, audit_review, metadata
from mdm.storage.trigger import audit_key, audit_row, is_masked


def unsealed(connection: Connection, limit: int) -> Sequence[Row]:
    """(id, content) of entries without a leaf, oldest first; found by absence, never by ``id > last``."""
    return connection.execute(
        select(audit_event.c.id, audit_event.c.content)
        .outerjoin(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
        .where(audit_leaf.c.seq.is_(None))
        .order_by(audit_event.c.id)
        .limit(limit)
    ).all()


def last_seq(connection: Connection) -> int:
    """Number of the last leaf, 0 when there is none."""
    return int(connection.scalar(select(func.max(audit_leaf.c.seq))) or 0)


def add_leaves(connection: Connection, leaves: Sequence[tuple[int, int, str]]) -> None:
    """Append leaves: (seq, entry id, hash)."""
    insert_rows(
        connection,
        audit_leaf,
        [{"seq": seq, "event_id": entry, "leaf_hash": digest} for seq, entry, digest in leaves],
    )


def leaves(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    """(seq, leaf_hash) behind this number, in order."""
    return connection.execute(
        select(audit_leaf.c.seq, audit_leaf.c.leaf_hash)
        .where(audit_leaf.c.seq > after)
        .order_by(audit_leaf.c.seq)
        .limit(limit)
    ).all()


def leaf(connection: Connection, seq: int) -> str | None:
    """The leaf hash (hex) of this number."""
    found: str | None = connection.scalar(select(audit_leaf.c.leaf_hash).where(audit_leaf.c.seq == seq))
    return found


def sealed(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    """(seq, event_id, leaf_hash, content) in order of the leaves; content is None when the entry is gone."""
    return connection.execute(
        select(
            audit_leaf.c.seq,
            audit_leaf.c.event_id,
            audit_leaf.c.leaf_hash,
            audit_event.c.content,
            audit_event.c.table_name,
            audit_event.c.row_key,
            audit_event.c.fact_id,
            audit_event.c.at,
            audit_event.c.actor,
            audit_event.c.operation,
        )
        .outerjoin(audit_event, audit_event.c.id == audit_leaf.c.event_id)
        .where(audit_leaf.c.seq > after)
        .order_by(audit_leaf.c.seq)
        .limit(limit)
    ).all()


def count_entries(connection: Connection) -> int:
    """Number of audit entries."""
    return int(connection.scalar(select(func.count()).select_from(audit_event)) or 0)


def entries(connection: Connection, narrow: AuditFilter, before: int | None, limit: int) -> Sequence[Row]:
    """Audit entries that pass the filter, newest first."""
    query = select(audit_event).where(*_passes(narrow)).order_by(audit_event.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_event.c.id < before)
    return connection.execute(query).all()


def span(connection: Connection, narrow: AuditFilter, first: int, last: int) -> int:
    """How many entries pass the filter between these two ids, both included."""
    query = select(func.count()).select_from(audit_event)
    return int(connection.scalar(query.where(*_passes(narrow), audit_event.c.id.between(first, last))) or 0)


def _passes(narrow: AuditFilter) -> list[ColumnElement[bool]]:
    held = audit_event.c
    asked = (
        (narrow.table, held.table_name == narrow.table),
        (narrow.row_key, held.row_key == narrow.row_key),
        (narrow.actor, held.actor == narrow.actor),
        (narrow.operation, held.operation == narrow.operation),
        (narrow.first_day, held.at >= narrow.first_day),
        (narrow.last_day, held.at < f"{narrow.last_day}U"),  # U comes after the T that follows the day
    )
    return [condition for value, condition in asked if value]


def entries_of(connection: Connection, rows: Mapping[str, Iterable[str]]) -> Sequence[Row]:
    """(seq, columns, content) of every sealed entry about these rows (table -> keys), in order."""
    found: list[Row] = []
    for table, keys in rows.items():
        sealed_ones = select(audit_leaf.c.seq, audit_event).join(
            audit_event, audit_event.c.id == audit_leaf.c.event_id
        )
        found += connection.execute(
            sealed_ones.where(
                audit_event.c.table_name == table, among(connection, audit_event.c.row_key, keys)
            )
        )
    return sorted(found, key=lambda row: row.seq)


def keys_under(connection: Connection, table: str, fact_ids: Iterable[str]) -> list[str]:
    """Keys of the rows of a table that were touched under these facts."""
    return list(
        connection.scalars(
            select(audit_event.c.row_key)
            .where(audit_event.c.table_name == table, among(connection, audit_event.c.fact_id, fact_ids))
            .distinct()
        )
    )


def add_review(connection: Connection, review: AuditReview) -> None:
    """Store that somebody looked through a stretch of the trail."""
    told = {**asdict(review), "narrowed": json.dumps(asdict(review.narrowed), sort_keys=True)}
    connection.execute(audit_review.insert().values(**told))


def reviews(connection: Connection, limit: int) -> tuple[AuditReview, ...]:
    """Reviews, newest first."""
    query = select(audit_review).order_by(audit_review.c.review_id.desc()).limit(limit)
    return tuple(
        AuditReview(**{**row._mapping, "narrowed": AuditFilter(**json.loads(row.narrowed))})
        for row in connection.execute(query)
    )


def strayed(connection: Connection, name: str) -> list[tuple[str, str]]:
    """Rows of an audited table that are not as the last entry about them says: (key, what is wrong).

    A column that a later migration added is not told of by older entries and not compared.
    """
    table = metadata.tables[name]
    sqlite = connection.dialect.name == "sqlite"
    places = {
        "table": name,
        "key": audit_key(table, "t", sqlite=sqlite),
        "row": audit_row(table, "t") if sqlite else "to_jsonb(t)",
        "masked": ", ".join(f"'{c.name}'" for c in table.columns if is_masked(table, c.name)) or "''",
        "differs": (_SQLITE_DIFFERS if sqlite else _POSTGRES_DIFFERS),
    }
    places["differs"] = places["differs"].format(**places)
    found = connection.exec_driver_sql(_STRAYED.format(**places).replace("%", "%%" if not sqlite else "%"))
    return [(str(row.key), str(row.what)) for row in found]


_SQLITE_DIFFERS = """exists (
    select 1 from json_each(e.content, '$.new') was
     where was.key not in ({masked})
       and was.value is not json_extract({row}, '$."' || was.key || '"'))"""
_POSTGRES_DIFFERS = "not {row} @> ((e.content::jsonb -> 'new') - array[{masked}])"
_STRAYED = """
select {key} as key, case when e.id is null or e.operation = 'delete' then 'stands in no entry'
                          else 'was altered behind the trail' end as what
  from {table} t
  left join audit_event e on e.id = (
    select max(a.id) from audit_event a where a.table_name = '{table}' and a.row_key = {key})
 where e.id is null or e.operation = 'delete' or {differs}
union all
select gone.row_key, 'was removed behind the trail'
  from (select e.row_key, max(e.id) as id from audit_event e where e.table_name = '{table}' group by e.row_key) gone
  join audit_event e on e.id = gone.id
 where e.operation <> 'delete' and gone.row_key not in (select {key} from {table} t)
 order by 1"""
