"""The shipped rules and weights of an entity type, tried on a few records: what joins, and which veto spoke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from mdm.domain.cluster import Edge, Node, Partition, partition
from mdm.domain.features import build_features
from mdm.domain.rules import Action, RuleSet
from mdm.domain.standardise.kind import SourceContext
from mdm.domain.standardise.record import standardise_record
from mdm.linkage.model import ComparisonWeights, Weights, build_model
from mdm.linkage.record import FeatureRecord, Prepared
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import collect_statistics
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set, shipped_weights

Record = Mapping[str, str]

DICTIONARY = load_dictionary()


@dataclass(frozen=True)
class Trap:
    """Two records that are not one thing, and the guard that says so: a veto, or the weight of a comparison."""

    guard: str
    left: Record
    right: Record

    @property
    def sides(self) -> tuple[Record, Record]:
        """Both records."""
        return self.left, self.right


@dataclass(frozen=True)
class Trial:
    """Rules and weights that records, numbered from 1, are tried with."""

    rules: RuleSet
    weights: Weights

    def read(self, number: int, record: Record, source: str = "") -> FeatureRecord:
        """The record as matching sees it; each number is a system of its own unless ``source`` names one."""
        entity = DICTIONARY.entity(self.rules.entity)
        standard = standardise_record(entity, record, codes=DICTIONARY.code_lists, context=SourceContext())
        system = source or f"SYSTEM{number}"
        features = build_features(self.rules.features, standard, source_id=f"A{number:05}", source=system)
        return FeatureRecord(number, system, features)

    def scorer_of(self, told: Sequence[Record]) -> tuple[Scorer, dict[int, Prepared]]:
        """What weighs these records, and the records ready for it by their number."""
        records = [self.read(number, record) for number, record in enumerate(told, start=1)]
        statistics = collect_statistics(self.rules, records)
        scorer = Scorer(self.rules, build_model(self.rules, self.weights, statistics))
        return scorer, {record.record_id: scorer.prepare(record) for record in records}

    def partition(self, told: Sequence[Record]) -> Partition:
        """What becomes of the records."""
        scorer, ready = self.scorer_of(told)
        rules = self.rules
        return partition(
            [Node(number, f"A{number}") for number in ready],
            [
                Edge(one, other, scorer.score(ready[one], ready[other]).match_weight)
                for one, other in combinations(ready, 2)
            ],
            link_weight=next(t.min_weight for t in rules.thresholds if t.action is Action.LINK),
            contradiction=lambda one, other: scorer.contradiction(ready[one], ready[other]),
            contradiction_share=rules.contradiction_share,
            anchored=lambda one, other: scorer.anchored(ready[one], ready[other]),
            rival_margin=rules.rival_margin,
        )

    def groups(self, told: Sequence[Record]) -> set[frozenset[int]]:
        """Which of the records end in one cluster."""
        return {frozenset(cluster) for cluster in self.partition(told).clusters}

    def vetoes(self, told: Sequence[Record]) -> set[str]:
        """The vetoes that speak between any two of the records."""
        scorer, ready = self.scorer_of(told)
        return {
            veto.name
            for one, other in combinations(ready.values(), 2)
            for veto in scorer.violated_vetoes(one, other)
        }

    def indulgent(self) -> Trial:
        """Read every difference as agreement: each comparison speaks with its best level."""
        return replace(
            self, weights=replace(self.weights, comparisons=tuple(map(_best, self.weights.comparisons)))
        )

    def without(self, *vetoes: str) -> Trial:
        """Without these vetoes, and without the anchors that ask for more than a weight."""
        kept = tuple(veto for veto in self.rules.vetoes if veto.name not in vetoes)
        return replace(self, rules=replace(self.rules, vetoes=kept, anchors=()))


APART = {frozenset({1}), frozenset({2})}
TOGETHER = {frozenset({1, 2})}


def shipped(entity: str) -> Trial:
    """What the product ships for this entity type."""
    rules = load_rule_set(DICTIONARY, entity)
    weights = shipped_weights(rules)
    assert weights is not None
    return Trial(rules, weights)


def _best(part: ComparisonWeights) -> ComparisonWeights:
    best = max(part.levels, key=lambda level: level.bits)
    return ComparisonWeights(
        part.comparison, tuple(replace(level, m=best.m, u=best.u) for level in part.levels)
    )
