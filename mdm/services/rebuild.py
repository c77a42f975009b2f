"""Rebuilding golden records: IDs, values, cross-references and tasks of exactly what a change can reach.

Invariants: each current source record belongs to exactly one live golden record (I2); IDs are never reused (I3);
each value names its source record, version and rule, and recomputing gives the same value (I8).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mdm.domain.cluster import Partition
from mdm.domain.entity_type import EntityType
from mdm.domain.golden import Candidate, GoldenStatus, survive
from mdm.domain.review import Foreseen, Foresight, TaskReason, VetoSpoken
from mdm.domain.rules import Survivorship
from mdm.domain.source import Json
from mdm.domain.standardise.text import comparison_key
from mdm.domain.xref import Assignment, assign_golden_ids
from mdm.linkage.record import Prepared
from mdm.services import cluster, queue, rule, second_person
from mdm.services.cluster import Scope
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.review import Constraint

CHUNK = 5000
"""Golden records built and written at a time."""

OVERRIDE = "override"
"""Rule name of a value that a steward set."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild changed."""

    golden_ids: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    moved: dict[int, str] = field(default_factory=dict)
    tasks_opened: list[int] = field(default_factory=list)
    tasks_closed: list[int] = field(default_factory=list)
    clusters: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True)
class _Built:
    """A golden record about to be written."""

    golden_id: str
    status: str
    members: tuple[int, ...]
    attributes: Mapping[str, Json]
    provenance: Mapping[str, Sequence[Json]]
    title: str
    content_hash: str


def rebuild(uow: UnitOfWork, matcher: Matcher, seeds: Iterable[int] | None) -> Rebuilt:
    """Regroup what the ``seeds`` (None: everything) can reach and write what changed: IDs, values, xref, tasks."""
    scope = cluster.gather_all(uow, matcher) if seeds is None else cluster.gather_around(uow, matcher, seeds)
    grouped = cluster.regroup(scope)
    report = Rebuilt(clusters=len(grouped.clusters))
    report.links = sum(len(members) - 1 for members in grouped.clusters)
    golden_ids = _assign(uow, scope, grouped, report)
    _write(uow, scope, grouped, golden_ids, report)
    queue.refresh(uow, scope, grouped, report.tasks_opened, report.tasks_closed)
    return report


def foresee_match(uow: UnitOfWork, matcher: Matcher, left: int, right: int) -> Foresight:
    """What a match verdict on this pair would leave and cross, computed without writing anything."""
    scope = cluster.gather_around(uow, matcher, {left, right})
    low, high = sorted((left, right))
    scope.constraints = [c for c in scope.constraints if (c.left, c.right) != (low, high)]
    scope.constraints.append(Constraint(low, high, True, "", "", ""))
    grouped = cluster.regroup(scope)
    now = {r: g for r, g in scope.golden.items() if r in scope.records}
    assigned = assign_golden_ids(grouped.clusters, now, dormant_ids(uow, scope, grouped))
    touched = {now.get(left), now.get(right)}
    left_over = [
        (members, golden_id)
        for members, golden_id in zip(grouped.clusters, assigned.golden_ids, strict=True)
        if touched & {now.get(r) for r in members}
    ]
    leaves = tuple(
        Foreseen(
            golden_id or "?",
            tuple(_name(scope, r) for r in members),
            tuple(_name(scope, r) for r in members if now.get(r) != golden_id),
        )
        for members, golden_id in left_over
    )
    regulated = {veto for members, _ in left_over for veto in _crossed(scope, members, now)}
    return Foresight(
        leaves,
        tuple(sorted(regulated, key=lambda veto: veto.name)),
        _joint_values(uow, scope, left, right, [members for members, _ in left_over]),
        _answered(uow, grouped.clusters, left, right),
    )


def _joint_values(
    uow: UnitOfWork, scope: Scope, left: int, right: int, clusters: Sequence[Sequence[int]]
) -> Mapping[str, Json]:
    """The values of the golden record that would hold both records; empty when they would not meet."""
    joint = next((members for members in clusters if left in members and right in members), None)
    if joint is None:
        return {}
    texts = source_store.standard_contents(uow.connection, joint)
    contents = {record: json.loads(text) for record, text in texts.items()}
    return foresee_values(uow, scope, [joint], contents)[0]


def _answered(uow: UnitOfWork, clusters: Sequence[Sequence[int]], left: int, right: int) -> tuple[int, ...]:
    """Open tasks, but for this one and blind ones, whose two records would be in one golden record."""
    joint = set(next((members for members in clusters if left in members and right in members), ()))
    return tuple(
        task.task_id
        for task in review_store.open_tasks_touching(uow.connection, joint)
        if {task.left_id, task.right_id} <= joint
        and {task.left_id, task.right_id} != {left, right}
        and task.reason != TaskReason.AUDIT
    )


def _crossed(scope: Scope, members: Sequence[int], now: Mapping[int, str]) -> tuple[VetoSpoken, ...]:
    """Regulated vetoes between records that would meet, from different golden records as they are."""
    groups: dict[str | None, list[Prepared]] = {}
    for record_id in members:
        groups.setdefault(now.get(record_id), []).append(scope.prepare(record_id))
    return second_person.crossed(scope.matcher, list(groups.values()))


def foresee_values(
    uow: UnitOfWork,
    scope: Scope,
    clusters: Iterable[Sequence[int]],
    contents: Mapping[int, Mapping[str, Any]],
) -> list[Mapping[str, Json]]:
    """The values each cluster would have as a golden record (``Any``: stored JSON of values and parts)."""
    kinds = source_store.kinds_of_systems(uow.connection)
    overrides = _overrides(uow, scope)
    return [_build(scope, "", members, contents, kinds, overrides).attributes for members in clusters]


def _name(scope: Scope, record_id: int) -> str:
    key = scope.records[record_id].key
    return f"{key.system}:{key.key}"


# -- assigning golden IDs -------------------------------------------------------------------------------------


def _assign(uow: UnitOfWork, scope: Scope, grouped: Partition, report: Rebuilt) -> list[str]:
    """Golden ID of each cluster; issues, merges, restores and retires IDs on the way."""
    now = {r: g for r, g in scope.golden.items() if r in scope.records}
    dormant = dormant_ids(uow, scope, grouped)
    assignment = assign_golden_ids(grouped.clusters, now, dormant)
    golden_ids = [
        golden_id or uow.hub.new_golden_id(scope.matcher.entity.name) for golden_id in assignment.golden_ids
    ]
    _issue(uow, scope, assignment, golden_ids, report)
    _redirect(uow, scope, grouped, assignment, golden_ids, report)
    return golden_ids


def dormant_ids(uow: UnitOfWork, scope: Scope, grouped: Partition) -> dict[int, list[str]]:
    """Merged IDs that records had before, asked only when a golden record may come apart."""
    parts: dict[str, int] = {}
    for members in grouped.clusters:
        for golden_id in {scope.golden[r] for r in members if r in scope.golden}:
            parts[golden_id] = parts.get(golden_id, 0) + 1
    torn = {golden_id for golden_id, count in parts.items() if count > 1}
    records = [r for r in scope.records if scope.golden.get(r) in torn]
    found: dict[int, list[str]] = {}
    if records:
        for row in golden_store.merged_ids_once_holding(uow.connection, records):
            held = found.setdefault(row.record_id, [])
            if row.golden_id not in held:
                held.append(row.golden_id)
    return found


def _issue(
    uow: UnitOfWork, scope: Scope, assignment: Assignment, golden_ids: Sequence[str], report: Rebuilt
) -> None:
    entity = scope.matcher.entity.name
    new = [g for g, kept in zip(golden_ids, assignment.golden_ids, strict=True) if kept is None]
    golden_store.insert_many(
        uow.connection,
        [
            {
                "golden_id": golden_id,
                "entity": entity,
                "status": GoldenStatus.ACTIVE.value,
                "version": 0,
                "content_hash": "",
                "released": False,
                "site": "",
                "created_at": uow.at,
                "changed_at": uow.at,
            }
            for golden_id in new
        ],
    )
    for golden_id in new:
        uow.record("golden.created", entity, golden_id)
    report.created.extend(new)
    report.restored.extend(sorted(assignment.restored))


def _redirect(
    uow: UnitOfWork,
    scope: Scope,
    grouped: Partition,
    assignment: Assignment,
    golden_ids: Sequence[str],
    report: Rebuilt,
) -> None:
    entity = scope.matcher.entity.name
    merged = {golden_id: golden_ids[index] for golden_id, index in assignment.merged.items()}
    splits = _splits(scope, grouped, golden_ids, set(merged), set(report.created))
    touched = {*merged, *assignment.restored, *merged.values()}
    open_ = golden_store.open_redirects(uow.connection, touched) if touched else []
    ended = [r.id for r in open_ if r.from_id in assignment.restored]
    # An ID once split off that now comes home must not be both a target and a source: the chain stays acyclic.
    ended += [r.id for r in open_ if r.kind == "split" and r.to_id in merged]
    golden_store.end_redirects(uow.connection, ended, uow.at)
    golden_store.add_redirects(
        uow.connection,
        [(a, b, "merged") for a, b in sorted(merged.items())] + [(a, b, "split") for a, b in splits],
        uow.at,
    )
    for golden_id, into in sorted(merged.items()):
        uow.record("golden.merged", entity, golden_id, {"into": into})
    for golden_id in sorted(assignment.restored):
        uow.record("golden.restored", entity, golden_id)
    for golden_id, into in splits:
        uow.record("golden.split", entity, golden_id, {"into": into})
    report.merged.update(merged)


def _splits(
    scope: Scope, grouped: Partition, golden_ids: Sequence[str], merged: set[str], created: set[str]
) -> list[tuple[str, str]]:
    """(old ID that lives on, new ID that took some of its records)."""
    return sorted(
        {
            (scope.golden[r], golden_id)
            for members, golden_id in zip(grouped.clusters, golden_ids, strict=True)
            if golden_id in created
            for r in members
            if r in scope.golden and scope.golden[r] not in merged
        }
    )


# -- writing --------------------------------------------------------------------------------------------------


def _write(
    uow: UnitOfWork, scope: Scope, grouped: Partition, golden_ids: Sequence[str], report: Rebuilt
) -> None:
    gone = set(report.merged)
    retired = set(scope.golden.values()) - set(golden_ids) - gone
    rows = golden_store.find_many(uow.connection, {*golden_ids, *gone, *retired})
    for built in _in_chunks(uow, scope, list(zip(golden_ids, grouped.clusters, strict=True))):
        _write_changed(uow, scope, built, rows, set(report.created))
    ended = [_ended(rows[g], GoldenStatus.MERGED) for g in sorted(gone)]
    ended += [_ended(rows[g], GoldenStatus.RETIRED) for g in sorted(retired)]
    changed = _write_changed(uow, scope, ended, rows, set())
    report.retired.extend(sorted(retired & {item.golden_id for item in changed}))
    for golden_id in report.retired:
        uow.record("golden.retired", scope.matcher.entity.name, golden_id)
    report.golden_ids.extend(sorted({*golden_ids}))
    _link(uow, scope, grouped, golden_ids, report)


def _in_chunks(
    uow: UnitOfWork, scope: Scope, clusters: Sequence[tuple[str, Sequence[int]]]
) -> Iterator[list[_Built]]:
    """The golden records of (golden ID, members), some at a time: their values never stand in memory all at once."""
    kinds = source_store.kinds_of_systems(uow.connection)
    overrides = _overrides(uow, scope)
    for start in range(0, len(clusters), CHUNK):
        part = clusters[start : start + CHUNK]
        stored = source_store.standard_contents(uow.connection, [r for _, members in part for r in members])
        contents = {r: json.loads(text) for r, text in stored.items()}
        yield [_build(scope, golden_id, members, contents, kinds, overrides) for golden_id, members in part]


def _write_changed(
    uow: UnitOfWork, scope: Scope, built: Sequence[_Built], rows: Mapping[str, Any], created: set[str]
) -> list[_Built]:  # Any: a table row
    """Write those that differ from what is stored; returns them."""
    changed = [item for item in built if rows[item.golden_id].content_hash != item.content_hash]
    _write_versions(uow, scope, changed, rows, created)
    _index(uow, scope, changed)
    return changed


def _overrides(uow: UnitOfWork, scope: Scope) -> dict[int, list[tuple[str, Json, str]]]:
    found: dict[int, list[tuple[str, Json, str]]] = {}
    for row in golden_store.overrides_of(uow.connection, scope.records):
        found.setdefault(row.record_id, []).append((row.attribute, json.loads(row.value), row.override_id))
    return found


def _build(
    scope: Scope,
    golden_id: str,
    members: Sequence[int],
    contents: Mapping[int, Mapping[str, Any]],
    kinds: Mapping[str, str],
    overrides: Mapping[int, Sequence[tuple[str, Json, str]]],
) -> _Built:
    """The golden record of a cluster; ``Any``: stored JSON of values and parts."""
    entity = scope.matcher.entity
    rules = {rule.attribute: rule for rule in scope.matcher.rules.survivorship}
    times = {r: datetime.fromisoformat(scope.records[r].changed_at) for r in members}
    newest = max(times.values())
    attributes: dict[str, Json] = {}
    provenance: dict[str, Sequence[Json]] = {}
    for name in entity.attributes:
        candidates = [
            Candidate(
                r,
                scope.records[r].key,
                kinds.get(scope.records[r].key.system, "OTHER"),
                scope.records[r].version,
                contents[r]["values"][name],
                times[r],
                _verified(entity, name, contents[r]),
            )
            for r in members
            if contents[r]["values"].get(name) is not None
        ]
        chosen = survive(_rule_for(rules, name), candidates, newest)
        if chosen is not None:
            attributes[name] = chosen.candidate.value
            provenance[name] = [chosen.candidate.record_id, chosen.candidate.version, chosen.rule]
    for r in members:
        for name, value, override_id in sorted(overrides.get(r, ()), key=lambda item: item[2]):
            attributes[name] = value
            provenance[name] = [r, override_id, OVERRIDE]
    title = (entity.title_of(attributes) or scope.records[members[0]].key.key)[:400]
    status = GoldenStatus.ACTIVE.value
    digest = _digest(status, title, attributes, provenance, members)
    return _Built(golden_id, status, tuple(members), attributes, provenance, title, digest)


def _verified(entity: EntityType, name: str, content: Mapping[str, Any]) -> bool:
    attribute = entity.attributes[name]
    return bool(attribute.check) and content["parts"].get(name, {}).get("valid", "1") == "1"


def _rule_for(rules: Mapping[str, Survivorship], name: str) -> Survivorship:
    return rules.get(name) or rules["*"]


def _ended(row: Any, status: GoldenStatus) -> _Built:  # Any: a table row
    return _Built(row.golden_id, status.value, (), {}, {}, "", _digest(status.value, "", {}, {}, ()))


def _digest(
    status: str,
    title: str,
    attributes: Mapping[str, Json],
    provenance: Mapping[str, Sequence[Json]],
    members: Sequence[int],
) -> str:
    content = json.dumps(
        [status, title, attributes, provenance, list(members)], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _write_versions(
    uow: UnitOfWork, scope: Scope, changed: Sequence[_Built], rows: Mapping[str, Any], created: set[str]
) -> None:
    entity = scope.matcher.entity.name
    if (
        changed
    ):  # the rules a value rests on are kept, also when they came with a restart and not with `mdm init`
        rule.save_rules(uow, scope.matcher.rules)
    golden_store.add_versions(
        uow.connection,
        [
            {
                "golden_id": item.golden_id,
                "version": rows[item.golden_id].version + 1,
                "status": item.status,
                "title": item.title,
                "attributes": _json(item.attributes),
                "provenance": _json(item.provenance),
                "members": _json(list(item.members)),
                "rule_fingerprint": scope.matcher.rule_fingerprint,
                "content_hash": item.content_hash,
                "valid_from": uow.at,
                "fact_id": uow.fact_id,
            }
            for item in changed
        ],
    )
    golden_store.change_many(
        uow.connection,
        {
            item.golden_id: {
                "status": item.status,
                "version": rows[item.golden_id].version + 1,
                "content_hash": item.content_hash,
                "changed_at": uow.at,
            }
            for item in changed
        },
    )
    for item in changed:
        if item.status == GoldenStatus.ACTIVE and item.golden_id not in created:
            version = rows[item.golden_id].version + 1
            uow.record("golden.changed", entity, item.golden_id, {"version": version})


def _link(
    uow: UnitOfWork, scope: Scope, grouped: Partition, golden_ids: Sequence[str], report: Rebuilt
) -> None:
    """Point every record to its golden ID; only what changes is written."""
    entity = scope.matcher.entity.name
    links = [
        (r, golden_id)
        for members, golden_id in zip(grouped.clusters, golden_ids, strict=True)
        for r in members
        if scope.golden.get(r) != golden_id
    ]
    # Retired records stay with their golden record, also when it merges into another.
    links += [
        (r, report.merged[g])
        for r, g in scope.golden.items()
        if r not in scope.records and g in report.merged
    ]
    xref_store.move(uow.connection, links, [r for r, _ in links if r in scope.golden], uow.at)
    keys = source_store.records_by_id(uow.connection, [r for r, _ in links])
    for r, golden_id in links:
        uow.record(
            "xref.linked",
            entity,
            golden_id,
            {
                "source_system": keys[r].key.system,
                "source_id": keys[r].key.key,
                "previous": scope.golden.get(r),
            },
        )
    report.moved.update(links)


def _index(uow: UnitOfWork, scope: Scope, changed: Sequence[_Built]) -> None:
    rows = []
    for item in changed:
        if item.status != GoldenStatus.ACTIVE:
            continue
        texts = [item.golden_id, *(str(value) for value in item.attributes.values() if value is not None)]
        texts += [scope.records[r].key.key for r in item.members]
        rows.append(
            {
                "golden_id": item.golden_id,
                "entity": scope.matcher.entity.name,
                "text": comparison_key(" ".join(texts)),
            }
        )
    golden_store.save_search(
        uow.connection, rows, [item.golden_id for item in changed if item.status != GoldenStatus.ACTIVE]
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
