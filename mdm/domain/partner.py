"""Who is whose partner, between sources that hold each thing once: each fits the other best, and clearly so.

A property of records and weights alone, never of the order in which records came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

Pair = tuple[int, int]
Slot = tuple[int, str]
"""A record and a source that holds at most one partner of it."""


def partners(
    edges: Mapping[Pair, float],
    source_of: Callable[[int], str],
    *,
    margin: float,
    decided: Iterable[Pair] = (),
) -> set[Pair]:
    """The pairs of which either record fits no other record of the other's source within ``margin`` bits.

    ``edges``: weight in bits of pairs across two such sources that nothing keeps apart; ``decided``: pairs that
    verdicts have matched. Whoever has a partner is nobody's rival any more, so the rest is looked at again, until
    nothing stands clear. A margin above 0 makes the answer unique: no record stands clear with two at once.
    """
    taken = {slot for pair in decided for slot in _slots(pair, source_of)}
    slots = {pair: _slots(pair, source_of) for pair in edges}
    found: set[Pair] = set()
    while True:
        free = {pair: weight for pair, weight in edges.items() if taken.isdisjoint(slots[pair])}
        least = _least(free, slots, margin)
        clear = {pair for pair, weight in free.items() if weight >= max(least[slot] for slot in slots[pair])}
        if not clear:
            return found
        found |= clear
        taken |= {slot for pair in clear for slot in slots[pair]}


def _slots(pair: Pair, source_of: Callable[[int], str]) -> tuple[Slot, Slot]:
    left, right = pair
    return (left, source_of(right)), (right, source_of(left))


def _least(
    edges: Mapping[Pair, float], slots: Mapping[Pair, tuple[Slot, Slot]], margin: float
) -> Mapping[Slot, float]:
    """What a pair has to weigh to stand clear at a slot: the margin above the second best there."""
    best: dict[Slot, float] = {}
    second: dict[Slot, float] = defaultdict(lambda: float("-inf"))
    for pair, weight in edges.items():
        for slot in slots[pair]:
            held = best.get(slot)
            if held is None:
                best[slot] = weight
            else:
                best[slot], second[slot] = max(held, weight), max(second[slot], min(held, weight))
    return {slot: second[slot] + margin for slot in best}
