"""Clusters: which source records are one thing, recomputed for exactly the records a change can reach.

Invariants: verdicts bind every run (I6, I7); the same records, model and verdicts give the same clusters whatever the
order (I9), because a component computed alone gives what it gives inside the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mdm.domain.cluster import Contradiction, Edge, Node, Partition, partition
from mdm.linkage.packed import Unpacked
from mdm.linkage.record import FeatureRecord, Prepared
from mdm.linkage.score import Comparable
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.match import StoredPair
from mdm.storage.review import Constraint
from mdm.storage.source import StoredRecord

SAME_SOURCE = "same_source"
"""Name of the contradiction between two records of a source that holds each thing once."""


@dataclass(slots=True)
class Scope:
    """Everything a regrouping looks at.

    ``records``: the current records to be grouped; ``pairs`` and ``constraints`` touch at least one of them;
    ``golden``: the golden ID each record of the scope (retired ones too) has now; ``neighbours``: the same for records
    just outside, to which only uncertain pairs lead; ``duplicate_free``: sources that hold each thing once.
    """

    matcher: Matcher
    records: dict[int, StoredRecord]
    pairs: list[StoredPair]
    constraints: list[Constraint]
    golden: dict[int, str]
    neighbours: dict[int, str] = field(default_factory=dict)
    prepared: dict[int, Prepared] = field(default_factory=dict)
    features: dict[int, str] = field(default_factory=dict)
    packed: dict[int, bytes | None] = field(default_factory=dict)
    compared: dict[int, Comparable] = field(default_factory=dict)
    records_outside: dict[int, StoredRecord] = field(default_factory=dict)
    duplicate_free: frozenset[str] = frozenset()

    def prepare(self, record_id: int) -> Prepared:
        """The record ready to be compared."""
        known = self.prepared.get(record_id)
        if known is None:
            known = self.prepared[record_id] = prepare_record(
                self.matcher, record_id, self.features[record_id]
            )
        return known

    def compare(self, record_id: int) -> Comparable:
        """The record with its values only, which is all that vetoes and anchors ask for, at a tenth of the cost."""
        known = self.prepared.get(record_id) or self.compared.get(record_id)
        if known is None:
            values = self.matcher.scorer.unpack(self.packed.get(record_id))
            known = self.prepare(record_id) if values is None else Unpacked(record_id, values)
            self.compared[record_id] = known
        return known

    def contradiction(self, left: int, right: int) -> Contradiction | None:
        """What keeps two records apart: both from a source that holds each thing once, or a veto."""
        one, other = self._system(left), self._system(right)
        if one == other and one in self.duplicate_free:
            return Contradiction(SAME_SOURCE, hard=True)
        return self.matcher.scorer.contradiction(self.compare(left), self.compare(right))

    def _system(self, record_id: int) -> str | None:
        record = self.records.get(record_id) or self.records_outside.get(record_id)
        return record.key.system if record else None


def gather_all(uow: UnitOfWork, matcher: Matcher) -> Scope:
    """The whole entity."""
    entity = matcher.entity.name
    rows = match_store.each_features(uow.connection, entity)
    return Scope(
        matcher,
        source_store.active_records(uow.connection, entity),
        match_store.all_pairs(uow.connection, entity),
        review_store.all_constraints(uow.connection, entity),
        xref_store.all_golden_ids(uow.connection, entity),
        features={row.record_id: row.features for row in rows},
        packed=dict(match_store.each_packed(uow.connection, entity)),
        duplicate_free=_duplicate_free(uow, entity),
    )


def gather_around(uow: UnitOfWork, matcher: Matcher, seeds: Iterable[int]) -> Scope:
    """What a change of the ``seeds`` can reach: their golden records, and all that links or verdicts tie to them."""
    reached: set[int] = set()
    golden: dict[int, str] = {}
    frontier = set(seeds)
    while frontier:
        reached |= frontier
        golden |= xref_store.golden_ids_of(uow.connection, frontier)
        members = xref_store.members_of(uow.connection, {golden[r] for r in frontier if r in golden})
        linked = {
            side
            for pair in match_store.pairs_touching(uow.connection, frontier)
            if pair.weight >= matcher.link_weight
            for side in (pair.left, pair.right)
        }
        bound = {
            side
            for constraint in review_store.constraints_touching(uow.connection, frontier)
            if constraint.must_link
            for side in (constraint.left, constraint.right)
        }
        frontier = (linked | bound | {m for held in members.values() for m in held}) - reached
    records = source_store.records_by_id(uow.connection, reached)
    scope = Scope(
        matcher,
        {r: record for r, record in records.items() if record.status == "active"},
        match_store.pairs_touching(uow.connection, reached),
        review_store.constraints_touching(uow.connection, reached),
        golden,
        features=match_store.features(uow.connection, reached),
        duplicate_free=_duplicate_free(uow, matcher.entity.name),
    )
    _add_neighbours(uow, scope)
    return scope


def regroup(scope: Scope) -> Partition:
    """Group the records of the scope under links, contradictions and verdicts."""
    matcher = scope.matcher
    inside = scope.records

    def anchored(left: int, right: int) -> bool:
        return matcher.scorer.anchored(scope.compare(left), scope.compare(right))

    return partition(
        [Node(r, f"{record.key.system}\x1f{record.key.key}") for r, record in inside.items()],
        [
            Edge(pair.left, pair.right, pair.weight)
            for pair in scope.pairs
            if pair.left in inside and pair.right in inside
        ],
        link_weight=matcher.link_weight,
        must_link=[(c.left, c.right) for c in scope.constraints if c.must_link],
        cannot_link=[(c.left, c.right) for c in scope.constraints if not c.must_link],
        contradiction=scope.contradiction,
        contradiction_share=matcher.rules.contradiction_share,
        anchored=anchored,
        rival_margin=matcher.rules.rival_margin,
        refuse_bridges=True,
    )


def prepare_record(matcher: Matcher, record_id: int, features: str) -> Prepared:
    """A stored record ready to be compared."""
    return matcher.scorer.prepare(FeatureRecord(record_id, "", json.loads(features)))


def prepare_many(matcher: Matcher, features: Mapping[int, str]) -> dict[int, Prepared]:
    """Stored records ready to be compared."""
    return {record_id: prepare_record(matcher, record_id, text) for record_id, text in features.items()}


def _add_neighbours(uow: UnitOfWork, scope: Scope) -> None:
    """Features and golden IDs of records just outside: uncertain pairs and verdicts lead there."""
    sides = {side for pair in scope.pairs for side in (pair.left, pair.right)}
    sides |= {side for verdict in scope.constraints for side in (verdict.left, verdict.right)}
    outside = sides - set(scope.records) - set(scope.golden)
    scope.neighbours = xref_store.golden_ids_of(uow.connection, outside)
    scope.features |= match_store.features(uow.connection, outside)
    if scope.duplicate_free:
        scope.records_outside = source_store.records_by_id(uow.connection, outside)


def _duplicate_free(uow: UnitOfWork, entity: str) -> frozenset[str]:
    """Sources whose profile in force says that they hold each thing once."""
    profiles = source_store.latest_profiles(uow.connection, entity)
    return frozenset(source for source, content in profiles.items() if json.loads(content)["duplicate_free"])
