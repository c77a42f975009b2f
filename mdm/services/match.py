"""Match runs: the whole entity or only what is new.

Invariants: the same model, records and verdicts give the same partition (I9); one record at a time gives what the
batch gives; a run works on a snapshot and publishes only pairs whose records have not changed meanwhile.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mdm.domain.access import Actor, Permission
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.rules import RuleSet
from mdm.engine.connection import open_engine
from mdm.linkage.model import Weights, build_model
from mdm.linkage.packed import compile_fitting, compile_packing
from mdm.linkage.packed_table import Tables, packed_tables
from mdm.linkage.predict import Engine, predict_tables, scored_pairs
from mdm.linkage.record import FeatureRecord
from mdm.linkage.score import ScoredPair
from mdm.linkage.spark_batch import Cluster
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.train_unlabelled import train_unlabelled
from mdm.services import access, candidate, partner, rebuild, rule, source, standardise
from mdm.services.hub import Hub
from mdm.services.rebuild import Rebuilt
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage.match import StoredPair

PAGE = 10_000
"""Scored pairs taken out of the engine's table at a time."""

FEW = 1000
"""For up to so many new records only what shares a key with one of them is read."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run did; ``records`` were matched in it, ``tasks_open`` and ``golden_records`` are totals afterwards.

    ``hot_keys``: per blocking feature the keys that too many records hold to be compared on, refined ones
    (``feature+other``) apart; ``refined_keys``: those of them that count together with another feature.
    """

    run_id: str
    entity: str
    records: int
    pairs_scored: int
    auto_links: int
    tasks_open: int
    golden_records: int
    seconds: float
    rule_set: str
    model: str
    hot_keys: Mapping[str, int]
    refined_keys: Mapping[str, int]


def run(
    hub: Hub, actor: Actor, entity: str, *, full: bool = False, engine: Engine = Engine.DUCKDB
) -> MatchReport:
    """Match what is new or changed; ``full``: everything, under new frozen statistics.

    ``engine`` finds the levels of a batch; every engine finds the same.
    """
    access.require(actor, Permission.MATCH_RUN)
    started = time.monotonic()
    with hub.unit_of_work(actor, machine_reason(ReasonCode.STANDARDISED, entity=entity)) as uow:
        hub = uow.hub
        rules = rule.rules_of(hub, entity)
        standardise.refresh(hub, uow, entity, [s.code for s in source.all_sources(uow)])
    with hub.reading(actor) as uow:
        full = full or not rule.has_current_model(uow, entity)
        matcher = _propose(hub, rules, _StoredRecords(uow, entity)) if full else rule.matcher(uow, entity)
        rows = match_store.versions(uow.connection, entity)
        versions = {r.record_id: r.version for r in rows}
        fresh = {r.record_id for r in rows if full or not r.matched}
        only = None if full else fresh
        tables = _tables(uow, matcher, only)
        once = partner.duplicate_free(uow, entity)
    pairs = None
    if fresh:
        held_once = [r.record_id for r in rows if r.source in once]
        pairs = partner.worth_keeping(_score(hub, matcher, tables, only, engine, once), matcher, held_once)
    del tables
    code = ReasonCode.MATCHED_IN_FULL if full else ReasonCode.MATCHED
    with hub.unit_of_work(actor, machine_reason(code, entity=entity)) as uow:
        return _publish(uow, matcher, pairs, versions, fresh, started, full=full)


def rehearse(
    hub: Hub, entity: str, records: Sequence[FeatureRecord], once: Collection[str]
) -> tuple[Matcher, list[ScoredPair]]:
    """The matcher and the pairs that a full run over these records would come to; nothing is stored.

    ``once``: sources that hold each thing once.
    """
    rules = rule.rules_of(hub, entity)
    matcher = _propose(hub, rules, records)
    pack = compile_packing(rules)
    packed = ((record.record_id, pack(record.features)) for record in records)
    tables = packed_tables(rules, matcher.model.statistics, packed)
    found = _score(hub, matcher, tables, None, Engine.DUCKDB, once)
    held_once = [record.record_id for record in records if record.source in once]
    return matcher, scored_pairs(partner.worth_keeping(found, matcher, held_once))


# -- runs -----------------------------------------------------------------------------------------------------


def _propose(hub: Hub, rules: RuleSet, records: Iterable[FeatureRecord]) -> Matcher:
    """A model from the weights in force, or trained without labels, with the statistics of these records."""
    statistics = collect_statistics(rules, records)
    weights = rule.weights_in_force(hub, rules) or _train(hub, rules, list(records))
    model = build_model(rules, weights, statistics)
    return rule.compile_matcher(hub, rules, model.fingerprint(), model.to_json())


@dataclass(frozen=True, slots=True)
class _StoredRecords:
    """The features of every current record, read anew each time that somebody goes through them."""

    uow: UnitOfWork
    entity: str

    def __iter__(self) -> Iterator[FeatureRecord]:
        for row in match_store.each_features(self.uow.connection, self.entity):
            yield FeatureRecord(row.record_id, row.source, json.loads(row.features))


def _train(hub: Hub, rules: RuleSet, records: Sequence[FeatureRecord]) -> Weights:
    engine = open_engine(hub.settings.scratch)
    try:
        return train_unlabelled(engine, rules, records)
    finally:
        engine.close()


def _tables(uow: UnitOfWork, matcher: Matcher, fresh: Collection[int] | None) -> Tables:
    """Every current record for the engine; of a few ``fresh`` ones these and what shares a key with them."""
    entity = matcher.entity.name
    if fresh is None or len(fresh) > FEW:
        stored = match_store.each_packed(uow.connection, entity)
    else:
        stored = match_store.packed_around(uow.connection, entity, fresh)
    return packed_tables(matcher.rules, matcher.model.statistics, _packed(uow, matcher.rules, stored))


def _packed(
    uow: UnitOfWork, rules: RuleSet, stored: Iterable[tuple[int, bytes | None]]
) -> Iterator[tuple[int, bytes]]:
    """Packed forms; those that are missing or were made for other columns are made from the features."""
    pack, fits = compile_packing(rules), compile_fitting(rules)
    for record_id, content in stored:
        if content is None or not fits(content):
            features = match_store.features(uow.connection, [record_id])[record_id]
            yield record_id, pack(json.loads(features))
        else:
            yield record_id, content


def _score(
    hub: Hub,
    matcher: Matcher,
    tables: Tables,
    fresh: Collection[int] | None,
    engine: Engine,
    once: Collection[str],
) -> pa.Table:
    """Pairs of at least the weight that is kept (``predict_table``), of all records or touching a ``fresh`` one."""
    connection = open_engine(hub.settings.scratch)
    try:
        return predict_tables(
            connection,
            matcher.rules,
            matcher.model,
            tables,
            floor=partner.least_weight(matcher, once),
            only=fresh,
            engine=engine,
            cluster=Cluster(hub.settings.spark_master, hub.settings.spark_folder),
        )
    finally:
        connection.close()


def _publish(
    uow: UnitOfWork,
    matcher: Matcher,
    pairs: pa.Table | None,
    versions: Mapping[int, int],
    fresh: set[int],
    started: float,
    *,
    full: bool,
) -> MatchReport:
    """Write what still holds: records changed since the snapshot are scored again, or left to the next run."""
    entity = matcher.entity.name
    uow.take_turn(entity)
    rows = match_store.versions(uow.connection, entity)
    now = {r.record_id: r.version for r in rows}
    steady = {record_id for record_id, version in versions.items() if now.get(record_id) == version}
    late = {r.record_id for r in rows if r.matched and r.record_id not in steady}
    kept = (pair for pair in _stored_pairs(pairs) if pair.left in steady and pair.right in steady)
    if full:
        rule.activate(uow, matcher.rules, matcher.model)
    match_store.replace_pairs(uow.connection, entity, kept, None if full else fresh & steady)
    for record_id in sorted(late):
        candidate.score_again(uow, matcher, record_id)
    report = Rebuilt()
    if steady and (full or fresh):
        report = rebuild.rebuild(uow, matcher, None if full else (fresh & steady) | late)
    match_store.mark_matched(uow.connection, fresh & steady)
    hot = matcher.model.statistics.hot
    result = MatchReport(
        uow.hub.new_id(),
        entity,
        len(fresh & steady),
        0 if pairs is None else pairs.num_rows,
        report.links,
        review_store.count_tasks(uow.connection, entity=entity, status="open", reason=None, with_audit=False),
        golden_store.count(uow.connection, entity),
        round(time.monotonic() - started, 3),
        matcher.rule_fingerprint,
        matcher.model_fingerprint,
        {on: len(keys) for on, keys in hot.items()},
        {block.on: len(hot[block.on]) for block in matcher.rules.blocking if block.refine_by},
    )
    _keep_run(uow, result, full=full)
    return result


def _stored_pairs(found: pa.Table | None) -> Iterator[StoredPair]:
    """The scored pairs as they are stored, a batch of the table at a time."""
    for batch in found.to_batches(max_chunksize=PAGE) if found is not None else ():
        left, right, weight, probability, *levels = (column.to_pylist() for column in batch.columns)
        patterns = (",".join(map(str, of_pair)) for of_pair in zip(*levels, strict=True))
        yield from map(StoredPair, left, right, weight, probability, patterns)


def _keep_run(uow: UnitOfWork, result: MatchReport, *, full: bool) -> None:
    match_store.save_run(
        uow.connection,
        {
            "run_id": result.run_id,
            "entity": result.entity,
            "mode": "full" if full else "new",
            "rule_fingerprint": result.rule_set,
            "model_fingerprint": result.model,
            "result": json.dumps({"records": result.records, "pairs": result.pairs_scored}),
            "started_at": uow.at,
            "finished_at": uow.at,
        },
    )
    uow.record("match.completed", result.entity, result.run_id, {"records": result.records, "full": full})
