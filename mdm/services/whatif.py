"""The what-if gate: what a change would do to the live records, computed beside them and written nowhere.

Invariant: the report is what the next full run would do under the change, on the records, verdicts and golden records
of one snapshot; the same snapshot and change give the same report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mdm.domain.access import Actor, Permission
from mdm.domain.change import Change, Step
from mdm.domain.cluster import Partition
from mdm.domain.errors import MdmError
from mdm.domain.rule_change import code_changes, rule_changes
from mdm.domain.whatif import (
    MOST_EXAMPLES,
    Cell,
    ChangeLine,
    Contradicted,
    Example,
    ExampleKind,
    Moved,
    Outcome,
    Pair,
    Report,
    Tally,
    Verdict,
    WhatIf,
    by_source,
    contradicts,
    quality_of,
    tally,
    together,
)
from mdm.domain.xref import Assignment, assign_golden_ids
from mdm.linkage.model import Weights
from mdm.linkage.record import FeatureRecord
from mdm.services import access, change, cluster, match, proposal, queue, rebuild, rule, source, standardise
from mdm.services.cluster import Scope
from mdm.services.governed import Governed
from mdm.services.hub import Hub
from mdm.services.standardise import Standardised
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store

MOST_CELLS = 12
"""Attributes of an example that are shown side by side."""

TOLD_BITS = 0.005
"""Weights that move less are not listed: they would print the same."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A way of matching: its scope with the verdicts, the clusters with and without them, the weight of each pair."""

    scope: Scope
    grouped: Partition
    machine: Mapping[int, int]
    weights: Mapping[Pair, float]


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
    return tuple(_lines(uow.hub, hub, found.entity) if found.entity else _code_lines(uow.hub, hub))


def foresee(uow: UnitOfWork, entity: str, governed: Governed) -> WhatIf:
    """What the next full run would do to an entity if ``governed`` were in force; nothing is stored."""
    access.require(uow.actor, Permission.CHANGE_PROPOSE)
    hub = uow.hub.as_if(governed)
    lines = _lines(uow.hub, hub, entity)
    now = _side(cluster.gather_all(uow, rule.matcher(uow, entity)))
    anew = _made_anew(uow, hub, now.scope, entity)
    if not anew and _same_machine(uow.hub, hub, entity):
        return _nothing_moves(uow, now, lines)
    then = _side(_proposed_scope(hub, now.scope, anew, entity))
    return _compared(uow, now, then, anew, lines)


def _same_machine(now: Hub, then: Hub, entity: str) -> bool:
    """Whether rules and weights are the same; a calibration moves nothing but the order of the queue."""
    old, new = (rule.weights_in_force(hub, hub.rules[entity]) for hub in (now, then))
    same = old == new or bool(old and new and (old.comparisons, old.prior) == (new.comparisons, new.prior))
    return same and now.rules[entity] == then.rules[entity]


# -- the two sides --------------------------------------------------------------------------------------------


def _side(scope: Scope) -> _Side:
    grouped = cluster.regroup(scope)
    free = grouped
    if scope.constraints:
        free = cluster.regroup(replace(scope, constraints=[]))
    machine = {record: index for index, members in enumerate(free.clusters) for record in members}
    return _Side(scope, grouped, machine, {(p.left, p.right): p.weight for p in scope.pairs})


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
    matcher, pairs = match.rehearse(hub, entity, records)
    return replace(
        now,
        matcher=matcher,
        pairs=[match.stored_pair(p) for p in pairs],
        features=features,
        packed={},
        compared={},
        prepared={},
    )


# -- the comparison -------------------------------------------------------------------------------------------


def _nothing_moves(uow: UnitOfWork, now: _Side, lines: Sequence[ChangeLine]) -> WhatIf:
    """The report of a change that no record, weight or threshold feels: everything stays as it is."""
    scope = now.scope
    held = set(_held(scope).values())
    asked = _asked(uow, scope)
    quality = quality_of(_outcomes(now).items())
    return WhatIf(
        scope.matcher.entity.name,
        tuple(lines),
        len(scope.records),
        0,
        0,
        tally(held, held),
        Moved(),
        tally(asked, asked),
        tally(_links(now), _links(now)),
        tally(now.weights, now.weights),
        quality,
        quality,
        _contradicted(now, now),
    )


def _compared(
    uow: UnitOfWork,
    now: _Side,
    then: _Side,
    anew: Mapping[int, Standardised],
    lines: Sequence[ChangeLine],
) -> WhatIf:
    scope = then.scope
    held = _held(scope)
    assigned = assign_golden_ids(then.grouped.clusters, held, rebuild.dormant_ids(uow, scope, then.grouped))
    moved = _moved(held, then.grouped, assigned)
    systems = {r: record.key.system for r, record in scope.records.items()}
    was, becomes = together(_live_clusters(held)), together(then.grouped.clusters)
    live = set(held.values())
    gone = len(assigned.merged)
    asked = {(question.left, question.right) for question in queue.questions(scope, then.grouped)}
    contradicted = _contradicted(now, then)
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
        tally(_links(now), _links(then)),
        tally(now.weights, then.weights),
        quality_of(_outcomes(now).items()),
        quality_of(_outcomes(then).items()),
        contradicted,
        by_source(was, becomes, systems),
        _examples(uow, now, then, contradicted, held),
    )


def _held(scope: Scope) -> dict[int, str]:
    """Golden ID of each current record that has one."""
    return {r: g for r, g in scope.golden.items() if r in scope.records}


def _live_clusters(held: Mapping[int, str]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for record_id in sorted(held):
        found.setdefault(held[record_id], []).append(record_id)
    return list(found.values())


def _links(side: _Side) -> set[Pair]:
    return {pair for pair, weight in side.weights.items() if weight >= side.scope.matcher.link_weight}


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
    uow: UnitOfWork, now: _Side, then: _Side, assigned: Assignment, anew: Mapping[int, Standardised]
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


def _regrouped(then: _Side, assigned: Assignment) -> list[int]:
    """Clusters that keep an ID although their records change."""
    held = _held(then.scope)
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


# -- verdicts -------------------------------------------------------------------------------------------------


def _outcomes(side: _Side) -> dict[Verdict, Outcome]:
    """What the machine by itself makes of each pair that a person decided."""
    found = {}
    for each in side.scope.constraints:
        if each.left in side.scope.records and each.right in side.scope.records:
            verdict = Verdict(each.left, each.right, each.must_link, each.decision_id)
            found[verdict] = _outcome(side, each.left, each.right)
    return found


def _outcome(side: _Side, left: int, right: int) -> Outcome:
    if side.machine[left] == side.machine[right]:
        return Outcome.LINK
    if (left, right) not in side.weights:
        return Outcome.NON_LINK
    spoken = side.scope.contradiction(left, right)
    return Outcome.NON_LINK if spoken is not None and spoken.hard else Outcome.REVIEW


def _contradicted(now: _Side, then: _Side) -> tuple[Contradicted, ...]:
    """Verdicts the machine would go against, those that are new first."""
    was, becomes = _outcomes(now), _outcomes(then)
    found = [
        Contradicted(
            verdict.decision_id,
            "match" if verdict.is_match else "non-match",
            _key(then.scope, verdict.left),
            _key(then.scope, verdict.right),
            was[verdict],
            outcome,
            not contradicts(verdict, was[verdict]),
        )
        for verdict, outcome in becomes.items()
        if contradicts(verdict, outcome)
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_new, each.decision_id, each.left, each.right)))


# -- examples -------------------------------------------------------------------------------------------------


def _examples(
    uow: UnitOfWork,
    now: _Side,
    then: _Side,
    contradicted: Sequence[Contradicted],
    held: Mapping[int, str],
) -> tuple[Example, ...]:
    """The worst first: verdicts newly contradicted, then the weakest merges and the strongest splits in turn."""
    ids = {_key(then.scope, r): r for r in then.scope.records}
    chosen = [
        (ExampleKind.VERDICT, (ids[each.left], ids[each.right]), each.decision_id)
        for each in contradicted
        if each.is_new
    ]
    merges = [(ExampleKind.MERGE, pair, "") for pair in _worst_merges(then, held)]
    splits = [(ExampleKind.SPLIT, pair, "") for pair in _worst_splits(now, then, held)]
    for place in range(max(len(merges), len(splits))):
        chosen += [*merges[place : place + 1], *splits[place : place + 1]]
    chosen = chosen[:MOST_EXAMPLES]
    wanted = {record_id for _, pair, _ in chosen for record_id in pair}
    values = {
        r: json.loads(text)["values"]
        for r, text in source_store.standard_contents(uow.connection, wanted).items()
    }
    return tuple(_example(now, then, values, held, *each) for each in chosen)


def _example(
    now: _Side,
    then: _Side,
    values: Mapping[int, Mapping[str, Any]],
    held: Mapping[int, str],
    kind: ExampleKind,
    pair: Pair,
    decision_id: str,
) -> Example:
    """``Any``: standard values."""
    left, right = pair
    cells = [
        Cell(name, _shown(values[left].get(name)), _shown(values[right].get(name)))
        for name in then.scope.matcher.entity.attributes
        if values[left].get(name) is not None or values[right].get(name) is not None
    ]
    return Example(
        kind,
        _key(then.scope, left),
        _key(then.scope, right),
        held.get(left, ""),
        held.get(right, ""),
        now.weights.get(pair),
        then.weights.get(pair),
        tuple(cells[:MOST_CELLS]),
        decision_id,
    )


def _worst_merges(then: _Side, held: Mapping[int, str]) -> list[Pair]:
    """Per two golden records that become one their heaviest pair; the least evidence first."""
    home = {r: index for index, members in enumerate(then.grouped.clusters) for r in members}
    best: dict[tuple[str, str], tuple[float, Pair]] = {}
    for pair, weight in then.weights.items():
        one, other = held.get(pair[0]), held.get(pair[1])
        if one is None or other is None or one == other or home[pair[0]] != home[pair[1]]:
            continue
        joined = (one, other) if one < other else (other, one)
        best[joined] = max(best.get(joined, (weight, pair)), (weight, pair))
    return [pair for _, pair in sorted(best.values())]


def _worst_splits(now: _Side, then: _Side, held: Mapping[int, str]) -> list[Pair]:
    """Per golden record that comes apart its heaviest pair until now; the most evidence first."""
    home = {r: index for index, members in enumerate(then.grouped.clusters) for r in members}
    best: dict[str, tuple[float, Pair]] = {}
    for pair, weight in now.weights.items():
        golden_id = held.get(pair[0])
        if golden_id is None or golden_id != held.get(pair[1]) or home[pair[0]] == home[pair[1]]:
            continue
        best[golden_id] = max(best.get(golden_id, (weight, pair)), (weight, pair))
    return [pair for _, pair in sorted(best.values(), reverse=True)]


def _key(scope: Scope, record_id: int) -> str:
    key = scope.records[record_id].key
    return f"{key.system}:{key.key}"


def _shown(value: object) -> str:
    return "" if value is None else str(value)


# -- what changes ---------------------------------------------------------------------------------------------


def _lines(now: Hub, then: Hub, entity: str) -> list[ChangeLine]:
    """Every difference between what governs and what is proposed, in words."""
    old, new = now.rules[entity], then.rules[entity]
    lines = [*rule_changes(old, new)]
    lines += _weight_lines(rule.weights_in_force(now, old), rule.weights_in_force(then, new))
    return lines + _code_lines(now, then)


def _code_lines(now: Hub, then: Hub) -> list[ChangeLine]:
    lines: list[ChangeLine] = []
    for name, codes in then.dictionary.code_lists.items():
        held = now.dictionary.code_lists.get(name)
        if held is not None and held.content_hash != codes.content_hash:
            lines += code_changes(held, codes)
    return lines


def _weight_lines(old: Weights | None, new: Weights | None) -> Iterable[ChangeLine]:
    if old == new:
        return
    yield ChangeLine("trained_on", "", old.trained_on if old else "", new.trained_on if new else "")
    before, after = _bits(old), _bits(new)
    moved = [
        (abs(before.get(name, 0.0) - after.get(name, 0.0)), name)
        for name in before.keys() | after.keys()
        if abs(before.get(name, 0.0) - after.get(name, 0.0)) >= TOLD_BITS
    ]
    for _, name in sorted(moved, key=lambda each: (-each[0], each[1])):
        part = "prior" if not name else "weight"
        yield ChangeLine(part, name, _bit(before.get(name)), _bit(after.get(name)))
    if old and new and old.calibration != new.calibration:
        yield ChangeLine(
            "calibration", "", str(len(old.calibration.points)), str(len(new.calibration.points))
        )


def _bits(weights: Weights | None) -> dict[str, float]:
    """Evidence in bits of each ``comparison: level``; the prior under an empty name."""
    if weights is None:
        return {}
    found = {
        f"{part.comparison}: {level.level}": level.bits
        for part in weights.comparisons
        for level in part.levels
    }
    return found | {"": weights.prior_bits}


def _bit(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _has_records(uow: UnitOfWork, entity: str) -> bool:
    return golden_store.count(uow.connection, entity) > 0
