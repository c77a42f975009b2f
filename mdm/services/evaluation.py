"""Evaluation: how good the automatic golden records are against a known truth, before any verdict."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdm.domain.access import Permission
from mdm.domain.errors import UnreadableFileError
from mdm.domain.source import Json, SourceKey
from mdm.domain.standardise.text import has_han
from mdm.linkage.evaluate import Evaluation, Negative, QueuedPair, Script, evaluate
from mdm.services import access, cluster, evaluation_report, queue, rule
from mdm.services.cluster import Scope
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import source as source_store
from mdm.storage.source import StoredRecord

SPARSE = 3
"""A record with fewer values than this says too little to be matched on."""


@dataclass(frozen=True, slots=True)
class Stability:
    """Share of ``records`` (0 to 1) that stand with others after clustering again, and in another order."""

    records: int
    rerun: float
    permuted: float


def evaluate_entity(uow: UnitOfWork, entity: str, truth: Path, negatives: Path | None = None) -> Evaluation:
    """Judge the partition the machine makes by itself; verdicts do not count.

    ``truth``: source_system, source_id, entity_id; ``negatives``: entity_a, entity_b, kind. Raises
    UnreadableFileError for another header.
    """
    return evaluate_with_report(uow, entity, truth, negatives)[0]


def evaluate_with_report(
    uow: UnitOfWork, entity: str, truth: Path, negatives: Path | None = None
) -> tuple[Evaluation, str]:
    """``evaluate_entity``, and the same with charts and the worst errors as a self-contained document (HTML)."""
    access.require(uow.actor, Permission.EXPORT_READ)
    scope = cluster.gather_all(uow, rule.matcher(uow, entity))
    scope.constraints = []
    grouped = cluster.regroup(scope)
    home = {record: index for index, members in enumerate(grouped.clusters) for record in members}
    known = _truth(truth, scope.records)
    values = _values(uow, scope.records)
    found = evaluate(
        home,
        known,
        negatives=[] if negatives is None else _negatives(negatives),
        queue=[QueuedPair(q.left, q.right, q.probability) for q in queue.questions(scope, grouped)],
        scripts={record_id: script_of(held) for record_id, held in values.items()},
    )
    name = scope.matcher.entity
    judged = evaluation_report.judge_pairs(f"{name.zh} {name.en}", found, scope, grouped, known, values)
    return found, evaluation_report.document([judged])


def stability(uow: UnitOfWork, entity: str) -> Stability:
    """How many records would stand with others if nothing but the order changed, verdicts left out.

    Whether a disjoint source moves anything is told by ``python -m mdm.demo.stability``, for it needs such a source.
    """
    access.require(uow.actor, Permission.EXPORT_READ)
    scope = cluster.gather_all(uow, rule.matcher(uow, entity))
    scope.constraints = []
    before = _groups(scope)
    order = sorted(scope.records, key=lambda record: hashlib.sha256(str(record).encode()).digest())
    number = {record: place for place, record in enumerate(order, 1)}
    return Stability(
        len(scope.records),
        _moved(before, _groups(scope)),
        _moved(before, _groups(_renumbered(scope, number))),
    )


def _groups(scope: Scope) -> dict[SourceKey, frozenset[SourceKey]]:
    return {
        scope.records[record].key: frozenset(scope.records[member].key for member in members)
        for members in cluster.regroup(scope).clusters
        for record in members
    }


def _moved(
    before: Mapping[SourceKey, frozenset[SourceKey]], after: Mapping[SourceKey, frozenset[SourceKey]]
) -> float:
    return sum(after[key] != group for key, group in before.items()) / max(len(before), 1)


def _renumbered(scope: Scope, number: Mapping[int, int]) -> Scope:
    """The same scope as if its records had come in another order."""
    pairs = [
        pair._replace(
            left=min(number[pair.left], number[pair.right]), right=max(number[pair.left], number[pair.right])
        )
        for pair in scope.pairs
        if pair.left in number and pair.right in number
    ]
    return Scope(
        scope.matcher,
        {number[i]: record._replace(record_id=number[i]) for i, record in scope.records.items()},
        sorted(pairs, key=lambda pair: (pair.left, pair.right)),
        [],
        {},
        features={number[i]: text for i, text in scope.features.items() if i in number},
        duplicate_free=scope.duplicate_free,
    )


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV with at least these columns; raises UnreadableFileError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise UnreadableFileError(
                    f"{path.name}: column {missing[0]} is missing", columns=list(columns)
                )
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(f"{path.name}: {error}") from error


def _truth(path: Path, records: Mapping[int, StoredRecord]) -> dict[int, str]:
    rows = read_table(path, ("source_system", "source_id", "entity_id"))
    entities = {(row["source_system"], row["source_id"]): row["entity_id"] for row in rows}
    return {
        record_id: entities[record.key.system, record.key.key]
        for record_id, record in records.items()
        if (record.key.system, record.key.key) in entities
    }


def _negatives(path: Path) -> list[Negative]:
    rows = read_table(path, ("entity_a", "entity_b", "kind"))
    return [Negative(row["entity_a"], row["entity_b"], row["kind"]) for row in rows]


def _values(uow: UnitOfWork, records: Mapping[int, StoredRecord]) -> dict[int, Mapping[str, Json]]:
    contents = source_store.standard_contents(uow.connection, records)
    return {record_id: json.loads(text)["values"] for record_id, text in contents.items()}


def script_of(values: Mapping[str, object]) -> Script:
    """What a record is written in, by its standard values."""
    if len(values) < SPARSE:
        return Script.SPARSE
    return (
        Script.ZH if any(has_han(value) for value in values.values() if isinstance(value, str)) else Script.EN
    )
