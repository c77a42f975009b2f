"""One way of matching played on a snapshot: its clusters, and what it makes of each decided pair without verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mdm.domain.cluster import Partition
from mdm.domain.whatif import Contradicted, Outcome, Pair, Verdict, contradicts
from mdm.services import cluster
from mdm.services.cluster import Scope


@dataclass(frozen=True, slots=True)
class Side:
    """A way of matching: its scope with the verdicts, the clusters with and without them, the weight of each pair."""

    scope: Scope
    grouped: Partition
    machine: Mapping[int, int]
    weights: Mapping[Pair, float]


def play(scope: Scope) -> Side:
    """Group the records of a scope, under its verdicts and without any."""
    grouped = cluster.regroup(scope)
    free = grouped
    if scope.constraints:
        free = cluster.regroup(replace(scope, constraints=[]))
    machine = {record: index for index, members in enumerate(free.clusters) for record in members}
    return Side(scope, grouped, machine, {(p.left, p.right): p.weight for p in scope.pairs})


def held_ids(scope: Scope) -> dict[int, str]:
    """Golden ID of each current record that has one."""
    return {r: g for r, g in scope.golden.items() if r in scope.records}


def live_clusters(held: Mapping[int, str]) -> list[list[int]]:
    """Records grouped by the golden ID they hold."""
    found: dict[str, list[int]] = {}
    for record_id in sorted(held):
        found.setdefault(held[record_id], []).append(record_id)
    return list(found.values())


def links(side: Side) -> set[Pair]:
    """Pairs whose weight alone makes a link."""
    return {pair for pair, weight in side.weights.items() if weight >= side.scope.matcher.link_weight}


def outcomes(side: Side) -> dict[Verdict, Outcome]:
    """What the machine by itself makes of each pair that a person decided."""
    found = {}
    for each in side.scope.constraints:
        if each.left in side.scope.records and each.right in side.scope.records:
            verdict = Verdict(each.left, each.right, each.must_link, each.decision_id)
            found[verdict] = _outcome(side, each.left, each.right)
    return found


def _outcome(side: Side, left: int, right: int) -> Outcome:
    if side.machine[left] == side.machine[right]:
        return Outcome.LINK
    if (left, right) not in side.weights:
        return Outcome.NON_LINK
    spoken = side.scope.contradiction(left, right)
    return Outcome.NON_LINK if spoken is not None and spoken.hard else Outcome.REVIEW


def contradicted_by(now: Side, then: Side) -> tuple[Contradicted, ...]:
    """Verdicts the machine would go against, those that are new first."""
    was, becomes = outcomes(now), outcomes(then)
    found = [
        Contradicted(
            verdict.decision_id,
            "match" if verdict.is_match else "non-match",
            key_of(then.scope, verdict.left),
            key_of(then.scope, verdict.right),
            was[verdict],
            outcome,
            not contradicts(verdict, was[verdict]),
        )
        for verdict, outcome in becomes.items()
        if contradicts(verdict, outcome)
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_new, each.decision_id, each.left, each.right)))


def key_of(scope: Scope, record_id: int) -> str:
    """``SYSTEM:ID`` of a record."""
    key = scope.records[record_id].key
    return f"{key.system}:{key.key}"
