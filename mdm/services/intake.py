"""One record at a time: taken in and matched before the answer, taken out of use, and taken back into use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm.domain.access import Actor, Permission
from mdm.domain.machine_reason import ReasonCode, machine_reason
from mdm.domain.source import content_hash
from mdm.linkage.record import Prepared
from mdm.services import access, candidate, cluster, rebuild, rule, source, standardise
from mdm.services.candidate import Found, MatchCandidate
from mdm.services.extract import is_news
from mdm.services.hub import Hub
from mdm.services.rebuild import Rebuilt
from mdm.services.rule import Matcher
from mdm.services.standardise import Stored
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of one record: ``new``, ``linked``, ``review`` or ``unchanged``."""

    outcome: str
    golden_id: str
    task_id: int | None
    version: int
    candidates: tuple[MatchCandidate, ...]


class Ready(NamedTuple):
    """A record made comparable; ``governed``: what was in force then, ``standardiser`` names how."""

    governed: int
    standardiser: str
    record: Stored


def put_record(
    hub: Hub, actor: Actor, entity: str, system: str, key: str, attributes: Mapping[str, str | None]
) -> PutResult:
    """Take in one record: standardised, matched and committed before the answer."""
    with hub.reading(actor) as uow:
        ready = make_ready(uow, entity, system, key, attributes)
    with hub.unit_of_work(actor, machine_reason(ReasonCode.RECORD_CAME, record=f"{system}:{key}")) as uow:
        return put(uow, entity, system, key, attributes, ready)


def make_ready(
    uow: UnitOfWork, entity: str, system: str, key: str, attributes: Mapping[str, str | None]
) -> Ready | None:
    """The record made comparable before the transaction that takes it in, so that nobody waits for it.

    None: the record is known with this content.
    """
    access.require(uow.actor, Permission.RECORD_WRITE)
    access.require_source(uow.actor, system)
    cells = candidate.checked_attributes(uow.hub, entity, attributes)
    known = source_store.records_by_key(uow.connection, entity, system, [key]).get(key)
    return _made_ready(uow, entity, system, key, cells) if is_news(known, content_hash(cells)) else None


def put(
    uow: UnitOfWork,
    entity: str,
    system: str,
    key: str,
    attributes: Mapping[str, str | None],
    ready: Ready | None = None,
) -> PutResult:
    """``put_record`` inside the caller's unit of work; ``ready``: from ``make_ready`` for the same record."""
    access.require(uow.actor, Permission.RECORD_WRITE)
    access.require_source(uow.actor, system)
    return take_in(uow, entity, system, key, attributes, ready)


def take_in(
    uow: UnitOfWork,
    entity: str,
    system: str,
    key: str,
    attributes: Mapping[str, str | None],
    ready: Ready | None = None,
) -> PutResult:
    """``put`` for services that have asked for the right themselves."""
    source.require_known(uow, system)
    cells = candidate.checked_attributes(uow.hub, entity, attributes)
    source.check_key(key)
    uow.take_turn(entity)
    known = source_store.records_by_key(uow.connection, entity, system, [key]).get(key)
    digest = content_hash(cells)
    if known and not is_news(known, digest):
        held = xref_store.golden_ids_of(uow.connection, [known.record_id])
        if known.record_id in held:
            return PutResult("unchanged", held[known.record_id], None, known.version, ())
    matcher = rule.matcher(uow, entity)
    record_id, version = _store_record(uow, entity, system, key, cells, digest, ready)
    matched, found, asked = _match_one(uow, matcher, record_id)
    golden_id = (
        matched.moved.get(record_id) or xref_store.golden_ids_of(uow.connection, [record_id])[record_id]
    )
    task_id = _task_of(uow, record_id)
    alone = xref_store.members_of(uow.connection, [golden_id])[golden_id] == [record_id]
    outcome = "review" if task_id is not None else "new" if alone else "linked"
    return PutResult(
        outcome, golden_id, task_id, version, candidate.candidates_of(uow, matcher, found, asked, 5)
    )


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
        candidate.score_again(uow, matcher, record.record_id)


def _made_ready(uow: UnitOfWork, entity: str, system: str, key: str, cells: Mapping[str, str]) -> Ready:
    standardiser = standardise.open_standardiser(uow.connection, uow.hub, entity, system)
    made = standardiser.of_attributes(cells, key)
    return Ready(uow.hub.governed_number, standardiser.id, standardise.as_stored(uow.hub, entity, made))


def _store_record(
    uow: UnitOfWork,
    entity: str,
    system: str,
    key: str,
    cells: Mapping[str, str],
    digest: str,
    ready: Ready | None,
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
    # What came into force meanwhile counts; a new mapping waits for the next run, as for every record that is held.
    if ready is None or ready.governed != uow.hub.governed_number:
        ready = _made_ready(uow, entity, system, key, cells)
    standardise.store(uow, entity, ready.standardiser, [(record_id, version, ready.record)])
    uow.record("record.changed", entity, f"{system}:{key}", {"version": version})
    return record_id, version


def _match_one(uow: UnitOfWork, matcher: Matcher, record_id: int) -> tuple[Rebuilt, list[Found], Prepared]:
    features = match_store.features(uow.connection, [record_id])[record_id]
    asked = cluster.prepare_record(matcher, record_id, features)
    found = candidate.score_stored(uow, matcher, asked)
    before = {
        side for p in match_store.pairs_touching(uow.connection, [record_id]) for side in (p.left, p.right)
    }
    entity = matcher.entity.name
    match_store.replace_pairs(
        uow.connection, entity, [candidate.stored_pair(each.pair) for each in found], [record_id]
    )
    match_store.mark_matched(uow.connection, [record_id])
    shown = [each for each in found if each.pair.match_weight >= matcher.review_weight]
    return rebuild.rebuild(uow, matcher, {record_id} | before), shown, asked


def _task_of(uow: UnitOfWork, record_id: int) -> int | None:
    tasks = review_store.open_tasks_touching(uow.connection, [record_id])
    return max(tasks, key=lambda t: (t.match_weight, -t.task_id)).task_id if tasks else None
