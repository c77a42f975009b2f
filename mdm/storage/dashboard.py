"""Figures of the dashboard, each by one statement over whole tables, and the snapshots that keep them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, literal_column, select, text

from mdm.storage.database import Row, upsert_rows
from mdm.storage.schema import (
    dashboard_snapshot,
    decision,
    golden_record,
    golden_version,
    quality_finding,
    review_task,
    source_record,
    xref,
)

_IS_FAULT = and_(quality_finding.c.severity != "info", quality_finding.c.rule != "status_in_name")
"""What only tells what was done with a value, or stood in another attribute, says nothing against it."""


def _day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    # Not bound values: PostgreSQL would not see that the grouped expression is the selected one.
    return func.substr(column, literal_column("1"), literal_column("10"))


def opened_per_day(connection: Connection, entity: str, since: str) -> dict[str, int]:
    """Day -> tasks that came into the queue."""
    return _per_day(connection, review_task.c.opened_at, review_task.c.entity == entity, since)


def closed_per_day(connection: Connection, entity: str, since: str) -> dict[str, int]:
    """Day -> tasks that left the queue, decided or not."""
    return _per_day(connection, review_task.c.closed_at, review_task.c.entity == entity, since)


def issued_per_day(connection: Connection, entity: str, since: str) -> dict[str, int]:
    """Day -> golden IDs that were issued."""
    return _per_day(connection, golden_record.c.created_at, golden_record.c.entity == entity, since)


def ended_per_day(connection: Connection, entity: str, since: str) -> dict[str, int]:
    """Day -> golden records that merged away or were retired."""
    ended = and_(golden_record.c.entity == entity, golden_record.c.status != "active")
    return _per_day(connection, golden_record.c.changed_at, ended, since)


def decided_per_day(connection: Connection, entity: str, since: str) -> dict[str, int]:
    """Day -> verdicts that were given."""
    given = and_(decision.c.entity == entity, decision.c.kind == "review")
    return _per_day(connection, decision.c.at, given, since)


def _per_day(
    connection: Connection, column: ColumnElement[Any], condition: ColumnElement[bool], since: str
) -> dict[str, int]:
    rows = connection.execute(
        select(_day(column), func.count()).where(condition, column >= since).group_by(_day(column))
    )
    return dict(rows.all())


def count_open(connection: Connection, entity: str) -> int:
    """Tasks that wait."""
    query = select(func.count()).where(review_task.c.entity == entity, review_task.c.status == "open")
    return int(connection.scalar(query) or 0)


def opened_at_rank(connection: Connection, entity: str, rank: int) -> str | None:
    """When the open task at this rank was opened, the oldest first (rank 0)."""
    found: str | None = connection.scalar(
        select(review_task.c.opened_at)
        .where(review_task.c.entity == entity, review_task.c.status == "open")
        .order_by(review_task.c.opened_at)
        .offset(rank)
        .limit(1)
    )
    return found


def verdicts(connection: Connection, entity: str, since: str) -> Row:
    """(verdicts, hours, undone): verdicts given, hours in which some person gave one, verdicts taken back since."""
    hour = decision.c.actor + "|" + func.substr(decision.c.at, 1, 13)
    return connection.execute(
        select(
            func.count().label("verdicts"),
            func.count(distinct(hour)).label("hours"),
            func.count(decision.c.undone_by).label("undone"),
        ).where(decision.c.entity == entity, decision.c.kind == "review", decision.c.at >= since)
    ).one()


def agreement(connection: Connection, entity: str, since: str) -> Row:
    """(pairs, agreed): pairs on which two people or more gave a yes or no, and those on which all said the same."""
    pairs = (
        select(func.count(distinct(decision.c.verdict)).label("said"))
        .join(review_task, review_task.c.task_id == decision.c.task_id)
        .where(
            decision.c.entity == entity,
            decision.c.kind == "review",
            decision.c.verdict.in_(("match", "non-match")),
            decision.c.at >= since,
        )
        .group_by(review_task.c.left_id, review_task.c.right_id)
        .having(func.count(distinct(decision.c.actor)) > 1)
        .subquery()
    )
    agreed = func.sum(func.coalesce(2 - pairs.c.said, 0))
    return connection.execute(
        select(func.count().label("pairs"), func.coalesce(agreed, 0).label("agreed")).select_from(pairs)
    ).one()


def said_on_pairs(connection: Connection, entity: str, since: str) -> Sequence[Row]:
    """Every verdict since then, taken back or not, with the pair it was on, oldest first."""
    return connection.execute(
        select(
            review_task.c.task_id,
            review_task.c.left_id,
            review_task.c.right_id,
            review_task.c.match_weight,
            review_task.c.match_probability,
            decision.c.verdict,
            decision.c.actor,
            decision.c.at,
            decision.c.undone_by,
        )
        .join(decision, decision.c.task_id == review_task.c.task_id)
        .where(decision.c.entity == entity, decision.c.kind == "review", decision.c.at >= since)
        .order_by(decision.c.at, decision.c.decision_id)
    ).all()


def per_source(connection: Connection, entity: str) -> Sequence[Row]:
    """(source, records, things): current records of each source and the golden records they belong to."""
    return connection.execute(
        select(
            source_record.c.source,
            func.count().label("records"),
            func.count(distinct(xref.c.golden_id)).label("things"),
        )
        .join(xref, and_(xref.c.record_id == source_record.c.record_id, xref.c.valid_to.is_(None)))
        .where(source_record.c.entity == entity, source_record.c.status == "active")
        .group_by(source_record.c.source)
        .order_by(source_record.c.source)
    ).all()


def count_golden(connection: Connection, entity: str) -> int:
    """Golden records in use."""
    query = select(func.count()).where(golden_record.c.entity == entity, golden_record.c.status == "active")
    return int(connection.scalar(query) or 0)


def filled(connection: Connection, entity: str) -> dict[str, int]:
    """Attribute -> golden records in use that have a value for it."""
    each = (
        "json_each(v.attributes)"
        if connection.dialect.name == "sqlite"
        else "json_each_text(v.attributes::json)"
    )
    rows = connection.execute(
        text(
            f"select e.key, count(*) from golden_record g join golden_version v on v.golden_id = g.golden_id "
            f"and v.version = g.version cross join {each} e where g.entity = :entity and g.status = 'active' "
            "and e.value is not null group by e.key"
        ),
        {"entity": entity},
    )
    return dict(rows.all())


def with_findings(connection: Connection, entity: str) -> dict[str, int]:
    """Attribute -> current source records with a finding on it."""
    rows = connection.execute(
        select(quality_finding.c.attribute, func.count(distinct(quality_finding.c.record_id)))
        .join(source_record, source_record.c.record_id == quality_finding.c.record_id)
        .where(source_record.c.entity == entity, source_record.c.status == "active", _IS_FAULT)
        .group_by(quality_finding.c.attribute)
    )
    return dict(rows.all())


def holding(connection: Connection, entity: str) -> dict[str, int]:
    """Attribute -> current source records that wrote something there."""
    each = (
        "json_each(s.content, '$.raw')"
        if connection.dialect.name == "sqlite"
        else "json_each_text((s.content::json) -> 'raw')"
    )
    rows = connection.execute(
        text(
            f"select e.key, count(*) from standard_record s join source_record r on r.record_id = s.record_id "
            f"cross join {each} e where r.entity = :entity and r.status = 'active' group by e.key"
        ),
        {"entity": entity},
    )
    return dict(rows.all())


def lacking(connection: Connection, entity: str, attribute: str, limit: int) -> Sequence[Row]:
    """(golden_id, title) of golden records in use without a value for the attribute."""
    value = (
        func.json_extract(golden_version.c.attributes, f'$."{attribute}"')
        if connection.dialect.name == "sqlite"
        else func.json_extract_path_text(
            golden_version.c.attributes.op("::")(literal_column("json")), attribute
        )
    )
    return connection.execute(
        select(golden_record.c.golden_id, golden_version.c.title)
        .join(
            golden_version,
            and_(
                golden_version.c.golden_id == golden_record.c.golden_id,
                golden_version.c.version == golden_record.c.version,
            ),
        )
        .where(golden_record.c.entity == entity, golden_record.c.status == "active", value.is_(None))
        .order_by(golden_record.c.golden_id)
        .limit(limit)
    ).all()


def finding_records(connection: Connection, entity: str, attribute: str, limit: int) -> Sequence[Row]:
    """(source, source_key, value, rule) of current records with a finding on the attribute."""
    return connection.execute(
        select(
            source_record.c.source,
            source_record.c.source_key,
            quality_finding.c.value,
            quality_finding.c.rule,
        )
        .join(source_record, source_record.c.record_id == quality_finding.c.record_id)
        .where(
            source_record.c.entity == entity,
            source_record.c.status == "active",
            quality_finding.c.attribute == attribute,
            _IS_FAULT,
        )
        .order_by(source_record.c.source, source_record.c.source_key)
        .limit(limit)
    ).all()


def doubled(connection: Connection, entity: str, source: str, limit: int) -> Sequence[Row]:
    """(golden_id, records) of golden records that hold several current records of the source, most first."""
    records = func.count().label("records")
    return connection.execute(
        select(xref.c.golden_id, records)
        .join(source_record, source_record.c.record_id == xref.c.record_id)
        .where(
            xref.c.valid_to.is_(None),
            source_record.c.entity == entity,
            source_record.c.source == source,
            source_record.c.status == "active",
        )
        .group_by(xref.c.golden_id)
        .having(func.count() > 1)
        .order_by(records.desc(), xref.c.golden_id)
        .limit(limit)
    ).all()


def save_snapshot(connection: Connection, entity: str, day: str, content: str, at: str) -> None:
    """Keep the figures of a day; later ones of the same day replace them."""
    row = {"entity": entity, "day": day, "content": content, "taken_at": at}
    upsert_rows(connection, dashboard_snapshot, [row])


def snapshots(connection: Connection, entity: str, since: str) -> Sequence[Row]:
    """(day, content, taken_at) since a day, oldest first."""
    return connection.execute(
        select(dashboard_snapshot.c.day, dashboard_snapshot.c.content, dashboard_snapshot.c.taken_at)
        .where(dashboard_snapshot.c.entity == entity, dashboard_snapshot.c.day >= since)
        .order_by(dashboard_snapshot.c.day)
    ).all()
