"""The what-if gate: what a change would do to the live records, computed beside them and written nowhere.

Invariant: the report is what the next full run would do under the change, on the records, verdicts and golden records
of one snapshot; the same snapshot and change give the same report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mdm.domain.access import Actor, Permission
from mdm.domain.change import Change, Step
from mdm.domain.cluster import Partition
from mdm.domain.errors import MdmError
from mdm.domain.whatif import (
    ChangeLine,
    Moved,
    Pair,
    Report,
    Tally,
    WhatIf,
    by_source,
    quality_of,
    tally,
    together,
)
from mdm.domain.xref import Assignment, assign_golden_ids
from mdm.linkage.record import FeatureRecord
from mdm.services import (
    access,
    candidate,
    change,
    cluster,
    match,
    proposal,
    queue,
    rebuild,
    rule,
    source,
    standardise,
)
from mdm.services.cluster import Scope
from mdm.services.governed import Governed
from mdm.services.hub import Hub
from mdm.services.standardise import Standardised
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.whatif_difference import code_differences, differences
from mdm.services.whatif_example import worst_examples
from mdm.services.whatif_side import (
    Side,
    contradicted_by,
    held_ids,
    links,
    live_clusters,
    outcomes,
    play,
)
from mdm.storage import golden as golden_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store


@dataclass(frozen=True, slots=True)
class Examined:
    """A report as stored, and what it was made on."""

    text: str
    basis: str
    state: str


def examine(hub: Hub, actor: Actor, change_id: str) -> Change:
    """Compute the report of a change on the present state and store it with the change."""
    with hub.reading(actor) as uow:
        made = compute(uow, change_id)
    with hub.unit_of_work(actor, f"examine change {change_id}"[:2000]) as uow:
        return keep(uow, change_id, made)


def compute(uow: UnitOfWork, change_id: str) -> Examined:
    """The report of a change on the state of this snapshot; takes seconds, so no transaction should wait for it."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    found = change.get(uow, change_id)
    change.check_step(found, Step.EXAMINE)
    report = report_of(uow, found)
    text = json.dumps(asdict(report), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Examined(text, proposal.basis_of(uow.hub, found.entity), change.state_of(uow, found.entity))


def keep(uow: UnitOfWork, change_id: str, made: Examined) -> Change:
    """Store a computed report with its change."""
    return change.keep_report(uow, change_id, made.text, made.basis, made.state)


def report_of(uow: UnitOfWork, found: Change) -> Report:
    """The report of a change request, a part per entity it can touch; nothing is stored."""
    governed = proposal.would_govern(uow.hub, found)
    entities = [found.entity] if found.entity else [name for name in uow.hub.rules if _has_records(uow, name)]
    return Report(found.fingerprint, tuple(foresee(uow, name, governed) for name in entities))


def lines_of(uow: UnitOfWork, found: Change) -> tuple[ChangeLine, ...]:
    """What a change differs in from what governs now; nothing when it no longer fits it."""
    access.require(uow.actor, Permission.CHANGE_READ)
    try:
        hub = uow.hub.as_if(proposal.would_govern(uow.hub, found))
    except MdmError:
        return ()
    return tuple(differences(uow.hub, hub, found.entity) if found.entity else code_differences(uow.hub, hub))


def foresee(uow: UnitOfWork, entity: str, governed: Governed) -> WhatIf:
    """What the next full run would do to an entity if ``governed`` were in force; nothing is stored."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    hub = uow.hub.as_if(governed)
    lines = differences(uow.hub, hub, entity)
    now = play(cluster.gather_all(uow, rule.matcher(uow, entity)))
    anew = _made_anew(uow, hub, now.scope, entity)
    if not anew and _same_machine(uow.hub, hub, entity):
        return _nothing_moves(uow, now, lines)
    then = play(_proposed_scope(hub, now.scope, anew, entity))
    return _compared(uow, now, then, anew, lines)


def _same_machine(now: Hub, then: Hub, entity: str) -> bool:
    """Whether rules and weights are the same; a calibration moves nothing but the order of the queue."""
    old, new = (rule.weights_in_force(hub, hub.rules[entity]) for hub in (now, then))
    same = old == new or bool(old and new and (old.comparisons, old.prior) == (new.comparisons, new.prior))
    return same and now.rules[entity] == then.rules[entity]


def _made_anew(uow: UnitOfWork, hub: Hub, scope: Scope, entity: str) -> dict[int, Standardised]:
    """Current records whose features or values would come out differently."""
    made = standardise.rehearse(uow, hub, entity, [each.code for each in source.all_sources(uow)])
    stored = source_store.standard_contents(uow.connection, made)
    return {
        record_id: item
        for record_id, item in made.items()
        if record_id in scope.records
        and (
            standardise.features_text(item.features) != scope.features[record_id]
            or standardise.content_text(item.record) != stored[record_id]
        )
    }


def _proposed_scope(hub: Hub, now: Scope, anew: Mapping[int, Standardised], entity: str) -> Scope:
    features = dict(now.features) | {
        record_id: standardise.features_text(item.features) for record_id, item in anew.items()
    }
    records = [
        FeatureRecord(record_id, record.key.system, json.loads(features[record_id]))
        for record_id, record in sorted(now.records.items())
        if record_id in features
    ]
    matcher, pairs = match.rehearse(hub, entity, records, now.duplicate_free)
    return replace(
        now,
        matcher=matcher,
        pairs=[candidate.stored_pair(p) for p in pairs],
        features=features,
        packed={},
        compared={},
        prepared={},
    )


def _nothing_moves(uow: UnitOfWork, now: Side, lines: Sequence[ChangeLine]) -> WhatIf:
    """The report of a change that no record, weight or threshold feels: everything stays as it is."""
    scope = now.scope
    held = set(held_ids(scope).values())
    asked = _asked(uow, scope)
    quality = quality_of(outcomes(now).items())
    return WhatIf(
        scope.matcher.entity.name,
        tuple(lines),
        len(scope.records),
        0,
        0,
        tally(held, held),
        Moved(),
        tally(asked, asked),
        tally(links(now), links(now)),
        tally(now.weights, now.weights),
        quality,
        quality,
        contradicted_by(now, now),
    )


def _compared(
    uow: UnitOfWork,
    now: Side,
    then: Side,
    anew: Mapping[int, Standardised],
    lines: Sequence[ChangeLine],
) -> WhatIf:
    scope = then.scope
    held = held_ids(scope)
    assigned = assign_golden_ids(then.grouped.clusters, held, rebuild.dormant_ids(uow, scope, then.grouped))
    moved = _moved(held, then.grouped, assigned)
    systems = {r: record.key.system for r, record in scope.records.items()}
    was, becomes = together(live_clusters(held)), together(then.grouped.clusters)
    live = set(held.values())
    gone = len(assigned.merged)
    asked = {(question.left, question.right) for question in queue.questions(scope, then.grouped)}
    contradicted = contradicted_by(now, then)
    return WhatIf(
        scope.matcher.entity.name,
        tuple(lines),
        len(scope.records),
        len(anew),
        _values_changed(uow, now, then, assigned, anew),
        Tally(
            len(live),
            len(then.grouped.clusters),
            moved.issued + len(moved.restored),
            gone,
        ),
        moved,
        tally(_asked(uow, scope), asked),
        tally(links(now), links(then)),
        tally(now.weights, then.weights),
        quality_of(outcomes(now).items()),
        quality_of(outcomes(then).items()),
        contradicted,
        by_source(was, becomes, systems),
        worst_examples(uow, now, then, contradicted, held),
    )


def _asked(uow: UnitOfWork, scope: Scope) -> set[Pair]:
    rows = review_store.open_task_pairs(uow.connection, scope.matcher.entity.name)
    return {(row.left_id, row.right_id) for row in rows}


def _moved(held: Mapping[int, str], grouped: Partition, assigned: Assignment) -> Moved:
    homes: dict[str, set[int]] = {}
    moved = 0
    for index, members in enumerate(grouped.clusters):
        for record_id in members:
            if record_id in held:
                homes.setdefault(held[record_id], set()).add(index)
                moved += assigned.golden_ids[index] != held[record_id]
    kept = {assigned.golden_ids[index] for index in assigned.merged.values()}
    return Moved(
        merged=tuple(sorted(golden_id for golden_id in kept if golden_id)),
        split=tuple(sorted(golden_id for golden_id, indexes in homes.items() if len(indexes) > 1)),
        retired=tuple(sorted(assigned.merged)),
        issued=sum(golden_id is None for golden_id in assigned.golden_ids),
        restored=tuple(sorted(assigned.restored)),
        records=moved,
    )


def _values_changed(
    uow: UnitOfWork, now: Side, then: Side, assigned: Assignment, anew: Mapping[int, Standardised]
) -> int:
    """Golden records that keep their ID and get other values."""
    same_rules = now.scope.matcher.rules.survivorship == then.scope.matcher.rules.survivorship
    if same_rules and not anew:
        touched = _regrouped(then, assigned)
    else:
        touched = [index for index, golden_id in enumerate(assigned.golden_ids) if golden_id]
    clusters = [then.grouped.clusters[index] for index in touched]
    records = [record_id for members in clusters for record_id in members]
    contents: dict[int, Any] = {
        r: json.loads(text) for r, text in source_store.standard_contents(uow.connection, records).items()
    }
    contents |= {r: json.loads(standardise.content_text(anew[r].record)) for r in records if r in anew}
    golden_ids = [assigned.golden_ids[index] or "" for index in touched]
    entity = then.scope.matcher.entity.name
    stored = (
        {row.golden_id: row for row in golden_store.current(uow.connection, entity)} if golden_ids else {}
    )
    built = rebuild.foresee_values(uow, then.scope, clusters, contents)
    return sum(
        golden_id in stored and json.loads(stored[golden_id].attributes) != values
        for golden_id, values in zip(golden_ids, built, strict=True)
    )


def _regrouped(then: Side, assigned: Assignment) -> list[int]:
    """Clusters that keep an ID although their records change."""
    held = held_ids(then.scope)
    before: dict[str, int] = {}
    for golden_id in held.values():
        before[golden_id] = before.get(golden_id, 0) + 1
    return [
        index
        for index, (golden_id, members) in enumerate(
            zip(assigned.golden_ids, then.grouped.clusters, strict=True)
        )
        if golden_id
        and (len(members) != before.get(golden_id, 0) or any(held.get(r) != golden_id for r in members))
    ]


def _has_records(uow: UnitOfWork, entity: str) -> bool:
    return golden_store.count(uow.connection, entity) > 0
