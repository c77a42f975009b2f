"""Golden records with every version, their search text, overrides and redirects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, or_, select, update

from mdm.storage.database import Row, among, insert_rows, raw_rows, upsert_rows
from mdm.storage.schema import (
    decision,
    fact,
    golden_override,
    golden_record,
    golden_redirect,
    golden_search,
    golden_version,
    xref,
)


def find(connection: Connection, golden_id: str) -> Row | None:
    """One golden record."""
    return connection.execute(select(golden_record).where(golden_record.c.golden_id == golden_id)).first()


def find_many(connection: Connection, golden_ids: Iterable[str]) -> dict[str, Row]:
    """Golden ID -> golden record."""
    rows = connection.execute(
        select(golden_record).where(among(connection, golden_record.c.golden_id, golden_ids))
    )
    return {r.golden_id: r for r in rows}


def insert_many(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Issue golden IDs."""
    insert_rows(connection, golden_record, rows)


def change_many(connection: Connection, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Golden ID -> new values of its present state, the same columns for all."""
    if not changes:
        return
    columns = next(iter(changes.values()))
    statement = (
        update(golden_record)
        .where(golden_record.c.golden_id == bindparam("which"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    connection.execute(
        statement,
        [
            {"which": golden_id} | {f"new_{name}": value for name, value in values.items()}
            for golden_id, values in changes.items()
        ],
    )


def add_versions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append versions."""
    insert_rows(connection, golden_version, rows)


def version_at(connection: Connection, golden_id: str, at: str | None) -> Row | None:
    """The newest version, or the one in force at ``at``."""
    query = (
        select(golden_version)
        .where(golden_version.c.golden_id == golden_id)
        .order_by(golden_version.c.version.desc())
        .limit(1)
    )
    return connection.execute(query if at is None else query.where(golden_version.c.valid_from <= at)).first()


def titles_of(connection: Connection, golden_ids: Iterable[str]) -> dict[str, str]:
    """Golden ID -> title of its newest version."""
    return dict(raw_rows(connection, _TITLES, (list(golden_ids),)))


def last_titles(connection: Connection, golden_ids: Iterable[str]) -> dict[str, str]:
    """Golden ID -> the title it had last, also of one that ended."""
    rows = connection.execute(
        select(golden_version.c.golden_id, golden_version.c.title)
        .where(among(connection, golden_version.c.golden_id, golden_ids), golden_version.c.title != "")
        .order_by(golden_version.c.golden_id, golden_version.c.version)
    )
    return dict(rows.all())


def before_and_after(connection: Connection, golden_ids: Iterable[str], fact_id: str) -> list[Row]:
    """Versions that a fact made and the one before them (golden_id, version, fact_id, attributes), newest first."""
    newest = (
        select(golden_version.c.golden_id, func.min(golden_version.c.version).label("first"))
        .where(golden_version.c.fact_id == fact_id, among(connection, golden_version.c.golden_id, golden_ids))
        .group_by(golden_version.c.golden_id)
        .subquery()
    )
    columns = (
        golden_version.c.golden_id,
        golden_version.c.version,
        golden_version.c.fact_id,
        golden_version.c.attributes,
    )
    return list(
        connection.execute(
            select(*columns)
            .join(newest, newest.c.golden_id == golden_version.c.golden_id)
            .where(golden_version.c.version >= newest.c.first - 1)
            .order_by(golden_version.c.golden_id, golden_version.c.version.desc())
        )
    )


_TITLES = """
    select golden_id, title from golden_version join golden_record using (golden_id, version)
    where golden_id in (?*)"""


def history(connection: Connection, golden_id: str) -> Sequence[Row]:
    """All versions, newest first, with actor, reason and kind of the fact that made them."""
    return connection.execute(
        select(golden_version, fact.c.actor, fact.c.reason, fact.c.kind)
        .outerjoin(fact, fact.c.fact_id == golden_version.c.fact_id)
        .where(golden_version.c.golden_id == golden_id)
        .order_by(golden_version.c.version.desc())
    ).all()


def current(connection: Connection, entity: str) -> Sequence[Row]:
    """Newest versions of all active golden records of the entity, by golden ID."""
    return connection.execute(
        select(golden_version)
        .join(
            golden_record,
            and_(
                golden_record.c.golden_id == golden_version.c.golden_id,
                golden_record.c.version == golden_version.c.version,
            ),
        )
        .where(golden_record.c.entity == entity, golden_record.c.status == "active")
        .order_by(golden_record.c.golden_id)
    ).all()


def count(connection: Connection, entity: str) -> int:
    """Number of active golden records."""
    query = select(func.count()).where(golden_record.c.entity == entity, golden_record.c.status == "active")
    return int(connection.scalar(query) or 0)


def save_search(connection: Connection, rows: Sequence[Mapping[str, Any]], gone: Iterable[str]) -> None:
    """Set the search text of golden records and drop that of ended ones."""
    upsert_rows(connection, golden_search, rows)
    connection.execute(delete(golden_search).where(among(connection, golden_search.c.golden_id, gone)))


def search(
    connection: Connection, entity: str, terms: Sequence[str], after: str, limit: int
) -> Sequence[Row]:
    """Newest versions of golden records whose search text holds every term, by golden ID after ``after``."""
    query = _newest(entity, limit).where(golden_record.c.golden_id > after)
    for term in terms:
        query = query.where(golden_search.c.text.contains(term, autoescape=True))
    return connection.execute(query).all()


def holding_any(
    connection: Connection, entity: str, alternatives: Sequence[Sequence[str]], limit: int
) -> Sequence[Row]:
    """Newest versions of golden records whose search text holds all terms of any of the alternatives."""
    if not alternatives:
        return ()
    holds = [
        and_(*(golden_search.c.text.contains(term, autoescape=True) for term in terms))
        for terms in alternatives
    ]
    return connection.execute(_newest(entity, limit).where(or_(*holds))).all()


def _newest(entity: str, limit: int) -> Select[Any]:
    """Newest versions of the golden records that can be searched, by golden ID."""
    return (
        select(golden_version)
        .join(
            golden_record,
            and_(
                golden_record.c.golden_id == golden_version.c.golden_id,
                golden_record.c.version == golden_version.c.version,
            ),
        )
        .join(golden_search, golden_search.c.golden_id == golden_record.c.golden_id)
        .where(golden_search.c.entity == entity)
        .order_by(golden_record.c.golden_id)
        .limit(limit)
    )


def open_redirects(connection: Connection, golden_ids: Iterable[str]) -> list[Row]:
    """Redirects in force that lead away from or to these IDs."""
    ids = list(golden_ids)
    return list(
        connection.execute(
            select(golden_redirect)
            .where(
                golden_redirect.c.valid_to.is_(None),
                or_(
                    among(connection, golden_redirect.c.from_id, ids),
                    among(connection, golden_redirect.c.to_id, ids),
                ),
            )
            .order_by(golden_redirect.c.id)
        )
    )


def targets(connection: Connection, golden_ids: Iterable[str]) -> dict[str, list[str]]:
    """Golden ID -> where its redirects in force lead, in the order they were made."""
    found: dict[str, list[str]] = {}
    for r in connection.execute(
        select(golden_redirect.c.from_id, golden_redirect.c.to_id)
        .where(golden_redirect.c.valid_to.is_(None), among(connection, golden_redirect.c.from_id, golden_ids))
        .order_by(golden_redirect.c.id)
    ):
        found.setdefault(r.from_id, []).append(r.to_id)
    return found


def add_redirects(connection: Connection, rows: Sequence[tuple[str, str, str]], at: str) -> None:
    """Make golden IDs lead to others: (from, to, kind)."""
    insert_rows(
        connection,
        golden_redirect,
        [{"from_id": a, "to_id": b, "kind": kind, "valid_from": at, "valid_to": None} for a, b, kind in rows],
    )


def end_redirects(connection: Connection, redirect_ids: Iterable[int], at: str) -> None:
    """Let redirects end."""
    connection.execute(
        update(golden_redirect)
        .where(among(connection, golden_redirect.c.id, redirect_ids))
        .values(valid_to=at)
    )


def overrides_of(connection: Connection, record_ids: Iterable[int]) -> Sequence[Row]:
    """Overrides in force that hang on these records, oldest first."""
    return connection.execute(
        select(golden_override)
        .where(golden_override.c.active, among(connection, golden_override.c.record_id, record_ids))
        .order_by(golden_override.c.override_id)
    ).all()


def decided_overrides(connection: Connection, override_ids: Iterable[str]) -> dict[str, Row]:
    """Override ID -> its value with who set it, why and by which decision."""
    rows = connection.execute(
        select(
            golden_override.c.override_id,
            golden_override.c.decision_id,
            golden_override.c.created_at,
            decision.c.actor,
            decision.c.reason,
        )
        .join(decision, decision.c.decision_id == golden_override.c.decision_id)
        .where(among(connection, golden_override.c.override_id, override_ids))
    )
    return {r.override_id: r for r in rows}


def redirects_around(connection: Connection, golden_id: str) -> Sequence[Row]:
    """Every redirect from or to an ID, also those that ended, oldest first."""
    return connection.execute(
        select(golden_redirect)
        .where(or_(golden_redirect.c.from_id == golden_id, golden_redirect.c.to_id == golden_id))
        .order_by(golden_redirect.c.id)
    ).all()


def add_override(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a steward's value."""
    insert_rows(connection, golden_override, [row])


def set_overrides(connection: Connection, decision_id: str, *, active: bool) -> list[int]:
    """Put the overrides of a decision in or out of force; returns the records they hang on."""
    found = connection.execute(
        update(golden_override)
        .where(golden_override.c.decision_id == decision_id)
        .values(active=active)
        .returning(golden_override.c.record_id)
    )
    return [record_id for (record_id,) in found]


def merged_ids_once_holding(connection: Connection, record_ids: Iterable[int]) -> Sequence[Row]:
    """(record_id, golden_id, valid_to): merged IDs that these records belonged to, latest first."""
    return connection.execute(
        select(xref.c.record_id, xref.c.golden_id, xref.c.valid_to)
        .join(golden_record, golden_record.c.golden_id == xref.c.golden_id)
        .where(
            golden_record.c.status == "merged",
            xref.c.valid_to.is_not(None),
            among(connection, xref.c.record_id, record_ids),
        )
        .order_by(xref.c.valid_to.desc(), xref.c.id.desc())
    ).all()
