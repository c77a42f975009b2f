"""Matching: the whole entity or only what is new, one record at a time, and search before create.

Invariants: the same model, records and verdicts give the same partition (I9); one record at a time gives what the
batch gives; a run works on a snapshot and publishes only pairs whose records have not changed meanwhile.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import pyarrow as pa

from mdm.domain.access import Actor, Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.rules import RuleSet
from mdm.domain.source import Json, content_hash
from mdm.domain.standardise.kind import SourceContext
from mdm.engine.connection import open_engine
from mdm.linkage.model import Weights, build_model
from mdm.linkage.packed import Unpacked, compile_fitting, compile_packing
from mdm.linkage.packed_table import Tables, packed_tables
from mdm.linkage.predict import Engine, predict_tables, scored_pairs
from mdm.linkage.record import FeatureRecord, Prepared, members_of
from mdm.linkage.score import Comparable, ScoredPair
from mdm.linkage.spark_batch import Cluster
from mdm.linkage.statistics import collect_statistics
from mdm.linkage.train_unlabelled import train_unlabelled
from mdm.services import access, cluster, partner, rebuild, rule, source, standardise
from mdm.services.evidence import evidence_of
from mdm.services.hub import Hub
from mdm.services.rebuild import Rebuilt
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.match import StoredPair

PAGE = 10_000
"""Scored pairs taken out of the engine's table at a time."""

FEW = 1000
"""For up to so many new records only what shares a key with one of them is read."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run did; ``records`` were matched in it, ``tasks_open`` and ``golden_records`` are totals afterwards."""

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


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A golden record that may be the thing asked for, with the reasons, best first."""

    golden_id: str
    match_probability: float
    match_weight: float
    outcome: str
    title: str
    explanation: tuple[Mapping[str, Json], ...]
    vetoes: tuple[Mapping[str, Json], ...]
    sentence_en: str = ""
    sentence_zh: str = ""
    counterfactual_en: str = ""
    counterfactual_zh: str = ""


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of one record: ``new``, ``linked``, ``review`` or ``unchanged``."""

    outcome: str
    golden_id: str
    task_id: int | None
    version: int
    candidates: tuple[MatchCandidate, ...]


def run(
    hub: Hub, actor: Actor, entity: str, *, full: bool = False, engine: Engine = Engine.DUCKDB
) -> MatchReport:
    """Match what is new or changed; ``full``: everything, under new frozen statistics.

    ``engine`` finds the levels of a batch; every engine finds the same.
    """
    access.require(actor, Permission.MATCH_RUN)
    started = time.monotonic()
    with hub.unit_of_work(actor, f"standardise {entity}") as uow:
        hub = uow.hub
        rules = rule.rules_of(hub, entity)
        standardise.refresh(hub, uow, entity, [s.code for s in source.all_sources(uow)])
    with hub.reading(actor) as uow:
        full = full or not rule.has_current_model(uow, entity)
        matcher = (
            _propose(hub, rules, partial(_stored_records, uow, entity)) if full else rule.matcher(uow, entity)
        )
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
    with hub.unit_of_work(actor, f"match {entity}{' in full' if full else ''}") as uow:
        return _publish(uow, matcher, pairs, versions, fresh, started, full=full)


def rehearse(
    hub: Hub, entity: str, records: Sequence[FeatureRecord], once: Collection[str]
) -> tuple[Matcher, list[ScoredPair]]:
    """The matcher and the pairs that a full run over these records would come to; nothing is stored.

    ``once``: sources that hold each thing once.
    """
    rules = rule.rules_of(hub, entity)
    matcher = _propose(hub, rules, lambda: records)
    pack = compile_packing(rules)
    packed = ((record.record_id, pack(record.features)) for record in records)
    tables = packed_tables(rules, matcher.model.statistics, packed)
    found = _score(hub, matcher, tables, None, Engine.DUCKDB, once)
    held_once = [record.record_id for record in records if record.source in once]
    return matcher, scored_pairs(partner.worth_keeping(found, matcher, held_once))


def put_record(
    hub: Hub, actor: Actor, entity: str, system: str, key: str, attributes: Mapping[str, str | None]
) -> PutResult:
    """Take in one record: standardised, matched and committed before the answer."""
    with hub.unit_of_work(actor, f"record {system}:{key}"[:2000]) as uow:
        return put(uow, entity, system, key, attributes)


def put(
    uow: UnitOfWork, entity: str, system: str, key: str, attributes: Mapping[str, str | None]
) -> PutResult:
    """``put_record`` inside the caller's unit of work."""
    access.require(uow.actor, Permission.RECORD_WRITE)
    access.require_source(uow.actor, system)
    return take_in(uow, entity, system, key, attributes)


def take_in(
    uow: UnitOfWork, entity: str, system: str, key: str, attributes: Mapping[str, str | None]
) -> PutResult:
    """``put`` for services that have asked for the right themselves."""
    source.require_known(uow, system)
    cells = checked_attributes(uow.hub, entity, attributes)
    source.check_key(key)
    uow.take_turn(entity)
    known = source_store.records_by_key(uow.connection, entity, system, [key]).get(key)
    digest = content_hash(cells)
    if known and known.content_hash == digest and known.status == "active":
        held = xref_store.golden_ids_of(uow.connection, [known.record_id])
        if known.record_id in held:
            return PutResult("unchanged", held[known.record_id], None, known.version, ())
    matcher = rule.matcher(uow, entity)
    record_id, version = _store_record(uow, entity, system, key, cells, digest)
    matched, found, asked = _match_one(uow, matcher, record_id)
    golden_id = (
        matched.moved.get(record_id) or xref_store.golden_ids_of(uow.connection, [record_id])[record_id]
    )
    task_id = _task_of(uow, record_id)
    alone = xref_store.members_of(uow.connection, [golden_id])[golden_id] == [record_id]
    outcome = "review" if task_id is not None else "new" if alone else "linked"
    return PutResult(outcome, golden_id, task_id, version, _candidates(uow, matcher, found, asked, 5))


def search_before_create(
    uow: UnitOfWork, entity: str, attributes: Mapping[str, str | None], limit: int = 10
) -> tuple[MatchCandidate, ...]:
    """Golden records that a record with these attributes would match, nothing stored."""
    access.require(uow.actor, Permission.MATCH_SEARCH)
    cells = checked_attributes(uow.hub, entity, attributes)
    matcher = rule.matcher(uow, entity)
    made = standardise.Standardiser(uow.hub, entity, "", None, SourceContext(), "").of_attributes(cells)
    asked = matcher.scorer.prepare(FeatureRecord(0, "", made.features))
    found = _score_one(uow, matcher, asked, matcher.review_weight)
    return _candidates(uow, matcher, found, asked, limit)


def retire_record(uow: UnitOfWork, entity: str, system: str, key: str) -> str:
    """Take a record out of use; its golden ID still answers. Returns that golden ID."""
    access.require(uow.actor, Permission.RECORD_WRITE)
    access.require_source(uow.actor, system)
    uow.take_turn(entity)
    record = source.find_record(uow, entity, system, key)
    if record.status == "active":
        retire_many(uow, entity, [record.record_id])
    return xref_store.golden_ids_of(uow.connection, [record.record_id]).get(record.record_id, "")


def retire_many(uow: UnitOfWork, entity: str, record_ids: Sequence[int]) -> Rebuilt:
    """Take records out of use and rebuild what held them."""
    records = source_store.records_by_id(uow.connection, record_ids)
    for record in records.values():
        source_store.change_record(
            uow.connection,
            record.record_id,
            record.version,
            record.content_hash,
            "retired",
            uow.at,
            known=record.version,
        )
        uow.record("record.retired", entity, f"{record.key.system}:{record.key.key}")
    match_store.replace_pairs(uow.connection, entity, [], record_ids)
    match_store.replace_keys(uow.connection, entity, dict.fromkeys(record_ids, ()))
    linked = set(xref_store.golden_ids_of(uow.connection, record_ids))
    return rebuild.rebuild(uow, rule.matcher(uow, entity), linked) if linked else Rebuilt()


def restore_many(uow: UnitOfWork, entity: str, record_ids: Sequence[int]) -> None:
    """Take retired records back into use with keys and scored pairs; their golden records are for the caller."""
    records = source_store.records_by_id(uow.connection, record_ids)
    retired = [record for record in records.values() if record.status == "retired"]
    matcher = rule.matcher(uow, entity)
    texts = match_store.features(uow.connection, [record.record_id for record in retired])
    keys = {r: standardise.stored_keys(matcher.rules, json.loads(text)) for r, text in texts.items()}
    match_store.replace_keys(uow.connection, entity, keys)
    for record in retired:
        source_store.change_record(
            uow.connection,
            record.record_id,
            record.version,
            record.content_hash,
            "active",
            uow.at,
            known=record.version,
        )
        uow.record(
            "record.changed", entity, f"{record.key.system}:{record.key.key}", {"version": record.version}
        )
    for record in retired:
        _score_again(uow, matcher, record.record_id)


def checked_attributes(hub: Hub, entity: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
    """Attributes the dictionary knows, as texts; raises UnknownAttributeError or InvalidInputError."""
    entity_type = hub.dictionary.entity(entity)
    checked = {}
    for name, value in attributes.items():
        entity_type.attribute(name)
        if value is None:
            continue
        if len(value) > 4000:
            raise InvalidInputError(f"{name} has more than 4,000 characters.", field=name)
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise InvalidInputError(f"{name} holds a NUL or half a surrogate pair.", field=name)
        checked[name] = value
    return checked


# -- runs -----------------------------------------------------------------------------------------------------


def _propose(hub: Hub, rules: RuleSet, records: Callable[[], Iterable[FeatureRecord]]) -> Matcher:
    """A model from the weights in force, or trained without labels, with the statistics of these records."""
    statistics = collect_statistics(rules, records())
    weights = rule.weights_in_force(hub, rules) or _train(hub, rules, list(records()))
    model = build_model(rules, weights, statistics)
    return rule.compile_matcher(hub, rules, model.fingerprint(), model.to_json())


def _stored_records(uow: UnitOfWork, entity: str) -> Iterator[FeatureRecord]:
    for row in match_store.each_features(uow.connection, entity):
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
        _score_again(uow, matcher, record_id)
    report = Rebuilt()
    if steady and (full or fresh):
        report = rebuild.rebuild(uow, matcher, None if full else (fresh & steady) | late)
    match_store.mark_matched(uow.connection, fresh & steady)
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
        {on: len(keys) for on, keys in matcher.model.statistics.hot.items()},
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


# -- one record -----------------------------------------------------------------------------------------------


def _store_record(
    uow: UnitOfWork, entity: str, system: str, key: str, cells: Mapping[str, str], digest: str
) -> tuple[int, int]:
    known = source_store.records_by_key(uow.connection, entity, system, [key]).get(key)
    if known is None:
        row = {
            "entity": entity,
            "source": system,
            "source_key": key,
            "version": 1,
            "content_hash": digest,
            "status": "active",
            "site": "",
            "changed_at": uow.at,
        }
        record_id, version = source_store.add_records(uow.connection, [row])[key], 1
    else:
        record_id, version = known.record_id, known.version + 1
        source_store.change_record(
            uow.connection, record_id, version, digest, "active", uow.at, known=known.version
        )
    versions = [source.version_row(uow, record_id, version, cells, digest, load_id=None, mapped=True)]
    source_store.add_versions(uow.connection, versions)
    standardiser = standardise.open_standardiser(uow.connection, uow.hub, entity, system)
    standardise.store(
        uow, entity, standardiser.id, [(record_id, version, standardiser.of_attributes(cells, key))]
    )
    uow.record("record.changed", entity, f"{system}:{key}", {"version": version})
    return record_id, version


def _match_one(uow: UnitOfWork, matcher: Matcher, record_id: int) -> tuple[Rebuilt, list[Found], Prepared]:
    features = match_store.features(uow.connection, [record_id])[record_id]
    asked = cluster.prepare_record(matcher, record_id, features)
    found = _score_stored(uow, matcher, asked)
    before = {
        side for p in match_store.pairs_touching(uow.connection, [record_id]) for side in (p.left, p.right)
    }
    entity = matcher.entity.name
    match_store.replace_pairs(uow.connection, entity, [stored_pair(each.pair) for each in found], [record_id])
    match_store.mark_matched(uow.connection, [record_id])
    shown = [each for each in found if each.pair.match_weight >= matcher.review_weight]
    return rebuild.rebuild(uow, matcher, {record_id} | before), shown, asked


class Found(NamedTuple):
    """A pair with the record asked about, and the other record as it was compared."""

    pair: ScoredPair
    other: Comparable


def _score_stored(uow: UnitOfWork, matcher: Matcher, asked: Prepared) -> list[Found]:
    """The pairs of a stored record that are kept, as the batch keeps them."""
    once = partner.duplicate_free(uow, matcher.entity.name) if matcher.rules.partners else frozenset()
    found = _score_one(uow, matcher, asked, partner.least_weight(matcher, once))
    if not found or found[-1].pair.match_weight >= matcher.review_weight:
        return found
    sides = {asked.record_id, *(each.other.record_id for each in found)}
    held_once = {
        r
        for r, record in source_store.records_by_id(uow.connection, sides).items()
        if record.key.system in once
    }
    return [
        each
        for each in found
        if each.pair.match_weight >= matcher.review_weight or {each.pair.left, each.pair.right} <= held_once
    ]


def _score_one(uow: UnitOfWork, matcher: Matcher, asked: Prepared, floor: float) -> list[Found]:
    """Pairs of at least ``floor`` bits with the records that share a key that is not hot, heaviest first.

    Of equal ones those without a veto come first.
    """
    hot = matcher.model.statistics.hot
    keys = [
        standardise.key_number(block.on, text)
        for block in matcher.rules.blocking
        for text in members_of(asked.record.features.get(block.on))
        if text not in hot.get(block.on, {})
    ]
    others = _others(uow, matcher, keys, asked.record_id)
    found = [
        Found(pair, other)
        for other in others
        if (pair := _ordered_score(matcher, asked, other, floor)) is not None
    ]

    def rank(each: Found) -> tuple[float, bool, int, int]:
        vetoed = matcher.scorer.contradiction(asked, each.other) is not None
        return -each.pair.match_weight, vetoed, each.pair.left, each.pair.right

    return sorted(found, key=rank)


def _others(uow: UnitOfWork, matcher: Matcher, keys: Iterable[int], asked: int) -> list[Comparable]:
    """The records that share a key; those not packed under the present rules are read by their features."""
    found: list[Comparable] = []
    unpacked: list[int] = []
    for record_id, content in match_store.candidates(uow.connection, matcher.entity.name, keys):
        values = matcher.scorer.unpack(content)
        if record_id == asked:
            continue
        if values is None:
            unpacked.append(record_id)
        else:
            found.append(Unpacked(record_id, values))
    features = match_store.features(uow.connection, unpacked) if unpacked else {}
    return [*found, *cluster.prepare_many(matcher, features).values()]


def _score_again(uow: UnitOfWork, matcher: Matcher, record_id: int) -> None:
    """Give a record that came one by one during a run the pairs that publishing the run took from it."""
    features = match_store.features(uow.connection, [record_id])[record_id]
    found = _score_stored(uow, matcher, cluster.prepare_record(matcher, record_id, features))
    pairs = [stored_pair(each.pair) for each in found]
    match_store.replace_pairs(uow.connection, matcher.entity.name, pairs, [record_id])


def _ordered_score(matcher: Matcher, one: Comparable, other: Comparable, floor: float) -> ScoredPair | None:
    left, right = (one, other) if one.record_id < other.record_id else (other, one)
    return matcher.scorer.score_above(left, right, floor)


def stored_pair(pair: ScoredPair) -> StoredPair:
    """A scored pair as stored, smaller record id first."""
    return StoredPair(
        pair.left, pair.right, pair.match_weight, pair.match_probability, ",".join(map(str, pair.levels))
    )


def _task_of(uow: UnitOfWork, record_id: int) -> int | None:
    tasks = review_store.open_tasks_touching(uow.connection, [record_id])
    return max(tasks, key=lambda t: (t.match_weight, -t.task_id)).task_id if tasks else None


def _candidates(
    uow: UnitOfWork, matcher: Matcher, found: Sequence[Found], asked: Prepared, limit: int
) -> tuple[MatchCandidate, ...]:
    """The best pair per golden record, with its reasons; only these are explained, and only their texts are read."""
    best: dict[str, Found] = {}
    held = xref_store.golden_ids_of(uow.connection, [each.other.record_id for each in found])
    for each in found:
        if each.other.record_id in held:
            best.setdefault(held[each.other.record_id], each)
    chosen = list(best.items())[:limit]
    titles = golden_store.titles_of(uow.connection, [golden_id for golden_id, _ in chosen])
    features = match_store.features(uow.connection, [each.other.record_id for _, each in chosen])
    return tuple(
        _candidate(matcher, golden_id, each.pair, asked, _told(each.other, features), titles[golden_id])
        for golden_id, each in chosen
    )


def _told(other: Comparable, features: Mapping[int, str]) -> Prepared:
    """A record with the texts that explain it; its values are as they were compared."""
    record = FeatureRecord(other.record_id, "", json.loads(features[other.record_id]))
    return Prepared(record, tuple(other.values), ())


def _candidate(
    matcher: Matcher, golden_id: str, pair: ScoredPair, asked: Prepared, other: Prepared, title: str
) -> MatchCandidate:
    evidence = evidence_of(matcher, asked, other)
    vetoed = bool(evidence["vetoes"])
    linked = pair.match_weight >= matcher.link_weight and not vetoed
    return MatchCandidate(
        golden_id,
        pair.match_probability,
        pair.match_weight,
        "link" if linked else "review",
        title,
        tuple(evidence["comparisons"]),
        tuple(evidence["vetoes"]),
        evidence["sentence_en"],
        evidence["sentence_zh"],
        evidence["counterfactual_en"],
        evidence["counterfactual_zh"],
    )
