"""Change requests, their reports, and the versions of rules, weights and code lists that came of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, select, update

from mdm.domain.change import Change, ChangeKind, ChangeState, canonical
from mdm.storage.database import Row, insert_rows, raw_rows
from mdm.storage.schema import (
    change_report,
    change_request,
    code_list_version,
    commit_counter,
    decision,
    event,
    matching_version,
    rule_set,
)

GOVERNED_NUMBER = "governed"
"""Name of the counter that moves whenever rules, weights or a code list come into force."""


def add(connection: Connection, change: Change) -> None:
    """Keep a new change request."""
    insert_rows(connection, change_request, [_row(change)])


def save(connection: Connection, change: Change, expected_version: int) -> bool:
    """Write a change request that stood at ``expected_version``; False when somebody was first."""
    written = connection.execute(
        update(change_request)
        .where(
            change_request.c.change_id == change.change_id,
            change_request.c.version == expected_version,
        )
        .values(**_row(change))
    )
    return written.rowcount == 1


def find(connection: Connection, change_id: str) -> Change | None:
    """A change request."""
    row = connection.execute(select(change_request).where(change_request.c.change_id == change_id)).first()
    return None if row is None else _change(row)


def list_changes(
    connection: Connection, *, entity: str | None, states: Iterable[str], limit: int
) -> tuple[Change, ...]:
    """Change requests in one of ``states``, the newest first."""
    query = select(change_request).where(change_request.c.state.in_(list(states)))
    if entity is not None:
        query = query.where(change_request.c.entity == entity)
    return tuple(
        _change(r) for r in connection.execute(query.order_by(change_request.c.change_id.desc()).limit(limit))
    )


def was_proposed(connection: Connection, kind: str, entity: str, fingerprint: str) -> bool:
    """Whether a change of exactly this content was ever proposed."""
    found = connection.scalar(
        select(func.count()).where(
            change_request.c.fingerprint == fingerprint,
            change_request.c.kind == kind,
            change_request.c.entity == entity,
        )
    )
    return bool(found)


def add_report(connection: Connection, change_id: str, report_hash: str, content: str, at: str) -> None:
    """Keep a report of a change."""
    last = connection.scalar(
        select(func.max(change_report.c.number)).where(change_report.c.change_id == change_id)
    )
    row = {
        "change_id": change_id,
        "number": (last or 0) + 1,
        "report_hash": report_hash,
        "content": content,
        "created_at": at,
    }
    insert_rows(connection, change_report, [row])


def reports_named(connection: Connection, change_id: str, report_hash: str) -> Sequence[str]:
    """Contents of the reports of a change that bear this hash."""
    return connection.scalars(
        select(change_report.c.content).where(
            change_report.c.change_id == change_id, change_report.c.report_hash == report_hash
        )
    ).all()


# -- what is in force -----------------------------------------------------------------------------------------


def governed_number(connection: Connection) -> int:
    """Moves whenever rules, weights or a code list come into force; 0: only files govern."""
    rows = raw_rows(connection, "select value from commit_counter where name = ?", (GOVERNED_NUMBER,))
    return int(rows[0][0]) if rows else 0


def advance_governed(connection: Connection) -> None:
    """Tell every process that something came into force."""
    connection.execute(
        update(commit_counter)
        .where(commit_counter.c.name == GOVERNED_NUMBER)
        .values(value=commit_counter.c.value + 1)
    )


def matching_in_force(connection: Connection) -> Sequence[Row]:
    """(entity, version, rules, weights, seed, change_id) of the newest version of each entity."""
    newest = (
        select(matching_version.c.entity, func.max(matching_version.c.version).label("version"))
        .group_by(matching_version.c.entity)
        .subquery()
    )
    return connection.execute(
        select(
            matching_version.c.entity,
            matching_version.c.version,
            matching_version.c.weights,
            matching_version.c.seed,
            matching_version.c.change_id,
            rule_set.c.content.label("rules"),
        )
        .join(
            newest,
            (newest.c.entity == matching_version.c.entity) & (newest.c.version == matching_version.c.version),
        )
        .join(rule_set, rule_set.c.fingerprint == matching_version.c.rule_fingerprint)
        .order_by(matching_version.c.entity)
    ).all()


def add_matching(connection: Connection, row: dict[str, Any]) -> None:
    """Put rules and weights of an entity in force as its next version; ``Any``: column values."""
    last = connection.scalar(
        select(func.max(matching_version.c.version)).where(matching_version.c.entity == row["entity"])
    )
    insert_rows(connection, matching_version, [row | {"version": (last or 0) + 1}])
    advance_governed(connection)


def code_lists_in_force(connection: Connection) -> Sequence[Row]:
    """(name, version, content, seed, change_id, created_at) of the newest version of each list."""
    newest = (
        select(code_list_version.c.name, func.max(code_list_version.c.version).label("version"))
        .group_by(code_list_version.c.name)
        .subquery()
    )
    return connection.execute(
        select(code_list_version)
        .join(
            newest,
            (newest.c.name == code_list_version.c.name) & (newest.c.version == code_list_version.c.version),
        )
        .order_by(code_list_version.c.name)
    ).all()


def code_list_versions(connection: Connection, name: str) -> Sequence[Row]:
    """(version, created_at, change_id, author, reason) of one list, newest first."""
    return connection.execute(
        select(
            code_list_version.c.version,
            code_list_version.c.created_at,
            code_list_version.c.change_id,
            change_request.c.author,
            change_request.c.reason,
        )
        .outerjoin(change_request, change_request.c.change_id == code_list_version.c.change_id)
        .where(code_list_version.c.name == name)
        .order_by(code_list_version.c.version.desc())
    ).all()


def last_code_list_version(connection: Connection, name: str) -> int:
    """Number of the newest version of a code list, 0 when there is none."""
    newest = select(func.max(code_list_version.c.version)).where(code_list_version.c.name == name)
    return int(connection.scalar(newest) or 0)


def add_code_lists(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put versions of code lists in force; ``Any``: column values."""
    insert_rows(connection, code_list_version, rows)
    if rows:
        advance_governed(connection)


def data_mark(connection: Connection, entity: str) -> str:
    """Names the records and verdicts of an entity (empty: of all): moves with every load, record and decision."""
    events = select(func.max(event.c.seq)).where(event.c.type.not_like("change.%"))
    decisions = select(func.max(decision.c.decision_id))
    if entity:
        events = events.where(event.c.entity == entity)
        decisions = decisions.where(decision.c.entity == entity)
    return f"{connection.scalar(events) or 0}:{connection.scalar(decisions) or ''}"


def _row(change: Change) -> dict[str, Any]:
    """Column values; ``Any``: of any type."""
    return asdict(change) | {
        "kind": change.kind.value,
        "state": change.state.value,
        "content": canonical(change.content),
    }


def _change(row: Row) -> Change:
    held = dict(row._mapping)
    return Change(
        **held
        | {
            "kind": ChangeKind(row.kind),
            "state": ChangeState(row.state),
            "content": json.loads(row.content),
        }
    )
