"""Candidate keys, scored pairs, rule sets, models and runs: what matching works on and leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, delete, func, or_, select, update

from mdm.storage.database import Row, among, insert_rows, raw_rows, upsert_rows
from mdm.storage.schema import (
    candidate_key,
    match_model,
    match_pair,
    match_run,
    packed_record,
    rule_set,
    source_record,
    standard_record,
)

PAGE = 5000
"""Rows fetched at a time where a whole entity is read once."""


class StoredPair(NamedTuple):
    """A scored pair; ``levels`` are the level numbers of each comparison, comma-separated."""

    left: int
    right: int
    weight: float
    probability: float
    levels: str


def save_rule_set(
    connection: Connection, fingerprint: str, entity: str, version: str, content: str, at: str
) -> None:
    """Keep a rule set under its fingerprint."""
    row = {
        "fingerprint": fingerprint,
        "entity": entity,
        "version": version,
        "content": content,
        "created_at": at,
    }
    insert_rows(connection, rule_set, [row])


def holds_rule_set(connection: Connection, fingerprint: str) -> bool:
    """Whether this rule set is kept."""
    known = select(rule_set.c.version).where(rule_set.c.fingerprint == fingerprint)
    return connection.scalar(known) is not None


def find_rule_set(connection: Connection, fingerprint: str) -> str | None:
    """The stored declarations of a rule set, as JSON."""
    return connection.scalar(select(rule_set.c.content).where(rule_set.c.fingerprint == fingerprint))


def find_model(connection: Connection, fingerprint: str) -> str | None:
    """The stored content of a model, in force or not."""
    return connection.scalar(select(match_model.c.content).where(match_model.c.fingerprint == fingerprint))


def holds_model(connection: Connection, fingerprint: str) -> bool:
    """Whether the model is kept."""
    found = select(match_model.c.active).where(match_model.c.fingerprint == fingerprint)
    return connection.scalar(found) is not None


def active_model(connection: Connection, entity: str) -> tuple[str, str] | None:
    """Fingerprints of the model in force and of the rules it was made under; its content may hold megabytes."""
    rows = raw_rows(
        connection,
        "select fingerprint, rule_fingerprint from match_model where entity = ? and active",
        (entity,),
    )
    return tuple(rows[0]) if rows else None


def model_content(connection: Connection, fingerprint: str) -> str:
    """The JSON of a model."""
    return str(
        connection.scalar(select(match_model.c.content).where(match_model.c.fingerprint == fingerprint))
    )


def activate_model(
    connection: Connection, fingerprint: str, entity: str, rule_fingerprint: str, content: str, at: str
) -> None:
    """Put a model in force and the one before out of force."""
    connection.execute(
        update(match_model)
        .where(match_model.c.entity == entity, match_model.c.active, match_model.c.fingerprint != fingerprint)
        .values(active=False)
    )
    known = connection.execute(
        select(match_model.c.active).where(match_model.c.fingerprint == fingerprint)
    ).first()
    if known is None:
        row = {
            "fingerprint": fingerprint,
            "entity": entity,
            "rule_fingerprint": rule_fingerprint,
            "content": content,
            "active": True,
            "created_at": at,
        }
        insert_rows(connection, match_model, [row])
    elif not known.active:
        connection.execute(
            update(match_model).where(match_model.c.fingerprint == fingerprint).values(active=True)
        )


def keep_model(
    connection: Connection, fingerprint: str, entity: str, rule_fingerprint: str, content: str, at: str
) -> None:
    """Keep a model under its fingerprint without putting it in force."""
    row = {
        "fingerprint": fingerprint,
        "entity": entity,
        "rule_fingerprint": rule_fingerprint,
        "content": content,
        "active": False,
        "created_at": at,
    }
    insert_rows(connection, match_model, [row])


def save_run(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what a match run did."""
    insert_rows(connection, match_run, [row])


def latest_run(connection: Connection, entity: str) -> Row | None:
    """The newest match run of the entity."""
    return connection.execute(
        select(match_run).where(match_run.c.entity == entity).order_by(match_run.c.run_id.desc()).limit(1)
    ).first()


def replace_keys(connection: Connection, entity: str, keys: Mapping[int, Iterable[int]]) -> None:
    """Set the candidate keys of records."""
    connection.execute(delete(candidate_key).where(among(connection, candidate_key.c.record_id, keys)))
    insert_rows(
        connection,
        candidate_key,
        [
            {"entity": entity, "key": key, "record_id": record_id}
            for record_id, held in keys.items()
            for key in sorted(set(held))
        ],
    )


def save_packed(connection: Connection, packed: Mapping[int, bytes]) -> None:
    """Set the packed features of records."""
    upsert_rows(
        connection,
        packed_record,
        [{"record_id": record_id, "content": content} for record_id, content in packed.items()],
    )


def candidates(connection: Connection, entity: str, keys: Iterable[int]) -> list[tuple[int, bytes | None]]:
    """(record id, packed features if there are any) of the current records that share a key, in order of their ids."""
    return raw_rows(connection, _CANDIDATES, (entity, list(keys)))


# One statement for all keys, past SQLAlchemy: its objects would cost more than the rows they bring.
_CANDIDATES = """
    select found.record_id, content
    from (select distinct record_id from candidate_key where entity = ? and key in (?*)) found
    left join packed_record on packed_record.record_id = found.record_id
    order by found.record_id"""


def features(connection: Connection, record_ids: Iterable[int]) -> dict[int, str]:
    """Record id -> JSON of features."""
    return dict(raw_rows(connection, _FEATURES, (list(record_ids),)))


_FEATURES = "select record_id, features from standard_record where record_id in (?*)"


def packed_of(connection: Connection, record_ids: Iterable[int]) -> dict[int, bytes | None]:
    """Record id -> packed features, for those that have some."""
    return dict(raw_rows(connection, _PACKED, (list(record_ids),)))


_PACKED = "select record_id, content from packed_record where record_id in (?*)"


def versions(connection: Connection, entity: str) -> Sequence[Row]:
    """(record_id, version, matched, source) of every current record."""
    return connection.execute(
        select(
            standard_record.c.record_id,
            standard_record.c.version,
            standard_record.c.matched,
            source_record.c.source,
        )
        .join(source_record, source_record.c.record_id == standard_record.c.record_id)
        .where(source_record.c.entity == entity, source_record.c.status == "active")
        .order_by(standard_record.c.record_id)
    ).all()


def each_features(connection: Connection, entity: str) -> Iterator[Row]:
    """(record_id, source, features) of every current record, in order and not all in memory at once."""
    query = (
        select(standard_record.c.record_id, source_record.c.source, standard_record.c.features)
        .join(source_record, source_record.c.record_id == standard_record.c.record_id)
        .where(source_record.c.entity == entity, source_record.c.status == "active")
        .order_by(standard_record.c.record_id)
    )
    yield from connection.execute(query, execution_options={"yield_per": PAGE})


def each_packed(connection: Connection, entity: str) -> Iterator[tuple[int, bytes | None]]:
    """(record id, packed features if there are any) of every current record, in order, a page at a time."""
    for row in connection.execute(_packed_of(entity), execution_options={"yield_per": PAGE}):
        yield row.record_id, row.content


def packed_around(
    connection: Connection, entity: str, record_ids: Iterable[int]
) -> Iterator[tuple[int, bytes | None]]:
    """``each_packed`` of these records and of all that share a key with one of them."""
    one, other = candidate_key.alias(), candidate_key.alias()
    sharing = (
        select(other.c.record_id)
        .join(one, and_(one.c.entity == other.c.entity, one.c.key == other.c.key))
        .where(one.c.entity == entity, among(connection, one.c.record_id, record_ids))
    )
    query = _packed_of(entity).where(source_record.c.record_id.in_(sharing))
    for row in connection.execute(query):
        yield row.record_id, row.content


def _packed_of(entity: str) -> Select[tuple[int, bytes | None]]:
    return (
        select(source_record.c.record_id, packed_record.c.content)
        .outerjoin(packed_record, packed_record.c.record_id == source_record.c.record_id)
        .where(source_record.c.entity == entity, source_record.c.status == "active")
        .order_by(source_record.c.record_id)
    )


def unmatched(connection: Connection, entity: str) -> list[int]:
    """Current records that are new or changed since they were last matched."""
    rows = connection.execute(
        select(standard_record.c.record_id)
        .join(source_record, source_record.c.record_id == standard_record.c.record_id)
        .where(
            standard_record.c.entity == entity,
            standard_record.c.matched.is_(False),
            source_record.c.status == "active",
        )
        .order_by(standard_record.c.record_id)
    )
    return [record_id for (record_id,) in rows]


def mark_matched(connection: Connection, record_ids: Iterable[int]) -> None:
    """These records are matched in their present version."""
    connection.execute(
        update(standard_record)
        .where(among(connection, standard_record.c.record_id, record_ids))
        .values(matched=True)
    )


def replace_pairs(
    connection: Connection, entity: str, pairs: Iterable[StoredPair], touched: Iterable[int] | None
) -> None:
    """Set the scored pairs of the ``touched`` records, or of the whole entity."""
    if touched is None:
        connection.execute(delete(match_pair).where(match_pair.c.entity == entity))
    else:
        ids = list(touched)
        connection.execute(
            delete(match_pair).where(
                or_(
                    among(connection, match_pair.c.left_id, ids),
                    among(connection, match_pair.c.right_id, ids),
                )
            )
        )
    coming = iter(pairs)
    while some := list(islice(coming, PAGE)):
        insert_rows(
            connection,
            match_pair,
            [
                {
                    "entity": entity,
                    "left_id": p.left,
                    "right_id": p.right,
                    "match_weight": p.weight,
                    "match_probability": p.probability,
                    "levels": p.levels,
                }
                for p in some
            ],
        )


def pairs_touching(connection: Connection, record_ids: Iterable[int]) -> list[StoredPair]:
    """Scored pairs with at least one side among ``record_ids``."""
    ids = list(record_ids)
    rows = connection.execute(
        select(match_pair).where(
            or_(among(connection, match_pair.c.left_id, ids), among(connection, match_pair.c.right_id, ids))
        )
    )
    return [_pair(r) for r in rows]


def all_pairs(connection: Connection, entity: str) -> list[StoredPair]:
    """Every scored pair of the entity."""
    rows = raw_rows(connection, _ALL_PAIRS, (entity,))
    # few patterns, many pairs: each pattern is held once
    return [StoredPair(left, right, w, p, intern(levels)) for left, right, w, p, levels in rows]


_ALL_PAIRS = """
    select left_id, right_id, match_weight, match_probability, levels from match_pair
    where entity = ? order by left_id, right_id"""


def find_pair(connection: Connection, left: int, right: int) -> StoredPair | None:
    """The scored pair of two records, in either order."""
    low, high = sorted((left, right))
    row = connection.execute(
        select(match_pair).where(and_(match_pair.c.left_id == low, match_pair.c.right_id == high))
    ).first()
    return None if row is None else _pair(row)


def count_pairs(connection: Connection, entity: str) -> int:
    """Number of scored pairs kept."""
    return int(connection.scalar(select(func.count()).where(match_pair.c.entity == entity)) or 0)


def _pair(r: Row) -> StoredPair:
    return StoredPair(r.left_id, r.right_id, r.match_weight, r.match_probability, r.levels)
