"""Cross-references: which golden ID each cluster of records keeps, gets back or is newly given.

Invariant: the same clusters and the same history give the same IDs, in whatever order records came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mdm.domain.golden import choose_keeper


@dataclass(frozen=True, slots=True)
class XrefAnswer:
    """What a source system is told about one of its keys.

    ``status`` is where ``golden_id`` stands now; ``resolved_ids`` are the live IDs it leads to, the asking source's
    own first; ``version`` is that of the golden record.
    """

    entity: str
    source_system: str
    source_id: str
    golden_id: str
    status: str
    resolved_ids: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """Per cluster its golden ID (None: a new one is due); ``merged``: golden ID -> index of the cluster it joins."""

    golden_ids: tuple[str | None, ...]
    merged: Mapping[str, int]
    restored: frozenset[str]


def assign_golden_ids(
    clusters: Sequence[Sequence[int]], current: Mapping[int, str], dormant: Mapping[int, Sequence[str]]
) -> Assignment:
    """Give each cluster its golden ID.

    ``current``: record -> the ID it has now; ``dormant``: record -> merged IDs it had before, latest first. An ID goes
    with most of the records that never had another, then with most of its records; where several meet, the keeper is
    chosen and the others merge into it. A cluster left without takes back the merged ID most of its records had.
    """
    homes = _homes(clusters, current, dormant)
    offers: dict[int, dict[str, int]] = {}
    for golden_id, (index, count) in homes.items():
        offers.setdefault(index, {})[golden_id] = count
    golden_ids: list[str | None] = [None] * len(clusters)
    merged: dict[str, int] = {}
    for index, held in offers.items():
        keeper = choose_keeper(held)
        golden_ids[index] = keeper
        merged |= {golden_id: index for golden_id in held if golden_id != keeper}
    restored = _restore(clusters, golden_ids, dormant)
    return Assignment(tuple(golden_ids), merged, frozenset(restored))


def _homes(
    clusters: Sequence[Sequence[int]], current: Mapping[int, str], dormant: Mapping[int, Sequence[str]]
) -> dict[str, tuple[int, int]]:
    """Golden ID -> (index of the cluster it goes with, how many of its records are there)."""
    tallies: dict[str, dict[int, list[int]]] = {}
    for index, cluster in enumerate(clusters):
        for record in cluster:
            golden_id = current.get(record)
            if golden_id is not None:
                tally = tallies.setdefault(golden_id, {}).setdefault(index, [0, 0])
                tally[0] += not dormant.get(record)
                tally[1] += 1
    homes = {}
    for golden_id, tally_by_index in tallies.items():
        index = min(tally_by_index, key=lambda i: (-tally_by_index[i][0], -tally_by_index[i][1], i))
        homes[golden_id] = (index, tally_by_index[index][1])
    return homes


def _restore(
    clusters: Sequence[Sequence[int]], golden_ids: list[str | None], dormant: Mapping[int, Sequence[str]]
) -> set[str]:
    restored: set[str] = set()
    for index, cluster in enumerate(clusters):
        if golden_ids[index] is not None:
            continue
        counts = Counter(g for record in cluster for g in dormant.get(record, ()) if g not in restored)
        if counts:
            best = max(counts, key=lambda g: (counts[g], g))
            golden_ids[index] = best
            restored.add(best)
    return restored
