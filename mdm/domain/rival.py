"""Which links are ambiguous: a record that fits two things which contradict each other may belong to either.

A property of records and links alone, never of the order in which clusters grow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

Pair = tuple[int, int]
Contradicts = Callable[[int, int], bool]


class RivalSearch:
    """The links of every record, to be asked for rivals of one of them."""

    def __init__(self, links: Mapping[Pair, float], contradicts: Contradicts, margin: float) -> None:
        """``links``: weight in bits by pair; links whose own records contradict each other are no rivals."""
        self._contradicts = contradicts
        self._margin = margin
        self._near: dict[int, dict[int, float]] = defaultdict(dict)
        self._torn_near: dict[int, list[tuple[Pair, float]]] = {}
        for (left, right), weight in links.items():
            if not contradicts(left, right):
                self._near[left][right] = weight
                self._near[right][left] = weight

    def against(self, left: int, right: int, weight: float) -> Pair | None:
        """Two records that contradict each other although one record of the link fits both about as well.

        One may be the other record of the link, or both are linked with its record at most the margin lighter; the
        smallest such pair, None if the link has no rival.
        """
        least = weight - self._margin
        return min((*self._torn(left, right, least), *self._torn(right, left, least)), default=None)

    def _torn(self, record: int, other: int, least: float) -> Iterator[Pair]:
        """The smallest pair that contradicts each other among ``other`` and what fits ``record`` about as well."""
        near = self._near[record]
        for pair, weight in self._torn_of(record):
            if weight >= least or (other in pair and near[pair[pair[0] == other]] >= least):
                yield pair
                break
        if other not in near:
            fits = (rival for rival, weight in near.items() if weight >= least)
            yield from (
                (min(other, rival), max(other, rival)) for rival in fits if self._contradicts(other, rival)
            )

    def _torn_of(self, record: int) -> list[tuple[Pair, float]]:
        """Every pair linked with ``record`` that contradicts each other, in order, with its lighter link.

        Worked out once per record: each of its links would else go through all pairs again.
        """
        known = self._torn_near.get(record)
        if known is None:
            near = self._near[record]
            known = self._torn_near[record] = [
                (pair, min(near[pair[0]], near[pair[1]]))
                for pair in combinations(sorted(near), 2)
                if self._contradicts(*pair)
            ]
        return known
