"""Examples of what a change would do, the worst first, each with both records side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mdm.domain.whatif import MOST_EXAMPLES, Cell, Contradicted, Example, ExampleKind, Pair
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.whatif_side import Side, key_of
from mdm.storage import quality as quality_store
from mdm.storage import source as source_store

MOST_CELLS = 12
"""Attributes of an example that are shown side by side."""


def worst_examples(
    uow: UnitOfWork,
    now: Side,
    then: Side,
    contradicted: Sequence[Contradicted],
    held: Mapping[int, str],
) -> tuple[Example, ...]:
    """The worst first: verdicts newly contradicted, then the weakest merges and the strongest splits in turn.

    Pairs under a blind check are no examples: the steward who judges them may see the report.
    """
    blind = quality_store.open_audit_pairs(uow.connection)
    ids = {key_of(then.scope, r): r for r in then.scope.records}
    chosen = [
        (ExampleKind.VERDICT, (ids[each.left], ids[each.right]), each.decision_id)
        for each in contradicted
        if each.is_new
    ]
    merges = [(ExampleKind.MERGE, pair, "") for pair in _worst_merges(then, held) if pair not in blind]
    splits = [(ExampleKind.SPLIT, pair, "") for pair in _worst_splits(now, then, held) if pair not in blind]
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
    now: Side,
    then: Side,
    values: Mapping[int, Mapping[str, Any]],
    held: Mapping[int, str],
    kind: ExampleKind,
    pair: Pair,
    decision_id: str,
) -> Example:
    """``Any``: standard values."""
    left, right = pair
    cells = [
        Cell(name, values[left].get(name), values[right].get(name))
        for name in then.scope.matcher.entity.attributes
        if values[left].get(name) is not None or values[right].get(name) is not None
    ]
    return Example(
        kind,
        key_of(then.scope, left),
        key_of(then.scope, right),
        held.get(left, ""),
        held.get(right, ""),
        now.weights.get(pair),
        then.weights.get(pair),
        tuple(cells[:MOST_CELLS]),
        decision_id,
        then.scope.matcher.entity.title_of(values[left]),
        then.scope.matcher.entity.title_of(values[right]),
    )


def _worst_merges(then: Side, held: Mapping[int, str]) -> list[Pair]:
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


def _worst_splits(now: Side, then: Side, held: Mapping[int, str]) -> list[Pair]:
    """Per golden record that comes apart its heaviest pair until now; the most evidence first."""
    home = {r: index for index, members in enumerate(then.grouped.clusters) for r in members}
    best: dict[str, tuple[float, Pair]] = {}
    for pair, weight in now.weights.items():
        golden_id = held.get(pair[0])
        if golden_id is None or golden_id != held.get(pair[1]) or home[pair[0]] == home[pair[1]]:
            continue
        best[golden_id] = max(best.get(golden_id, (weight, pair)), (weight, pair))
    return [pair for _, pair in sorted(best.values(), reverse=True)]
