"""Clusters: which source records are one thing, recomputed for exactly the records a change can reach.

Invariants: verdicts bind every run (I6, I7); the same records, model and verdicts give the same clusters whatever the
order (I9), because a component computed alone gives what it gives inside the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from mdm.domain.cluster import Contradiction, Edge, Node, Partition, Refusal, partition
from mdm.domain.partner import partners
from mdm.linkage.packed import Unpacked
from mdm.linkage.record import FeatureRecord, Prepared
from mdm.linkage.score import Comparable
from mdm.services import partner
from mdm.services.rule import Matcher
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import review as review_store
from mdm.storage import source as source_store
from mdm.storage import xref as xref_store
from mdm.storage.database import Connection
from mdm.storage.match import StoredPair
from mdm.storage.review import Constraint
from mdm.storage.source import StoredRecord

PART = 5000
"""Records grouped at a time, whole components each: what is at hand meanwhile does not grow with the stock."""

SAME_SOURCE = "same_source"
"""Name of the contradiction between two records of a source that holds each thing once."""


@dataclass(slots=True)
class Scope:
    """Everything a regrouping looks at.

    ``records``: the current records to be grouped; ``pairs`` and ``constraints`` touch at least one of them;
    ``golden``: the golden ID each record of the scope (retired ones too) has now; ``neighbours``: the same for records
    just outside, to which only uncertain pairs lead; ``duplicate_free``: sources that hold each thing once.
    ``connection``: where features and packed forms are read when they are asked for; None: all that exist are here.
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
    connection: Connection | None = None

    def fetch_features(self, record_ids: Iterable[int]) -> None:
        """Have the features of these records at hand."""
        if self.connection is not None:
            wanted = {record_id for record_id in record_ids if record_id not in self.features}
            self.features |= match_store.features(self.connection, wanted) if wanted else {}

    def fetch_packed(self, record_ids: Iterable[int]) -> None:
        """Have the packed forms of these records at hand."""
        if self.connection is not None:
            wanted = {record_id for record_id in record_ids if record_id not in self.packed}
            self.packed |= match_store.packed_of(self.connection, wanted) if wanted else {}

    def let_go(self) -> None:
        """Forget what can be read again, so that a stock of any size passes through the memory of a part of it."""
        if self.connection is not None:
            for held in (self.features, self.packed, self.prepared, self.compared):
                held.clear()

    def prepare(self, record_id: int) -> Prepared:
        """The record ready to be compared."""
        known = self.prepared.get(record_id)
        if known is None:
            self.fetch_features((record_id,))
            known = self._prepared(record_id, self.features[record_id])
            self.prepared[record_id] = known
        return known

    def _prepared(self, record_id: int, features: str) -> Prepared:
        """By its packed form where there is one: the same values without a hash per member; keys are not asked for."""
        values = self.matcher.scorer.unpack(self.packed.get(record_id))
        if values is None:
            return prepare_record(self.matcher, record_id, features)
        return Prepared(FeatureRecord(record_id, "", json.loads(features)), values, ())

    def compare(self, record_id: int) -> Comparable:
        """The record with its values only, which is all that vetoes and anchors ask for, at a tenth of the cost."""
        known = self.prepared.get(record_id) or self.compared.get(record_id)
        if known is None:
            self.fetch_packed((record_id,))
            values = self.matcher.scorer.unpack(self.packed.get(record_id))
            known = self.prepare(record_id) if values is None else Unpacked(record_id, values)
            self.compared[record_id] = known
        return known

    def contradiction(self, left: int, right: int) -> Contradiction | None:
        """What keeps two records apart: both from a source that holds each thing once, or a veto."""
        one, other = self.system(left), self.system(right)
        if one == other and one in self.duplicate_free:
            return Contradiction(SAME_SOURCE, hard=True)
        return self.matcher.scorer.contradiction(self.compare(left), self.compare(right))

    def could_be_partners(self, left: int, right: int) -> bool:
        """Whether both records stand in sources, two of them, that hold each thing once."""
        return partner.could_be(self.system(left), self.system(right), self.duplicate_free)

    def may_partner(self, left: int, right: int) -> bool:
        """The same, where the pair shows what the rules ask of partners too."""
        return self.could_be_partners(left, right) and self.matcher.scorer.may_partner(
            self.compare(left), self.compare(right)
        )

    def system(self, record_id: int) -> str | None:
        """The code of the source system of a record."""
        record = self.records.get(record_id) or self.records_outside.get(record_id)
        return record.key.system if record else None


def gather_all(uow: UnitOfWork, matcher: Matcher) -> Scope:
    """The whole entity, its features and packed forms with it."""
    entity, scope = matcher.entity.name, gather_whole(uow, matcher)
    scope.features = {
        row.record_id: row.features for row in match_store.each_features(uow.connection, entity)
    }
    scope.packed = dict(match_store.each_packed(uow.connection, entity))
    scope.connection = None
    return scope


def gather_whole(uow: UnitOfWork, matcher: Matcher) -> Scope:
    """The whole entity; features and packed forms, by far the most of it, are read when they are asked for."""
    entity = matcher.entity.name
    return Scope(
        matcher,
        source_store.active_records(uow.connection, entity),
        match_store.all_pairs(uow.connection, entity),
        review_store.all_constraints(uow.connection, entity),
        xref_store.all_golden_ids(uow.connection, entity),
        duplicate_free=partner.duplicate_free(uow, entity),
        connection=uow.connection,
    )


def gather_around(uow: UnitOfWork, matcher: Matcher, seeds: Iterable[int]) -> Scope:
    """What a change of the ``seeds`` can reach: their golden records, and all that links or verdicts tie to them."""
    reached: set[int] = set()
    golden: dict[int, str] = {}
    frontier = set(seeds)
    once = partner.duplicate_free(uow, matcher.entity.name)
    while frontier:
        reached |= frontier
        golden |= xref_store.golden_ids_of(uow.connection, frontier)
        members = xref_store.members_of(uow.connection, {golden[r] for r in frontier if r in golden})
        near = match_store.pairs_touching(uow.connection, frontier)
        linked = {side for pair in partner.ties(uow, matcher, once, near) for side in (pair.left, pair.right)}
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
        duplicate_free=once,
    )
    _add_neighbours(uow, scope)
    return scope


def regroup(scope: Scope) -> Partition:
    """Group the records of the scope under links, contradictions and verdicts, some components at a time."""
    tied, alone = _components(scope)
    clusters: list[tuple[int, ...]] = [(record_id,) for record_id in alone]
    refused: list[Refusal] = []
    for part in _in_parts(scope, tied):
        scope.fetch_packed(part.records)
        found = _group(scope, part)
        clusters.extend(found.clusters)
        refused.extend(found.refused)
        scope.let_go()
    return Partition(
        tuple(sorted(clusters, key=lambda members: _sort_key(scope, members[0]))), tuple(refused)
    )


@dataclass(slots=True)
class _Part:
    """Whole components: their records, the pairs and the verdicts inside them."""

    records: list[int] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)


def _components(scope: Scope) -> tuple[list[list[int]], list[int]]:
    """The records that links and must-links tie together, and those that nothing ties to another."""
    inside = scope.records
    root: dict[int, int] = {}

    def find(record_id: int) -> int:
        top = record_id
        while (above := root.setdefault(top, top)) != top:
            top = above
        while (above := root[record_id]) != top:
            root[record_id], record_id = top, above
        return top

    least = partner.least_weight(scope.matcher, scope.duplicate_free)
    ties = chain(
        (
            (p.left, p.right)
            for p in scope.pairs
            if p.weight >= scope.matcher.link_weight
            or (p.weight >= least < scope.matcher.review_weight and scope.could_be_partners(p.left, p.right))
        ),
        ((c.left, c.right) for c in scope.constraints if c.must_link),
    )
    for left, right in ties:
        if left in inside and right in inside:
            root[find(left)] = find(right)
    components: dict[int, list[int]] = {}
    for record_id in root:
        components.setdefault(find(record_id), []).append(record_id)
    return list(components.values()), [record_id for record_id in inside if record_id not in root]


def _in_parts(scope: Scope, components: Iterable[list[int]]) -> Iterator[_Part]:
    """The components gathered into parts of about ``PART`` records."""
    parts = [_Part()]
    place: dict[int, int] = {}
    for members in components:
        if len(parts[-1].records) >= PART:
            parts.append(_Part())
        parts[-1].records.extend(members)
        place |= dict.fromkeys(members, len(parts) - 1)
    for pair in scope.pairs:
        here = place.get(pair.left)
        if here is not None and here == place.get(pair.right):
            parts[here].edges.append(Edge(pair.left, pair.right, pair.weight))
    for constraint in scope.constraints:
        here = place.get(constraint.left)
        if here is not None and here == place.get(constraint.right):
            parts[here].constraints.append(constraint)
    return iter(parts)


def _group(scope: Scope, part: _Part) -> Partition:
    matcher = scope.matcher

    def anchored(left: int, right: int) -> bool:
        return matcher.scorer.anchored(scope.compare(left), scope.compare(right))

    return partition(
        [Node(record_id, _sort_key(scope, record_id)) for record_id in part.records],
        part.edges,
        link_weight=matcher.link_weight,
        must_link=[(c.left, c.right) for c in part.constraints if c.must_link],
        cannot_link=[(c.left, c.right) for c in part.constraints if not c.must_link],
        contradiction=scope.contradiction,
        contradiction_share=matcher.rules.contradiction_share,
        anchored=anchored,
        rival_margin=matcher.rules.rival_margin,
        partners=_partners(scope, part),
        refuse_bridges=True,
    )


def _partners(scope: Scope, part: _Part) -> set[tuple[int, int]]:
    """Pairs of two sources that hold each thing once of which each record fits the other best, and clearly so.

    What would be linked anyway counts as a rival whether or not it shows what is asked of partners.
    """
    rules, system = scope.matcher.rules.partners, {r: scope.system(r) or "" for r in part.records}
    if rules is None or len(scope.duplicate_free) < 2:
        return set()
    apart = {(c.left, c.right) for c in part.constraints if not c.must_link}
    edges = {
        (edge.left, edge.right): edge.weight
        for edge in part.edges
        if edge.weight >= rules.least
        and scope.could_be_partners(edge.left, edge.right)
        and (edge.weight >= scope.matcher.link_weight or scope.may_partner(edge.left, edge.right))
        and (edge.left, edge.right) not in apart
        and scope.contradiction(edge.left, edge.right) is None
    }
    decided = [(c.left, c.right) for c in part.constraints if c.must_link]
    found = partners(edges, system.__getitem__, margin=rules.margin, decided=decided)
    return {pair for pair in found if scope.may_partner(*pair)}


def _sort_key(scope: Scope, record_id: int) -> str:
    key = scope.records[record_id].key
    return f"{key.system}\x1f{key.key}"


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
