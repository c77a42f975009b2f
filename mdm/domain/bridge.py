"""Which record of a cluster alone ties it together: without it, two groups of several records have nothing in common.

A property of records and edges alone, never of the order in which clusters grow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

Neighbours = Mapping[int, Sequence[int]]

_SMALLEST = 5
"""A bridge and two records on either side of it."""


def loose_sides(
    members: Sequence[int], near: Neighbours, decided: Collection[int]
) -> list[tuple[int, list[int]]]:
    """(bridge, the records of one side) for every side that comes off, the first bridge in ``members`` first.

    ``near``: the neighbours of each record, the strongest first; a bridge stays with the side of its strongest.
    ``decided``: records that a person has matched with another; what hangs on them was looked at.
    """
    if len(members) < _SMALLEST:
        return []
    for bridge in members:
        large = [] if bridge in decided else [s for s in _sides(members, bridge, near) if len(s) > 1]
        if len(large) < 2:
            continue
        stays = next(side for record in near[bridge] for side in large if record in side)
        off = [(bridge, sorted(side)) for side in large if side is not stays]
        gone = {record for _, side in off for record in side}
        parts = ([record for record in members if record not in gone], *(side for _, side in off))
        return off + [found for part in parts for found in loose_sides(part, near, decided)]
    return []


def _sides(members: Sequence[int], without: int, near: Neighbours) -> Iterator[frozenset[int]]:
    """What hangs together without one record."""
    left = set(members) - {without}
    while left:
        found, frontier = set[int](), {min(left)}
        while frontier:
            found |= frontier
            frontier = {
                other for record in frontier for other in near.get(record, ()) if other in left
            } - found
        left -= found
        yield frozenset(found)
