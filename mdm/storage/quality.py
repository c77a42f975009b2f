"""The blind sample and the verdicts that measure the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select, text

from mdm.storage.database import Row, insert_rows
from mdm.storage.schema import candidate_key, decision, review_task, sample, sample_pair


def add_sample(connection: Connection, row: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]) -> None:
    """Keep one draw with its pairs."""
    insert_rows(connection, sample, [row])
    insert_rows(connection, sample_pair, pairs)


def open_audit_pairs(connection: Connection) -> set[tuple[int, int]]:
    """Pairs that an open audit task asks about, of every entity.

    The condition stands as in the partial index on these few tasks: with values handed over apart, or narrowed to an
    entity, all open tasks would be read instead.
    """
    is_open_audit = text("status = 'open' and reason = 'audit'")
    rows = connection.execute(select(review_task.c.left_id, review_task.c.right_id).where(is_open_audit))
    return {(left, right) for left, right in rows}


def key_holders(connection: Connection, entity: str) -> Sequence[Row]:
    """(key, record_id) of every candidate key of the entity, records of one key together."""
    return connection.execute(
        select(candidate_key.c.key, candidate_key.c.record_id)
        .where(candidate_key.c.entity == entity)
        .order_by(candidate_key.c.key, candidate_key.c.record_id)
    ).all()


def sampled(connection: Connection, entity: str, since: str) -> Sequence[Row]:
    """Every sampled pair drawn since then, oldest draw first.

    Columns: sample_id, drawn_at, task_id, stratum, population, drawn, left_id, right_id, match_weight,
    match_probability, and verdict and at of the decision in force, None while there is none.
    """
    return connection.execute(
        select(
            sample.c.sample_id,
            sample.c.drawn_at,
            sample_pair.c.task_id,
            sample_pair.c.stratum,
            sample_pair.c.population,
            sample_pair.c.drawn,
            review_task.c.left_id,
            review_task.c.right_id,
            review_task.c.match_weight,
            review_task.c.match_probability,
            decision.c.verdict,
            decision.c.at,
        )
        .join(sample_pair, sample_pair.c.sample_id == sample.c.sample_id)
        .join(review_task, review_task.c.task_id == sample_pair.c.task_id)
        .outerjoin(decision, _in_force())
        .where(sample.c.entity == entity, sample.c.drawn_at >= since)
        .order_by(sample.c.sample_id, sample_pair.c.task_id)
    ).all()


def queue_verdicts(connection: Connection, entity: str, since: str) -> Sequence[Row]:
    """Verdicts in force on questions of the queue (not of the sample), oldest first.

    Columns: task_id, left_id, right_id, match_weight, match_probability, settles, reason, verdict, at.
    """
    return connection.execute(
        select(
            review_task.c.task_id,
            review_task.c.left_id,
            review_task.c.right_id,
            review_task.c.match_weight,
            review_task.c.match_probability,
            review_task.c.settles,
            review_task.c.reason,
            decision.c.verdict,
            decision.c.at,
        )
        .join(decision, _in_force())
        .where(review_task.c.entity == entity, review_task.c.reason != "audit", decision.c.at >= since)
        .order_by(decision.c.at, decision.c.decision_id)
    ).all()


def count_verdicts(connection: Connection, entity: str) -> int:
    """Verdicts in force on questions of the queue and of the sample."""
    query = select(func.count()).select_from(review_task).join(decision, _in_force())
    return int(connection.scalar(query.where(review_task.c.entity == entity)) or 0)


def _in_force() -> Any:
    """``Any``: a SQL condition."""
    return and_(
        decision.c.task_id == review_task.c.task_id,
        decision.c.kind == "review",
        decision.c.verdict.in_(("match", "non-match")),
        decision.c.undone_by.is_(None),
    )
