"""Rebuilding golden records: IDs, values, cross-references and tasks of exactly what a change can reach.

Invariants: each current source record belongs to exactly one live golden record (I2); IDs are never reused (I3);
each value names its source record, version and rule, and recomputing gives the same value (I8).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mdm.domain.cluster import Partition
from mdm.domain.golden import GoldenStatus
from mdm.domain.review import Foreseen, Foresight, TaskReason, VetoSpoken
from mdm.domain.source import Json
from mdm.domain.standardise.text import comparison_key
from mdm.domain.xref import assign_golden_ids
from mdm.linkage.record import Prepared
from mdm.services import cluster, queue, rule, second_person
from mdm.services.build import Builder, Built, ended_as
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


def rebuild(uow: UnitOfWork, matcher: Matcher, seeds: Iterable[int] | None) -> Rebuilt:
    """Regroup what the ``seeds`` (None: everything) can reach and write what changed: IDs, values, xref, tasks."""
    scope = (
        cluster.gather_whole(uow, matcher) if seeds is None else cluster.gather_around(uow, matcher, seeds)
    )
    grouped = cluster.regroup(scope)
    report = Rebuilt(clusters=len(grouped.clusters))
    report.links = sum(len(members) - 1 for members in grouped.clusters)
    golden_ids, leads = _assign(uow, scope, grouped, report)
    _write(uow, scope, grouped, golden_ids, report)
    _redirect(uow, leads)
    _link(uow, scope, grouped, golden_ids, report)
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
    builder = _builder(uow, scope)
    return [builder.build("", members, contents).attributes for members in clusters]


def _builder(uow: UnitOfWork, scope: Scope) -> Builder:
    kinds = source_store.kinds_of_systems(uow.connection)
    overrides = golden_store.overrides_of(uow.connection, scope.records)
    return Builder(scope.matcher.entity, scope.matcher.rules, scope.records, kinds, overrides)


def _name(scope: Scope, record_id: int) -> str:
    key = scope.records[record_id].key
    return f"{key.system}:{key.key}"


# -- assigning golden IDs -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leads:
    """Where golden IDs lead from now on: (from, to, kind) of new redirects, and the IDs that stand again."""

    made: Sequence[tuple[str, str, str]]
    restored: frozenset[str]


def _assign(uow: UnitOfWork, scope: Scope, grouped: Partition, report: Rebuilt) -> tuple[list[str], _Leads]:
    """Golden ID of each cluster; issues, merges and restores IDs on the way."""
    entity = scope.matcher.entity.name
    now = {r: g for r, g in scope.golden.items() if r in scope.records}
    assignment = assign_golden_ids(grouped.clusters, now, dormant_ids(uow, scope, grouped))
    golden_ids = [golden_id or uow.hub.new_golden_id(entity) for golden_id in assignment.golden_ids]
    report.created += [g for g, kept in zip(golden_ids, assignment.golden_ids, strict=True) if kept is None]
    report.restored.extend(sorted(assignment.restored))
    report.merged |= {golden_id: golden_ids[index] for golden_id, index in assignment.merged.items()}
    splits = _splits(scope, grouped, golden_ids, set(report.merged), set(report.created))
    for golden_id in report.created:
        uow.record("golden.created", entity, golden_id)
    for golden_id, into in sorted(report.merged.items()):
        uow.record("golden.merged", entity, golden_id, {"into": into})
    for golden_id in report.restored:
        uow.record("golden.restored", entity, golden_id)
    for golden_id, into in splits:
        uow.record("golden.split", entity, golden_id, {"into": into})
    made = [(a, b, "merged") for a, b in sorted(report.merged.items())]
    return golden_ids, _Leads(made + [(a, b, "split") for a, b in splits], assignment.restored)


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


def _redirect(uow: UnitOfWork, leads: _Leads) -> None:
    """Let old IDs lead to where their records are now, once these IDs are written."""
    merged = {a: b for a, b, kind in leads.made if kind == "merged"}
    touched = {*merged, *leads.restored, *merged.values()}
    open_ = golden_store.open_redirects(uow.connection, touched) if touched else []
    ended = [r.id for r in open_ if r.from_id in leads.restored]
    # An ID once split off that now comes home must not be both a target and a source: the chain stays acyclic.
    ended += [r.id for r in open_ if r.kind == "split" and r.to_id in merged]
    if ended:
        golden_store.end_redirects(uow.connection, ended, uow.at)
    golden_store.add_redirects(uow.connection, leads.made, uow.at)


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
    gone, created = set(report.merged), set(report.created)
    retired = set(scope.golden.values()) - set(golden_ids) - gone
    for built in _in_chunks(uow, scope, list(zip(golden_ids, grouped.clusters, strict=True))):
        known = {item.golden_id for item in built} - created
        _write_changed(uow, scope, built, golden_store.find_many(uow.connection, known) if known else {})
    rows = golden_store.find_many(uow.connection, gone | retired) if gone or retired else {}
    ended = [ended_as(g, GoldenStatus.MERGED) for g in sorted(gone)]
    ended += [ended_as(g, GoldenStatus.RETIRED) for g in sorted(retired)]
    changed = _write_changed(uow, scope, ended, rows)
    report.retired.extend(sorted(retired & {item.golden_id for item in changed}))
    for golden_id in report.retired:
        uow.record("golden.retired", scope.matcher.entity.name, golden_id)
    report.golden_ids.extend(sorted({*golden_ids}))


def _in_chunks(
    uow: UnitOfWork, scope: Scope, clusters: Sequence[tuple[str, Sequence[int]]]
) -> Iterator[list[Built]]:
    """The golden records of (golden ID, members), some at a time: their values never stand in memory all at once."""
    builder = _builder(uow, scope)
    for start in range(0, len(clusters), CHUNK):
        part = clusters[start : start + CHUNK]
        stored = source_store.standard_contents(uow.connection, [r for _, members in part for r in members])
        contents = {r: json.loads(text) for r, text in stored.items()}
        yield [builder.build(golden_id, members, contents) for golden_id, members in part]


def _write_changed(
    uow: UnitOfWork, scope: Scope, built: Sequence[Built], rows: Mapping[str, Any]
) -> list[Built]:  # Any: a table row
    """Write those that differ from what is stored, and those without a row; returns them."""
    changed = [
        item
        for item in built
        if item.golden_id not in rows or rows[item.golden_id].content_hash != item.content_hash
    ]
    _write_versions(uow, scope, changed, rows)
    _index(uow, scope, changed)
    return changed


def _write_versions(uow: UnitOfWork, scope: Scope, changed: Sequence[Built], rows: Mapping[str, Any]) -> None:
    if not changed:
        return
    # the rules a value rests on are kept, also when they came with a restart and not with `mdm init`
    rule.save_rules(uow, scope.matcher.rules)
    entity, fingerprint = scope.matcher.entity.name, scope.matcher.rule_fingerprint
    version = {item.golden_id: rows[item.golden_id].version + 1 for item in changed if item.golden_id in rows}
    state = {
        item.golden_id: {
            "status": item.status,
            "version": version.get(item.golden_id, 1),
            "content_hash": item.content_hash,
            "changed_at": uow.at,
        }
        for item in changed
    }
    issued = {"entity": entity, "released": False, "site": "", "created_at": uow.at}
    new = [{"golden_id": g} | values | issued for g, values in state.items() if g not in version]
    golden_store.insert_many(uow.connection, new)
    golden_store.add_versions(
        uow.connection,
        [item.version_row(version.get(item.golden_id, 1), fingerprint, uow) for item in changed],
    )
    golden_store.change_many(uow.connection, {g: values for g, values in state.items() if g in version})
    for item in changed:
        if item.status == GoldenStatus.ACTIVE and item.golden_id in version:
            uow.record("golden.changed", entity, item.golden_id, {"version": version[item.golden_id]})


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
    outside = [r for r, _ in links if r not in scope.records]
    keys = scope.records | (source_store.records_by_id(uow.connection, outside) if outside else {})
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


def _index(uow: UnitOfWork, scope: Scope, changed: Sequence[Built]) -> None:
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
